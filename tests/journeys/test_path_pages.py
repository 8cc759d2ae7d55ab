"""The actual journeys on their pages: the figures of a log that came in as interactions, small numbers hidden."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxprogram.models import Program
from cxprogram.periods import ALL, parse
from journeys import frames
from journeys.analytics.conformance import Deviation
from journeys.insight import funnels, paths
from journeys.models import Customer, Episode, Interaction, Journey, Segment
from journeys.pages import paths as pages
from journeys.services import episodes, interactions
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Happening
from tests import factories
from tests.factories import NOON, House

START = NOON - timedelta(days=50)
TOO_FEW = "Too few journeys to show without revealing a small group"


def walk(program: Program, *runs: str, unit=None, start: int = 0, began: datetime = START) -> None:
    """Each word is one customer's run, each letter a touchpoint, an hour between them."""
    door = interactions.door(program)
    rows = []
    for number, word in enumerate(runs, start=start):
        for place, code in enumerate(word):
            said = Happening(
                "visits", "test", f"{number}-{place}", began + timedelta(hours=place), "visit",
                customer=CustomerFacts("test", f"walker-{number}"), touchpoint=code, unit=unit,
            )  # fmt: skip
            rows.append(interactions.prepare(door, said, at=NOON))
    interactions.record_many(door, rows, at=NOON)
    episodes.assign(program)


@pytest.fixture
def journey(house: House) -> Journey:
    """a, b, c on the map, in two stages."""
    factories.make_stream(house.program, "visits")
    journey = factories.make_journey(house.program, "walk")
    first, second = journey.stages.all()
    for stage, code in ((first, "a"), (first, "b"), (second, "c")):
        factories.make_touchpoint(stage, code)
    return journey


def study(journey: Journey, unit=None, **asked) -> paths.PathStudy:
    return paths.read_paths(
        journey, unit or journey.program.orgunit_set.get(parent=None), asked.pop("period", ALL), at=NOON, **asked
    )


def test_the_runs_that_came_in_are_the_runs_that_are_told(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6, *["ac"] * 5, "acb")
    found = study(journey)
    assert [("".join(found.names[s] for s in each.steps), each.n) for each in found.shown] == [("ABC", 6)]
    assert (found.paths.cases, found.paths.n_variants, found.hidden) == (
        12,
        3,
        6,
    )  # 5 would leave 1 to be told by subtraction
    assert found.starts == [("A", 12)]
    assert found.conformance.conforming == pytest.approx(0.5)
    missing = {cost.deviation: cost.cases for cost in found.costs}
    assert missing == {Deviation("missing", 1): 5}  # one run out of order is too few to tell of


def test_packed_rows_are_the_rows(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6, "cab")
    log = frames.events(journey, house.root, ALL).log
    told = [(log.steps[step], at) for step, at in zip(log.step.tolist(), log.at.tolist(), strict=True)]
    rows = Interaction.objects.order_by("episode", "at", "pk").values_list("touchpoint__code", "at")
    assert told == [(code, round(at.timestamp() * 1_000_000)) for code, at in rows]
    assert len(told) == 21


def test_who_is_still_on_the_way_has_missed_nothing(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6)
    walk(house.program, *["ab"] * 7, start=100, began=NOON - timedelta(days=1))
    found = study(journey)
    assert (found.paths.cases, found.paths.open_cases, found.conformance.cases) == (13, 7, 6)
    assert (found.conformance.conforming, found.conformance.fitness, found.costs) == (1, 1, ())


def test_a_touchpoint_that_no_stream_tells_of_is_missed_by_nobody(house: House, journey: Journey) -> None:
    factories.make_touchpoint(journey.stages.last(), "dark")
    walk(house.program, *["abc"] * 6)
    assert study(journey).conformance.conforming == 1


def test_a_period_holds_the_runs_that_began_in_it_and_a_unit_what_happened_there(
    house: House, journey: Journey
) -> None:
    walk(house.program, *["abc"] * 6, unit=house.units["G"])
    walk(house.program, *["ab"] * 7, unit=house.units["A"], start=100)
    assert study(journey, period=parse("2016")).paths.cases == 0
    assert study(journey, period=parse("2017-03")).paths.cases == 13
    assert study(journey, unit=house.units["G"]).paths.cases == 6


