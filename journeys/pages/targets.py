"""Targets as a page: rows with their verdict, and what is proposed, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram import figures
from cxprogram.figures import KINDS, figure, kind_of
from cxprogram.models import User
from journeys.analytics.targets import LEAST_POINTS, Proposal
from journeys.insight.target_table import TargetRow, TargetStudy
from journeys.kpis import bounds
from journeys.models import Kpi, KpiTarget
from journeys.models.kpi import said_of
from journeys.services import targets


@dataclass(frozen=True)
class Line:
    """One target in the table. `whose` the KPI is, where it is not everyone's; `worth` is the money a year of going
    there from its baseline, where the value of a point is known."""

    row: TargetRow
    name: str
    whose: str
    kind: str
    may_approve: bool
    worth: Decimal | None

    @property
    def target(self) -> KpiTarget:
        return self.row.target


@dataclass(frozen=True)
class Offer:
    """One proposal in words. `worth` is the money a year of going there, where the value of a point is known."""

    proposal: Proposal
    title: str
    why: str
    worth: Decimal | None


def lines(rows: Sequence[TargetRow], *, user: User) -> list[Line]:
    return [
        Line(
            row,
            _name(row),
            whose(row.kpi) if row.kpi else "",
            kind_of(row.kpi) if row.kpi else "mean",
            row.target.approver_id is None and row.target.is_current and targets.may_approve(user, row.target),
            _worth_of(row),
        )
        for row in rows
    ]


def whose(kpi: Kpi) -> str:
    """Whose the number is, in words; empty where it is everyone's."""
    return said_of("", kpi.population.label if kpi.population else "")


def _name(row: TargetRow) -> str:
    name = row.kpi.label if row.kpi else row.target.kpi_code
    if not row.target.question_code:
        return name
    return f"{name}: {row.question.label if row.question else row.target.question_code}"


def _worth_of(row: TargetRow) -> Decimal | None:
    target = row.target
    if row.kpi is None or row.is_of_another_version or target.point_amount is None or target.baseline is None:
        return None
    return _money(row.kpi, target.point_amount, before=float(target.baseline), after=float(target.value))


def headline(rows: Sequence[TargetRow]) -> str:
    waiting = sum(row.target.approver_id is None for row in rows)
    if not rows:
        return _("No target is set for this period")
    if not waiting:
        return ngettext("%(n)s target, approved", "%(n)s targets, all approved", len(rows)) % {"n": len(rows)}
    said = ngettext("%(n)s target, %(waiting)s of them not approved", "%(n)s targets, %(waiting)s of them not approved",
                    len(rows))  # fmt: skip
    return said % {"n": len(rows), "waiting": waiting}


def offers(study: TargetStudy) -> list[Offer]:
    titles = {
        "trend": _("Where the trend leads"),
        "hold": _("Hold what there is"),
        "best_quartile": _("The best quarter of the units"),
        "competitors": _("Level with the competitors"),
    }
    return [
        Offer(each, titles[each.basis], basis(study, each.basis), worth(study, each.value)) for each in study.proposals
    ]


def basis(study: TargetStudy, code: str) -> str:
    """Why this much, as it is kept with the target."""
    n = len(study.history)
    return {
        "trend": ngettext("Trend of %(n)s value", "Trend of %(n)s values", n) % {"n": n},
        "hold": _("The newest value of this month, held") if study.is_seasonal else _("The newest value, held"),
        "best_quartile": _("What the best quarter of %(n)s units reaches") % {"n": study.units},
        "competitors": _("What others reach among people who know both"),
    }[code]


def worth(study: TargetStudy, value: float) -> Decimal | None:
    """Money a year of going from the newest value to the target."""
    last = study.last
    if study.point_amount is None or last is None or last.value is None:
        return None
    return _money(study.kpi, study.point_amount, before=last.value, after=value)


def _money(kpi: Kpi, amount: Decimal, *, before: float, after: float) -> Decimal:
    """A point of a share is one per cent."""
    points = (after - before) * KINDS[kind_of(kpi)].factor * (1 if kpi.higher_is_better else -1)
    return (amount * Decimal(repr(points))).quantize(Decimal(1))


def doubt(study: TargetStudy) -> str:
    """What is said where no probability can be."""
    if study.outlook is not None or study.last is None:
        return ""
    n = len(study.history)
    if n < LEAST_POINTS:
        said = ngettext(
            "There is %(n)s earlier value; from %(least)s on a probability can be given.",
            "There are %(n)s earlier values; from %(least)s on a probability can be given.",
            n,
        )
        return said % {"n": n, "least": LEAST_POINTS}
    return _("The value has never varied, so that no probability can be given.")


def season(study: TargetStudy) -> str:
    """How a month's own ups and downs are allowed for, or that they are not."""
    if not study.period.is_month or study.outlook is None:
        return ""
    if study.is_seasonal:
        return _(
            "Like is compared with like: the same month of earlier years, so that the season is allowed for. Few years"
            " make little certain."
        )
    said = _(
        "The season is not known: that takes %(least)s earlier years of the same month. The outlook is from all months"
        " before, whose ups and downs count as chance."
    )
    return said % {"least": LEAST_POINTS}


def expectation(study: TargetStudy) -> str:
    """What the KPI comes to if things go on as they did."""
    if study.outlook is None:
        return ""
    kind = kind_of(study.kpi)
    low, high = (bounds.within(study.span, end) for end in study.outlook.interval)
    return _("If it goes on as before, %(period)s brings %(value)s, with 95 %% certainty from %(span)s.") % {
        "period": study.period.label,
        "value": figure(bounds.within(study.span, study.outlook.centre), kind),
        "span": figures.interval(low, high, kind, in_words=True),
    }
