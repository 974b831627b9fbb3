"""A mail server that is down, or refuses some."""

from django.core.mail.backends.locmem import EmailBackend
from django.test import override_settings


class FailingBackend(EmailBackend):
    """Refuses whom `refuses` names, and everybody while `down`."""

    down = False
    refuses: tuple[str, ...] = ()

    def send_messages(self, messages):
        if self.down or any(to in self.refuses for message in messages for to in message.to):
            raise OSError("no mail server")
        return super().send_messages(messages)


failing = override_settings(EMAIL_BACKEND="tests.accounting.mails.failing.FailingBackend")
