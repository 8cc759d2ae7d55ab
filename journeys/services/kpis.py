"""Definitions of KPIs: what a number means never changes; another meaning is another version."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError
from cxprogram.models import Responsibility
from journeys.kpis import registry
from journeys.kpis.registry import KpiError
from journeys.models import Kpi

# What decides the number. Names, descriptions and the axis say how it is shown: they may be corrected in place.
MEANING = (
    "collector", "question_code", "parameters", "measure", "higher_is_better", "population", "stream", "journey",
    "touchpoint", "min_n", "valid_from",
)  # fmt: skip


@transaction.atomic
def new_version(kpi: Kpi, *, valid_from: date, **changes: Any) -> Kpi:
    """Put a new version in force in place of the current one; what is not changed, duties too, is taken over.

    Its population is the segment as it is now, whatever filter the old one was made with. What comes late to the months
    before it is counted by the old one (`kpi_filling.fill`).

    Raises ConflictError (`kpi-not-current`) if a newer version is in force already, KpiError (`kpi-parent-unknown`) if
    it is to be a part of a KPI that is not in force, and what `checked` raises.
    """
    old = Kpi.objects.select_for_update().get(pk=kpi.pk)
    if not old.is_current:
        raise ConflictError(_("A newer version of this KPI is in force."), code="kpi-not-current")
    Kpi.objects.filter(pk=old.pk).update(is_current=False)
    fixed = {"id", "version", "is_current", "valid_from", "population_filter"}
    facts = {field.attname: getattr(old, field.attname) for field in Kpi._meta.fields if field.name not in fixed}
    new = Kpi(**facts, version=old.version + 1, is_current=True, valid_from=valid_from)
    for name, value in changes.items():  # `population` or `population_id`
        setattr(new, name, value)
    new = checked(new)
    if "parent_code" in changes and not new.has_parent:
        raise KpiError(_("The program has no such KPI."), code="kpi-parent-unknown", field="parent_code")
    new.save()
    for duty in Responsibility.objects.for_object(old):
        Responsibility.objects.create(program_id=new.program_id, user_id=duty.user_id, duty=duty.duty, thing=new)
    return new


def checked(kpi: Kpi) -> Kpi:
    """The definition with its parameters as they are stored.

    Raises KpiError: `kpi-unknown` (nothing computes it), `kpi-parameters` with the `field` that is wrong,
    `kpi-question-unknown` for a question that the program does not have.
    """
    kpi.parameters = registry.collector_of(kpi).check(kpi)
    return kpi
