"""What is measured twice, on data made so that the answer is known beforehand."""

from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from feedback.analytics.redundancy import (
    answered_together,
    complements,
    correlation,
    explained,
    reduction,
    wording_likeness,
)

N = 200
# Columns of mean 0 and one length that share nothing: what is built of them has an exact R².
A, B, C, D, E = np.linalg.qr(np.column_stack([np.ones(N), np.random.default_rng(1).normal(size=(N, 5))]))[0].T[1:]


def test_the_same_wording_is_alike_and_another_is_not() -> None:
    texts = [
        "How clean are the restrooms?",
        "How clean were our restrooms",
        "What does parking cost?",
        "",
        "Hur ren var flygplatsparkeringen?",
        "Hur var parkeringen på flygplatsen?",
    ]
    found = wording_likeness(texts)
    assert np.allclose(found, found.T) and np.allclose(np.diag(found), [1, 1, 1, 0, 1, 1])
    assert found[0, 1] > 0.6 and found[0, 2] < 0.15
    assert found[4, 5] > 3 * found[2, 5], "a compound is like its parts"
    assert (found[3] == 0).all() and wording_likeness(["", " "]).sum() == 0


def test_a_correlation_is_that_of_those_who_answered_both() -> None:
    x = [1, 2, 3, 4, 5, np.nan, 9]
    y = [2, 4, 5, 4, 5, 7, np.nan]
    found, independent = correlation(x, y), stats.pearsonr([1, 2, 3, 4, 5], [2, 4, 5, 4, 5])
    low, high = independent.confidence_interval()
    assert found.n == 5 and isclose(found.r or 0, independent.statistic)
    assert isclose(found.low or 0, low, rel_tol=1e-9) and isclose(found.high or 0, high, rel_tol=1e-9)
    assert correlation([1, 1, 1], [1, 2, 3]).r is None and correlation([], []).n == 0
    assert correlation([1, 2, 3, 4], [2, 4, 6, 8]).r == 1


def test_questions_that_too_few_answer_together_are_left_out() -> None:
    rng = np.random.default_rng(2)
    rows = rng.integers(1, 6, size=(100, 4)).astype(float)
    rows[20:, 3] = np.nan
    assert answered_together(rows) == [0, 1, 2], "twenty answer all four, forty are needed"
    assert answered_together(rows, least=101) == []
    apart = np.full((90, 4), np.nan)
    apart[:50, :2], apart[50:, 2:] = rows[:50, :2], rows[:40, :2]
    assert answered_together(apart) == [0, 1], "two surveys: those of the larger one"
    rows[:, 1] = 3
    assert answered_together(rows) == [0, 2], "one that never varies tells nothing"
    rows[:50, 0] = np.nan
    rows[50:, 2] = np.nan
    assert answered_together(rows) == [2, 3], "twenty answered these two"
    assert answered_together(rows, least=21) == []


def test_a_question_that_two_others_add_up_to_is_dropped_without_loss() -> None:
    rows = np.column_stack([A, B, (A + B) / sqrt(2), C])
    found = reduction(rows)
    assert [drop.column for drop in found.drops] == [0] and found.kept == (1, 2, 3)
    assert isclose(found.drops[0].lost, 0, abs_tol=1e-9) and isclose(found.lost, 0, abs_tol=1e-9)
    assert [drop.column for drop in reduction(rows, needed=[0, 1]).drops] == [2]
    assert reduction(rows, needed=[0, 1, 2]).drops == ()


def test_what_is_lost_is_the_variance_that_the_kept_ones_do_not_tell() -> None:
    # R² of either by the other is 0.9² = 0.81.
    twin = 0.9 * A + sqrt(0.19) * D
    found = reduction(np.column_stack([A, twin, C]))
    assert [drop.column for drop in found.drops] == [0]
    assert isclose(found.drops[0].lost, 0.19) and isclose(found.lost, 0.19 / 3)
    assert reduction(np.column_stack([A, twin, C]), most_lost=0.18).drops == ()


