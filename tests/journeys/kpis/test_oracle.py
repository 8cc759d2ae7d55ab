"""More than a thousand small random data sets: page, API, file and a plain-Python count of the same tell one number.

A data set is one KPI in one month; every collector there is stands in WAYS or ASKED. CX_ORACLE_YEARS sets how many
years are drawn; if nothing is said, the months from 2022 to March 2025: 26 KPIs of 39 months are 1 014 sets.
"""

import ast
import csv
import os
import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from psycopg.types.json import Jsonb

from cxprogram.choices import Role
from feedback.models import SupportCase
from feedback.services import responses, surveys
from journeys.kpis import registry
from journeys.models import Customer, DataStream, Kpi
from journeys.services import kpi_filling, partitions
from tests import factories
from tests.api_client import Api
from tests.journeys.kpis import oracle
from tests.journeys.kpis.events import World, define, make_world
from tests.journeys.kpis.oracle import MIN_N, TYPES, ZONE, Case, Event, Told, month_of

pytestmark = pytest.mark.django_db
YEARS = range(2026 - int(os.environ.get("CX_ORACLE_YEARS", "4")), 2026)
MONTHS = [f"{year}-{month:02}" for year in YEARS for month in range(1, 13)]
if "CX_ORACLE_YEARS" not in os.environ:
    MONTHS = [month for month in MONTHS if month <= "2025-03"]
PLACES = ("desk", "gate")
# Each way counts a stream of its own. Of a ratio: the types that its two counts count.
WAYS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("event_count", "count", {"types": ["visit", "order"]}),
    ("event_mean", "mean", {"types": ["order"]}),
    ("event_sum", "money", {}),
    ("revenue", "money", {"types": ["order"]}),
    ("event_rate", "rate", {"types": ["complaint"], "among": ["visit"]}),
    ("event_share", "share", {"types": ["visit"], "over": ["call"]}),
    ("ratio", "rate", {"of": "order", "per": "visit"}),
    ("waiting_time", "duration", {"from": ["call"], "to": ["order"], "within_days": 3}),
    ("waiting_time", "duration", {"from": ["visit"], "to": ["order"], "within_days": 2, "statistic": "mean"}),
    ("touchpoint_time", "duration", {"from": ["desk"], "to": ["gate"], "within_days": 3}),
    ("churn", "share", {"months": 1}),
    ("retention", "share", {"months": 1}),
    ("cross_sell", "share", {"types": ["order"], "kind": "sort", "within_days": 20}),
    ("upsell", "share", {"types": ["order"], "within_days": 20}),
    ("cost_to_serve", "money", {"costs": {"call": 8.5, "visit": 2}}),
    ("first_contact_resolution", "share", {"within_days": 7}),
    ("complaint_rate", "rate", {"from": "cases"}),
    ("complaint_rate", "rate", {"from": "tickets"}),
)
# Each asks a question of its own; `scale` and `is_up` are not said to the KPI as parameters.
ASKED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("nps", "points", {"scale": (0, 10)}),
    ("mean", "mean", {"scale": (1, 5)}),
    ("top2", "share", {"scale": (1, 5)}),
    ("csat", "share", {"scale": (1, 7)}),
    ("ces", "share", {"scale": (1, 7)}),
    ("top_box", "share", {"scale": (1, 5), "threshold": 2, "is_up": False}),
    ("share", "share", {"scale": (1, 5), "codes": [1, 2], "of": [1, 2, 3]}),
    ("satisfaction_index", "points", {"scale": (1, 10), "questions": ["Q7", "Q8", "Q9"]}),
)
COPY_EVENTS = """COPY journeys_interaction (program_id, stream_id, source, external_id, customer_id, unit_id, at, type,
    channel, value, touchpoint_id, properties) FROM STDIN"""
SETS = (len(WAYS) + len(ASKED)) * len(MONTHS)
Expected = Callable[[str], Told]


def test_every_collector_there_is_is_held_to_the_oracle_in_a_thousand_sets() -> None:
    assert {collector for collector, _measure, _said in (*WAYS, *ASKED)} == set(registry.registered())
    assert SETS >= 1_000 or "CX_ORACLE_YEARS" in os.environ


def test_the_oracle_knows_nothing_of_the_house() -> None:
    tree = ast.parse(Path(oracle.__file__).read_text())
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {name.partition(".")[0] for name in names} == {
        "collections", "dataclasses", "datetime", "decimal", "itertools", "math", "scipy", "typing", "zoneinfo",
    }  # fmt: skip


# --- the data sets ----------------------------------------------------------------------------
def moment(rng: random.Random, month: str) -> datetime:
    """At the borders of the month, early in it, or anywhere before its last days."""
    seconds = rng.choice((0, 1, *(rng.randrange(days * 86_400) for days in (5, 5, 27, 27))))
    return datetime.fromisoformat(f"{month}-01").replace(tzinfo=ZONE).astimezone(UTC) + timedelta(seconds=seconds)


