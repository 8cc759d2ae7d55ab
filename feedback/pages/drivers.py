"""The driver page: what the study says, in words, as a chart and in numbers."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxprogram import charts, figures
from cxprogram.charts import Chart
from cxprogram.models import Program
from cxprogram.periods import Period
from feedback.insight import Study, StudyRow
from journeys.insight.words import MOST_NAMED, inside, listed


@dataclass(frozen=True)
class DriverPage:
    program: Program
    period: Period
    study: Study | None
    studied: list[Period]
    headline: str
    lead: str
    chart: Chart | None

    @property
    def choices(self) -> list[Period]:
        return self.studied if self.period in self.studied else [self.period, *self.studied]


def build(program: Program, period: Period, study: Study | None, studied: list[Period]) -> DriverPage:
    if study is None:
        return DriverPage(program, period, None, studied, _("No driver study of this period yet"), "", None)
    chart = charts.drivers(
        [charts.DriverRow(row.label, row.share, row.low, row.high, row.sign, row.lmg) for row in study.rows],
        title=_("What goes with a high rating, %(period)s") % {"period": period.label},
        n=study.n,
        r2=study.r2,
        resamples=study.resamples,
    )
    return DriverPage(program, period, study, studied, headline(study), lead(study), chart)


def alike(study: Study) -> list[StudyRow]:
    """The strongest driver, with those whose intervals reach up to its own: their order is not certain."""
    first = study.rows[0]
    return [row for row in study.rows if row.high >= first.low]


def headline(study: Study) -> str:
    """The strongest driver; where others come as close, how many there are."""
    close, name = len(alike(study)), inside(study.rows[0].label)
    if close == 1:
        return _("The overall rating goes most closely with %(name)s") % {"name": name}
    return _("%(n)s drivers go closely with the overall rating, %(name)s first") % {"n": close, "name": name}


def lead(study: Study) -> str:
    """How much the strongest driver carries, and how certain its place is."""
    first = study.rows[0]
    said = [
        _("%(name)s: %(share)s of the explained variation (%(low)s to %(high)s).")
        % {
            "name": first.label,
            "share": figures.figure(first.share, "share"),
            "low": figures.figure(first.low, "share", with_unit=False),
            "high": figures.figure(first.high, "share", with_unit=False),
        }
    ]
    rivals = [inside(row.label) for row in alike(study)[1:]]
    if len(rivals) > MOST_NAMED:
        said.append(_("Not clearly stronger than %(n)s others.") % {"n": len(rivals)})
    elif rivals:
        said.append(_("Not clearly stronger than %(names)s.") % {"names": listed(rivals)})
    else:
        said.append(_("Its place is certain: no other interval reaches it."))
    said.append(_("Association, not proof of cause."))
    return " ".join(said)
