"""Paths and funnels by API: the numbers of the pages, with the same hidden."""

import csv
import io

import pytest
from django.test import Client

from cxprogram.choices import Role
from cxprogram.stats.proportions import wilson
from journeys.models import Customer, Journey, Segment
from tests import factories
from tests.api_client import Api, refused
from tests.factories import House
from tests.journeys.test_path_pages import walk


@pytest.fixture
def journey(house: House) -> Journey:
    factories.make_stream(house.program, "visits")
    journey = factories.make_journey(house.program, "walk")
    for stage, code in zip([*journey.stages.all()] * 2, "acb", strict=False):
        factories.make_touchpoint(stage, code)
    return journey


@pytest.fixture
def api(house: House) -> Api:
    return Api(house.people[Role.OWNER], house.program)


def test_the_door_tells_the_ways_of_the_page(house: House, journey: Journey, api: Api) -> None:
    walk(house.program, *["abc"] * 20, *["ac"] * 8, *["ca"] * 2)
    told = api.get("paths/", journey="walk").json()
    assert (told["cases"], told["n_variants"], told["suppressed"], told["conforming"]) == (30, 3, False, 20 / 30)
    assert [("".join(way["steps"]), way["n"]) for way in told["variants"]] == [("abc", 20)]
    assert told["other_ways"] == 10
    client = Client()
    client.force_login(house.people[Role.OWNER])
    text = client.get("/paths/", {"journey": "walk", "format": "csv"}).content.decode("utf-8-sig")
    rows = [(row["from"].lower(), row["to"].lower(), int(row["n"])) for row in csv.DictReader(io.StringIO(text))]
    assert rows == [(each["origin"], each["target"], each["n"]) for each in told["transitions"]]
    assert rows


def test_who_left_midway_is_told_apart_from_who_ended_where_planned(house: House, journey: Journey, api: Api) -> None:
    # The map plans a, b, c.
    walk(house.program, *["abc"] * 20, *["ab"] * 10, *["a"] * 6, *["abca"] * 9)
    told = api.get("paths/", journey="walk").json()
    assert {each["step"]: each["n"] for each in told["ends"]} == {"a": 15, "b": 10, "c": 20}
    assert {each["step"]: (each["n"], each["share"]) for each in told["left"]} == {"a": (6, 6 / 45), "b": (10, 10 / 45)}
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people[Role.OWNER])
    html = client.get("/paths/", {"journey": "walk"}).content.decode().replace("\xa0", " ")
    for said in ("Left before the planned end", "22.2 %"):
        assert said in html, said


def test_few_who_left_are_not_told_nor_the_one_number_that_would_reveal_them(
    house: House, journey: Journey, api: Api
) -> None:
    # Of 12 at a 2 had been at the end: 10 is not told. The 9 at b, taken from all who missed c, would reveal it.
    walk(house.program, *["abc"] * 20, *["ab"] * 9, *["a"] * 10, *["abca"] * 2)
    told = api.get("paths/", journey="walk").json()
    assert {each["step"]: each["n"] for each in told["ends"]} == {"a": 12, "b": 9, "c": 20}
    assert told["left"] == []
    assert api.get("paths/", journey="walk", by="type").json()["left"] == []


def test_steps_may_be_types_of_what_happened(house: House, journey: Journey, api: Api) -> None:
    walk(house.program, *["abc"] * 6)
    told = api.get("paths/", journey="walk", by="type").json()
    assert [(way["steps"], way["n"]) for way in told["variants"]] == [(["visit"] * 3, 6)]
    assert (told["conforming"], told["deviations"]) == (None, [])
    (group,) = api.get("funnels/", journey="walk", by="type", steps="visit,none").json()["groups"]
    assert [(stage["step"], stage["reached"]) for stage in group["stages"]] == [("visit", 6), ("none", 0)]


def test_a_unit_is_told_beside_the_others_unless_it_leaves_few(house: House, journey: Journey, api: Api) -> None:
    walk(house.program, *["abc"] * 9, unit=house.units["G"])
    walk(house.program, *["ab"] * 8, unit=house.units["A"], start=100)
    told = {each["unit"]: each for each in api.get("paths/", journey="walk", by="unit").json()["units"]}
    assert (told["G"]["cases"], told["A"]["cases"]) == (9, 8)
    assert (told["G"]["conforming"], told["A"]["conforming"]) == (1, 0)  # nobody comes to c at A
    groups = {each["unit"]: each for each in api.get("funnels/", journey="walk", by="unit").json()["groups"]}
    assert [stage["in_window"] for stage in groups["G"]["stages"]] == [9, 9, 9]
    assert groups[None]["conversion"] == 9 / 17
    walk(house.program, *["ab"] * 3, unit=house.units["B"], start=200)
    told = {each["unit"]: each for each in api.get("paths/", journey="walk", by="unit").json()["units"]}
    assert [code for code in "GAB" if told[code]["suppressed"]] == ["A", "B"]
    groups = {each["unit"]: each for each in api.get("funnels/", journey="walk", by="unit").json()["groups"]}
    assert [code for code in "GAB" if groups[code]["suppressed"]] == ["A", "B"]