def test_a_segment_holds_its_customers(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6, *["ab"] * 5)
    Customer.objects.filter(identities__value__in=[f"walker-{n}" for n in range(6)]).update(language="sv")
    rule = {"all": [{"field": "language", "is": "sv"}]}
    segment = Segment.objects.create(program=house.program, code="swedish", name="Swedish", definition=rule)
    assert study(journey, segment=segment).paths.cases == 6
    _steps, groups = funnels.read_funnels(journey, house.root, ALL, at=NOON, by=frozenset({"segment"}))
    assert [(each.label, each.funnel and each.funnel.cases) for each in groups] == [("Everyone", 11), ("Swedish", 6)]


def test_few_runs_are_hidden(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 4)
    found = study(journey)
    assert (found.is_hidden, found.shown, found.moves, found.costs) == (True, (), (), ())
    _steps, groups = funnels.read_funnels(journey, house.root, ALL, at=NOON)
    assert [each.funnel for each in groups] == [None]
    page = owner(house).get("/paths/", {"journey": "walk"}).content.decode()
    assert TOO_FEW in page


def test_no_subtraction_tells_of_few(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 20, *["bc"] * 8, *["bca"] * 2)
    found = study(journey)
    assert [each.n for each in found.shown] == [20]  # with 8 shown, 2 would be left
    assert (found.starts, found.ends) == ([("A", 20), ("B", 10)], [])  # 28 end with c: shown, 2 would be left
    moves = {(found.names[each.origin], found.names[each.target]) for each in found.moves}
    assert moves == {("B", "C")}  # after a two stop, after c two go on
    # 8 leave out a, 2 take it last: their sum is who does not follow the plan, and may be told
    assert [(each.deviation, each.cases) for each in found.costs] == [(Deviation("missing", 0), 8)]
    assert found.conforming == pytest.approx(2 / 3)


@pytest.mark.parametrize(("way", "n"), [("abc", 2), ("ac", 2)])
def test_the_headline_tells_neither_of_few_who_follow_the_map_nor_of_few_who_do_not(
    house: House, journey: Journey, way: str, n: int
) -> None:
    walk(house.program, *[way] * n, *["ac" if way == "abc" else "abc"] * 20)
    found = study(journey)
    assert (found.conforming, found.shown, found.costs) == (None, (), ())
    page = owner(house).get("/paths/", {"journey": "walk"})
    assert page.context["headline"] == "22 journeys, 2 ways through"


def test_few_who_are_still_on_the_way_are_not_told(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 8)
    walk(house.program, *["abc"] * 3, start=100, began=NOON - timedelta(days=1))
    assert (study(journey).still_open, study(journey).ends) == (0, [])


def test_a_funnel_tells_neither_of_few_who_are_left_nor_of_few_who_are_lost(house: House, journey: Journey) -> None:
    walk(house.program, *["ab"] * 20, *["abc"] * 2)
    page = owner(house).get("/funnels/", {"journey": "walk"})
    ((_label, table),) = page.context["tables"]
    assert table.rows[2] == ("C", "hidden", "hidden", "hidden", "", "", "", "", "")
    assert (page.context["headline"], page.context["lead"]) == (TOO_FEW, "")
    assert "so is whatever would reveal them" in page.content.decode()
    walk(house.program, *["abc"] * 40, *["a"] * 2, start=100)
    page = owner(house).get("/funnels/", {"journey": "walk"})
    ((_label, table),) = page.context["tables"]
    # 64 begin, 62 come to b: told, it would tell of the 2 lost there, so it is not; 42 come to c
    assert [row[1:5] for row in table.rows] == [
        ("64", "64", "64", ""),
        ("hidden", "hidden", "hidden", ""),
        ("42", "42", "42", ""),
    ]
    assert (page.context["headline"][:4], page.context["lead"]) == ("65.6", "")


