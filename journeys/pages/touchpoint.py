"""All that is known of one touchpoint, on one page."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxprogram.errors import NotFoundError
from cxprogram.models import OrgUnit
from cxprogram.page_base import Visit
from cxprogram.periods import Period
from journeys.insight import competitors
from journeys.insight.competitors import Moment
from journeys.insight.map import build_map
from journeys.insight.map_view import MapStage, MapTouchpoint, MapView
from journeys.models import Measurement, Touchpoint
from journeys.pages import kpi
from journeys.pages.kpi import KpiPage


@dataclass(frozen=True)
class TouchpointPage:
    """The touchpoint as the map has it; `kpi` is its question through time and by unit, None where nothing asks."""

    view: MapView
    stage: MapStage
    card: MapTouchpoint
    kpi: KpiPage | None
    measurements: tuple[Measurement, ...]
    moments: tuple[Moment, ...]

    @property
    def headline(self) -> str:
        if self.kpi is not None:
            return self.kpi.headline
        return _("Nobody measures yet: %(name)s") % {"name": self.card.label}


def build(
    visit: Visit,
    code: str,
    *,
    unit: OrgUnit,
    period: Period | None,
    compare: Period | None = None,
    is_compared: bool = True,
) -> TouchpointPage:
    """Read the page; a constant number of queries. Raises NotFoundError (`touchpoint-unknown`)."""
    rows = Touchpoint.objects.in_use().filter(program=visit.program, code=code)
    touchpoint = rows.select_related("stage__journey").first()
    if touchpoint is None:
        raise NotFoundError(_("There is no such touchpoint."), code="touchpoint-unknown")
    view = build_map(
        visit.program,
        unit,
        period,
        compare,
        visit.user,
        today=visit.today,
        journey=touchpoint.stage.journey.code,
        is_compared=is_compared,
    )
    stage = next(each for each in view.stages if each.stage.pk == touchpoint.stage_id)
    card = next(each for each in stage.touchpoints if each.touchpoint.pk == touchpoint.pk)
    measured = None
    if card.reading is not None:
        measured = kpi.build(
            visit.program,
            visit.user,
            code=f"{view.kpi.code}{kpi.SEPARATOR}{card.reading.question}",
            question="",
            unit=unit,
            period=view.period,
            weighted=False,
        )
    plan = Measurement.objects.filter(touchpoint=touchpoint).select_related("stream", "segment", "decided_by")
    moments = competitors.compare(visit.program, unit, view.period).moments
    return TouchpointPage(
        view=view,
        stage=stage,
        card=card,
        kpi=measured,
        measurements=tuple(plan.order_by("pk")),
        moments=tuple(each for each in moments if each.touchpoint and each.touchpoint.pk == touchpoint.pk),
    )
