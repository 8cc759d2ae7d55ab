"""A thousand small random data sets: page, API, file and a plain-Python count of the same events tell one number.

One data set is one stream in one month of one program, so a thousand of them are counted, read and shown together.
The oracle knows the events and nothing of the house: its own counting, its own intervals by scipy.
"""

import csv
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise
from math import floor, log, sqrt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from scipy import stats

from cxprogram.choices import Role
from journeys.models import DataStream, Interaction, Kpi
from journeys.services import kpi_filling, partitions
from tests import factories
from tests.api_client import Api
from tests.journeys.kpis.events import World, define, make_world

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("America/Los_Angeles")
YEARS = range(2018, 2026)
MONTHS = [f"{year}-{month:02}" for year in YEARS for month in range(1, 13)]
TYPES = ("visit", "order", "complaint", "call")
MIN_N = 5
# 11 streams of 96 months: 1 056 data sets. Each stream is counted in one way.
WAYS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("event_count", "count", {"types": ["visit", "order"]}),
    ("event_mean", "mean", {"types": ["order"]}),
    ("event_sum", "money", {}),
    ("revenue", "money", {"types": ["order"]}),
    ("event_rate", "rate", {"types": ["complaint"], "among": ["visit"]}),
    ("event_share", "share", {"types": ["visit"], "over": ["call"]}),
    ("waiting_time", "duration", {"from": ["call"], "to": ["order"], "within_days": 3}),
    ("waiting_time", "duration", {"from": ["visit"], "to": ["order"], "within_days": 2, "statistic": "mean"}),
    ("churn", "share", {"months": 1}),
    ("upsell", "share", {"types": ["order"], "within_days": 20}),
    ("cost_to_serve", "money", {"costs": {"call": 8.5, "visit": 2}}),
)


@dataclass(frozen=True)
class Event:
    person: int | None
    unit: str
    at: datetime
    kind: str
    value: Decimal | None
    month: str


Told = tuple[float | None, float | None, float | None, int | None]  # value, low, high, n; nothing where it is hidden


