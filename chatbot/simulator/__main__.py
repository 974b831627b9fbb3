"""`python -m chatbot.simulator --port P`."""

import sys

from chatbot.simulator.command_line import main

sys.exit(main())
