import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.analytics import competitors
from journeys.analytics.competitors import Ratings

WALLET = json.loads((Path(__file__).parents[2] / "data" / "wallet_allocation.json").read_text())
BRANDS = "ABCDE"


def ratings(*people: dict[str, float]) -> Ratings:
    """A is us."""
    rows = [(who, BRANDS.index(brand), value) for who, said in enumerate(people) for brand, value in said.items()]
    sitting, brand, rating = zip(*rows, strict=True)
    return Ratings(np.array(sitting), np.array(brand), np.array(rating, dtype=float))


@pytest.mark.parametrize("n", range(1, 7))
def test_the_best_of_n_brands_has_the_published_share(n: int) -> None:
    found = competitors.wallet_shares(Ratings(np.zeros(n, dtype=int), np.arange(n), np.arange(n, 0, -1.0)))
    assert found == pytest.approx(WALLET["table"][str(n)], abs=1e-6)


def test_six_people_with_ties_have_the_published_shares_and_means() -> None:
    said = ratings(*WALLET["example"]["ratings"])
    found = competitors.wallet_shares(said)
    for who, expected in enumerate(WALLET["example"]["scores"]):
        rows = said.sitting == who
        assert {BRANDS[b]: s for b, s in zip(said.brand[rows], found[rows], strict=True)} == pytest.approx(
            expected, abs=1e-9
        )
    whole = competitors.wallet(said)
    means = {BRANDS[share.brand]: share.mean for share in whole.shares}
    assert means == pytest.approx(WALLET["example"]["brand_mean"], abs=1e-9)
    assert {BRANDS[share.brand]: share.users for share in whole.shares} == WALLET["example"]["brand_users"]
    assert (whole.people, whole.several, whole.brands) == (6, pytest.approx(5 / 6), pytest.approx(17 / 6))


@given(
    st.lists(st.dictionaries(st.sampled_from(BRANDS), st.integers(0, 10), min_size=1), min_size=1, max_size=20),
    st.randoms(use_true_random=False),
)
def test_shares_sum_to_one_a_person_whatever_the_order_of_the_rows(people, random) -> None:
    said = ratings(*people)
    order = list(range(said.rating.size))
    random.shuffle(order)
    mixed = Ratings(said.sitting[order], said.brand[order], said.rating[order])
    found = competitors.wallet_shares(mixed)
    assert np.bincount(mixed.sitting, weights=found) == pytest.approx(np.ones(len(people)))
    assert found == pytest.approx(competitors.wallet_shares(said)[order])


def test_differences_are_those_of_people_who_rate_both() -> None:
    # Within people: 2, 0, 1 against B; who rates one of them alone does not count.
    said = ratings({"A": 8, "B": 6}, {"A": 5, "B": 5}, {"A": 9, "B": 8}, {"A": 0}, {"B": 10})
    found = competitors.relative(said)
    # mean 1, s = 1, t(0.975, 2) = 4.30265; half = 4.30265 / √3
    assert (found.difference, found.n) == (pytest.approx(1.0), 3)
    assert (found.low, found.high) == (pytest.approx(1 - 2.484138, abs=1e-5), pytest.approx(1 + 2.484138, abs=1e-5))
    assert found.p == pytest.approx(0.225403, abs=1e-5)  # t = √3, 2 degrees of freedom


def test_others_are_met_by_their_mean_or_by_their_best() -> None:
    said = ratings({"A": 8, "B": 6, "C": 9}, {"A": 5, "C": 4})
    assert competitors.relative(said).difference == pytest.approx((8 - 7.5 + 1) / 2)
    assert competitors.relative(said, best=True).difference == pytest.approx((8 - 9 + 1) / 2)
    assert competitors.relative(said, against=[2]).difference == pytest.approx((8 - 9 + 1) / 2)


def test_who_is_alone_has_no_standing() -> None:
    assert competitors.standing(ratings({"A": 8}, {"B": 3})) is None
    assert competitors.relative(ratings({"A": 8}, {"B": 3})).n == 0
    with pytest.raises(ValueError, match="no ratings"):
        competitors.wallet(Ratings(np.array([], dtype=int), np.array([], dtype=int), np.array([])))


def test_ranks_and_their_probabilities() -> None:
    rng = np.random.default_rng(5)
    people = [{"A": 70 + e, "B": 60 + rng.normal(0, 10), "C": 70 + rng.normal(0, 10)} for e in rng.normal(0, 10, 400)]
    found = competitors.standing(ratings(*people))
    assert found is not None
    assert (found.of, found.n) == (3, 400)
    assert found.rank in (1, 2)  # B is ten points behind, C is alike
    assert sum(found.ranks) == pytest.approx(1)
    assert found.ranks[2] < 1e-3
    assert found.ahead == found.ranks[0]


def test_the_probability_of_being_ahead_of_one_is_that_of_the_paired_z_test() -> None:
    rng = np.random.default_rng(1)
    people = [{"A": a, "B": a + d} for a, d in zip(rng.normal(60, 20, 900), rng.normal(-0.4, 10, 900), strict=True)]
    said = ratings(*people)
    found, pair = competitors.standing(said), competitors.relative(said)
    assert found is not None
    from statistics import NormalDist

    z = pair.difference / ((pair.high - pair.low) / 2 / 1.96)
    assert found.ahead == pytest.approx(NormalDist().cdf(z), abs=0.01)


def test_every_brand_has_its_place_and_how_sure_it_is() -> None:
    rng = np.random.default_rng(5)
    people = [{"A": 70 + e, "B": 60 + rng.normal(0, 10), "C": 80 + rng.normal(0, 10)} for e in rng.normal(0, 10, 400)]
    found = competitors.standing(ratings(*people))
    assert found is not None
    assert [(each.brand, each.rank) for each in found.places] == [(0, 2), (1, 3), (2, 1)]
    assert [each.probability for each in found.places] == pytest.approx([1, 1, 1], abs=1e-3)
    assert [each.first for each in found.places] == pytest.approx([0, 0, 1], abs=1e-3)


@given(st.lists(st.fixed_dictionaries({brand: st.integers(0, 10) for brand in "ABC"}), min_size=2, max_size=12))
def test_somebody_is_first_and_our_place_is_that_of_the_standing(people: list[dict[str, float]]) -> None:
    found = competitors.standing(ratings(*people))
    assert found is not None
    us, *others = found.places
    assert (us.brand, us.rank, us.first, us.probability) == (0, found.rank, found.ahead, found.ranks[found.rank - 1])
    assert us.first + sum(each.first for each in others) >= 1 - 1e-9  # more where means are equal: they share it
    mean = {each.brand: np.mean([who["A"] - who[BRANDS[each.brand]] for who in people]) for each in found.places}
    for each in found.places:
        assert each.rank == 1 + sum(mean[other] < mean[each.brand] for other in mean)
