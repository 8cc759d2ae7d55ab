"""The insight pages: the journey map and the KPIs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxprogram.access import Right
from cxprogram.api_base import asked_number
from cxprogram.csv_files import csv_response
from cxprogram.models import OrgUnit
from cxprogram.page_base import Visit, member_page
from journeys.insight import drawings, journey_tree, words
from journeys.insight.kpi_tree import build_tree
from journeys.insight.map import build_map
from journeys.insight.map_view import MapView
from journeys.kpis.definitions import Definitions
from journeys.kpis.registry import KpiError
from journeys.models import Journey, Kpi
from journeys.pages import filters, kpi, map_print, touchpoint

# What the map shows besides, if it is asked for.
LANES = {
    "personas": gettext_lazy("Personas"),
    "actions": gettext_lazy("Actions and thoughts"),
    "promise": gettext_lazy("Promise and tone"),
    "channels": gettext_lazy("Channels"),
    "streams": gettext_lazy("Data streams"),
    "findings": gettext_lazy("Findings"),
    "evidence": gettext_lazy("Evidence"),
}


@member_page(Right.SEE_SCORES)
def journey_map(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The experience map of a journey: `?period= &unit= &compare= &journey= &lanes=`."""
    unit = filters.unit_asked(request, visit)
    journeys = list(Journey.objects.on_map().filter(program=visit.program).order_by("pk"))
    if not journeys and not request.GET.get("journey"):
        return _empty(request, visit)
    try:
        view = _map_asked(request, visit, unit)
    except KpiError:
        if Definitions(visit.program).rates_touchpoints:
            raise
        return _empty(request, visit, has_journey=True)
    return render(request, "journeys/map.html", _map_context(request, visit, view, journeys))


def _empty(request: HttpRequest, visit: Visit, *, has_journey: bool = False) -> HttpResponse:
    """What is missing: a journey, anything that is measured, or a KPI of everyone that touchpoints are read with."""
    context = {
        "may_define": visit.can(Right.DEFINE),
        "has_journey": has_journey,
        "lacks_mean": has_journey and _has_kpis(visit),
        "put_away": _put_away(visit),
    }
    return render(request, "journeys/map_empty.html", context)


def _put_away(visit: Visit) -> int:
    """How many journeys could be brought back by this person."""
    return Journey.objects.put_away().filter(program=visit.program).count() if visit.can(Right.DEFINE) else 0


