"""What every KPI must come to, counted in plain Python from what happened and what was said.

It imports nothing of the project: its own counting, and its own intervals by scipy. A set is one KPI in one month.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import floor, log, sqrt
from typing import Any
from zoneinfo import ZoneInfo

from scipy import stats

ZONE = ZoneInfo("America/Los_Angeles")
TYPES = ("visit", "order", "complaint", "call")
MIN_N = 5


@dataclass(frozen=True)
class Event:
    person: int | None
    unit: str
    at: datetime
    kind: str
    value: Decimal | None
    month: str
    place: str = ""
    sort: str | None = None


@dataclass(frozen=True)
class Case:
    """A support case; one that is opened as a ticket is never closed here."""

    person: int | None
    unit: str
    at: datetime
    closed_at: datetime | None


Told = tuple[float | None, float | None, float | None, int | None]  # value, low, high, n; nothing where it is hidden
HIDDEN: Told = (None, None, None, None)


def month_of(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m")


# --- intervals --------------------------------------------------------------------------------
def poisson(hits: int) -> tuple[float, float]:
    return (stats.chi2.ppf(0.025, 2 * hits) / 2 if hits else 0.0), stats.chi2.ppf(0.975, 2 * hits + 2) / 2


def of_rate(hits: int, n: int) -> tuple[Any, ...]:
    return (hits / n, *(end / n for end in poisson(hits)), n) if n else (None, None, None, 0)


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


def of_nps(codes: Sequence[int]) -> tuple[Any, ...]:
    n = len(codes)
    if n == 0:
        return None, None, None, 0
    promoters, detractors = sum(code >= 9 for code in codes), sum(code <= 6 for code in codes)
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = stats.norm.ppf(0.975) * sqrt((p + d - (p - d) ** 2) / (n + 3))
    ends = max(-1.0, p - d - half), min(1.0, p - d + half)
    return 100 * (promoters - detractors) / n, 100 * ends[0], 100 * ends[1], n


# --- what is counted --------------------------------------------------------------------------
def person_of(event: Event) -> tuple[int, str]:
    """People are counted at each unit; without a name each event is one."""
    return event.person or id(event), event.unit


def by_person(events: Sequence[Event]) -> list[list[Event]]:
    """The events of each person who has a name, in their order."""
    found: dict[int, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda e: e.at):
        if event.person:
            found[event.person].append(event)
    return list(found.values())


def waits(
    events: Sequence[Event], key: Callable[[Event], str], said: Mapping[str, Any], month: str
) -> list[tuple[tuple[int, str], float]]:
    found = []
    for own in by_person(events):
        asked: list[datetime] = []
        for event in own:
            if key(event) in said["from"]:
                asked.append(event.at)
            elif key(event) in said["to"]:
                recent = [at for at in asked if event.at - at <= timedelta(days=said["within_days"])]
                if recent and event.month == month:
                    found.append((person_of(event), (event.at - recent[0]).total_seconds()))
                asked = []
    return found


def seen_again(events: Sequence[Event], month: str) -> tuple[int, int]:
    """How many of the month before were seen in this one, and how many there were."""
    year, number = int(month[:4]), int(month[5:])
    before = f"{year - (number == 1)}-{(number - 2) % 12 + 1:02}"
    was = {event.person for event in events if event.person and event.month == before}
    return len(was & {event.person for event in events if event.month == month}), len(was)


def purchases(events: Sequence[Event], days: int, month: str) -> list[bool]:
    """Of each purchase that had others before it within so many days: whether it is of a sort that none of them is."""
    found = []
    for own in by_person([event for event in events if event.kind == "order"]):
        for place, event in enumerate(own):
            others = [e.sort for e in own[:place] if event.at - e.at <= timedelta(days=days)]
            if others and event.month == month:
                found.append(event.sort not in others)
    return found


def worth_more(events: Sequence[Event], days: int, month: str) -> list[bool]:
    found = []
    for own in by_person([event for event in events if event.kind == "order" and event.value is not None]):
        for first, then in pairwise(own):
            if then.month == month and then.at - first.at <= timedelta(days=days):
                found.append(then.value > first.value)  # type: ignore[operator]
    return found


def first_contacts(cases: Sequence[Case], days: int, month: str) -> list[bool]:
    """Of each case whose days end in the month: whether it was closed in them and no other of its customer came."""
    found, span = [], timedelta(days=days)
    for case in cases:
        if case.person and month_of(case.at + span) == month:
            again = any(e.person == case.person and case.at < e.at <= case.at + span for e in cases)
            found.append(case.closed_at is not None and case.closed_at <= case.at + span and not again)
    return found


def counted(
    collector: str, said: Mapping[str, Any], events: Sequence[Event], cases: Sequence[Case], month: str
) -> Told:
    """What is told of the whole program: hidden where fewer than five events, or people behind money, stand there."""
    types = said.get("types", TYPES)
    mine = [event for event in events if event.month == month]
    picked = [event for event in mine if event.kind in types]
    values = [float(event.value) for event in picked if event.value is not None]
    people: int | None = None
    if collector == "event_count":
        found: tuple[Any, ...] = (float(len(picked)), *poisson(len(picked)), len(picked))
        people = len({person_of(event) for event in picked})
    elif collector in ("event_mean", "event_sum", "revenue"):
        people = len({person_of(event) for event in picked if event.value is not None})
        found = of_mean(values) if collector == "event_mean" else of_sum(values)
    elif collector == "event_rate":
        n = len({person_of(e) for e in mine if e.person and e.kind in (*types, *said["among"])})
        found = of_rate(sum(e.person is not None for e in picked), n)
    elif collector == "event_share":
        found = of_share(len(picked), len(picked) + sum(e.kind in said["over"] for e in mine))
    elif collector == "ratio":
        found = of_rate(sum(e.kind == said["of"] for e in mine), sum(e.kind == said["per"] for e in mine))
    elif collector in ("waiting_time", "touchpoint_time"):
        key = (lambda e: e.kind) if collector == "waiting_time" else (lambda e: e.place)
        all_waits = waits(events, key, said, month)
        people = len({person for person, _seconds in all_waits})
        seconds = [seconds for _person, seconds in all_waits]
        found = of_mean(seconds) if said.get("statistic") == "mean" else of_median(seconds)
    elif collector in ("churn", "retention"):
        again, were = seen_again(events, month)
        found = of_share(again if collector == "retention" else were - again, were)
    elif collector == "cross_sell":
        others = purchases(events, said["within_days"], month)
        found = of_share(sum(others), len(others))
    elif collector == "upsell":
        pairs = worth_more(events, said["within_days"], month)
        found = of_share(sum(pairs), len(pairs))
    elif collector == "first_contact_resolution":
        ends = first_contacts(cases, said["within_days"], month)
        found = of_share(sum(ends), len(ends))
    elif collector == "complaint_rate":
        served = len({person_of(e) for e in mine if e.person})
        found = of_rate(sum(month_of(case.at) == month for case in cases), served)
    elif collector == "cost_to_serve":
        spent: dict[tuple[int, str], float] = defaultdict(float)
        for event in mine:
            if event.person:
                spent[person_of(event)] += said["costs"].get(event.kind, 0)
        found, people = of_mean(list(spent.values())), len(spent)
    else:
        raise ValueError(collector)
    behind = found[3] if people is None else min(found[3], people)
    return HIDDEN if 0 < behind < MIN_N else found  # type: ignore[return-value]


# --- what is asked ----------------------------------------------------------------------------
def asked(collector: str, said: Mapping[str, Any], answers: Mapping[str, Sequence[int]], question: str) -> Told:
    """What is told of the answers of a month, by question; the others are part of an index alone."""
    codes = answers[question]
    low, high = said["scale"]
    behind = [len(codes)]
    if collector == "nps":
        found = of_nps(codes)
    elif collector == "mean":
        found = of_mean([float(code) for code in codes])
    elif collector == "share":
        among = [code for code in codes if code in said["of"]]
        found = of_share(sum(code in said["codes"] for code in among), len(among))
    elif collector == "satisfaction_index":
        found, behind = _index([answers[each] for each in said["questions"]], low, high)
    else:
        best = {
            "top2": lambda code: code > high - 2,
            "csat": lambda code: code > high - 2,
            "ces": lambda code: code > high - 3,
            "top_box": lambda code: code >= said["threshold"] if said["is_up"] else code <= said["threshold"],
        }[collector]
        found = of_share(sum(map(best, codes)), len(codes))
    return HIDDEN if any(0 < n < MIN_N for n in (*behind, found[3])) else found  # type: ignore[return-value]


def _index(parts: Sequence[Sequence[int]], low: int, high: int) -> tuple[tuple[Any, ...], list[int]]:
    means = [of_mean([100 * (code - low) / (high - low) for code in codes]) for codes in parts]
    counts = [len(codes) for codes in parts]
    if not all(counts):
        return (None, None, None, min(counts)), counts
    value = sum(mean for mean, _low, _high, _n in means) / len(means)
    if min(counts) < 2:
        return (value, None, None, min(counts)), counts
    half = sum(end - mean for mean, _low, end, _n in means) / len(means)
    return (value, value - half, value + half, min(counts)), counts
