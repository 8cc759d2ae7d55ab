"""Each way to count, held to a table worked by hand."""

from typing import Any

import pytest

from journeys.kpis.registry import KpiError
from journeys.models import Customer, Kpi, Segment
from journeys.services import kpis
from tests import factories
from tests.journeys.kpis.events import World, define, fill, happen, make_world, reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def people(world: World) -> list[int]:
    return [factories.make_customer(world.program).pk for _n in range(5)]


def told(world: World, kpi: Kpi, period: str = "2026-01", unit: str = "") -> tuple[Any, ...]:
    found = reading(world, kpi, period, unit)
    return found.value, found.n


def test_events_are_counted_by_unit_month_and_type_in_the_programs_own_time(world: World, people: list[int]) -> None:
    kpi = define(world, "event_count", "count", parameters={"types": ["visit"]})
    happen(
        world,
        [
            (people[0], "A", "2026-01-05", "visit"),
            (people[0], "A", "2026-01-06", "visit"),
            (people[1], "G", "2026-01-07", "visit"),
            (None, "", "2026-01-08", "visit"),  # no unit: it belongs to the whole
            (people[1], "G", "2026-01-09", "call"),
            (people[1], "G", "2026-02-01 07:59", "visit"),  # still January in San Francisco
            (people[1], "G", "2026-02-01 08:00", "visit"),
        ],
    )
    fill(world)
    values = [told(world, kpi, unit=unit)[0] for unit in ("A", "G", "")]
    assert values == [2, 2, 5]
    assert told(world, kpi, "2026-02") == (1, 1)
    assert told(world, kpi, "2026") == (6, 6)
    # Garwood's interval of five events.
    assert (reading(world, kpi).low, reading(world, kpi).high) == pytest.approx((1.623486, 11.668332), abs=1e-6)


def test_means_and_sums_are_those_of_the_values_that_were_told(world: World, people: list[int]) -> None:
    mean = define(world, "event_mean", "mean", parameters={"types": ["order"]})
    total = define(world, "event_sum", "money", parameters={"types": ["order"]})
    happen(world, [(people[n], "A", "2026-01-05", "order", value) for n, value in enumerate((2, 4, 9, None))])
    fill(world)
    assert told(world, mean) == (5.0, 3)
    # s = √13, t(2) = 4.302653: 5 ± 4.302653·√(13/3)
    assert (reading(world, mean).low, reading(world, mean).high) == pytest.approx((-3.956686, 13.956686), abs=1e-5)
    assert told(world, total) == (15.0, 3)
    # 15 ± 1.959964·√(4 + 16 + 81)
    assert (reading(world, total).low, reading(world, total).high) == pytest.approx((-4.697393, 34.697393), abs=1e-5)


def test_revenue_takes_refunds_off(world: World, people: list[int]) -> None:
    kpi = define(world, "revenue", "money", parameters={"types": ["order", "refund"]})
    rows = [(people[0], "A", "2026-01-05", "order", 100), (people[1], "A", "2026-01-06", "refund", -30.5)]
    happen(world, rows)
    fill(world)
    assert told(world, kpi) == (69.5, 2)


def test_a_rate_is_for_each_customer_of_a_month(world: World, people: list[int]) -> None:
    kpi = define(world, "event_rate", "rate", parameters={"types": ["complaint"], "among": ["visit"]})
    happen(
        world,
        [
            *((people[n], "A", "2026-01-05", "visit") for n in range(4)),
            (people[0], "A", "2026-01-06", "visit"),
            (people[0], "A", "2026-01-07", "complaint"),
            (people[1], "A", "2026-01-07", "complaint"),
            (people[1], "A", "2026-01-08", "complaint"),
            (people[4], "A", "2026-01-08", "browse"),  # not among those counted
            (None, "A", "2026-01-08", "complaint"),  # nobody's: left out
        ],
    )
    fill(world)
    assert told(world, kpi) == (3 / 4, 4)
    assert (reading(world, kpi).low, reading(world, kpi).high) == pytest.approx((0.154668, 2.191818), abs=1e-6)


def test_a_share_is_of_one_type_among_it_and_the_other(world: World, people: list[int]) -> None:
    kpi = define(world, "event_share", "share", parameters={"types": ["online"], "over": ["desk"]})
    rows = [(people[0], "A", "2026-01-05", kind) for kind in ("online", "desk", "desk", "desk", "lounge")]
    happen(world, rows)
    fill(world)
    assert told(world, kpi) == (0.25, 4)
    assert (reading(world, kpi).low, reading(world, kpi).high) == pytest.approx((0.045587, 0.699358), abs=1e-6)


