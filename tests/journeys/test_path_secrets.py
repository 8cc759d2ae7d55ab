"""What few did stays hidden: no number of a segment, taken from that of all customers, tells it; nor does a share."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from cxprogram.choices import Role
from cxprogram.periods import ALL
from journeys.analytics import conformance, paths
from journeys.analytics.event_log import MICROSECONDS, EventLog
from journeys.insight.paths import PathStudy, compare_units
from journeys.models import Customer, Journey, Segment
from tests import factories
from tests.api_client import Api
from tests.factories import NOON, House
from tests.journeys.test_path_pages import journey, study, walk

__all__ = ["journey"]
LEAST, LATE = 5, 1_000
WORDS = ("abc", "ac", "ab", "a", "acb", "abbc", "cab", "b")
PROGRAM: Any = SimpleNamespace(min_n=LEAST)
FEW = range(1, LEAST)
runs_of = st.dictionaries(
    st.tuples(st.sampled_from(WORDS), st.booleans()), st.sampled_from([1, 2, 4, 5, 6, 9, 20]), max_size=7
)
Told = dict[Hashable, int]


def studied(runs: Mapping[tuple[str, bool], int]) -> PathStudy:
    """So many runs go each of the ways; those that are still open go it later."""
    events = [
        (word, place, LATE * is_open)
        for place, (word, is_open) in enumerate((key for key, n in runs.items() for _run in range(n)))
    ]
    rows = [(case, "abc".index(letter), late + at) for word, case, late in events for at, letter in enumerate(word)]
    case, step, at = zip(*rows, strict=True) if rows else ((), (), ())
    log = EventLog.of(case, step, [moment * int(MICROSECONDS) for moment in at], "abc")
    closed = log.only(~paths.open_cases(log, LATE - 1))
    return PathStudy(
        journey=SimpleNamespace(program=PROGRAM),  # type: ignore[arg-type]
        unit=None,  # type: ignore[arg-type]
        period=ALL,
        names=("a", "b", "c"),
        plan=(0, 1, 2),
        paths=paths.study(log, open_after=LATE - 1),
        conformance=conformance.conform(closed, (0, 1, 2)),
        is_hidden=log.n_cases < LEAST,
        rated=0,
        rated_by=None,
        streams=(),
        leavers=paths.left_before(closed, 2),
    )


def families(found: PathStudy) -> dict[str, tuple[int, Told]]:
    """What is told of each partition, and the total where it is told as well."""
    cases = found.paths.cases
    told: dict[str, tuple[int, Told]] = {
        "ways": (cases, {each.steps: each.n for each in found.shown}),
        "starts": (cases, dict(found.first_steps)),
        "ends": (cases, {**found.last_steps, **({"open": found.still_open} if found.still_open else {})}),
    }
    for origin in {each.origin for each in found.paths.transitions}:
        moves = [each for each in found.moves if each.origin == origin]
        if moves:
            told[f"from {origin}"] = round(moves[0].n / moves[0].probability), {each.target: each.n for each in moves}
    return told


def numbers(found: PathStudy) -> Told:
    """What is told of two parts of a total each."""
    told: Told = {("again", each.step): each.cases for each in found.repeated}
    told |= {("left", step): n for step, n in found.left.items()}
    told |= {each.deviation: each.cases for each in found.costs}
    if found.conforming is not None:
        told["conforming"] = round(found.conforming * found.conformance.cases)
    if found.still_open:
        told["open"] = found.still_open
    return told


@given(runs_of, runs_of)
@settings(max_examples=300, deadline=None)
def test_no_number_of_a_segment_taken_from_that_of_all_tells_of_few(theirs, others) -> None:
    whole = studied({key: theirs.get(key, 0) + others.get(key, 0) for key in theirs.keys() | others.keys()})
    rest = whole.paths.cases - sum(theirs.values())
    part = replace(studied(theirs), whole=whole.counts)
    if part.is_hidden or rest in FEW:  # then nothing of it is told
        return
    all_, told = families(whole), families(part)
    for name, (total, cells) in told.items():
        assert not any(n in FEW for n in cells.values()) and total - sum(cells.values()) not in FEW
        total_of_all, cells_of_all = all_.get(name, (0, {}))
        left = {key: cells_of_all[key] - n for key, n in cells.items() if key in cells_of_all}
        assert not any(n in FEW for n in left.values()), (name, left)
        if name in all_ and left.keys() == cells_of_all.keys():
            assert total_of_all - total - sum(left.values()) not in FEW, (name, left)
    of_all = numbers(whole)
    for key, n in numbers(part).items():
        assert n not in FEW and of_all.get(key, n) - n not in FEW, key


@given(runs_of, runs_of)
@settings(max_examples=100, deadline=None)
def test_what_follows_on_a_step_tells_not_how_few_never_came_to_it(theirs, others) -> None:
    whole = studied({key: theirs.get(key, 0) + others.get(key, 0) for key in theirs.keys() | others.keys()})
    part = replace(studied(theirs), whole=whole.counts)

    def missed(runs: Mapping[tuple[str, bool], int], step: int) -> int:
        return sum(n for (word, _is_open), n in runs.items() if "abc"[step] not in word)

    for step in {each.origin for each in whole.moves}:
        assert missed(theirs, step) + missed(others, step) not in FEW
    for step in {each.origin for each in part.moves}:
        assert missed(theirs, step) not in FEW and missed(others, step) not in FEW


@given(runs_of)
@settings(deadline=None)
def test_no_share_tells_how_few_are_still_open(runs) -> None:
    found = studied(runs)
    still_open = found.paths.open_cases
    shares = [found.conforming, *(found.share_of(each) for each in found.costs)]
    if still_open in FEW or found.paths.cases - still_open in FEW:
        assert not found.still_open and set(shares) <= {None}
    elif not found.is_hidden and not any(n in FEW for n in found.paths.ends.values()):
        assert all(found.share_of(each) == each.share for each in found.costs)


@pytest.fixture
def gold(house: House, journey: Journey) -> Segment:
    """Of thirteen who are gold seven go all the way and six leave out b; of the twelve others ten and two."""
    walk(house.program, *["abc"] * 7, *["ac"] * 6, *["abc"] * 10, *["ac"] * 2)
    factories.make_attribute(house.program, "tier")
    for number in range(25):
        tier = "gold" if number < 13 else "none"
        Customer.objects.filter(identities__value=f"walker-{number}").update(attributes={"tier": tier})
    return Segment.objects.create(
        program=house.program, code="gold", name="Gold", definition={"attribute": "tier", "is": "gold"}
    )


@pytest.mark.django_db
def test_the_page_and_the_api_tell_nothing_of_a_segment_that_leaves_two(
    house: House, journey: Journey, gold: Segment
) -> None:
    whole, part = study(journey), study(journey, segment=gold)
    assert [each.n for each in whole.shown] == [17, 8] and part.paths.cases == 13
    assert not part.shown and not part.moves and not part.costs and part.conforming is None
    told = Api(house.people[Role.OWNER], house.program).get("/api/v1/paths/?journey=walk&segment=gold").json()
    assert (told["cases"], told["starts"]) == (13, [{"step": "a", "n": 13}])
    assert not told["variants"] and not told["deviations"] and told["conforming"] is None


@pytest.mark.django_db
def test_a_unit_is_compared_within_a_segment_only_where_it_leaves_no_few_of_its_customers(
    house: House, journey: Journey
) -> None:
    walk(house.program, *["abc"] * 10, unit=house.units["A"])
    walk(house.program, *["abc"] * 20, unit=house.units["G"], start=10)
    walk(house.program, *["abc"] * 20, unit=house.units["B"], start=30)
    factories.make_attribute(house.program, "tier")
    for number in range(50):
        tier = "none" if number < 3 or 10 <= number < 20 or 30 <= number < 37 else "gold"
        Customer.objects.filter(identities__value=f"walker-{number}").update(attributes={"tier": tier})
    segment = Segment.objects.create(
        program=house.program, code="gold", name="Gold", definition={"attribute": "tier", "is": "gold"}
    )
    found = compare_units(study(journey, segment=segment), at=NOON, segment=segment)
    assert {unit.code: each and each.paths.cases for unit, each in found if unit.code in "ABG"} == {
        "A": None, "B": None, "G": 10,
    }  # fmt: skip


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_how_few_are_still_open_is_told_by_no_share_and_no_duration(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 12, *["ac"] * 8)
    walk(house.program, *["abc"] * 3, start=100, began=NOON - timedelta(days=1))
    client = Api(house.people[Role.OWNER], house.program)
    told = client.get("/api/v1/paths/?journey=walk").json()
    assert (told["cases"], told["still_open"], told["conforming"]) == (23, None, None)
    assert [(each["cases"], each["share"]) for each in told["deviations"]] == [(8, None)]
    assert told["seconds"]["n"] is None and told["seconds"]["median"] > 0
    walk(house.program, *["abc"] * 3, start=200, began=NOON - timedelta(days=1))
    told = client.get("/api/v1/paths/?journey=walk").json()
    assert (told["still_open"], told["seconds"]["n"], told["deviations"][0]["share"]) == (6, 20, 0.4)
