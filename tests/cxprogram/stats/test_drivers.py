import csv
import json
import math
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxprogram.stats.drivers import (
    DriverStudyError,
    LmgResult,
    lmg,
    lmg_bootstrap,
    lmg_bootstrap_from_blocks,
    lmg_from_moments,
)
from tests.shared import shared_file

SWISS = Path(__file__).parents[2] / "data" / "swiss.csv"
SFO_RATINGS = {"1", "2", "3", "4", "5"}


def columns(path, outcome, drivers, *, value=float):
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    X = np.array([[value(row[name]) for name in drivers] for row in rows])
    return X, np.array([value(row[outcome]) for row in rows])


def rating(text):
    return float(text) if text in SFO_RATINGS else math.nan


def sample(n=200, p=4, seed=1):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + rng.normal(size=(n, 1))
    return X, X @ np.arange(1, p + 1) + rng.normal(size=n) * p


def test_swiss_matches_relaimpo():
    # expected/kda.json, swiss (R relaimpo 2.2-7).
    expected = {
        "Agriculture": 0.05709122076809,
        "Examination": 0.1711730289002,
        "Education": 0.2601346786244,
        "Catholic": 0.1055701503735,
        "Infant.Mortality": 0.1127659229265,
    }
    shares = (0.0807816517357, 0.242202563216, 0.3680795178364, 0.1493772773891, 0.1595589898228)
    # 47 provinces are all there were: a census, allowed with fewer than ten rows per driver.
    result = lmg(*columns(SWISS, "Fertility", list(expected)), rows_per_driver=9)
    assert (result.n, result.signs) == (47, (-1, -1, -1, 1, 1))
    assert result.raw == pytest.approx(tuple(expected.values()), abs=1e-9)
    assert result.shares == pytest.approx(shares, abs=1e-9)
    assert result.r2 == pytest.approx(0.7067350015927, abs=1e-9)


def test_customersat_matches_relaimpo_and_shows_the_negative_sign_apart():
    expected = json.loads(shared_file("expected/kda.json").read_text())["customersat"]
    names = list(expected["lmg_raw"])
    result = lmg(*columns(shared_file("kda/customersat.csv"), "q1", names))
    assert result.n == 1811
    assert result.raw == pytest.approx(tuple(expected["lmg_raw"].values()), abs=1e-6)
    assert result.r2 == pytest.approx(0.71672890486, abs=1e-6)
    assert {name for name, sign in zip(names, result.signs, strict=True) if sign < 0} == {"q9"}


@pytest.mark.parametrize("year", ["2014", "2015", "2016", "2017"])
def test_sfo_matches_the_reference_listwise(year):
    expected = json.loads(shared_file("expected/sfo.json").read_text())[year]["drivers_of_overall"]
    # 2016 has a `*` before its first header, which is no driver.
    X, y = columns(shared_file(f"sfo/sfo_{year}.csv"), "Q7ALL", list(expected["lmg"]), value=rating)
    result = lmg(X, y)
    assert result.n == expected["n_listwise"]
    assert result.r2 == pytest.approx(expected["r2"], abs=1e-6)
    assert result.raw == pytest.approx(tuple(expected["lmg"].values()), abs=1e-6)


def test_lmg_is_the_mean_gain_over_all_orders():
    X, y = sample(p=3)
    correlation = np.corrcoef(np.column_stack([X, y]), rowvar=False)

    def r2(drivers):
        chosen = np.ix_(drivers, drivers)
        r = correlation[list(drivers), -1]
        return float(r @ np.linalg.solve(correlation[chosen], r)) if drivers else 0.0

    gains = np.zeros(3)
    for order in permutations(range(3)):
        for place, driver in enumerate(order):
            gains[driver] += r2(order[: place + 1]) - r2(order[:place])
    assert lmg(X, y).raw == pytest.approx(gains / 6, abs=1e-12)


def test_one_driver_explains_all_of_r2():
    X, y = sample(p=1)
    result = lmg(X, y)
    assert result.raw == pytest.approx((np.corrcoef(X[:, 0], y)[0, 1] ** 2,))
    assert result.shares == pytest.approx((1.0,))


