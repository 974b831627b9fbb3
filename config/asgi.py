"""The ASGI application: the shop over HTTP, the assistant's WebSocket beside it."""

import os
import sys

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

# The loop and the threads that ask the database hand Python's lock to and fro with every statement. At 5 ms, Python's
# own interval, a first word waits 2 to 3 ms longer for its turn when 20 shoppers talk at once.
sys.setswitchinterval(0.0005)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
http = get_asgi_application()

from chatbot.routing import chatbot_asgi  # noqa: E402 - models load only after Django is set up

# Django's own handler serves the static files, so that the demo needs no further package and no web server. It looks
# each file up anew for every request and compresses nothing: a real shop collects them and lets its web server, a CDN
# or WhiteNoise serve them.
application = chatbot_asgi(ASGIStaticFilesHandler(http))
