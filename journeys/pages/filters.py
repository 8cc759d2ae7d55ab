"""What the filters of the insight pages offer, and what their address asks for."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cxprogram import periods
from cxprogram.access import Right, grants
from cxprogram.errors import NotFoundError
from cxprogram.figures import NBSP
from cxprogram.models import OrgUnit
from cxprogram.page_base import Visit
from cxprogram.periods import Period

NO_COMPARISON = "none"


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


def period_asked(request: HttpRequest) -> Period | None:
    """The period of `?period=`; None lets the page choose. Raises PeriodError."""
    code = request.GET.get("period", "")
    return periods.parse(code) if code else None


def compare_asked(request: HttpRequest) -> tuple[Period | None, bool]:
    """The period of `?compare=`, None if the page chooses; and whether anything is compared. Raises PeriodError."""
    code = request.GET.get("compare", "")
    return (periods.parse(code) if code not in ("", NO_COMPARISON) else None), code != NO_COMPARISON


def carried(request: HttpRequest, *, unit: OrgUnit, period: Period, compare: Period | None) -> str:
    """What goes along in the links from map to map, behind `?` or `&`: the page that they lead to is of the same."""
    against = compare.code if compare else request.GET.get("compare", "")
    return address(unit=unit.code, period=period.code, compare=against).removeprefix("?")


def unit_asked(request: HttpRequest, visit: Visit) -> OrgUnit:
    """The unit of `?unit=`, in the person's scope; the root, whose totals everyone may see, if none is named.

    Raises NotFoundError (`unit-unknown`) alike for a unit that does not exist and for one of others.
    """
    code = request.GET.get("unit", "")
    units = OrgUnit.objects.select_related("program").filter(program=visit.program)
    unit = units.filter(code__iexact=code).first() if code else units.get(parent=None)
    if unit is None or (unit.parent_id is not None and not visit.can(Right.SEE_SCORES, unit=unit)):
        raise NotFoundError(_("There is no such unit for you."), code="unit-unknown")
    return unit


def units_of(visit: Visit) -> list[OrgUnit]:
    """The units whose scores the person may see, in the order of the tree; the root's totals are everyone's."""
    paths = [
        grant.unit_path
        for grant in grants(visit.user)
        if grant.program_id == visit.program.pk and grant.gives(Right.SEE_SCORES)
    ]
    units = OrgUnit.objects.filter(program=visit.program).valid_on(visit.today)
    return [
        unit
        for unit in sorted(units, key=lambda unit: (unit.path.count("/"), unit.code))
        if unit.parent_id is None or any(unit.path.startswith(path) for path in paths)
    ]


def unit_choices(units: list[OrgUnit], chosen: OrgUnit) -> list[Choice]:
    if chosen not in units:  # a unit of the past, asked for by its address
        units = [*units, chosen]
    return [Choice(unit.code, NBSP * 2 * (unit.path.count("/") - 2) + unit.label, unit == chosen) for unit in units]


def period_choices(offered: list[Period], chosen: Period) -> list[Choice]:
    found = offered if chosen in offered else [chosen, *offered]
    return [Choice(period.code, period.label, period == chosen) for period in found]


def address(**parts: str) -> str:
    """The query of an address, without what is empty."""
    found = urlencode({name: value for name, value in parts.items() if value})
    return f"?{found}" if found else ""