def draw(rng: random.Random, people: Sequence[int]) -> list[Event]:
    """The events of one stream: months with many, few and none; at borders of months; without person or value."""
    events: list[Event] = []
    for month in MONTHS:
        known = rng.sample(people, rng.randint(2, len(people)))
        for _n in range(rng.choice((0, 3, 40, 160))):
            at = moment(rng, month)
            value = Decimal(rng.randint(-2_000, 9_000)) / 100 if rng.random() < 0.8 else None
            person = None if rng.random() < 0.05 else rng.choice(known)
            place, sort = rng.choice(("", *PLACES)), rng.choice((None, "shoes", "socks", "hats"))
            events.append(
                Event(person, rng.choice(("A", "G")), at, rng.choice(TYPES), value, month_of(at), place, sort)
            )
    # Two events of one person at one moment have no order that anybody knows.
    return list({(event.person or number, event.at): event for number, event in enumerate(events, -(10**9))}.values())


def draw_cases(rng: random.Random, people: Sequence[int], *, has_ends: bool) -> list[Case]:
    cases: dict[Any, Case] = {}
    for month in MONTHS:
        for _n in range(rng.choice((0, 3, 8, 14))):
            at, person = moment(rng, month), None if rng.random() < 0.1 else rng.choice(people)
            end = at + timedelta(days=rng.choice((0, 1, 3, 7, 8, 20))) if has_ends and rng.random() < 0.8 else None
            cases[person or len(cases), at] = Case(person, rng.choice(("A", "G")), at, end)
    return list(cases.values())


def draw_answers(rng: random.Random) -> dict[str, list[int]]:
    """By month: many, few and no answers, sometimes all alike."""
    found = {}
    for month in MONTHS:
        alike = rng.random() < 0.1
        found[month] = [0 if alike else rng.randrange(10**6) for _n in range(rng.choice((0, 1, 3, 9, 20)))]
    return found


def store_events(world: World, stream: DataStream, events: Sequence[Event], places: Mapping[str, Any]) -> None:
    partitions.ensure(event.at for event in events)
    with connection.cursor() as cursor, cursor.copy(COPY_EVENTS) as copy:
        for number, event in enumerate(events):
            place = places[event.place].pk if event.place else None
            copy.write_row(
                (
                    world.program.pk, stream.pk, stream.code, str(number), event.person, world.units[event.unit].pk,
                    event.at, event.kind, "", event.value, place, Jsonb({"sort": event.sort} if event.sort else {}),
                )
            )  # fmt: skip


def store_cases(world: World, cases: Sequence[Case]) -> None:
    SupportCase.objects.bulk_create(
        SupportCase(
            program=world.program, source="desk", external_id=f"c-{number}", body_hash=b"", at=case.at,
            closed_at=case.closed_at, customer_id=case.person, unit=world.units[case.unit], subject="Late",
        )
        for number, case in enumerate(cases)
    )  # fmt: skip


def store_tickets(world: World, cases: Sequence[Case]) -> None:
    survey = factories.make_survey(world.program, "desk", questions=("NETPRO",), has_rules=False)
    people = Customer.objects.in_bulk([case.person for case in cases if case.person])
    for case in cases:
        who = people.get(case.person or 0)
        factories.make_ticket(survey, world.units[case.unit], at=case.at, customer=who)


def counted_sets(world: World, rng: random.Random) -> list[tuple[Kpi, Expected]]:
    people = [factories.make_customer(world.program).pk for _n in range(12)]
    stage = factories.make_journey(world.program).stages.get(code="wait")
    places = {code: factories.make_touchpoint(stage, code) for code in PLACES}
    cases = {kind: draw_cases(rng, people, has_ends=kind == "cases") for kind in ("cases", "tickets")}
    store_cases(world, cases["cases"])
    store_tickets(world, cases["tickets"])
    sets: list[tuple[Kpi, Expected]] = []
    for way, (collector, measure, said) in enumerate(WAYS):
        stream = factories.make_stream(world.program, f"s-{way}")
        events = draw(rng, people)
        store_events(world, stream, events, places)
        parameters = said
        if collector == "ratio":
            for kind in said.values():
                define(world, "event_count", "count", f"n-{kind}", parameters={"types": [kind]}, stream=stream)
            parameters = {name: f"n-{kind}@1" for name, kind in said.items()}
        kpi = define(world, collector, measure, f"k-{way}", parameters=parameters, stream=stream)
        told = cases[said.get("from", "cases")] if collector == "complaint_rate" else cases["cases"]

        def expected(month: str, way: int = way, events: Any = events, told: Any = told) -> Told:
            return oracle.counted(WAYS[way][0], WAYS[way][2], events, told, month)

        sets.append((kpi, expected))
    return sets