@member_page(Right.SEE_SCORES)
def map_pdf(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The same map on one A3 sheet: `?period= &unit= &compare= &journey= &lanes=`."""
    view = _map_asked(request, visit, filters.unit_asked(request, visit))
    name = f'inline; filename="map-{view.journey.code}-{view.period.code}.pdf"'
    return HttpResponse(
        map_print.map_pdf(view, lanes=_lanes(request)),
        content_type="application/pdf",
        headers={"Content-Disposition": name},
    )


def _lanes(request: HttpRequest) -> list[str]:
    return [code for code in request.GET.getlist("lanes") if code in LANES]


def _map_asked(request: HttpRequest, visit: Visit, unit: OrgUnit) -> MapView:
    """The map that the address asks for. Raises NotFoundError, PeriodError, KpiError."""
    compare, is_compared = filters.compare_asked(request)
    return build_map(
        visit.program,
        unit,
        filters.period_asked(request),
        compare,
        visit.user,
        today=visit.today,
        journey=request.GET.get("journey", ""),
        is_compared=is_compared,
    )


@member_page(Right.SEE_SCORES)
def journey_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """All journeys as a tree, each in a few numbers: `?period= &unit=`."""
    unit = filters.unit_asked(request, visit)
    has_journey = Journey.objects.on_map().filter(program=visit.program).exists()
    if not has_journey or not Definitions(visit.program).rates_touchpoints:
        return _empty(request, visit, has_journey=has_journey)
    overview = journey_tree.overview(visit.program, unit, filters.period_asked(request))
    return render(
        request,
        "journeys/journey_list.html",
        {
            "overview": overview,
            "carried": filters.carried(request, unit=unit, period=overview.period, compare=None),
            "branches": overview.branches,
            "periods": filters.period_choices(overview.waves.choices, overview.period),
            "units": filters.unit_choices(filters.units_of(visit), unit),
            "may_define": visit.can(Right.DEFINE),
            "put_away": _put_away(visit),
        },
    )


@member_page(Right.SEE_SCORES)
def touchpoint_detail(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """All that is known of one touchpoint: `?period= &unit= &compare=`."""
    unit = filters.unit_asked(request, visit)
    compare, is_compared = filters.compare_asked(request)
    period = filters.period_asked(request)
    try:
        found = touchpoint.build(visit, code, unit=unit, period=period, compare=compare, is_compared=is_compared)
    except KpiError:
        if Definitions(visit.program).rates_touchpoints:
            raise
        return _empty(request, visit, has_journey=True)
    carried = filters.carried(request, unit=unit, period=found.view.period, compare=found.view.compare)
    context = {
        "carried": carried,
        "compare": request.GET.get("compare", ""),
        "found": found,
        "page": found.kpi,
        "periods": filters.period_choices(found.view.waves.choices, found.view.period),
        "units": filters.unit_choices(filters.units_of(visit), unit),
        "crumbs": [
            (_("Journey map"), f"{reverse('journeys:map')}?journey={found.view.journey.code}&{carried}"),
            (found.card.label, ""),
        ],
    }
    return render(request, "journeys/touchpoint.html", context)


def _has_kpis(visit: Visit) -> bool:
    """Whether anything is defined; a program that has just begun has nothing to show, and nothing is wrong with it."""
    return Kpi.objects.current().filter(program=visit.program).exists()


def _map_context(request: HttpRequest, visit: Visit, view: MapView, journeys: list[Journey]) -> dict[str, Any]:
    nothing = filters.Choice(filters.NO_COMPARISON, _("No comparison"), view.compare is None)
    others = [period for period in view.waves.choices if period not in (view.period, view.compare)]
    compared = [filters.Choice(period.code, period.label, False) for period in others if period.code != "all"]
    if view.compare:
        compared = [filters.Choice(view.compare.code, view.compare.label, True), *compared]
    lanes = _lanes(request)
    return {
        "view": view,
        "carried": filters.carried(request, unit=view.unit, period=view.period, compare=view.compare),
        "lanes": lanes,
        "lane_choices": [filters.Choice(code, str(label), code in lanes) for code, label in LANES.items()],
        "headline": words.map_headline(view),
        "lead": words.map_lead(view),
        "curve": drawings.experience_curve(view),
        "periods": filters.period_choices(view.waves.choices, view.period),
        "units": filters.unit_choices(filters.units_of(visit), view.unit),
        "compared": [*compared, nothing],
        "journeys": [filters.Choice(each.code, each.label, each == view.journey) for each in journeys],
        "expectations": sorted({(each.value, each.is_measured) for each in view.expectations}),
    }


def _kpi_page(request: HttpRequest, visit: Visit) -> kpi.KpiPage:
    return kpi.build(
        visit.program,
        visit.user,
        code=request.GET.get("kpi", ""),
        question=request.GET.get("question", ""),
        unit=filters.unit_asked(request, visit),
        period=filters.period_asked(request),
        weighted=request.GET.get("weighted", "").lower() in ("1", "true"),
        version=asked_number(request, "version"),
    )


@member_page(Right.SEE_SCORES)
def kpi_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """One KPI through time and by unit, and all of them: `?kpi= &version= &question= &period= &unit= &weighted=`.

    `&format=csv` is the file.
    """
    if request.GET.get("format") == "csv":
        return kpi_file(_kpi_page(request, visit))
    try:
        page = _kpi_page(request, visit)
    except KpiError:
        if _has_kpis(visit):
            raise
        return render(request, "journeys/kpi_empty.html", {"may_define": visit.can(Right.DEFINE)})
    query = filters.address(
        kpi=page.code,
        version="" if page.kpi.is_current else str(page.kpi.version),
        unit=page.unit.code,
        period=page.period.code,
        weighted="1" if page.weighted else "",
        format="csv",
    )
    return render(
        request,
        "journeys/kpi_list.html",
        {
            "page": page,
            "tree": build_tree(Definitions(page.program), page.waves, page.unit, page.period),
            "query": query,
            "periods": filters.period_choices(page.periods, page.period),
            "units": filters.unit_choices(filters.units_of(visit), page.unit),
            "may_see_drivers": visit.can(Right.SEE_DRIVERS),
            "may_define": visit.can(Right.DEFINE),
        },
    )


@member_page(Right.SEE_SCORES)
def kpi_csv(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The same table as a file."""
    return kpi_file(_kpi_page(request, visit))


def kpi_file(page: kpi.KpiPage) -> HttpResponse:
    version = "" if page.kpi.is_current else f"-v{page.kpi.version}"
    name = f"{page.program.slug}-{page.code.replace(kpi.SEPARATOR, '-')}{version}-{page.unit.code}.csv"
    return csv_response(name, kpi.CSV_HEADER, kpi.csv_rows(page))
