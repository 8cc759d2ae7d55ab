"""R1 in the suite: a short run; `make fault` runs 2 000 answers (CX_FAULT_N)."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault import kill9
from tests.folders import data_folder

N = int(os.environ.get("CX_FAULT_N", "300"))
SEED = int(os.environ.get("CX_FAULT_SEED", "7"))


@pytest.fixture
def demo_data() -> Iterator[Path]:
    with data_folder() as folder:
        kill9.load_demo(folder)
        yield folder


@pytest.mark.fault
def test_no_acknowledged_answer_is_lost_or_doubled_while_parts_are_killed(demo_data: Path) -> None:
    outcome = kill9.run(n=N, kills=max(6, N // 100), seed=SEED, data_dir=demo_data)
    print(f"seed {SEED}: {outcome}")
    assert outcome.is_clean, f"seed {SEED}: {outcome}"
    assert outcome.acknowledged == N
    assert sum(outcome.kills.values()) >= 3
