"""Oscar at the root, the assistant at /chat/."""

from django.apps import apps
from django.urls import include, path

urlpatterns = [
    path("", include(apps.get_app_config("oscar").urls[0])),
    path("chat/", include("chatbot.urls")),
]
