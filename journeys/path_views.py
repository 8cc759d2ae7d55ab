"""The journeys that customers really make, the funnels through them, and how we compare with others on the way."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cxprogram.access import Right
from cxprogram.csv_files import csv_response
from cxprogram.errors import NotFoundError
from cxprogram.page_base import Visit, member_page
from cxprogram.periods import ALL, Period, parse
from journeys.insight import competitors, paths
from journeys.insight.paths import PathError
from journeys.models import CompetitorRating, Episode, Journey, Segment
from journeys.pages import competitors as competitor_pages
from journeys.pages import filters
from journeys.pages import paths as pages

DAYS = 3_650


@require_safe
@member_page(Right.SEE_SCORES)
def path_study(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?journey= &period= &unit= &segment=`; `&format=csv` is the table of steps as a file."""
    unit, period, segment = filters.unit_asked(request, visit), _period(request), _segment(request, visit)
    journey = _journey(request, visit)
    if journey is None:
        return render(request, "journeys/map_empty.html", {"may_define": visit.can(Right.DEFINE)})
    study = paths.read_paths(journey, unit, period, at=visit.at, segment=segment)
    if request.GET.get("format") == "csv":
        name = f"{visit.program.slug}-{journey.code}-{period.code}-paths.csv"
        return csv_response(name, pages.CSV_HEADER, pages.csv_rows(study))
    asked = {"journey": journey.code, "unit": unit.code, "period": period.code, "format": "csv"}
    context = {
        "study": study,
        "headline": pages.headline(study),
        "lead": pages.lead(study),
        "ways": pages.ways(study),
        "moves": pages.moves(study),
        "doors": pages.doors(study),
        "costs": pages.costs(study),
        "duration": pages.spread(study.paths.duration, study.least),
        "query": filters.address(**asked, segment=segment.code if segment else ""),
        **_filters(visit, journey, period, segment),
        "units": filters.unit_choices(filters.units_of(visit), unit),
    }
    return render(request, "journeys/paths.html", context)


@require_safe
@member_page(Right.SEE_SCORES)
def funnel_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?journey= &period= &unit= &segment= &steps=a,b,c &window=days &by=segment`."""
    unit, period, segment = filters.unit_asked(request, visit), _period(request), _segment(request, visit)
    journey = _journey(request, visit)
    if journey is None:
        return render(request, "journeys/map_empty.html", {"may_define": visit.can(Right.DEFINE)})
    is_split, window = request.GET.get("by") == "segment", _window(request)
    steps, groups = paths.read_funnels(
        journey,
        unit,
        period,
        at=visit.at,
        steps=_steps(request),
        window_days=window,
        segment=segment,
        by_segment=is_split,
    )
    least = visit.program.min_n
    context = {
        "journey": journey,
        "headline": pages.funnel_headline(steps, groups),
        "lead": pages.funnel_lead(steps, groups, least),
        "tables": [(each.label, pages.funnel_table(steps, each, least)) for each in groups if each.funnel],
        "withheld": [each.label for each in groups if each.funnel is None],
        "places": paths.steps_of(journey),
        "chosen": [step.code for step in steps],
        "window": "" if window is None else f"{window:g}",
        "is_split": is_split,
        **_filters(visit, journey, period, segment),
        "units": filters.unit_choices(filters.units_of(visit), unit),
    }
    return render(request, "journeys/funnels.html", context)


@require_safe
@member_page(Right.SEE_SCORES)
def competitor_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?period= &unit= &context=`."""
    unit, period, context = filters.unit_asked(request, visit), _period(request), request.GET.get("context", "")
    found = competitors.compare(visit.program, unit, period, context=context)
    years = CompetitorRating.objects.filter(program=visit.program).dates("at", "year", order="DESC")
    anywhere = filters.Choice("", _("All contexts"), not context)
    return render(
        request,
        "journeys/competitors.html",
        {
            "found": found,
            "headline": competitor_pages.headline(found),
            "lead": competitor_pages.lead(found),
            "wallet": competitor_pages.wallet(found),
            "moments": competitor_pages.moments(found),
            "scale": competitor_pages.scale(found),
            "periods": filters.period_choices([ALL, *(parse(f"{day.year}") for day in years)], period),
            "units": filters.unit_choices(filters.units_of(visit), unit),
            "contexts": [anywhere, *(filters.Choice(each, each, each == context) for each in found.contexts)],
            "may_define": visit.can(Right.DEFINE),
        },
    )


# --- what the address asks for ----------------------------------------------------------------
def _journey(request: HttpRequest, visit: Visit) -> Journey | None:
    """The journey of `?journey=`, else the first that somebody made, else the first; None if there is none at all."""
    known = paths.journeys_of(visit.program.pk)
    if code := request.GET.get("journey", ""):
        found = next((each for each in known if each.code == code), None)
        if found is None:
            raise NotFoundError(_("There is no such journey."), code="journey-unknown")
        return found
    made = set(Episode.objects.filter(journey__in=known).order_by().values_list("journey_id", flat=True).distinct())
    return next((each for each in known if each.pk in made), known[0] if known else None)


def _period(request: HttpRequest) -> Period:
    return filters.period_asked(request) or ALL


def _segment(request: HttpRequest, visit: Visit) -> Segment | None:
    code = request.GET.get("segment", "")
    if not code:
        return None
    segment = Segment.objects.filter(program=visit.program, code=code).select_related("program").first()
    if segment is None:
        raise NotFoundError(_("There is no such segment."), code="segment-unknown")
    return segment


def _steps(request: HttpRequest) -> list[str]:
    """`?steps=a,b` or `?steps=a&steps=b`, as a form sends it."""
    return [code for part in request.GET.getlist("steps") for code in part.split(",") if code]


def _window(request: HttpRequest) -> float | None:
    text = request.GET.get("window", "").replace(",", ".")
    if not text:
        return None
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0 < days <= DAYS:
        raise PathError(_("Write the time as a number of days."), code="parameter-invalid")
    return days


def _filters(visit: Visit, journey: Journey, period: Period, segment: Segment | None) -> dict[str, object]:
    every = [filters.Choice("", _("All customers"), segment is None)]
    rows = Segment.objects.filter(program=visit.program).order_by("code")
    years = Episode.objects.filter(program=visit.program, journey=journey).dates("started_at", "year", order="DESC")
    return {
        "journeys": [
            filters.Choice(each.code, each.label, each == journey) for each in paths.journeys_of(visit.program.pk)
        ],
        "periods": filters.period_choices([ALL, *(parse(f"{day.year}") for day in years)], period),
        "segments": every + [filters.Choice(each.code, each.label, each == segment) for each in rows],
    }
