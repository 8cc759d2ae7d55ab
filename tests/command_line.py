"""`manage.py` with Django set up once: each command runs in a fork of one process, which ends as the command would.

Run as `python -m tests.command_line`: a line of JSON in ({"arguments", "stdout", "stderr"}), its exit status out.
"""

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent


class CommandLine:
    """The process that forks, as its caller sees it; what the commands write lies in files of the folder."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._written = {name: folder / f"command.{name}" for name in ("stdout", "stderr")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.command_line"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        assert self._process.stdin and self._process.stdout
        paths = {name: str(path) for name, path in self._written.items()}
        self._process.stdin.write(json.dumps({"arguments": arguments, **paths}) + "\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline()
        assert status, "the process that forks has ended"
        return subprocess.CompletedProcess(
            ["manage.py", *arguments], int(status), *(path.read_text() for path in self._written.values())
        )

    def close(self) -> None:
        """No more lines: the process ends by itself."""
        self._process.communicate(timeout=30)


def _become(order: dict[str, Any]) -> None:
    """In the child: `manage.py` as it is started, its streams in files. What it raises ends this process."""
    for number, path in enumerate((os.devnull, order["stdout"], order["stderr"])):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.argv = ["manage.py", *order["arguments"]]
    runpy.run_path(str(ROOT / "manage.py"), run_name="__main__")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxprogram.settings")
    django.setup()
    import_module(settings.ROOT_URLCONF)  # the checks of each command look at every page
    while line := sys.stdin.readline():
        if not (child := os.fork()):
            return _become(json.loads(line))
        _child, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return None


if __name__ == "__main__":
    main()
