"""R1 in the suite: a short run; `make fault` runs 2 000 answers (CX_FAULT_N)."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cxprogram.database import EmbeddedPostgres
from tests.fault import kill9

N = int(os.environ.get("CX_FAULT_N", "300"))
SEED = int(os.environ.get("CX_FAULT_SEED", "7"))


@pytest.fixture
def demo_data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="cx-fault-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        kill9.load_demo(folder)
        yield folder
    finally:
        EmbeddedPostgres(folder).stop()
        shutil.rmtree(folder)


@pytest.mark.fault
def test_no_acknowledged_answer_is_lost_or_doubled_while_parts_are_killed(demo_data: Path) -> None:
    outcome = kill9.run(n=N, kills=max(6, N // 100), seed=SEED, data_dir=demo_data)
    print(f"seed {SEED}: {outcome}")
    assert outcome.is_clean, f"seed {SEED}: {outcome}"
    assert outcome.acknowledged == N
    assert sum(outcome.kills.values()) >= 3