def test_a_number_hidden_only_to_protect_another_is_not_called_small(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 12, unit=house.units["G"])
    walk(house.program, *["abc"] * 9, unit=house.units["A"], start=100)
    walk(house.program, *["abc"] * 3, unit=house.units["B"], start=200)  # of 24 in all: with 12 and 9 told, 3 are left
    compared = {row[0]: row[1] for row in owner(house).get("/paths/", {"by": "unit"}).context["compared"].rows}
    assert [compared[f"Boarding area {code}"] for code in "ABG"] == ["hidden", "hidden", "12"]
    page = owner(house).get("/funnels/", {"by": "unit"})
    assert {"Boarding area A", "Boarding area B"} < set(page.context["withheld"])
    assert "Hidden, for few began or few would be left: Boarding area A, " in page.content.decode()
    assert "n &lt; 5" not in page.content.decode()


def test_the_headline_names_the_step_to_leave_out_where_that_helps_more_than_mending(
    house: House, journey: Journey
) -> None:
    walk(house.program, *["abc"] * 40, *["ac"] * 30, *["acb"] * 30)
    page = owner(house).get("/funnels/", {"journey": "walk", "steps": "a,b,c"})
    ((_label, table),) = page.context["tables"]
    # 30 are lost at b, of whom 40 of 70 would go on; 30 at c, who took it before b: without b all come.
    assert [row[7:] for row in table.rows] == [("", ""), ("17 (11 to 23)", "60 (50 to 69)"), ("30 (27 to 30)", "")]
    assert page.context["headline"] == (
        "40.0\xa0% of those who take the first step come to the last; what could help most: leaving out B"
    )
    assert page.context["lead"] == "Leaving out B would bring 60 more (50 to 69)."


def test_the_headline_calls_a_tie_a_tie(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 40, *["ac"] * 34, *["a"] * 6)
    page = owner(house).get("/funnels/", {"journey": "walk", "steps": "a,b,c"})
    assert page.context["headline"] == (
        "50.0\xa0% of those who take the first step come to the last; a tie for what helps most: mending B, "
        "leaving out B"
    )
    assert page.context["lead"] == (
        "Mending B could bring up to 40 more to the end (36 to 40). Leaving out B would bring 34 more (26 to 43). "
        "Chance may be all that parts them."
    )


def test_how_few_come_without_a_step_is_not_told(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 20, *["ac"] * 3, *["a"] * 20)
    page = owner(house).get("/funnels/", {"journey": "walk", "steps": "a,b,c"})
    ((_label, table),) = page.context["tables"]
    assert [row[8] for row in table.rows] == ["", "hidden", ""]
    assert "leaving out" not in page.context["headline"]


def test_a_segment_that_leaves_few_others_has_no_funnel(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 12)
    Customer.objects.filter(identities__value__in=[f"walker-{n}" for n in range(10)]).update(language="sv")
    rule = {"all": [{"field": "language", "is": "sv"}]}
    Segment.objects.create(program=house.program, code="swedish", name="Swedish", definition=rule)
    _steps, groups = funnels.read_funnels(journey, house.root, ALL, at=NOON, by=frozenset({"segment"}))
    assert [each.funnel and each.funnel.cases for each in groups] == [12, None]


def test_what_is_taken_off_the_map_is_not_planned(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6)
    journey.stages.first().touchpoints.filter(code="b").update(retired_at=NOON, position=None)
    found = study(journey)
    assert [found.names[step] for step in found.plan] == ["A", "C"]
    assert {cost.deviation.kind for cost in found.costs} == {"extra"}


# --- the pages --------------------------------------------------------------------------------
def owner(house: House) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people["owner"])
    return client


def test_the_page_says_it_and_the_file_holds_it(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6, *["ac"] * 6)
    client = owner(house)
    page = client.get("/paths/", {"journey": "walk"}).content.decode()
    assert "50.0" in page
    assert "as planned" in page
    assert "Too few of these journeys were rated to tell." in page
    text = client.get("/paths/", {"journey": "walk", "format": "csv"}).content.decode("utf-8-sig")
    rows = {
        (row["from"], row["to"]): (int(row["n"]), float(row["probability"]))
        for row in csv.DictReader(io.StringIO(text))
    }
    assert rows == {("A", "B"): (6, 0.5), ("A", "C"): (6, 0.5), ("B", "C"): (6, 1.0)}


