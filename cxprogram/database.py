"""Where the database is: `DATABASE_URL`, or the embedded server of the data folder.

Standard library only and no Django: manage.py, the supervisor and the tests use it before Django is set up.
With `DATABASE_URL` set the embedded server is never touched.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cxprogram.embedded_postgres import EmbeddedPostgres
from cxprogram.postgres_tools import EmbeddedDatabaseError
from cxprogram.processes import adopt_orphans, reap_all

__all__ = ["EmbeddedDatabaseError", "EmbeddedPostgres"]
BASE_DIR = Path(__file__).resolve().parent.parent


def data_dir(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("CX_DATA_DIR") or BASE_DIR / ".data").resolve()


def database_url(environ: Mapping[str, str], folder: Path) -> str:
    """`DATABASE_URL`, else the embedded server's address. Starts nothing."""
    return environ.get("DATABASE_URL") or EmbeddedPostgres(folder).url


def connection_settings(environ: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Django's `DATABASES["default"]`. Starts nothing."""
    url = urlsplit(database_url(environ, folder))
    if url.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not with {url.scheme}://")
    options = dict(parse_qsl(url.query))
    # Compiling a plan costs a second or two where the query takes milliseconds.
    options["options"] = f"{options.get('options', '')} -c jit=off".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.removeprefix("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", unquote(url.hostname or "")),
        "PORT": options.pop("port", str(url.port or "")),
        "OPTIONS": {"connect_timeout": "5", **options},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def ensure_running(environ: Mapping[str, str], folder: Path) -> bool:
    """Start the embedded server if it is ours to start; True if this call started it."""
    return not environ.get("DATABASE_URL") and EmbeddedPostgres(folder).start()


@contextmanager
def owned(environ: Mapping[str, str], folder: Path) -> Iterator[None]:
    """For an owner's lifetime: the server runs, and is stopped at the end if this owner started it."""
    adopt_orphans()
    started = ensure_running(environ, folder)
    try:
        yield
    finally:
        if started:
            EmbeddedPostgres(folder).stop()
            reap_all(1.0)