def test_an_outcome_that_is_the_sum_of_its_drivers_is_explained_fully():
    X, _ = sample()
    assert lmg(X, X.sum(axis=1)).r2 == pytest.approx(1)


def test_incomplete_rows_are_left_out():
    X, y = sample()
    holed, missing = X.copy(), y.copy()
    holed[0, 1] = missing[5] = np.nan
    keep = np.delete(np.arange(len(y)), [0, 5])
    assert lmg(holed, missing) == lmg(X[keep], y[keep])
    assert lmg(holed, missing).n == len(y) - 2


def test_eighteen_drivers_are_computed_exactly():
    X, y = sample(p=18)
    result = lmg(X, y)
    assert sum(result.raw) == pytest.approx(result.r2, abs=1e-10)


def test_nothing_explained_gives_no_shares():
    assert LmgResult(raw=(0.0, 0.0), r2=0.0, signs=(0, 0), n=20).shares == (0.0, 0.0)
    assert lmg_from_moments(np.eye(3), 100).signs == (0, 0)


def spoiled(change):
    X, y = sample()
    change(X, y)
    return X, y


@pytest.mark.parametrize("study", [lmg, lambda X, y: lmg_bootstrap(X, y, seed=1)])
@pytest.mark.parametrize(
    "code, data",
    [
        ("driver-study-too-many-drivers", sample(p=19)),
        ("driver-study-too-few-answers", sample(n=39, p=4)),
        ("driver-study-too-few-answers", spoiled(lambda X, y: X[:, 2].fill(np.nan))),
        ("driver-study-constant", spoiled(lambda X, y: X[:, 2].fill(0.1))),
        ("driver-study-constant", spoiled(lambda X, y: y.fill(4))),
        ("driver-study-singular", spoiled(lambda X, y: np.copyto(X[:, 2], 3 - 2 * X[:, 0]))),
        ("driver-study-singular", spoiled(lambda X, y: np.copyto(X[:, 2], X[:, 0] + X[:, 1]))),
        ("driver-study-not-finite", spoiled(lambda X, y: X[:1].fill(np.inf))),
        ("driver-study-shape", (np.ones((30, 2)), np.ones(29))),
        ("driver-study-shape", (np.ones(30), np.ones(30))),
        ("driver-study-shape", (np.ones((30, 0)), np.ones(30))),
    ],
)
def test_what_allows_no_study_is_refused_by_name(study, code, data):
    with pytest.raises(DriverStudyError) as caught:
        study(*data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "code, correlation, n",
    [
        ("driver-study-too-few-answers", np.eye(3), 19),
        ("driver-study-too-many-drivers", np.eye(20), 10_000),
        ("driver-study-shape", np.ones((2, 3)), 100),
        ("driver-study-shape", [[1, 0.2], [0.3, 1]], 100),
        ("driver-study-shape", [[2, 0.2], [0.2, 2]], 100),
        ("driver-study-not-finite", [[1, np.nan], [np.nan, 1]], 100),
        ("driver-study-singular", np.ones((3, 3)), 100),
        # Pairwise correlations that no complete data could have.
        ("driver-study-singular", [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], 100),
    ],
)
def test_moments_that_allow_no_study_are_refused_by_name(code, correlation, n):
    with pytest.raises(DriverStudyError) as caught:
        lmg_from_moments(correlation, n)
    assert caught.value.code == code


def test_bootstrap_intervals_hold_the_shares_and_repeat_with_their_seed():
    X, y = sample()
    intervals = lmg_bootstrap(X, y, seed=11)
    assert intervals == lmg_bootstrap(X, y, seed=11)
    assert intervals != lmg_bootstrap(X, y, seed=12)
    assert intervals.resamples == 500
    for low, share, high in zip(intervals.low, lmg(X, y).shares, intervals.high, strict=True):
        assert 0 <= low < share < high <= 1


def test_bootstrap_is_the_percentile_of_resampled_studies():
    X, y = sample(n=60, p=2)
    rng = np.random.default_rng(3)
    draws = rng.integers(60, size=(40, 60))
    shares = [lmg(X[rows], y[rows]).shares for rows in draws]
    low, high = np.percentile(shares, [2.5, 97.5], axis=0)
    intervals = lmg_bootstrap(X, y, resamples=40, seed=3)
    assert intervals.low == pytest.approx(low, abs=1e-9)
    assert intervals.high == pytest.approx(high, abs=1e-9)


