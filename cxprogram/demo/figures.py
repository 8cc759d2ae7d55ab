"""The demonstration's figures: the five waves, today's answers, targets, studies, statement, report."""

import csv
import gzip
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from django.test import Client

from actions.models import ImprovementProject
from actions.services import effects
from cxprogram import periods
from cxprogram.choices import ImportStatus
from cxprogram.demo import content
from cxprogram.demo.program import Cast
from cxprogram.demo.surveys import mapping_of
from cxprogram.models import ImportRun
from feedback.models import DriverStudy, Response, SurveyVersion
from feedback.services import driver_studies, imports
from governance.models import CompensationScheme, Report
from governance.services import compensation, reports
from journeys.kpis import registry
from journeys.kpis.registry import KpiQuery
from journeys.models import Kpi, KpiTarget, Touchpoint
from journeys.services import truths

Say = Callable[[str], None]
SEED = 20171


class DemoError(RuntimeError):
    """The demonstration could not be built; the message says at which step."""


def wave_path(year: int) -> Path:
    return content.DATA / f"sfo_{year}.csv.gz"


def import_waves(cast: Cast, *, at: datetime, say: Say) -> None:
    """Import each wave whose file has not been imported yet."""
    done = set(
        ImportRun.objects.filter(program=cast.program, status=ImportStatus.DONE).values_list("file_sha256", flat=True)
    )
    for number, year in enumerate(content.WAVES, 1):
        path = wave_path(year)
        if imports.sha256_of(path) in done:
            continue
        version = SurveyVersion.objects.get(survey__program=cast.program, survey__slug="sfo", number=number)
        result = imports.import_file(
            version, mapping_of(year), path, mapping_name=f"sfo-{year}", at=at, by=cast.people["owner"]
        )
        if result.rejected:
            raise DemoError(f"{path.name}: {result.errors[:3]}")
        say(f"wave {year}: {result.imported:,} answers")


def replay(cast: Cast, token: str, *, say: Say) -> None:
    """Send the first rows of 2017 through the public API as today's answers, by fictitious customers.

    The answers lie in the six hours before the program was made, so a second run sends the same bodies; it is
    not needed, and left out when they are all there.
    """
    source = "sfo-replay"
    if Response.objects.filter(program=cast.program, source=source).count() == content.REPLAYED:
        return
    client = Client(headers={"authorization": f"Bearer {token}", "host": "127.0.0.1"})
    span = timedelta(hours=6)
    mapping = mapping_of(2017)
    with gzip.open(wave_path(2017), "rt", encoding="utf-8", newline="") as file:
        from feedback.imports.rows import MappedResponse, map_row

        for number, row in enumerate(csv.DictReader(file)):
            if number == content.REPLAYED:
                break
            mapped = map_row(mapping, row, number + 2)
            if not isinstance(mapped, MappedResponse):
                raise DemoError(f"row {number + 2} of 2017: {mapped}")
            answers: dict[str, Any] = {
                code: mapped.answers.get(code) for code in ("NETPRO", "Q7ALL", "Q15PROBLEM", "Q15COM")
            }
            answered_at = cast.program.created_at - span + span * number / content.REPLAYED
            language = mapped.language if mapped.language in ("en", "sv", "nb", "da", "fi") else "en"
            body = {
                "survey": content.LIVE_SURVEY,
                "source": source,
                "external_id": mapped.external_id,
                "answered_at": answered_at.isoformat(),
                "answers": answers,
                "unit": mapped.unit,
                "channel": "api",
                "language": language,
                "customer": {
                    "source": "demo",
                    "external_id": f"passenger-{mapped.external_id}",
                    "name": f"Passenger {mapped.external_id}",
                    "email": f"passenger-{mapped.external_id}@example.org",
                    "language": language,
                    "is_fictitious": True,
                },
                "attributes": {
                    name: mapped.attributes[name]
                    for name in ("gate", "destination", "airline")
                    if name in mapped.attributes
                },
            }
            reply = client.post("/api/v1/responses/", data=msgspec.json.encode(body), content_type="application/json")
            if reply.status_code not in (200, 201):
                raise DemoError(f"row {number + 2} of 2017: {reply.status_code} {reply.content[:300]!r}")
    say(f"replayed {content.REPLAYED} answers of 2017 as today's")


def set_targets(cast: Cast) -> None:
    """Targets for 2017: the program's own, and each touchpoint's best earlier wave."""
    program, author, approver = cast.program, cast.people["owner"], cast.people["executive"]
    if KpiTarget.objects.filter(program=program).exists():
        return
    facts = {
        "program": program,
        "period": "2017",
        "is_illustrative": True,
        "author": author,
        "approver": approver,
        "kpi_version": 1,
    }
    for spec in content.KPIS:
        for unit in cast.units.values():
            if unit is cast.root or spec["code"] in ("nps", "mean"):
                KpiTarget.objects.create(
                    kpi_code=spec["code"], unit=unit, value=Decimal(spec["target"]), basis="Set for the demonstration",
                    **facts,
                )  # fmt: skip
    mean = Kpi.objects.current().get(program=program, code="mean")
    points = list(Touchpoint.objects.measured().filter(program=program))
    earlier = [periods.parse(str(year)) for year in content.WAVES[:-1]]
    queries = [KpiQuery(mean, cast.root, period, point.question_code) for point in points for period in earlier]
    best: dict[str, float] = {}
    for reading in registry.read(program, queries):
        if reading.value is not None:
            best[reading.question] = max(best.get(reading.question, 0.0), reading.value)
    for point in points:
        if point.question_code in best:
            KpiTarget.objects.create(
                kpi_code="mean",
                question_code=point.question_code,
                unit=cast.root,
                value=Decimal(repr(best[point.question_code])).quantize(Decimal("0.0001")),
                basis="Best wave 2013–2016",
                **facts,
            )


def study_drivers(cast: Cast, *, at: datetime, say: Say) -> None:
    """One study a wave; moments of truth are proposed by the newest."""
    for year in content.WAVES:
        if DriverStudy.objects.filter(program=cast.program, period=str(year), is_current=True).exists():
            continue
        study = driver_studies.run(
            cast.program,
            periods.parse(str(year)),
            outcome="Q7ALL",
            drivers=content.DRIVERS,
            resamples=500,
            seed=SEED,
            at=at,
        )
        say(f"drivers {year}: n {study.n:,}, R² {study.r2:.3f}")
    truths.propose(cast.program, at=at)


def measure_project(project: ImprovementProject, *, at: datetime) -> None:
    if not project.effects.exists():
        effects.measure_before_after(project, before=periods.parse("2016"), after=periods.parse("2017"), at=at)


def issue_statement(cast: Cast, scheme: CompensationScheme, *, at: datetime) -> None:
    manager = cast.people["unit_manager"]
    if not manager.compensationstatement_set.exists():
        compensation.issue(scheme, manager, cast.units["G"], at=at, by=cast.people["owner"])


def make_report(cast: Cast, *, at: datetime) -> Report:
    known = Report.objects.filter(program=cast.program, period="2017").order_by("pk").first()
    if known:
        return known
    return reports.make_steering_report(
        cast.program, cast.root, periods.parse("2017"), "en", at=at, by=cast.people["owner"]
    )
