"""The budgets of a large customer base: finding one customer, and drawing whom a plan asks."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

SEED, LOOKUPS, SAMPLE = 7, 400, 10_000
LOOKUP_MS, SELECTION_SECONDS = 10, 2
STEP = 1_000_000
TABLES = ("journeys_customer", "journeys_customeridentity")
CUSTOMERS = """INSERT INTO journeys_customer (id, program_id, unit_id, kind, name, sort_key, email, phone, language,
        attributes, is_customer, is_fictitious, created_at)
    SELECT i, %(program)s, (%(units)s::bigint[])[1 + i %% 7], 'person', 'Person ' || i, 'person ' || i,
        'p' || i || '@example.org', '', (ARRAY['sv', 'nb', 'da', 'fi', 'en'])[1 + i %% 5],
        jsonb_build_object('tier', (ARRAY['gold', 'silver', 'none'])[1 + (i / 5) %% 3]), true, true, now()
    FROM generate_series(%(low)s::bigint, %(high)s::bigint) i"""
IDENTITIES = """INSERT INTO journeys_customeridentity (program_id, customer_id, source, value)
    SELECT %(program)s, i, source, value FROM generate_series(%(low)s::bigint, %(high)s::bigint) i
    CROSS JOIN LATERAL (VALUES ('email', 'p' || i || '@example.org'), ('crm', 'c-' || i)) known (source, value)"""


def large_base(bench: Any, rows: int) -> None:
    """Look-ups as the API and the list make them, and the draw of a wave as the sweep makes it."""
    from cxprogram.models import User
    from feedback.models import SamplingPlan, Survey
    from feedback.services import plans
    from journeys.models import Customer, CustomerAttribute, Segment
    from journeys.pages import customers as page

    program, owner = bench.cast.program, User.objects.get(pk=bench.cast.people["owner"].pk)
    CustomerAttribute.objects.get_or_create(program=program, code="tier", defaults={"name": "Tier"})
    started = time.perf_counter()
    first = fill(bench, rows)
    print(f"{rows:,} customers made in {time.perf_counter() - started:.0f} s", flush=True)
    chosen = random.Random(SEED).sample(range(first, first + rows), LOOKUPS)

    def seen() -> Any:
        return Customer.objects.standing().visible_to(owner).filter(program=program)

    ways: dict[str, Callable[[int], Iterable[Customer]]] = {
        "e-mail": lambda n: seen().with_email(f"P{n}@Example.org").order_by("-pk")[:51],
        "external id": lambda n: seen().with_identity(program, f"c-{n}", source="crm").order_by("-pk")[:51],
        "the list's search": lambda n: page.found(seen(), program, f"p{n}@example.org")[:51],
    }
    for name, way in ways.items():
        p99 = slowest(way, chosen) * bench.speed
        budget = f"p99 ≤ {LOOKUP_MS} ms"
        bench.say(
            f"Look-up by {name} of {rows:,}", f"p99 {p99:.1f} ms at the reference speed", budget, p99 <= LOOKUP_MS
        )
    segment = Segment.objects.create(
        program=program, code="gold-sv", name="Gold, Swedish",
        definition={"all": [{"field": "language", "is": "sv"}, {"attribute": "tier", "is": "gold"}]},
    )  # fmt: skip
    survey = Survey.objects.get(slug="sfo-live")
    for name, whom in (("of everyone", None), ("of a segment", segment)):
        plan = SamplingPlan.objects.create(
            program=program, survey=survey, name=name, is_active=True,
            method="random", sample_size=SAMPLE, segment=whom,
        )  # fmt: skip
        seconds, drawn = selection(plan, plans.start_wave)
        assert 0 < drawn <= SAMPLE, drawn
        scaled = seconds * bench.speed
        figure = f"{drawn:,} drawn in {seconds:.2f} s, at the reference speed {scaled:.2f} s"
        bench.say(
            f"Selection for sending, {name}, {rows:,}", figure, f"≤ {SELECTION_SECONDS} s", scaled <= SELECTION_SECONDS
        )


def slowest(way: Callable[[int], Iterable[Any]], chosen: list[int]) -> float:
    """The 99th percentile of the milliseconds that a look-up takes, its rows made."""
    times = []
    for number in chosen[:20]:
        list(way(number))  # statements are planned, pages read
    for number in chosen:
        started = time.perf_counter()
        found = list(way(number))
        times.append((time.perf_counter() - started) * 1_000)
        assert [row.pk for row in found] == [number], (number, found)
    return sorted(times)[int(len(times) * 0.99)]


def selection(plan: Any, start_wave: Callable[..., Any]) -> tuple[float, int]:
    """The median of three waves: how long one takes to be counted, drawn and written."""
    from django.utils import timezone

    times, drawn = [], 0
    for _turn in range(3):
        started = time.perf_counter()
        drawn = start_wave(plan, at=timezone.now()).drawn
        times.append(time.perf_counter() - started)
    return sorted(times)[1], drawn


def fill(bench: Any, rows: int) -> int:
    """Write the customers and their keys; returns the number of the first of them."""
    units = [unit.pk for code, unit in bench.cast.units.items() if code != "SFO"]
    with psycopg.connect(bench.database.url, autocommit=True) as direct:
        direct.execute("SET maintenance_work_mem = '512MB'")
        (last,) = direct.execute("SELECT coalesce(max(id), 0) FROM journeys_customer").fetchone() or (0,)
        with bare_tables(direct):
            for low in range(last + 1, last + rows + 1, STEP):
                span = {"low": low, "high": min(low + STEP - 1, last + rows)}
                for statement in (CUSTOMERS, IDENTITIES):
                    direct.execute(statement, {"program": bench.cast.program.pk, "units": units, **span})
        direct.execute("SELECT setval(pg_get_serial_sequence('journeys_customer', 'id'), %s)", [last + rows])
        direct.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    return last + 1


@contextmanager
def bare_tables(direct: psycopg.Connection[Any]) -> Iterator[None]:
    """No history of what nobody did; keys to other tables and indexes are made anew at the end, many times faster."""
    keys = direct.execute(
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
           WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)""",
        [list(TABLES)],
    ).fetchall()
    indexes = direct.execute(
        """SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)""",
        [list(TABLES)],
    ).fetchall()
    for table in TABLES:
        direct.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table, name, _definition in keys:
        direct.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        direct.execute(f'DROP INDEX "{name}"')
    yield
    for _name, definition in indexes:
        direct.execute(definition)
    for table, name, definition in keys:
        direct.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for table in TABLES:
        direct.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
