"""The journey's budgets: a map of two hundred touchpoints, and the paths and funnels of many interactions."""

import resource
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

TOUCHPOINTS, STEPS_A_RUN = 200, 5
START = datetime(2026, 3, 1, tzinfo=UTC)
READ = """SELECT count(*), sum(at_us), max(episode_id), max(touchpoint_id) FROM (
    SELECT episode_id, touchpoint_id, customer_id, stream_id, (extract(epoch FROM at) * 1000000)::bigint AS at_us
    FROM journeys_interaction WHERE program_id = %s ORDER BY episode_id, at, id) events"""


def wide_map(bench: Any) -> None:
    """The page of a map whose touchpoints are all measured by live answers, as the owner asks for it."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from feedback.models import Question
    from feedback.services import folding
    from journeys.models import Journey, Stage, Touchpoint

    program = bench.cast.program
    journey = Journey.objects.create(program=program, code="wide", name="Wide")
    stages = Stage.objects.bulk_create(
        Stage(journey=journey, code=f"s{n}", name=f"Stage {n}", position=n) for n in range(1, 11)
    )
    Question.objects.bulk_create(
        Question(program=program, code=f"W{n}", name=f"W{n}", kind="rating", scale_low=1, scale_high=5)
        for n in range(TOUCHPOINTS)
    )
    Touchpoint.objects.bulk_create(
        Touchpoint(
            program=program, stage=stages[n % 10], position=1 + n // 10, code=f"w{n}", name=f"Touchpoint {n}",
            question_code=f"W{n}", aspect="quality",
        )
        for n in range(TOUCHPOINTS)
    )  # fmt: skip
    number, version, unit = bench.ids.split(",")
    with psycopg.connect(bench.database.url, autocommit=True) as direct:
        direct.execute(
            """INSERT INTO feedback_response (program_id, survey_version_id, source, external_id, body_hash,
                   answered_at, answered_on, unit_id, channel, language, weight, answers, missing, attributes)
               SELECT %s, %s, 'wide', i::text, ''::bytea, timestamptz '2026-03-01', date '2026-03-01', %s, 'api', '', 1,
                   (SELECT jsonb_object_agg('W' || n, 1 + (i * 31 + n * 7) %% 5) FROM generate_series(0, %s) n),
                   '{}', '{}' FROM generate_series(1, 400) i""",
            [number, version, unit, TOUCHPOINTS - 1],
        )
    folding.fold(program, at=timezone.now())
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(bench.cast.people["owner"])
    address = "/map/?journey=wide&period=2026"
    times, queries = [], 0
    for _turn in range(7):
        with CaptureQueriesContext(connection) as captured:
            started = time.perf_counter()
            reply = client.get(address)
            times.append(1_000 * (time.perf_counter() - started))
        assert reply.status_code == 200, reply.content[:300]
        queries = len(captured)
    seen = sorted(times)[len(times) // 2]
    scaled = seen * bench.speed
    figure = f"{seen:.0f} ms, at the reference speed {scaled:.0f} ms, {queries} queries"
    bench.say(f"Map of {TOUCHPOINTS} touchpoints", figure, "≤ 300 ms", scaled <= 300)


def paths(bench: Any, rows: int) -> None:
    """Path study and funnel over all interactions, read from the database, against the bare query that reads them."""
    from cxprogram.periods import ALL
    from journeys import frames
    from journeys.analytics import conformance
    from journeys.analytics import paths as analytics
    from journeys.insight import funnels
    from journeys.models import Customer, DataStream, Journey, Touchpoint
    from journeys.services import partitions

    program, root = bench.cast.program, bench.cast.root
    journey = Journey.objects.get(program=program, code="departure")
    points = list(Touchpoint.objects.filter(stage__journey=journey).order_by("stage__position", "position"))[:10]
    customer = Customer.objects.create(program=program, name="", is_fictitious=True)
    stream, _new = DataStream.objects.get_or_create(
        program=program, code="bench", defaults={"name": "Bench", "kind": "operations"}
    )
    partitions.ensure([START, START + timedelta(days=31)])
    runs = rows // STEPS_A_RUN
    with psycopg.connect(bench.database.url, autocommit=True) as direct:
        direct.execute(
            """INSERT INTO journeys_episode (id, program_id, customer_id, journey_id, context, started_at, ended_at)
               SELECT i, %s, %s, %s, '', %s + i * interval '1 second', %s + i * interval '1 second' + interval '1 hour'
               FROM generate_series(1::bigint, %s) i""",
            [program.pk, customer.pk, journey.pk, START, START, runs],
        )
        direct.execute(
            """INSERT INTO journeys_interaction (id, program_id, stream_id, source, external_id, customer_id, unit_id,
                   touchpoint_id, episode_id, at, type, channel, properties, received_at)
               SELECT r * 5 + k, %s, %s, 'bench', '', %s, %s,
                   (%s::bigint[])[1 + CASE WHEN (r * 2654435761 + k * 40503) %% 100 < 85 THEN k
                                          ELSE (r * 48271 + k) %% 10 END],
                   r, %s + r * interval '1 second' + k * interval '10 minutes', 'step', '', '{}', now()
               FROM generate_series(1::bigint, %s) r, generate_series(0, 4) k""",
            [program.pk, stream.pk, customer.pk, root.pk, [each.pk for each in points], START, runs],
        )
        direct.execute("VACUUM ANALYZE journeys_interaction, journeys_episode")
        started = time.perf_counter()
        direct.execute(READ, [program.pk]).fetchone()
        bare = time.perf_counter() - started
    started = time.perf_counter()
    found = frames.events(journey, root, ALL)
    read = time.perf_counter() - started
    study = analytics.study(found.log)
    conformance.conform(found.log, list(range(STEPS_A_RUN)))
    whole = time.perf_counter() - started
    assert (study.cases, study.events) == (runs, runs * STEPS_A_RUN), (study.cases, study.events)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    scaled = whole * bench.speed
    figure = (
        f"{whole:.1f} s ({read:.1f} s of it reading), at the reference speed {scaled:.1f} s, "
        f"{whole / bare:.2f} × the bare sorted query, {peak:.1f} GB"
    )
    bench.say(f"Paths of {rows:,} interactions", figure, "≤ 30 s, ≤ 2 GB", scaled <= 30 and peak <= 2)
    started = time.perf_counter()
    _steps, (group,) = funnels.read_funnels(
        journey, root, ALL, at=datetime.now(UTC), steps=[each.code for each in points[:STEPS_A_RUN]]
    )
    seconds = time.perf_counter() - started
    assert group.funnel is not None
    assert group.funnel.cases + group.funnel.open_cases == runs, group.funnel
    scaled = seconds * bench.speed
    figure = f"{seconds:.2f} s, at the reference speed {scaled:.2f} s, {seconds / bare:.2f} × the bare sorted query"
    bench.say(f"Funnel over {rows:,} interactions", figure, "≤ 5 s", scaled <= 5)
