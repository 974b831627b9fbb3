"""One mail out of the door: plain text with an HTML version, attachments, and an id that a second sending repeats.

No mail server can promise that a message leaves exactly once: a worker may die between the server's yes and our note of
it. Ours then leaves again, with the same Message-ID, which most mailboxes show once. Never is one not sent at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Any, Final

from django.conf import settings
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.utils import DNS_NAME
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, get_language_bidi

from chatbot import conf

CLAIM: Final = timedelta(minutes=15)
"""How long a mail belongs to the worker that claimed it: longer than any task may run."""
PATIENCE_S: Final = 20
"""Seconds that a silent mail server is waited for, where the site's mail settings say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What is to be sent. `template` names a pair of templates, `<template>.txt` and `<template>.html`.

    `key` says which mail this is, the same at every attempt to send it. Attachments are (file name, bytes, type).
    """

    key: str
    to: str
    subject: str
    template: str
    context: Mapping[str, Any]  # Any: a template's variables
    attachments: Sequence[tuple[str, bytes, str]] = ()


def send(mail: Mail) -> None:
    """Send it in the active language. Raises what the mail backend raises: SMTPException or OSError with Django's."""
    language = {"language": get_language() or settings.LANGUAGE_CODE, "is_right_to_left": get_language_bidi()}
    context = {**mail.context, **language, "subject": mail.subject, "shop": conf.current().shop_name}
    sender = conf.current().mail_from or settings.DEFAULT_FROM_EMAIL
    message = EmailMultiAlternatives(
        subject=" ".join(mail.subject.split()),
        body=render_to_string(f"{mail.template}.txt", context).strip() + "\n",
        from_email=sender,
        to=[mail.to],
        headers={"Message-ID": _message_id(mail, sender), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"{mail.template}.html", context), "text/html")
    for name, content, kind in mail.attachments:
        message.attach(name, content, kind)
    _connection().send_messages([message])


def link(name: str, *arguments: object) -> str:
    """The address of one of the site's pages for a reader elsewhere; empty without SITE_URL, or without the page."""
    site = conf.current().site_url.rstrip("/")
    try:
        return f"{site}{reverse(name, args=arguments)}" if site else ""
    except NoReverseMatch:  # a site without the admin, or with one under another name
        return ""


def _connection() -> Any:  # Any: the site's mail backend
    """Django's default one, patient for so long only."""
    mailers = getattr(django_mail, "mailers", None)  # since Django 6.1, which deprecates `get_connection`
    connection: Any = django_mail.get_connection() if mailers is None else mailers.default
    if getattr(connection, "timeout", PATIENCE_S) is None:
        connection.timeout = PATIENCE_S
    return connection


def _message_id(mail: Mail, sender: str) -> str:
    domain = parseaddr(sender)[1].rpartition("@")[2] or DNS_NAME.get_fqdn()
    digest = salted_hmac("chatbot.mails", f"{mail.key} {mail.to}", algorithm="sha256").hexdigest()
    return f"<{digest[:32]}@{domain}>"
