"""The house as DESIGN draws it: one direction of import, pure arithmetic, files of a readable size."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("journeys", "feedback", "actions", "governance")
# Of the ground, apps.py alone looks up: it is where Django wires the roof in.
ROOF = {
    "apps",
    "settings", "urls", "api", "wsgi", "demo", "navigation", "serving", "supervisor", "docs",
}  # fmt: skip
DOORS = {"views", "forms", "api", "admin", "tasks", "receivers"}
# Files over 500 lines, each with its reason.
LONG: dict[str, str] = {}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for folder in ("cxprogram", *ROOMS):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text())


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
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
    """Frames are pandas' one border: they may import it, and are themselves imported where they are needed."""
    packages = {"pandas", "sklearn", "statsmodels", "weasyprint", "vl_convert"}
    heavy = []
    for path, tree in sources():
        for node in tree.body:
            for name, line in imports(ast.Module(body=[node], type_ignores=[])):
                parts = name.split(".")
                is_frame = path.name == "frames.py" and parts[0] == "pandas"
                if (parts[0] in packages and not is_frame) or name == "scipy.stats" or "frames" in parts[1:]:
                    if not isinstance(node, ast.If | ast.FunctionDef | ast.ClassDef):
                        heavy.append(f"{path}:{line} imports {name} at the top")
    assert heavy == []


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