def test_batches_do_not_change_the_bootstrap(monkeypatch):
    X, y = sample()
    whole = lmg_bootstrap(X, y, seed=5, resamples=50)
    monkeypatch.setattr("cxprogram.stats.drivers.BATCH_DOUBLES", 1)
    piecewise = lmg_bootstrap(X, y, seed=5, resamples=50)
    assert piecewise.resamples == whole.resamples == 50
    # Other batches draw other numbers: the intervals agree as two samples of 50 do.
    assert piecewise.low == pytest.approx(whole.low, abs=0.1)
    assert piecewise.high == pytest.approx(whole.high, abs=0.1)


def test_a_bootstrap_that_mostly_fails_is_refused():
    X, y = sample(n=40, p=2)
    # One differing answer: a third of all resamples miss it and are constant.
    X[:, 0] = 0
    X[0, 0] = 1
    with pytest.raises(DriverStudyError) as caught:
        lmg_bootstrap(X, y, seed=1)
    assert caught.value.code == "driver-study-unstable"


def blocks(X, y, size):
    rows = np.column_stack([X, y]) + 50
    parts = rows.reshape(-1, size, rows.shape[1])
    return np.full(len(parts), size), parts.sum(axis=1), np.einsum("kri,krj->kij", parts, parts)


def test_blocks_of_one_row_give_the_bootstrap_of_rows():
    X, y = sample()
    of_rows, of_blocks = lmg_bootstrap(X, y, seed=2), lmg_bootstrap_from_blocks(*blocks(X, y, 1), seed=2)
    assert of_blocks.low == pytest.approx(of_rows.low, abs=1e-9)
    assert of_blocks.high == pytest.approx(of_rows.high, abs=1e-9)


def test_random_blocks_give_nearly_the_bootstrap_of_rows():
    X, y = sample(n=10_000)
    of_rows, of_blocks = lmg_bootstrap(X, y, seed=2), lmg_bootstrap_from_blocks(*blocks(X, y, 10), seed=2)
    assert of_blocks.low == pytest.approx(of_rows.low, abs=0.005)
    assert of_blocks.high == pytest.approx(of_rows.high, abs=0.005)


def test_blocks_that_allow_no_study_are_refused_by_name():
    X, y = sample()
    n, sums, products = blocks(X, y, 10)
    X[:, 1] = 3
    cases = [
        ("driver-study-shape", (n[1:], sums, products)),
        ("driver-study-shape", (n, sums, products[:, 1:])),
        ("driver-study-not-finite", (n, sums * np.nan, products)),
        ("driver-study-constant", blocks(X, y, 10)),
    ]
    for code, data in cases:
        with pytest.raises(DriverStudyError) as caught:
            lmg_bootstrap_from_blocks(*data, seed=1)
        assert caught.value.code == code


@settings(max_examples=50)
@given(st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_importances_are_not_negative_and_add_up_to_r2(p, seed):
    result = lmg(*sample(n=100, p=p, seed=seed))
    assert sum(result.raw) == pytest.approx(result.r2, abs=1e-10)
    assert min(result.raw) >= -1e-12
    assert 0 <= result.r2 <= 1


@settings(max_examples=50)
@given(st.permutations(range(4)), st.integers(0, 2**32 - 1))
def test_order_of_drivers_and_rows_does_not_matter(order, seed):
    X, y = sample(seed=seed)
    straight, turned = lmg(X, y), lmg(X[::-1, order], y[::-1])
    assert turned.raw == pytest.approx([straight.raw[driver] for driver in order], abs=1e-10)


def test_scale_and_doubled_rows_do_not_matter():
    X, y = sample()
    assert lmg(X * 7 + 3, -y).raw == pytest.approx(lmg(X, y).raw, abs=1e-10)
    assert lmg(np.vstack([X, X]), np.hstack([y, y])).raw == pytest.approx(lmg(X, y).raw, abs=1e-10)
