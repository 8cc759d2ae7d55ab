"""The vendored assets are the ones their tables name: every file listed, licensed and unchanged."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "cxprogram/static/vendor", ROOT / "tests/assets/axe-core"]
ROW = re.compile(
    r"^\| (?P<name>[^|]+) \| (?P<version>[\d.]+) \| (?P<licence>[^|]+) "
    r"\| `(?P<file>[^`]+)` \| `(?P<sha>[0-9a-f]{64})` \|$"
)
LICENCES = {"MIT", "0BSD", "BSD-3-Clause", "OFL-1.1", "MPL-2.0"}


def rows(folder):
    return [m.groupdict() for line in (folder / "VENDOR.md").read_text().splitlines() if (m := ROW.match(line))]


def shipped(folder):
    """Files that are neither the table nor a licence text."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "VENDOR.md" and not path.name.startswith(("LICENSE", "OFL"))
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_every_vendored_file_is_listed_with_its_true_hash(folder):
    table = {row["file"]: row["sha"] for row in rows(folder)}
    assert table.keys() == shipped(folder)
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in table} == table


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_every_vendored_file_lies_beside_its_licence(folder):
    for row in rows(folder):
        assert row["licence"] in LICENCES
        home = (folder / row["file"]).parent
        beside = [*home.glob("LICENSE*"), *home.glob("OFL*"), *home.parent.glob("OFL*")]
        assert beside, f"no licence text beside {row['file']}"


def test_no_vendored_text_points_at_a_map_that_is_not_shipped():
    """Manifest storage fails `collectstatic` on such a line."""
    for path in FOLDERS[0].rglob("*.*s"):
        if path.suffix in {".css", ".js"}:
            assert "sourceMappingURL" not in path.read_text(), path.name
