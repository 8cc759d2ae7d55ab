"""The KPIs of a program by their part: the whole experience, loyalty, the touchpoints."""

from django.utils.translation import gettext as _

from cxprogram.models import Program
from journeys.kpis.registry import KpiError
from journeys.models import Kpi


class Definitions:
    """The definitions in force, read once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.by_code = {kpi.code: kpi for kpi in Kpi.objects.current().filter(program=program).order_by("pk")}

    def get(self, code: str) -> Kpi:
        """Raises KpiError (`kpi-unknown`, 404)."""
        if code not in self.by_code:
            raise KpiError(_("There is no such KPI."), status=404)
        return self.by_code[code]

    @property
    def overall(self) -> Kpi | None:
        return self.by_code.get(self.program.overall_kpi)

    @property
    def loyalty(self) -> Kpi | None:
        return self.by_code.get(self.program.loyalty_kpi)

    @property
    def first(self) -> Kpi:
        """The KPI to begin with where none is that of the whole: what touchpoints are read with, else any."""
        means = any(kpi.collector == "mean" for kpi in self.by_code.values())
        return next(iter(self.by_code.values())) if self.by_code and not means else self.touchpoints

    @property
    def touchpoints(self) -> Kpi:
        """The KPI that touchpoints are read with: a mean, that of the whole experience before any other."""
        means = [kpi for kpi in self.by_code.values() if kpi.collector == "mean"]
        if not means:
            raise KpiError(_("No KPI of this program is a mean, so touchpoints cannot be read."), status=404)
        preferred = (self.program.overall_kpi, "mean")
        return next((kpi for code in preferred for kpi in means if kpi.code == code), means[0])

    @property
    def headline(self) -> list[Kpi]:
        """The KPIs of the overview, four at most; those of the whole and of loyalty if none are chosen."""
        codes = self.program.headline_kpis or [self.program.overall_kpi, self.program.loyalty_kpi]
        return [self.by_code[code] for code in codes if code in self.by_code][:4]
