"""Event logs for tests, by the names of their steps."""

import csv
import gzip
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from journeys.analytics.event_log import MICROSECONDS, EventLog

DATA = Path(__file__).parents[2] / "data"


def log_of(*cases: str, minutes: int = 1) -> EventLog:
    """Each case is a word, each letter a step, a minute between them."""
    names = sorted(set("".join(cases)))
    rows = [(case, names.index(step), place * 60 * minutes) for case, word in enumerate(cases)
            for place, step in enumerate(word)]  # fmt: skip
    case, step, at = zip(*rows, strict=True) if rows else ((), (), ())
    return EventLog.of(case, step, [int(moment * MICROSECONDS) for moment in at], names)


def read_log(path: Path) -> EventLog:
    """A log in CSV, as process mining tools write it: the order of the file tells apart what has one time."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        rows = list(csv.DictReader(file))
    cases = {name: number for number, name in enumerate(dict.fromkeys(row["case:concept:name"] for row in rows))}
    steps = {name: number for number, name in enumerate(dict.fromkeys(row["concept:name"] for row in rows))}
    return EventLog.of(
        [cases[row["case:concept:name"]] for row in rows],
        [steps[row["concept:name"]] for row in rows],
        [round(datetime.fromisoformat(row["time:timestamp"]).timestamp() * MICROSECONDS) for row in rows],
        list(steps),
    )


def named(log: EventLog, counts: Mapping[int, int]) -> dict[str, int]:
    return {log.steps[step]: n for step, n in counts.items()}


def numbers(log: EventLog, names: Sequence[str]) -> list[int]:
    return [log.steps.index(name) for name in names]
