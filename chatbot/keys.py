"""Keys of relays in the database, encrypted.

A key is a Fernet token (AES-128-CBC with HMAC-SHA256) under a key that HKDF-SHA256 derives from Django's SECRET_KEY.
One that was stored under a key in SECRET_KEY_FALLBACKS is still read; `rotate` stores it anew under SECRET_KEY. A copy
of the database alone opens nothing.

Needs the extra `encryption`. Importing raises ConfigurationError without it.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.encoding import force_bytes

from chatbot.database import atomic, in_database
from chatbot.errors import ConfigurationError, NotFound
from chatbot.models import EndpointKey

try:
    from cryptography.fernet import Fernet, InvalidToken, MultiFernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
except ModuleNotFoundError:
    raise ConfigurationError("Keys in the database need: pip install 'django-shopkeeper[encryption]'.") from None

_FOR_KEYS: Final = b"chatbot.keys"
_FOR_FINGERPRINTS: Final = b"chatbot.keys.fingerprint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What may be known of a stored key. `fingerprint` tells two keys apart and leads back to neither."""

    set_at: datetime
    fingerprint: str


def set_key(name: str, key: str) -> None:
    """Store `key` for the endpoint `name`, in place of what was there."""
    ciphertext = _fernet().encrypt(key.encode()).decode()
    EndpointKey.objects.update_or_create(name=name, defaults={"ciphertext": ciphertext, "set_at": timezone.now()})


def delete_key(name: str) -> None:
    """Forget the key of the endpoint `name`. Raises NotFound."""
    deleted, _ = EndpointKey.objects.filter(name=name).delete()
    if not deleted:
        raise NotFound


def describe(name: str) -> Description:
    """What may be known of the key of the endpoint `name`. Raises NotFound and ConfigurationError."""
    row = _row(name)
    fingerprint = hmac.digest(_derived(settings.SECRET_KEY, _FOR_FINGERPRINTS), _opened(row).encode(), "sha256")
    return Description(set_at=row.set_at, fingerprint=fingerprint.hex()[:12])


def rotate() -> int:
    """Encrypt all keys under the SECRET_KEY of now; how many there were. Raises ConfigurationError."""
    with atomic():
        rows = list(EndpointKey.objects.select_for_update())
        for row in rows:
            row.ciphertext = _fernet().encrypt(_opened(row).encode()).decode()
        EndpointKey.objects.bulk_update(rows, ["ciphertext"])
    return len(rows)


@in_database
def stored_key(name: str) -> str:
    """The key of the endpoint `name`. Raises NotFound and ConfigurationError."""
    return _opened(_row(name))


def _row(name: str) -> EndpointKey:
    row = EndpointKey.objects.filter(name=name).first()
    if row is None:
        raise NotFound
    return row


def _opened(row: EndpointKey) -> str:
    try:
        return _fernet().decrypt(row.ciphertext).decode()
    except InvalidToken:
        raise ConfigurationError(
            f"The stored key of {row.name!r} was encrypted under another SECRET_KEY; add that one to "
            f"SECRET_KEY_FALLBACKS, or set the key again: manage.py chatbot_key set {row.name}"
        ) from None


def _fernet() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(_derived(secret, _FOR_KEYS))) for secret in secrets])


def _derived(secret: str | bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(force_bytes(secret))