def test_who_works_in_one_unit_sees_its_numbers_and_not_those_of_the_next(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 9, unit=house.units["G"])
    walk(house.program, *["ab"] * 8, unit=house.units["A"], start=100)
    api = Api(house.people[Role.UNIT_MANAGER], house.program)
    assert [each["unit"] for each in api.get("paths/", journey="walk", by="unit").json()["units"]] == ["G"]
    groups = api.get("funnels/", journey="walk", by="unit").json()["groups"]
    assert [each["unit"] for each in groups] == [None, "G"]
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people[Role.UNIT_MANAGER])
    page = client.get("/paths/", {"journey": "walk", "by": "unit"})
    assert [row[1:3] for row in page.context["compared"].rows] == [("9", "100.0\xa0%")]
    page = client.get("/funnels/", {"journey": "walk", "by": "unit"})
    assert len(page.context["tables"]) == 2


def test_a_funnel_is_that_of_the_page(house: House, journey: Journey, api: Api) -> None:
    walk(house.program, *["abc"] * 20, *["ab"] * 9, *["a"] * 2)
    Customer.objects.filter(identities__value__in=[f"walker-{n}" for n in range(10)]).update(language="sv")
    rule = {"all": [{"field": "language", "is": "sv"}]}
    Segment.objects.create(program=house.program, code="swedish", name="Swedish", definition=rule)
    report = api.get("funnels/", journey="walk", steps="a,b,c", by="segment").json()
    whole, swedish = report["groups"]
    assert [stage["in_window"] for stage in whole["stages"]] == [31, None, 20]
    assert [stage["kept"] for stage in whole["stages"]] == [None, None, None]
    assert (whole["conversion"], swedish["segment"], swedish["conversion"]) == (20 / 31, "swedish", 1)
    within = api.get("funnels/", journey="walk", steps="a,c", window="0.05").json()["groups"][0]
    assert [stage["in_window"] for stage in within["stages"]] == [31, 0]


def test_a_funnel_tells_what_would_help_most(house: House, journey: Journey, api: Api) -> None:
    walk(house.program, *["abc"] * 20, *["ac"] * 38, *["ab"] * 40)
    (group,) = api.get("funnels/", journey="walk", steps="a,b,c").json()["groups"]
    low, high = (98 * end for end in wilson(38 / 98, 98))
    without = [tuple(stage[f"more_without{end}"] for end in ("", "_low", "_high")) for stage in group["stages"]]
    assert without == [(None, None, None), (38, pytest.approx(low), pytest.approx(high)), (None, None, None)]
    assert [(each["change"], each["step"], each["gain"]) for each in group["best"]] == [
        ("mend", "c", 40), ("remove", "b", 38),
    ]  # fmt: skip


def test_few_are_not_told_of(house: House, journey: Journey, api: Api) -> None:
    walk(house.program, *["abc"] * 4)
    told = api.get("paths/", journey="walk").json()
    assert told["suppressed"]
    assert {name for name, value in told.items() if value} == {
        "journey", "unit", "period", "suppressed", "computed_at"
    }  # fmt: skip
    assert [each["stages"] for each in api.get("funnels/", journey="walk").json()["groups"]] == [[]]


@pytest.mark.parametrize(
    ("door", "asked", "status", "code"),
    [
        ("funnels/", {"steps": "a"}, 400, "funnel-steps"),
        ("funnels/", {"steps": "a,food"}, 400, "funnel-steps"),
        ("funnels/", {"by": "type"}, 400, "funnel-steps"),
        ("funnels/", {"window": "soon"}, 400, "parameter-invalid"),
        ("funnels/", {"by": "moon"}, 400, "parameter-invalid"),
        ("paths/", {"by": "segment"}, 400, "parameter-invalid"),
        ("paths/", {"journey": "none"}, 404, "journey-unknown"),
        ("paths/", {"segment": "none"}, 404, "segment-unknown"),
        ("paths/", {"unit": "nowhere"}, 404, "unit-unknown"),
        ("paths/", {"period": "yesterday"}, 400, "period-unknown"),
    ],
)
def test_what_cannot_be_read_is_refused(journey: Journey, api: Api, door, asked, status: int, code: str) -> None:
    assert refused(api.get(door, **({"journey": "walk"} | asked)), status, code)