def test_a_ratio_divides_one_count_by_another(world: World, people: list[int]) -> None:
    define(world, "event_count", "count", "orders", parameters={"types": ["order"]})
    define(world, "event_count", "count", "visits", parameters={"types": ["visit"]})
    kpi = define(world, "ratio", "rate", parameters={"of": "orders@1", "per": "visits@1"})
    happen(world, [(people[0], "A", "2026-01-05", kind) for kind in ("visit", "visit", "order")])
    happen(world, [(people[0], "G", "2026-01-05", kind) for kind in ("visit", "order", "order")])
    fill(world)
    assert [told(world, kpi, unit=unit) for unit in ("A", "G", "")] == [(0.5, 2), (2.0, 1), (1.0, 3)]


def test_a_wait_runs_from_the_first_event_that_was_not_answered(world: World, people: list[int]) -> None:
    facts = {"from": ["ask"], "to": ["answer"], "within_days": 2}
    median = define(world, "waiting_time", "duration", parameters=facts)
    mean = define(world, "waiting_time", "duration", "mean-wait", parameters=facts | {"statistic": "mean"})
    happen(
        world,
        [
            (people[0], "A", "2026-01-05 10:00", "ask"),
            (people[0], "A", "2026-01-05 10:10", "ask"),
            (people[0], "A", "2026-01-05 10:30", "answer"),  # 1 800 s
            (people[0], "A", "2026-01-05 10:40", "answer"),  # nothing was asked
            (people[1], "A", "2026-01-05 10:00", "ask"),
            (people[1], "A", "2026-01-05 10:10", "answer"),  # 600 s
            (people[2], "A", "2026-01-31 20:00", "ask"),
            (people[2], "G", "2026-02-01 20:00", "answer"),  # 86 400 s, of February, where it was answered
            (people[3], "A", "2026-01-05 10:00", "ask"),
            (people[3], "A", "2026-01-09 10:00", "answer"),  # too late to belong together
        ],
    )
    fill(world)
    assert told(world, mean) == (1200.0, 2)
    value, n = told(world, median)
    assert (value, n) == (pytest.approx(1200, rel=0.01), 2)
    assert told(world, mean, "2026-02", "G") == (86_400.0, 1)
    assert told(world, mean, "2026-02", "A") == (None, 0)


def test_time_between_touchpoints_is_that_between_two_of_the_map(world: World, people: list[int]) -> None:
    stage = factories.make_journey(world.program).stages.get(code="wait")
    first, second = (factories.make_touchpoint(stage, code) for code in ("desk", "gate"))
    parameters = {"from": ["desk"], "to": ["gate"], "statistic": "mean"}
    kpi = define(world, "touchpoint_time", "duration", parameters=parameters)
    happen(world, [(people[0], "A", "2026-01-05 10:00", "step")], touchpoint=first)
    happen(world, [(people[0], "A", "2026-01-05 11:00", "step")], touchpoint=second)
    fill(world)
    assert told(world, kpi) == (3600.0, 1)


def test_who_was_not_seen_for_so_many_months_is_lost_and_who_was_is_kept(world: World, people: list[int]) -> None:
    churn = define(world, "churn", "share", parameters={"months": 2})
    kept = define(world, "retention", "share", parameters={"months": 2})
    happen(
        world,
        [
            (people[0], "A", "2026-01-05", "visit"),  # never again: lost in March
            (people[1], "A", "2026-01-05", "visit"),
            (people[1], "G", "2026-01-25", "visit"),  # was last at G
            (people[1], "A", "2026-02-05", "visit"),
            (people[2], "A", "2026-01-05", "visit"),
            (people[2], "A", "2026-03-31", "visit"),
            (people[3], "A", "2026-01-05", "visit"),
            (people[3], "A", "2026-04-05", "visit"),  # back too late for March
        ],
    )
    fill(world)
    assert told(world, churn, "2026-03") == (2 / 4, 4)
    assert told(world, kept, "2026-03") == (2 / 4, 4)
    assert told(world, churn, "2026-03", "G") == (0.0, 1)
    assert told(world, churn, "2026-04") == (1.0, 1)  # of February's one customer
    assert told(world, churn, "2026-06") == (None, 0)  # June is not over


