"""A program of whose customers some are gold and some silver, and what each of them answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import parse
from feedback.models import Response, Survey
from journeys.kpis import registry
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import Customer, Kpi, Segment
from journeys.services import kpi_filling
from tests import factories

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=1)
GOLD = {"attribute": "tier", "is": "gold"}
LOYALTY: dict[str, Any] = {"collector": "nps", "question_code": "NETPRO", "measure": "points"}


@dataclass
class World:
    program: Program
    survey: Survey
    units: dict[str, OrgUnit]
    customers: dict[str, list[Customer]] = field(default_factory=dict)
    number: int = 0

    def people(self, tier: str, n: int) -> list[Customer]:
        rows = [factories.make_customer(self.program, attributes={"tier": tier}) for _ in range(n)]
        self.customers.setdefault(tier, []).extend(rows)
        return rows

    def answer(
        self,
        people: Sequence[Customer | None],
        codes: Sequence[int],
        unit: str = "A",
        day: str = "2026-01-15",
        **f: Any,
    ) -> None:
        """Each gives one answer to NETPRO, received long ago if nothing else is said."""
        rows = []
        for who, code in zip(people, codes, strict=True):
            self.number += 1
            rows.append(
                Response(
                    program=self.program, survey_version=self.survey.versions.get(), source="test",
                    external_id=f"p-{self.number}", body_hash=b"", unit=self.units[unit], customer=who,
                    answered_at=datetime.fromisoformat(f"{day} 20:00").replace(tzinfo=UTC), answered_on=day,
                    received_at=f.get("received_at", BEFORE), weight=f.get("weight", 1.0),
                    answers=f.get("answers", {"NETPRO": code}), missing=f.get("missing", {}),
                )
            )  # fmt: skip
        Response.objects.bulk_create(rows)

    def segment(self, code: str, definition: Any) -> Segment:
        return Segment.objects.create(program=self.program, code=code, name=code.title(), definition=definition)

    def kpi(self, code: str, definition: Any, **fields: Any) -> Kpi:
        return factories.make_kpi(self.program, code, population=self.segment(code, definition), **(LOYALTY | fields))

    def fill(self, **fields: Any) -> int:
        return kpi_filling.fill(self.program, **({"at": NOW} | fields)).months

    def read(self, kpi: Kpi, period: str = "2026", unit: str = "SFO", **fields: Any) -> KpiReading:
        (found,) = registry.read(self.program, [KpiQuery(kpi, self.units[unit], parse(period), **fields)])
        return found

    def told(self, kpi: Kpi, period: str = "2026", unit: str = "SFO") -> tuple[float | None, int | None]:
        found = self.read(kpi, period, unit)
        return found.value, found.n

    def shows(self, kpi: Kpi, unit: str = "SFO") -> bool:
        return not self.read(kpi, "2026", unit).suppressed

    def hide_few(self) -> None:
        """From now on at least five must stand behind a number."""
        Program.objects.update(min_n=5)
        self.program.refresh_from_db()


@pytest.fixture
def world() -> World:
    program = factories.make_program(min_n=1)
    factories.make_attribute(program, "tier")
    units = factories.make_units(program, ["A", "G"])
    root = next(unit for unit in units.values() if unit.parent_id is None)
    survey = factories.make_survey(program, questions=("NETPRO", "Q7ALL"), has_rules=False)
    return World(program, survey, units | {"SFO": root})
