"""A mail server of a kind: each message that it takes is a file, complete or not there."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

SLOW_S = 0.05
"""What a server takes for a message: time in which a worker may die."""


class Backend(BaseEmailBackend):
    """Takes everything."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message, as one whole."""
        folder = Path(settings.FAULTS_MAILS)
        for message in email_messages:
            time.sleep(SLOW_S)
            draft = folder / f"{uuid4()}.draft"
            draft.write_bytes(message.message().as_bytes())
            os.replace(draft, draft.with_suffix(".eml"))
            time.sleep(SLOW_S)
        return len(email_messages)
