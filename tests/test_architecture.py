"""The house as DESIGN draws it: one direction of import, pure arithmetic, files of a readable size."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

# One worker reads the files, once for all tests.
pytestmark = pytest.mark.xdist_group("architecture")
ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("journeys", "feedback", "actions", "governance")
# Of the ground, apps.py alone looks up: it is where Django wires the roof in.
ROOF = {
    "apps", "admin_home",
    "settings", "urls", "api", "wsgi", "demo", "serving", "supervisor", "docs",
}  # fmt: skip
DOORS = {"views", "forms", "api", "admin", "tasks", "receivers"}
# Files over 500 lines, each with its reason.
LONG: dict[str, str] = {}


@cache
def sources() -> list[tuple[Path, ast.Module]]:
    return [
        (path.relative_to(ROOT), ast.parse(path.read_text()))
        for folder in ("cxprogram", *ROOMS)
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


@cache
def imports(tree: ast.Module) -> list[tuple[str, int]]:
    return list(_imports(tree))


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def floor(parts: tuple[str, ...]) -> int:
    """0 the ground, 1–4 the rooms, 5 the roof."""
    if parts[0] in ROOMS:
        return 1 + ROOMS.index(parts[0])
    name = parts[1].removesuffix(".py") if len(parts) > 1 else ""
    is_roof_command = parts[:3] == ("cxprogram", "management", "commands") and parts[-1].removesuffix(".py") in (
        "demo",
        "serve",
        "bench",
    )
    return 5 if name in ROOF or is_roof_command else 0


def test_it_imports_downwards_only() -> None:
    upward = []
    for path, tree in sources():
        own = floor(path.parts)
        for name, line in imports(tree):
            parts = tuple(name.split("."))
            if parts[0] in ("cxprogram", *ROOMS) and floor(parts) > own:
                upward.append(f"{path}:{line} imports {name}")
    assert upward == []


def test_it_takes_no_door_and_no_private_name_of_a_lower_room() -> None:
    taken = []
    for path, tree in sources():
        own = floor(path.parts)
        if own == 5:
            continue
        for name, line in imports(tree):
            parts = name.split(".")
            if parts[0] not in ROOMS or parts[0] == path.parts[0]:
                continue
            if DOORS & set(parts[1:]) or any(part.startswith("_") for part in parts[1:]):
                taken.append(f"{path}:{line} imports {name}")
    assert taken == []


def test_services_know_no_door() -> None:
    known = []
    for path, tree in sources():
        if not {"services", "models", "querysets.py", "analytics"} & set(path.parts):
            continue
        for name, line in imports(tree):
            parts = name.split(".")
            if parts[0] == path.parts[0] and parts[0] in ROOMS and DOORS & set(parts[1:2]):
                known.append(f"{path}:{line} imports {name}")
    assert known == []


@pytest.mark.parametrize("folder", ["analytics", "stats"])
def test_arithmetic_is_pure(folder: str) -> None:
    impure = []
    for path, tree in sources():
        if folder not in path.parts:
            continue
        for name, line in imports(tree):
            if name.split(".")[0] in ("django", "rest_framework", "psycopg") or name in ("time", "random"):
                impure.append(f"{path}:{line} imports {name}")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow"):
                impure.append(f"{path}:{node.lineno} reads the clock")
    assert impure == []


def test_the_web_process_loads_no_heavy_package_at_start() -> None:
    """Every page and door is loaded in a process of its own, and what came with them is looked at."""
    script = (
        "import sys, django; django.setup(); import cxprogram.urls; from django.urls import get_resolver;"
        "get_resolver().url_patterns;"
        "print([name for name in ('pandas', 'sklearn', 'scipy.stats', 'statsmodels', 'weasyprint', 'vl_convert')"
        " if name in sys.modules])"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "cxprogram.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_files_stay_readable() -> None:
    long = {
        str(path): count
        for path, _tree in sources()
        if (count := len((ROOT / path).read_text().splitlines())) > 500 and str(path) not in LONG
    }
    assert long == {}


def test_the_lock_names_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_no_file_is_named_for_what_nobody_could_place() -> None:
    vague = [str(path) for path, _tree in sources() if path.stem in ("utils", "helpers", "common", "misc")]
    assert vague == []