def test_cross_sell_is_another_kind_and_upsell_is_worth_more(world: World, people: list[int]) -> None:
    cross = define(world, "cross_sell", "share", parameters={"types": ["buy"], "kind": "kind", "within_days": 30})
    up = define(world, "upsell", "share", parameters={"types": ["buy"], "within_days": 30})
    happen(
        world,
        [
            (people[0], "A", "2025-12-20", "buy", 10, "shoes"),  # first
            (people[0], "A", "2026-01-05", "buy", 20, "shoes"),  # the same, more
            (people[0], "A", "2026-01-06", "buy", 20, "socks"),  # another, as much
            (people[0], "A", "2026-01-07", "buy", 5, "shoes"),  # known, less
            (people[1], "A", "2025-11-01", "buy", 10, "shoes"),
            (people[1], "A", "2026-01-05", "buy", 90, "socks"),  # too long ago to compare
        ],
    )
    fill(world)
    assert told(world, cross) == (1 / 3, 3)
    assert told(world, up) == (1 / 3, 3)


def test_cost_to_serve_is_the_mean_of_a_customers_month(world: World, people: list[int]) -> None:
    by_type = define(world, "cost_to_serve", "money", "by-type", parameters={"costs": {"call": 8.5, "chat": 2}})
    by_value = define(world, "cost_to_serve", "money", "by-value", parameters={"types": ["call"]})
    happen(
        world,
        [
            (people[0], "A", "2026-01-05", "call", 10),
            (people[0], "A", "2026-01-06", "chat", 1),
            (people[1], "A", "2026-01-06", "visit", 100),
        ],
    )
    fill(world)
    assert told(world, by_type) == (10.5 / 2, 2)
    assert told(world, by_value) == (10 / 2, 2)


def test_a_kpi_counts_only_its_population_stream_touchpoint_and_journey(world: World, people: list[int]) -> None:
    stage = factories.make_journey(world.program).stages.get(code="wait")
    desk = factories.make_touchpoint(stage, "desk")
    other = factories.make_stream(world.program, "other")
    Customer.objects.filter(pk=people[0]).update(language="sv")
    swedes = Segment.objects.create(
        program=world.program, code="sv", name="Swedes", definition={"field": "language", "is": "sv"}
    )
    whole = define(world, "event_count", "count")
    narrowed = [
        define(world, "event_count", "count", code, **fields)
        for code, fields in {
            "population": {"population": swedes},
            "stream": {"stream": other},
            "touchpoint": {"touchpoint": desk},
            "journey": {"journey": stage.journey},
        }.items()
    ]
    happen(world, [(people[0], "A", "2026-01-05", "x"), (people[1], "A", "2026-01-05", "x")])
    happen(world, [(people[1], "A", "2026-01-05", "x")], stream=other)
    happen(world, [(people[1], "A", "2026-01-05", "x")] * 3, touchpoint=desk)
    fill(world)
    assert [told(world, kpi)[0] for kpi in (whole, *narrowed)] == [6, 1, 1, 3, 3]


@pytest.mark.parametrize(
    ("collector", "measure", "parameters", "said"),
    [
        ("event_count", "share", {}, 'This KPI is written in "number".'),
        ("event_count", "count", {"typ": ["a"]}, "typ is no parameter of this KPI; it knows: types."),
        ("event_count", "count", {"types": "visit"}, 'types: Write a list of texts, for example ["visit", "order"].'),
        ("event_count", "count", [], 'Write the parameters by name, for example {"types": ["visit"]}.'),
        ("event_rate", "rate", {}, "The parameter types is missing."),
        ("churn", "share", {"months": 0}, "months: Write a whole number from 1 to 36."),
        ("churn", "share", {"months": True}, "months: Write a whole number from 1 to 36."),
        ("cost_to_serve", "money", {"costs": {"call": -1}},
         'costs: Write amounts by type, for example {"call": 8.5, "chat": 2}.'),
        ("ratio", "rate", {"of": "nothing", "per": "nothing"}, "of: Name a KPI that counts events."),
        ("touchpoint_time", "duration", {"from": ["x"], "to": ["y"]}, "from: There is no such touchpoint."),
        ("waiting_time", "duration", {"from": ["x"], "to": ["y"], "statistic": "mode"},
         "statistic: Write one of: median, mean."),
    ],
)  # fmt: skip
def test_parameters_are_refused_in_plain_words(
    world: World, collector: str, measure: str, parameters: Any, said: str
) -> None:
    kpi = Kpi(program=world.program, code="k", collector=collector, measure=measure, parameters=parameters)
    with pytest.raises(KpiError) as refused:
        kpis.checked(kpi)
    assert str(refused.value.detail) == said


def test_a_ratio_is_pinned_to_the_versions_that_it_was_made_of(world: World) -> None:
    for code in ("orders", "visits"):
        define(world, "event_count", "count", code)
    facts = {"collector": "ratio", "measure": "rate", "parameters": {"of": "orders", "per": "visits"}}
    kpi = kpis.checked(Kpi(program=world.program, code="k", **facts))
    assert kpi.parameters == {"of": "orders@1", "per": "visits@1"}
