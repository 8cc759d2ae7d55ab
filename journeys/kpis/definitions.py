"""The KPIs of a program by their part: the whole experience, loyalty, the touchpoints."""

from django.utils.translation import gettext as _

from cxprogram.models import Program
from journeys.kpis.registry import KpiError
from journeys.models import Kpi


class Definitions:
    """The definitions in force, read once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        rows = Kpi.objects.current().filter(program=program).select_related("population")
        self.by_code = {kpi.code: kpi for kpi in rows.order_by("pk")}

    def get(self, code: str) -> Kpi:
        """Raises KpiError (`kpi-unknown`, 404)."""
        if code not in self.by_code:
            raise KpiError(_("There is no such KPI."), status=404)
        return self.by_code[code]

    @property
    def overall(self) -> Kpi | None:
        """The KPI of the whole experience; none is that is about a part of the customers."""
        return self._of_everyone(self.program.overall_kpi)

    @property
    def loyalty(self) -> Kpi | None:
        return self._of_everyone(self.program.loyalty_kpi)

    def _of_everyone(self, code: str) -> Kpi | None:
        kpi = self.by_code.get(code)
        return kpi if kpi is not None and kpi.population_id is None else None

    def of_journey(self, journey_id: int) -> list[Kpi]:
        """The KPIs by which the runs of one journey are rated as a whole: means of its own, of all customers, the more
        the better."""
        return [
            kpi
            for kpi in self.by_code.values()
            if kpi.journey_id == journey_id and kpi.touchpoint_id is None and kpi.population_id is None
            if kpi.collector == "mean" and kpi.question_code and kpi.higher_is_better
        ]

    @property
    def rates_touchpoints(self) -> bool:
        """Whether there is a KPI that touchpoints can be read with."""
        return bool(self._means)

    @property
    def first(self) -> Kpi:
        """The KPI to begin with where none is that of the whole: what touchpoints are read with, else any."""
        return next(iter(self.by_code.values())) if self.by_code and not self._means else self.touchpoints

    @property
    def _means(self) -> list[Kpi]:
        """The means of what everyone answered: of any question."""
        return [kpi for kpi in self.by_code.values() if kpi.collector == "mean" and kpi.population_id is None]

    @property
    def touchpoints(self) -> Kpi:
        """The KPI that touchpoints are read with: a mean, that of the whole experience before any other."""
        if not self._means:
            raise KpiError(_("No KPI of this program is a mean, so touchpoints cannot be read."), status=404)
        preferred = (self.program.overall_kpi, "mean")
        return next((kpi for code in preferred for kpi in self._means if kpi.code == code), self._means[0])

    @property
    def headline(self) -> list[Kpi]:
        """The KPIs of the overview, four at most; those of the whole and of loyalty if none are chosen."""
        codes = self.program.headline_kpis or [self.program.overall_kpi, self.program.loyalty_kpi]
        return [self.by_code[code] for code in codes if code in self.by_code][:4]
