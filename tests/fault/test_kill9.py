"""R1 in the suite: a short run; `make fault` runs 2 000 answers (CX_FAULT_N)."""

import os

import pytest

from tests.demo_site import DemoSite
from tests.fault import kill9

N = int(os.environ.get("CX_FAULT_N", "200"))
SEED = int(os.environ.get("CX_FAULT_SEED", "7"))
pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("demo")]


def test_no_acknowledged_answer_is_lost_or_doubled_while_parts_are_killed(demo_site: DemoSite) -> None:
    if demo_site.pristine is None:
        pytest.skip("kills its own database, never that of DATABASE_URL")
    kills = max(len(kill9.VICTIMS), N // 100)
    outcome = kill9.run(n=N, kills=kills, seed=SEED, data_dir=demo_site.pristine)
    print(f"seed {SEED}: {outcome}")
    assert outcome.is_clean, f"seed {SEED}: {outcome}"
    assert outcome.acknowledged == N
    least = 20 if kills >= 40 else 3  # on a slow machine the last may be spared
    assert outcome.kills.total() >= least