# --- the oracle -------------------------------------------------------------------------------
def month_of(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m")


def person_of(event: Event) -> tuple[int, str]:
    """People are counted at each unit; without a name each event is one."""
    return event.person or id(event), event.unit


def poisson(hits: int) -> tuple[float, float]:
    return (stats.chi2.ppf(0.025, 2 * hits) / 2 if hits else 0.0), stats.chi2.ppf(0.975, 2 * hits + 2) / 2


def of_share(hits: int, n: int) -> tuple[Any, ...]:
    if n == 0:
        return None, None, None, 0
    interval = stats.binomtest(hits, n).proportion_ci(method="wilson")
    return hits / n, interval.low, interval.high, n


def of_mean(values: Sequence[float]) -> tuple[Any, ...]:
    n = len(values)
    if n < 2:
        return (values[0] if n else None), None, None, n
    mean = sum(values) / n
    half = stats.t.ppf(0.975, n - 1) * sqrt(sum((x - mean) ** 2 for x in values) / (n - 1) / n)
    return mean, mean - half, mean + half, n


def of_sum(values: Sequence[float]) -> tuple[Any, ...]:
    half = stats.norm.ppf(0.975) * sqrt(sum(x * x for x in values))
    return sum(values), sum(values) - half, sum(values) + half, len(values)


def of_median(values: Sequence[float]) -> tuple[Any, ...]:
    middles = sorted(1.02 ** (floor(log(x) / log(1.02)) + 0.5) if x >= 1 else 0.5 for x in values)
    n = len(middles)
    if n == 0:
        return None, None, None, 0
    rank = max((r for r in range(n) if stats.binom.cdf(r - 1, n, 0.5) <= 0.025), default=0)
    ends = (middles[rank - 1], middles[n - rank]) if rank else (None, None)
    return (middles[(n - 1) // 2] + middles[n // 2]) / 2, *ends, n


def waits(events: Sequence[Event], start: str, end: str, days: int, month: str) -> list[tuple[tuple[int, str], float]]:
    found = []
    for person in {event.person for event in events if event.person}:
        asked: list[datetime] = []
        for event in sorted((e for e in events if e.person == person), key=lambda e: e.at):
            if event.kind == start:
                asked.append(event.at)
            elif event.kind == end:
                recent = [at for at in asked if event.at - at <= timedelta(days=days)]
                if recent and event.month == month:
                    found.append(((person, event.unit), (event.at - recent[0]).total_seconds()))
                asked = []
    return found


def expected(way: int, events: Sequence[Event], month: str) -> Told:
    """What is told of the whole program: hidden where fewer than five events, or people behind money, stand there."""
    collector, _measure, said = WAYS[way]
    types = said.get("types", TYPES)
    mine = [event for event in events if event.month == month]
    picked = [event for event in mine if event.kind in types]
    people: int | None = len({person_of(event) for event in picked})
    values = [float(event.value) for event in picked if event.value is not None]
    if collector == "event_count":
        found: tuple[Any, ...] = (float(len(picked)), *poisson(len(picked)), len(picked))
    elif collector in ("event_mean", "event_sum", "revenue"):
        people = len({person_of(event) for event in picked if event.value is not None})
        found = of_mean(values) if collector == "event_mean" else of_sum(values)
    elif collector == "event_rate":
        n = len({(e.person, e.unit) for e in mine if e.person and e.kind in ("visit", "complaint")})
        hits = sum(e.kind == "complaint" and e.person is not None for e in mine)
        found, people = ((hits / n, *(end / n for end in poisson(hits)), n) if n else (None, None, None, 0)), None
    elif collector == "event_share":
        found, people = of_share(len(picked), len(picked) + sum(e.kind == "call" for e in mine)), None
    elif collector == "waiting_time":
        all_waits = waits(events, said["from"][0], said["to"][0], said["within_days"], month)
        people = len({person for person, _seconds in all_waits})
        seconds = [seconds for _person, seconds in all_waits]
        found = of_mean(seconds) if said.get("statistic") == "mean" else of_median(seconds)
    elif collector == "churn":
        year, number = int(month[:4]), int(month[5:])
        before = f"{year - (number == 1)}-{(number - 2) % 12 + 1:02}"
        was = {event.person for event in events if event.person and event.month == before}
        found, people = of_share(len(was - {event.person for event in mine}), len(was)), None
    elif collector == "upsell":
        pairs = []
        for person in {event.person for event in events if event.person}:
            bought = sorted((e for e in events if e.person == person and e.kind == "order" and e.value is not None),
                            key=lambda e: e.at)  # fmt: skip
            for first, then in pairwise(bought):
                if then.month == month and then.at - first.at <= timedelta(days=20):
                    pairs.append(then.value > first.value)  # type: ignore[operator]
        found, people = of_share(sum(pairs), len(pairs)), None
    else:
        spent: dict[tuple[int, str], float] = defaultdict(float)
        for event in mine:
            if event.person:
                spent[event.person, event.unit] += said["costs"].get(event.kind, 0)
        found = of_mean(list(spent.values()))
        people = len(spent)
    behind = found[3] if people is None else min(found[3], people)
    return (None, None, None, None) if 0 < behind < MIN_N else found  # type: ignore[return-value]


# --- the data sets ----------------------------------------------------------------------------
def draw(rng: random.Random, people: Sequence[int]) -> list[Event]:
    """The events of one stream: months with many, few and none; at borders of months; without person or value."""
    events: list[Event] = []
    for month in MONTHS:
        start = datetime.fromisoformat(f"{month}-01").replace(tzinfo=ZONE)
        known = rng.sample(people, rng.randint(2, len(people)))
        for _n in range(rng.choice((0, 3, 12, 25))):
            seconds = rng.choice((0, 1, rng.randrange(27 * 86_400), rng.randrange(5 * 86_400)))
            value = Decimal(rng.randint(-2_000, 9_000)) / 100 if rng.random() < 0.8 else None
            person = None if rng.random() < 0.05 else rng.choice(known)
            at = start.astimezone(UTC) + timedelta(seconds=seconds)
            events.append(Event(person, rng.choice(("A", "G")), at, rng.choice(TYPES), value, month_of(at)))
    # Two events of one person at one moment have no order that anybody knows.
    return list({(event.person or number, event.at): event for number, event in enumerate(events, -(10**9))}.values())


def store(world: World, stream: DataStream, events: Sequence[Event]) -> list[Interaction]:
    return [
        Interaction(
            program=world.program, stream=stream, source=stream.code, external_id=str(number),
            customer_id=event.person, unit=world.units[event.unit], at=event.at, type=event.kind, value=event.value,
        )
        for number, event in enumerate(events)
    ]  # fmt: skip


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
    people = [factories.make_customer(world.program).pk for _n in range(12)]
    sets: list[tuple[Kpi, list[Event]]] = []
    rows: list[Interaction] = []
    for way, (collector, measure, parameters) in enumerate(WAYS):
        stream = factories.make_stream(world.program, f"s-{way}")
        events = draw(rng, people)
        rows += store(world, stream, events)
        code = f"k-{way}"
        sets.append((define(world, collector, measure, code, parameters=parameters, stream=stream), events))
    partitions.ensure(row.at for row in rows)
    Interaction.objects.bulk_create(rows, batch_size=5_000)
    kpi_filling.fill(world.program, at=datetime(2026, 6, 15, tzinfo=UTC))

    client, api = Client(), Api(owner, world.program)
    client.force_login(owner)
    compared, hidden, wrong = 0, 0, []
    for way, (kpi, events) in enumerate(sets):
        for year in YEARS:
            asked = {"kpi": kpi.code, "period": f"{year}-01"}
            page = on_page(client.get("/kpis/", asked).content.decode(), kpi.code)
            lines = {
                line["period"]: line
                for line in csv.DictReader(StringIO(client.get("/kpis.csv", asked).content.decode().lstrip("\ufeff")))
            }
            for month in (m for m in MONTHS if m.startswith(str(year))):
                oracle = expected(way, events, month)
                told = api.get("kpi-values/", kpi=kpi.code, period=month).json()
                by_api = (told["value"], told["low"], told["high"], told["n"])
                line = lines.get(month)  # a month without anything has no line
                by_file = tuple(number(line[name]) for name in ("value", "low", "high", "n")) if line else None
                hidden += told["suppressed"]
                compared += 1
                agree = all(same(a, b) for a, b in zip(by_api, oracle, strict=True))
                if line is not None:
                    agree &= all(same(a, b) for a, b in zip(by_file or (), oracle, strict=True))
                    agree &= same(page[month], oracle[0])
                elif oracle[3] != 0:
                    agree = False
                if not agree:
                    wrong.append((kpi.collector, month, by_api, by_file, page.get(month), oracle))
    assert wrong[:3] == []
    assert compared == len(WAYS) * len(MONTHS) >= 1_000
    assert compared / 2 > hidden > 50, "some are hidden, most are not"
