"""The one-time code with which the first person shows that the machine is theirs: a file in the data folder."""

import os
import secrets
from pathlib import Path

from django.conf import settings

LEAST = 16  # what is shorter is no code but a file that was never finished


def _path() -> Path:
    return Path(settings.DATA_DIR) / "setup_code"


def _kept() -> str:
    try:
        code = _path().read_text().strip()
    except FileNotFoundError:
        return ""
    return code if len(code) >= LEAST else ""


def ensure() -> str:
    """The code that lies there, else a new one (mode 0600)."""
    if code := _kept():
        return code
    code, path = secrets.token_urlsafe(15), _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(code)
    return code


def fits(typed: str) -> bool:
    """Whether this is the code; never, while there is none."""
    code = _kept()
    return bool(code) and secrets.compare_digest(typed.strip().encode("utf-8", "surrogatepass"), code.encode())


def spend() -> None:
    """It has done its work."""
    _path().unlink(missing_ok=True)
