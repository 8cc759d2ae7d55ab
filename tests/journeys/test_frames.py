"""What the database tells of runs, held to what the events themselves say, whatever happened."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxprogram.periods import ALL, Period, parse
from journeys import frames
from journeys.analytics import funnels as analytics
from journeys.insight import funnels
from journeys.models import Customer, Episode, Interaction, Journey, Segment, Touchpoint
from journeys.services import episodes, partitions, segments
from tests import factories
from tests.factories import NOON, House

CODES = "abcdef"


def scatter(house: House, seed: int) -> tuple[Journey, list[Touchpoint]]:
    """Runs of nobody in particular: steps again and again, many at one moment, some in runs of another journey, some
    in none, some still on their way."""
    rng, program = np.random.default_rng(seed), house.program
    journey = factories.make_journey(program, f"j{seed}")
    other = factories.make_journey(program, f"o{seed}")
    places = [factories.make_touchpoint(journey.stages.first(), f"{code}{seed}") for code in CODES]
    stream = factories.make_stream(program, f"s{seed}")
    people = [factories.make_customer(program, language=["sv", "en"][n % 2]) for n in range(4)]
    units = [house.units["G"], house.units["A"], house.root]
    rows: list[Interaction] = []
    for number in range(60):
        began = NOON - timedelta(days=int(rng.integers(1, 500)), minutes=number)
        run = Episode.objects.create(
            program=program, customer=people[number % 4], journey=other if number % 9 == 8 else journey,
            started_at=began, ended_at=began + timedelta(days=1),
        )  # fmt: skip
        rows += [
            Interaction(
                program=program, stream=stream, source="test", external_id="", customer=run.customer,
                unit=units[int(rng.integers(3))], touchpoint=places[int(rng.integers(6))],
                episode=None if number % 10 == 9 else run, at=began + timedelta(minutes=int(rng.integers(6))),
                type="step",
            )
            for _event in range(int(rng.integers(1, 8)))
        ]  # fmt: skip
    partitions.ensure(each.at for each in rows)
    rng.shuffle(rows)  # type: ignore[arg-type]
    Interaction.objects.bulk_create(rows)
    return journey, places


@pytest.mark.parametrize("seed", range(6))
def test_first_times_told_by_the_database_make_the_funnel_of_the_events(house: House, seed: int) -> None:
    journey, places = scatter(house, seed)
    rng = np.random.default_rng(seed)
    rule = {"all": [{"field": "language", "is": "sv"}]}
    swedish = Segment(program=house.program, code="swedish", name="Swedish", definition=rule)
    after = NOON - timedelta(days=150)
    asked: list[tuple[Period, Segment | None]] = [(ALL, None), (parse("2016"), None), (ALL, swedish)]
    seen: set[bool] = set()
    for period, segment in asked:
        for unit in (house.root, house.units["G"]):
            chosen = [int(place) for place in rng.permutation(6)[: rng.integers(2, 7)]]
            customers = segments.customers(segment, NOON) if segment else None
            log = frames.events(journey, unit, period, customers=customers).log
            told = frames.first_times(
                journey, unit, period, [places[n].pk for n in chosen], open_after=after, customers=customers
            )
            for window in (None, 120.0):
                expected = analytics.funnel(log, chosen, window=window, open_after=after.timestamp())
                assert analytics.narrow(told.firsts, chosen, window=window) == expected
            assert log.n_cases > 3
            seen |= set(told.firsts.is_open.tolist())
    assert seen == {False, True}


def test_a_funnel_asks_once_however_many_steps_it_has(house: House) -> None:
    journey, _places = scatter(house, 1)
    counts = []
    for n in (2, 6):
        with CaptureQueriesContext(connection) as queries:
            funnels.read_funnels(journey, house.root, ALL, at=NOON, steps=[f"{code}1" for code in CODES[:n]])
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_runs_of_the_journey_that_a_touchpoint_left_are_not_of_the_one_that_has_it_now(house: House) -> None:
    journey, _places = scatter(house, 2)
    runs = set(Episode.objects.filter(journey=journey).values_list("pk", flat=True))
    found = frames.events(journey, house.root, ALL)
    assert set(found.episode.tolist()) <= runs
    assert found.log.n_cases == len(found.episode) == len(set(found.episode.tolist()))


def test_who_may_still_come_is_neither_lost_nor_come_through(house: House) -> None:
    journey = factories.make_journey(house.program, "walk")
    places = [factories.make_touchpoint(journey.stages.first(), code) for code in "ab"]
    stream = factories.make_stream(house.program, "visits")

    def walk(word: str, n: int, began: datetime) -> None:
        partitions.ensure([began])
        for _turn in range(n):
            customer = Customer.objects.create(program=house.program)
            run = Episode.objects.create(
                program=house.program, customer=customer, journey=journey, started_at=began, ended_at=began
            )
            for code in word:
                Interaction.objects.create(
                    program=house.program, stream=stream, customer=customer, touchpoint=places["ab".index(code)],
                    episode=run, at=began, type="step",
                )  # fmt: skip

    walk("ab", 10, NOON - episodes.GAP - timedelta(days=1))
    walk("a", 6, NOON - episodes.GAP - timedelta(days=1))
    walk("a", 7, NOON - timedelta(days=1))
    _steps, (whole,) = funnels.read_funnels(journey, house.root, ALL, at=NOON)
    assert whole.funnel is not None
    assert [(stage.reached, stage.in_window) for stage in whole.funnel.stages] == [(16, 16), (10, 10)]
    assert (whole.funnel.cases, whole.funnel.open_cases) == (16, 7)
