"""The journeys that customers really make, the funnels through them, and how we compare with others on the way."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cxprogram.access import Right
from cxprogram.csv_files import csv_response
from cxprogram.page_base import Visit, member_page
from cxprogram.periods import ALL, Period, parse
from journeys import asked
from journeys.insight import competitors, funnels, paths
from journeys.models import CompetitorRating, Episode, Journey, Segment
from journeys.pages import competitors as competitor_pages
from journeys.pages import filters
from journeys.pages import paths as pages
from journeys.services import segments


@require_safe
@member_page(Right.SEE_SCORES)
def path_study(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?journey= &period= &unit= &segment= &by=unit`; `&format=csv` is the table of steps as a file."""
    unit, period = filters.unit_asked(request, visit), filters.period_asked(request) or ALL
    segment, journey = asked.segment(request, visit.program), asked.journey(request, visit.program)
    if journey is None:
        return render(request, "journeys/map_empty.html", {"may_define": visit.can(Right.DEFINE)})
    study = paths.read_paths(journey, unit, period, at=visit.at, segment=segment)
    if request.GET.get("format") == "csv":
        name = f"{visit.program.slug}-{journey.code}-{period.code}-paths.csv"
        return csv_response(name, pages.CSV_HEADER, pages.csv_rows(study))
    file = {"journey": journey.code, "unit": unit.code, "period": period.code, "format": "csv"}
    by, seen = asked.parts(request, "unit"), filters.units_of(visit)
    compared = paths.compare_units(study, at=visit.at, segment=segment) if by else []
    context = {
        "study": study,
        "headline": pages.headline(study),
        "lead": pages.lead(study),
        "ways": pages.ways(study),
        "moves": pages.moves(study),
        "doors": pages.doors(study),
        "costs": pages.costs(study),
        "has_fictitious": paths.tells_of_fictitious(study),
        "compared": pages.compared([(each, found) for each, found in compared if each in seen], study.least),
        "by": next(iter(by), ""),
        "duration": pages.spread(study.paths.duration, study.least),
        "query": filters.address(**file, segment=segment.code if segment else ""),
        **_filters(visit, journey, period, segment),
        "units": filters.unit_choices(seen, unit),
    }
    return render(request, "journeys/paths.html", context)


@require_safe
@member_page(Right.SEE_SCORES)
def funnel_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?journey= &period= &unit= &segment= &steps=a,b,c &window=days &by=segment or unit`."""
    unit, period = filters.unit_asked(request, visit), filters.period_asked(request) or ALL
    segment, journey = asked.segment(request, visit.program), asked.journey(request, visit.program)
    if journey is None:
        return render(request, "journeys/map_empty.html", {"may_define": visit.can(Right.DEFINE)})
    by, window = asked.parts(request, "segment", "unit"), asked.window(request)
    steps, groups = funnels.read_funnels(
        journey,
        unit,
        period,
        at=visit.at,
        steps=asked.steps(request),
        window_days=window,
        segment=segment,
        by=by,
    )
    least, seen = visit.program.min_n, filters.units_of(visit)
    groups = [each for each in groups if each.unit is None or each.unit in seen]
    context = {
        "journey": journey,
        "headline": pages.funnel_headline(steps, groups, least),
        "lead": pages.funnel_lead(steps, groups, least),
        "tables": [(each.label, pages.funnel_table(steps, each, least)) for each in groups if each.funnel],
        "withheld": [each.label for each in groups if each.funnel is None],
        "places": funnels.offered_steps(journey),
        "chosen": [step.code for step in steps],
        "window": "" if window is None else f"{window:g}",
        "by": next(iter(by), ""),
        **_filters(visit, journey, period, segment),
        "units": filters.unit_choices(seen, unit),
    }
    return render(request, "journeys/funnels.html", context)


@require_safe
@member_page(Right.SEE_SCORES)
def competitor_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?period= &unit= &context= &segment=`."""
    unit, period = filters.unit_asked(request, visit), filters.period_asked(request) or ALL
    segment, context = asked.segment(request, visit.program), request.GET.get("context", "")
    customers = segments.customers(segment, visit.at) if segment else None
    found = competitors.compare(visit.program, unit, period, context=context, customers=customers)
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
            "segments": _segments(visit, segment),
            "may_define": visit.can(Right.DEFINE),
        },
    )


def _filters(visit: Visit, journey: Journey, period: Period, segment: Segment | None) -> dict[str, object]:
    years = Episode.objects.filter(program=visit.program, journey=journey).dates("started_at", "year", order="DESC")
    return {
        "journeys": [
            filters.Choice(each.code, each.label, each == journey) for each in paths.journeys_of(visit.program.pk)
        ],
        "periods": filters.period_choices([ALL, *(parse(f"{day.year}") for day in years)], period),
        "segments": _segments(visit, segment),
    }


def _segments(visit: Visit, chosen: Segment | None) -> list[filters.Choice]:
    every = filters.Choice("", _("All customers"), chosen is None)
    rows = Segment.objects.filter(program=visit.program).order_by("code")
    return [every, *(filters.Choice(each.code, each.label, each == chosen) for each in rows)]