def test_each_share_as_planned_says_of_what_it_is(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6, *["ac"] * 6)
    walk(house.program, *["ab"] * 8, start=100, began=NOON - timedelta(days=1))
    found = study(journey)
    assert pages.headline(found).replace("\xa0", " ") == "50.0 % of the journeys that have ended went as planned"
    assert [(each.share, each.is_planned) for each in pages.ways(found)] == [(0.4, False), (0.3, True), (0.3, False)]
    html = owner(house).get("/paths/", {"journey": "walk"}, headers={"accept-language": "en"}).content.decode()
    assert html.count("of all journeys ·") == 3
    assert "As planned is told of the journeys that have ended" in html


def test_the_funnel_page_takes_steps_and_a_time(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6, *["ab"] * 6)
    client = owner(house)
    page = client.get("/funnels/", {"journey": "walk", "steps": ["a", "c"]})
    ((_label, table),) = page.context["tables"]
    assert [row[:4] for row in table.rows] == [("A", "12", "12", "12"), ("C", "6", "6", "6")]
    assert "Mending C could bring up to 6 more" in page.content.decode()
    within = client.get("/funnels/", {"journey": "walk", "steps": "a,c", "window": "0,05"})
    assert [row[3] for row in within.context["tables"][0][1].rows] == ["12", "0"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"steps": "a"}, 400), ({"steps": "a,a"}, 400), ({"steps": "a,food"}, 400), ({"window": "soon"}, 400),
        ({"window": "-1"}, 400), ({"window": "nan"}, 400), ({"segment": "none"}, 404), ({"journey": "none"}, 404),
        ({"period": "yesterday"}, 400), ({"unit": "nowhere"}, 404),
    ],
)  # fmt: skip
def test_the_funnel_page_refuses_what_it_cannot_read(house: House, journey: Journey, asked, status: int) -> None:
    assert owner(house).get("/funnels/", {"journey": "walk"} | asked).status_code == status


def test_a_program_that_has_seen_no_journey_says_what_fills_the_page(house: House) -> None:
    assert not Episode.objects.filter(program=house.program).exists()
    for address in ("/paths/", "/funnels/"):
        page = owner(house).get(address)
        assert page.status_code == 200
        assert "data streams" in page.content.decode()


def test_the_number_of_queries_does_not_follow_the_number_of_runs(house: House, journey: Journey) -> None:
    client, counts = owner(house), []
    for start in (0, 50):
        walk(house.program, *["abc"] * 6, *["ac"] * 6, start=start)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/paths/", {"journey": "walk"}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 25


def test_a_segment_asked_for_alone_is_hidden_where_it_leaves_few(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 13)
    Customer.objects.filter(identities__value__in=[f"walker-{n}" for n in range(10)]).update(language="sv")
    rule = {"all": [{"field": "language", "is": "sv"}]}
    swedish = Segment.objects.create(program=house.program, code="swedish", name="Swedish", definition=rule)
    assert study(journey, segment=swedish).is_hidden  # 13 less 10 would tell of 3
    _steps, (group,) = funnels.read_funnels(journey, house.root, ALL, at=NOON, segment=swedish)
    assert group.funnel is None
    walk(house.program, *["abc"] * 2, start=100)
    assert not study(journey, segment=swedish).is_hidden
    _steps, (group,) = funnels.read_funnels(journey, house.root, ALL, at=NOON, segment=swedish)
    assert group.funnel and group.funnel.cases == 10


def test_a_unit_asked_for_alone_is_hidden_as_beside_the_others(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 12, unit=house.units["G"])
    walk(house.program, *["abc"] * 9, unit=house.units["A"], start=100)
    walk(house.program, *["abc"] * 3, unit=house.units["B"], start=200)
    whole = study(journey)
    beside = {unit.code for unit, found in paths.compare_units(whole, at=NOON) if found is not None}
    alone = {code for code in ("A", "B", "G") if not study(journey, unit=house.units[code]).is_hidden}
    assert beside & {"A", "B", "G"} == alone == {"G"}  # with A told too, 3 would be left for B
    _steps, (group,) = funnels.read_funnels(journey, house.units["A"], ALL, at=NOON)
    assert group.funnel is None
