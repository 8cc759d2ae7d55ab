"""What changed at a project's touchpoint, measured and kept as it was measured."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actions.choices import EffectMethod
from actions.models import EffectStudy, ImprovementProject
from cxprogram.errors import DomainError
from cxprogram.periods import Period
from journeys.kpis import registry
from journeys.kpis.definitions import Definitions
from journeys.kpis.registry import KpiQuery


class EffectError(DomainError):
    """The change cannot be measured: `effect-not-measured`, `effect-periods-overlap` or `effect-too-few`."""

    code = "effect-not-measured"


@transaction.atomic
def measure_before_after(project: ImprovementProject, *, before: Period, after: Period, at: datetime) -> EffectStudy:
    """Compare the touchpoint's rating of two periods and append what was found.

    - the touchpoint has a question; the periods follow each other and share no day;
    - both periods may be shown and allow a test;
    - the same figures as in the newest study of these periods write no second row.

    There is no comparison group: the study is never called causal.
    """
    question = project.touchpoint.question_code
    if not question:
        raise EffectError(_("Nothing measures the touchpoint of this project."))
    if before.end >= after.start:
        raise EffectError(_("The second period must begin after the first has ended."), code="effect-periods-overlap")
    ImprovementProject.objects.select_for_update().get(pk=project.pk)  # two at once write one row
    program = project.program
    kpi = Definitions(program).touchpoints
    queries = [KpiQuery(kpi, project.unit, period, question, project.touchpoint.code) for period in (before, after)]
    first, second = registry.read(program, queries)
    if first.value is None or second.value is None:
        raise EffectError(_("Too few answers in one of the periods."), code="effect-too-few")
    difference = registry.collector_of(kpi).differ(second, first)
    if difference.delta is None or difference.p is None:
        raise EffectError(_("Too few answers in one of the periods."), code="effect-too-few")
    key = {
        "project": project,
        "method": EffectMethod.BEFORE_AFTER,
        "kpi_code": kpi.code,
        "question_code": question,
        "before_period": before.code,
        "after_period": after.code,
    }
    found = {
        "before_value": first.value,
        "before_n": first.n,
        "after_value": second.value,
        "after_n": second.n,
        "difference": difference.delta,
        "low": difference.low,
        "high": difference.high,
        "p_value": difference.p,
    }
    newest = EffectStudy.objects.filter(**key).order_by("-pk").first()
    if newest and all(getattr(newest, name) == value for name, value in found.items()):
        return newest
    return EffectStudy.objects.create(**key, **found, is_causal=False, computed_at=at)
