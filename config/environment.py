"""Settings from the environment, typed. A wrong value stops the start with a sentence that names the variable.

Every variable may be given as `<NAME>_FILE` instead, the path of a file that holds the value: that is how container
platforms hand over secrets.
"""

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")


def text(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `<name>_FILE` names. Empty counts as not given."""
    path = os.environ.get(f"{name}_FILE", "")
    value = os.environ.get(name, "").strip()
    if path and value:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one of them.")
    if path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as err:
            raise ImproperlyConfigured(f"{name}_FILE names {path!r}, which cannot be read: {err}") from err
    return value or default


def boolean(name: str, default: bool) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off."""
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; use one of {', '.join(TRUE + FALSE)}.")


def integer(name: str, default: int, *, least: int = 0) -> int:
    """A whole number that is `least` or more."""
    value = text(name)
    try:
        number = int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from None
    if number < least:
        raise ImproperlyConfigured(f"{name} is {number}; it must be {least} or more.")
    return number


def words(name: str, default: list[str]) -> list[str]:
    """A list out of a value separated by commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or default


def time_zone(name: str, default: str) -> str:
    """An IANA time zone name that this machine knows."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(f"{name} is {value!r}; give an IANA name such as 'Asia/Seoul'.") from None
    return value
