"""What the address of a page or a door of the API asks of the actual journeys."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cxprogram.api_base import ParameterError
from cxprogram.errors import NotFoundError
from cxprogram.models import Program
from journeys.insight import paths
from journeys.models import Episode, Journey, Segment

DAYS = 3_650


def journey(request: HttpRequest, program: Program) -> Journey | None:
    """The journey of `?journey=`, else the first that somebody made, else the first; None if there is none at all."""
    known = paths.journeys_of(program.pk)
    if code := request.GET.get("journey", ""):
        found = next((each for each in known if each.code == code), None)
        if found is None:
            raise NotFoundError(_("There is no such journey."), code="journey-unknown")
        return found
    made = set(Episode.objects.filter(journey__in=known).order_by().values_list("journey_id", flat=True).distinct())
    return next((each for each in known if each.pk in made), known[0] if known else None)


def segment(request: HttpRequest, program: Program) -> Segment | None:
    code = request.GET.get("segment", "")
    if not code:
        return None
    found = Segment.objects.filter(program=program, code=code).select_related("program").first()
    if found is None:
        raise NotFoundError(_("There is no such segment."), code="segment-unknown")
    return found


def steps(request: HttpRequest) -> list[str]:
    """`?steps=a,b` or `?steps=a&steps=b`, as a form sends it."""
    return _listed(request, "steps")


def parts(request: HttpRequest, *known: str) -> frozenset[str]:
    """Of `?by=`, written like the steps, what is known."""
    found = frozenset(_listed(request, "by"))
    if not found <= set(known):
        raise ParameterError(_("This cannot be compared by that."), parameter="by")
    return found


def window(request: HttpRequest) -> float | None:
    """`?window=` days, in seconds nobody thinks."""
    text = request.GET.get("window", "").replace(",", ".")
    if not text:
        return None
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0 < days <= DAYS:
        raise ParameterError(_("Write the time as a number of days."), parameter="window")
    return days


def _listed(request: HttpRequest, name: str) -> list[str]:
    return [code for part in request.GET.getlist(name) for code in part.split(",") if code]