def test_the_loss_is_that_by_what_is_kept_in_the_end() -> None:
    # Neighbours correlate by 0.9, the ends by 0.81. The middle by both ends: (0.81 + 0.81 − 2 · 0.81²) / (1 − 0.81²);
    # an end by the other would then lose 1 − 0.81², which is too much.
    second = 0.9 * A + sqrt(0.19) * D
    third = 0.9 * second + sqrt(0.19) * E
    table = np.column_stack([A, second, third])
    found = reduction(table)
    assert [(drop.column, round(drop.lost, 6)) for drop in found.drops] == [(1, round(1 - 0.3078 / 0.3439, 6))]
    kept = reduction(table, needed=[1])
    assert kept.kept == (1,) and [round(drop.lost, 9) for drop in kept.drops] == [0.19, 0.19]
    assert isclose(kept.lost, 0.38 / 3) and isclose(kept.drops[0].lost, 1 - explained(np.corrcoef(table.T), 0, [1]))


def test_independent_questions_are_all_kept() -> None:
    found = reduction(np.column_stack([A, B, C]))
    assert (found.drops, found.lost, found.n) == ((), 0.0, N)


def test_a_reduction_of_too_few_or_incomplete_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="complete"):
        reduction(np.column_stack([A, B])[:19])
    with pytest.raises(ValueError, match="complete"):
        reduction([[1.0, np.nan]] * 40)


@given(st.integers(0, 10_000))
def test_the_order_of_the_rows_and_the_scale_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = rng.normal(size=(60, 2))
    rows = np.column_stack([base, base @ rng.normal(size=2) + 0.1 * rng.normal(size=60)])
    found = reduction(rows)
    again = reduction(rng.permutation(rows) * [2.0, 0.5, 7.0] + 3)
    assert [drop.column for drop in found.drops] == [drop.column for drop in again.drops]
    assert isclose(found.lost, again.lost, abs_tol=1e-6) and 0 <= found.lost <= 0.3


def test_streams_that_share_nothing_add_what_each_explains() -> None:
    # Of a variance of 9 + 16 + 144: 9 by A, 16 by B, nothing by C.
    found = complements([A, B, C], 3 * A + 4 * B + 12 * D)
    assert found is not None and isclose(found.r2, 25 / 169)
    assert [round(each.unique, 9) for each in found.contributions] == [round(9 / 169, 9), round(16 / 169, 9), 0]
    assert [round(each.lmg, 9) for each in found.contributions] == [round(9 / 169, 9), round(16 / 169, 9), 0]
    first, second, third = (each.p for each in found.contributions)
    assert first is not None and second is not None and third is not None
    assert second < first < 0.01 < 0.99 < third


def test_a_stream_that_repeats_another_adds_nothing_of_its_own() -> None:
    # The second tells half of the outcome, all of it known from the first: orders of entry give 3/4 and 1/4.
    found = complements([A, (A + B) / sqrt(2)], A)
    assert found is not None and isclose(found.r2, 1)
    assert [round(each.unique, 9) for each in found.contributions] == [0.5, 0]
    assert [round(each.lmg, 9) for each in found.contributions] == [0.75, 0.25]


def test_a_stream_of_several_columns_counts_as_one_and_one_that_never_varies_as_none() -> None:
    found = complements([np.column_stack([A, B]), np.full(N, 7.0)], A + B + D)
    assert found is not None and isclose(found.r2, 2 / 3)
    assert isclose(found.contributions[0].unique, 2 / 3)
    assert isclose(found.contributions[1].unique, 0, abs_tol=1e-12) and found.contributions[1].p is None
    assert isclose(sum(each.lmg for each in found.contributions), found.r2)


def test_the_test_of_a_contribution_is_that_of_nested_models() -> None:
    rng = np.random.default_rng(3)
    x, z = rng.normal(size=60), rng.normal(size=60)
    y = x + 0.3 * z + rng.normal(size=60)
    found = complements([x, z], y)
    assert found is not None
    for each, (own, other) in zip(found.contributions, ((x, z), (z, x)), strict=True):
        # Frisch, Waugh and Lovell: what is left of both after the other; t with n − 3 degrees of freedom.
        left = [part - np.polyval(np.polyfit(other, part, 1), other) for part in (own, y)]
        r = stats.pearsonr(*left).statistic
        assert each.p is not None and isclose(each.p, 2 * stats.t.sf(abs(r) * sqrt(57 / (1 - r**2)), 57), rel_tol=1e-6)
        assert isclose(each.unique, r**2 * (1 - stats.pearsonr(other, y).statistic ** 2))


def test_too_few_answers_explain_nothing() -> None:
    assert complements([A[:19], B[:19]], C[:19]) is None
    assert complements([A], np.full(N, 3.0)) is None
    assert complements([np.full(N, 3.0)], A) is None