def asked_sets(world: World, rng: random.Random) -> list[tuple[Kpi, Expected]]:
    answers: dict[str, dict[str, list[int]]] = {}
    scales = {f"Q{way}": said["scale"] for way, (_c, _m, said) in enumerate(ASKED)}
    scales |= {"Q8": (1, 10), "Q9": (1, 10)}
    for code, (low, high) in scales.items():
        kind = "nps" if (low, high) == (0, 10) else "rating"
        factories.make_question(world.program, code, kind=kind, scale_low=low, scale_high=high)
        answers[code] = {
            month: [low + number % (high - low + 1) for number in numbers]
            for month, numbers in draw_answers(rng).items()
        }
    survey = factories.make_survey(world.program, "wave", questions=tuple(scales), has_rules=False)
    store_answers(world, survey, answers, rng)
    sets: list[tuple[Kpi, Expected]] = []
    for way, (collector, measure, said) in enumerate(ASKED):
        parameters = {name: value for name, value in said.items() if name not in ("scale", "is_up")}
        kpi = define(world, collector, measure, f"a-{way}", parameters=parameters, question_code=f"Q{way}",
                     higher_is_better=said.get("is_up", True))  # fmt: skip

        def expected(month: str, way: int = way) -> Told:
            collector, _measure, said = ASKED[way]
            return oracle.asked(collector, said, {code: each[month] for code, each in answers.items()}, f"Q{way}")

        sets.append((kpi, expected))
    return sets


def store_answers(world: World, survey: Any, answers: Mapping[str, Mapping[str, Any]], rng: random.Random) -> None:
    """Each answer in a response of its own, at one of the units."""
    door, now = surveys.door(survey.slug), datetime(2026, 6, 15, tzinfo=UTC)
    said = [(code, month, value) for code, months in answers.items() for month in months for value in months[month]]
    rng.shuffle(said)
    rows = [
        responses.prepare(
            door,
            responses.Submission(
                source="wave", external_id=f"w-{number}", answers={code: value},
                answered_at=moment(rng, month), unit=world.units[rng.choice(("A", "G"))],
            ),
            at=now,
        )
        for number, (code, month, value) in enumerate(said)
    ]  # fmt: skip
    responses.record_many(door, "wave", rows, opens_tickets=False)
    factories.fold(world.program)


# --- how they are told ------------------------------------------------------------------------
def number(text: str | None) -> float | None:
    return float(text) if text else None


def on_page(html: str, code: str) -> dict[str, float | None]:
    found = {}
    for tag in re.findall(r"<[a-z]+[^>]*data-kpi=[^>]*>", html):
        facts = dict(re.findall(r'(data-[a-z-]+)="([^"]*)"', tag))
        if facts["data-kpi"] == code and facts["data-unit"] == "SFO":
            found[facts["data-period"]] = number(facts.get("data-value"))
    return found


def same(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return first == pytest.approx(second, rel=1e-7, abs=1e-7)


def test_page_api_file_and_oracle_agree_on_a_thousand_random_data_sets() -> None:
    rng = random.Random(20_261_126)
    world = make_world(min_n=MIN_N)
    owner = factories.make_user(Role.OWNER, world.root)
    sets = [*asked_sets(world, rng), *counted_sets(world, rng)]
    kpi_filling.fill(world.program, at=datetime(2026, 6, 15, tzinfo=UTC))

    client, api = Client(), Api(owner, world.program)
    client.force_login(owner)
    compared, wrong = 0, []
    hidden: dict[str, int] = defaultdict(int)
    shown: dict[str, int] = defaultdict(int)
    for kpi, expected in sets:
        for year in YEARS:
            asked = {"kpi": kpi.code, "period": f"{year}-01"}
            page = on_page(client.get("/kpis/", asked).content.decode(), kpi.code)
            lines = {
                line["period"]: line
                for line in csv.DictReader(StringIO(client.get("/kpis.csv", asked).content.decode().lstrip("\ufeff")))
            }
            for month in (m for m in MONTHS if m.startswith(str(year))):
                told = api.get("kpi-values/", kpi=kpi.code, period=month).json()
                by_oracle = expected(month)
                by_api = (told["value"], told["low"], told["high"], told["n"])
                line = lines.get(month)  # a month without anything has no line
                by_file = tuple(number(line[name]) for name in ("value", "low", "high", "n")) if line else None
                hidden[kpi.collector] += told["suppressed"]
                shown[kpi.collector] += told["value"] is not None
                compared += 1
                agree = all(same(a, b) for a, b in zip(by_api, by_oracle, strict=True))
                if line is not None:
                    agree &= all(same(a, b) for a, b in zip(by_file or (), by_oracle, strict=True))
                    agree &= same(page.get(month), by_oracle[0])
                elif by_oracle[3] != 0:
                    agree = False
                if not agree:
                    wrong.append((kpi.collector, month, by_api, by_file, page.get(month), by_oracle))
    assert wrong[:3] == []
    assert compared == SETS
    assert [collector for collector in registry.registered() if not shown[collector]] == [], "each tells something"
    assert compared / 2 > sum(hidden.values()) > compared / 20, "some are hidden, most are not"
