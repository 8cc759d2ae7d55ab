"""The measurement plan: a line is added, changed, stopped. A running line says where its figures come from."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import Program
from journeys.choices import MeasurementState, StreamStatus
from journeys.models import Kpi, Measurement

FACTS = frozenset(
    {
        "touchpoint", "whats", "kpi_code", "question_code", "segment", "channels", "when", "method", "stream",
        "decisions", "decided_by", "needed_on", "state",
    }
)  # fmt: skip


class MeasurementError(DomainError):
    code = "measurement-invalid"


@transaction.atomic
def add(program: Program, **facts: Any) -> Measurement:
    """A new line of the plan, of FACTS. Raises MeasurementError as `change` does."""
    line = Measurement(program=program)
    _write(line, facts)
    line.save()
    return line


@transaction.atomic
def change(line: Measurement, **facts: Any) -> Measurement:
    """Write any of FACTS.

    Raises MeasurementError

    - `measurement-without-text` if it does not say what is measured;
    - `measurement-of-others` if touchpoint, segment or stream belong to another program;
    - `measurement-off-map` if the touchpoint is no longer on its map;
    - `measurement-kpi-unknown` if no KPI in force has the code;
    - `measurement-without-source` if it runs and names neither a KPI nor a stream;
    - `measurement-stream-draft` if it runs on a stream that takes nothing in.
    """
    line = Measurement.objects.select_for_update(of=("self",)).select_related("program").get(pk=line.pk)
    _write(line, facts)
    line.save()
    return line


def stop(line: Measurement) -> Measurement:
    """Stop measuring; the line stays, so that one sees what was measured. Twice changes nothing."""
    Measurement.objects.filter(pk=line.pk).exclude(state=MeasurementState.STOPPED).update(
        state=MeasurementState.STOPPED
    )
    line.state = MeasurementState.STOPPED
    return line


def _write(line: Measurement, facts: dict[str, Any]) -> None:
    for name in facts:
        if name not in FACTS:
            raise TypeError(f"a measurement has no {name}")
        setattr(line, name, facts[name])
    _check(line)


def _check(line: Measurement) -> None:
    if not any(line.whats.values()):
        raise MeasurementError(_("Say what is measured."), code="measurement-without-text")
    parts = (line.touchpoint, line.segment, line.stream)
    if any(part is not None and part.program_id != line.program_id for part in parts):
        raise MeasurementError(_("This belongs to another program."), code="measurement-of-others")
    if line.touchpoint.retired_at is not None:
        raise MeasurementError(_("This is no longer on the map."), code="measurement-off-map")
    if line.kpi_code and not Kpi.objects.current().filter(program=line.program_id, code=line.kpi_code).exists():
        raise MeasurementError(_("There is no such KPI."), code="measurement-kpi-unknown")
    if line.state != MeasurementState.RUNNING:
        return
    if not line.kpi_code and line.stream is None:
        raise MeasurementError(
            _("What runs names the KPI or the data stream that measures it."), code="measurement-without-source"
        )
    if line.stream is not None and line.stream.status == StreamStatus.DRAFT:
        raise MeasurementError(_("The data stream is a draft and takes nothing in."), code="measurement-stream-draft")
