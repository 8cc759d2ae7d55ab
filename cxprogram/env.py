"""Strict reading of the environment: an unknown or unsafe value refuses to start."""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def env_choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = environ.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(choices)}")
    return value


def env_int(environ: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    raw = environ.get(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {raw!r}; it must be a whole number") from None
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} is {value}; it must lie between {low} and {high}")
    return value


def env_bool(environ: Mapping[str, str], name: str, default: bool) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    raw = environ.get(name, "1" if default else "0").lower()
    if raw not in words:
        raise ImproperlyConfigured(f"{name} is {raw!r}; write true or false")
    return words[raw]


def env_list(environ: Mapping[str, str], name: str, default: list[str]) -> list[str]:
    if name not in environ:
        return default
    return [part.strip() for part in environ[name].split(",") if part.strip()]


def check_sms(url: str, body: str, *, allows_loopback: bool) -> None:
    """Refuse a gateway that is not reached by HTTPS (loopback in the demonstration excepted) or takes no text.

    `console` prints what would be sent: to a log, so for the demonstration alone.
    """
    if not url or (url == "console" and allows_loopback):
        return
    parts = urlsplit(url)
    is_loopback = allows_loopback and parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not (parts.hostname and (parts.scheme == "https" or is_loopback)):
        raise ImproperlyConfigured("CX_SMS_URL must be an https:// address")
    try:
        is_document = isinstance(json.loads(body), dict)
    except ValueError:
        is_document = False
    if not is_document or "{to}" not in body or "{text}" not in body:
        raise ImproperlyConfigured("CX_SMS_BODY must be a JSON object with {to} and {text} in it")
