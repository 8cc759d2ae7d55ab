"""A pytest plugin (`-p`, see pyproject.toml): the test run owns an embedded database in a temporary folder.

A plugin and not a conftest, because pytest-django reads the settings before any conftest is imported. At its
import the address goes into the environment; when pytest is configured the server starts: in the controller,
before xdist starts its workers, which inherit the address and make one test database each.
A `DATABASE_URL` that is already set is used as it is.
"""

import fcntl
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from cxprogram.database import EmbeddedPostgres
from cxprogram.processes import adopt_orphans, reap_all
from tests.template_database import migrated_template

PREFIX = "cx-test-"
TEMPORARY = Path("/tmp")
_server: EmbeddedPostgres | None = None
_template: threading.Thread | None = None

os.environ.setdefault("CX_MODE", "demo")
if "PYTEST_XDIST_WORKER" not in os.environ:
    # Not tempfile's own 0700: run by root, the server is another user and must reach its folder.
    _folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=TEMPORARY))
    _folder.chmod(0o711)
    os.environ["CX_DATA_DIR"] = str(_folder)
    if not os.environ.get("DATABASE_URL"):
        _server = EmbeddedPostgres(_folder, durable=False)
        os.environ["DATABASE_URL"] = _server.url
    else:  # for tests that build a site of their own on the same server
        os.environ["CX_TEST_SERVER_URL"] = os.environ["DATABASE_URL"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    global _template
    if _server is not None:
        _remove_leftovers()
        adopt_orphans()
        _server.start()
        if getattr(config.option, "numprocesses", None):
            # While the workers collect: whoever asks for it meanwhile waits for this one.
            _template = threading.Thread(target=migrated_template)
            _template.start()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    if _server is not None:
        if _template is not None:
            _template.join()
        _server.stop()
        reap_all(1.0)
    shutil.rmtree(_folder)


def _remove_leftovers() -> None:
    """Stop and remove what killed test runs of ours left behind; of runs that start at once one does it."""
    with (TEMPORARY / f"{PREFIX}leftovers-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove(TEMPORARY.glob(f"{PREFIX}*"))


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        owner = re.match(rf"{PREFIX}(\d+)-", folder.name)
        if owner and folder.stat().st_uid == os.getuid() and not Path(f"/proc/{owner[1]}").exists():
            EmbeddedPostgres(folder).stop()
            shutil.rmtree(folder)
