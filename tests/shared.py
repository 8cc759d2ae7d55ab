"""The shared reference data beside the repository, which tests may read but never need."""

from pathlib import Path

import pytest

# A linked worktree lies one folder deeper than the main checkout.
_CANDIDATES = [folder / "shared" / "data" for folder in Path(__file__).resolve().parents[2:4]]


def shared_file(name: str) -> Path:
    """Return the path of a file of the shared data, or skip the test with the reason."""
    for folder in _CANDIDATES:
        if (folder / name).is_file():
            return folder / name
    pytest.skip(f"the shared data ({name}) does not lie beside the repository")
