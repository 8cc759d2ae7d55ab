"""Where the database is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def connection_settings(environ: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Django's `DATABASES["default"]`. Starts nothing."""
    url = urlsplit(environ["DATABASE_URL"])
    options = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.removeprefix("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", unquote(url.hostname or "")),
        "PORT": options.pop("port", str(url.port or "")),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
    }
