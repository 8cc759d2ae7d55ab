"""The parameters of a KPI: declared by its collector, checked when a person saves the definition."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from journeys.choices import Measure
from journeys.kpis.registry import KpiError
from journeys.models import Kpi, Touchpoint

LONGEST = 60


@dataclass(frozen=True)
class Parameter:
    """One parameter. `clean` gives the value as it is stored, or raises ValueError with what is wrong."""

    code: str
    clean: Callable[[Any, Kpi], Any]
    default: Any = None
    is_required: bool = False


def check_all(parameters: Sequence[Parameter], kpi: Kpi) -> dict[str, Any]:
    """All of them checked; nothing but what was said is stored. Raises KpiError (`kpi-parameters`)."""
    said = kpi.parameters
    if not isinstance(said, dict):
        raise _wrong(_("Write the parameters by name, for example %(example)s.") % {"example": '{"types": ["visit"]}'})
    known = {each.code for each in parameters}
    if strangers := sorted(said.keys() - known):
        facts = {"name": strangers[0][:LONGEST], "known": ", ".join(sorted(known)) or "–"}
        raise _wrong(_("%(name)s is no parameter of this KPI; it knows: %(known)s.") % facts)
    found = {}
    for each in parameters:
        if each.code not in said:
            if each.is_required:
                raise _wrong(_("The parameter %(name)s is missing.") % {"name": each.code})
            continue
        try:
            found[each.code] = each.clean(said[each.code], kpi)
        except ValueError as error:
            raise _wrong(f"{each.code}: {error}") from None
    return found


def check_measure(kpi: Kpi, allowed: Sequence[str]) -> None:
    """Raises KpiError (`kpi-parameters`) for a KPI that is written in what its collector does not give."""
    if kpi.measure not in allowed:
        words = ", ".join(f'"{Measure(each).label}"' for each in allowed)
        text = _("This KPI is written in %(measures)s.") % {"measures": words}
        raise KpiError(text, code="kpi-parameters", field="measure")


def _wrong(text: str) -> KpiError:
    return KpiError(text, code="kpi-parameters", field="parameters")


# --- what a value may be ------------------------------------------------------------------------
def texts(value: Any, kpi: Kpi) -> list[str]:
    is_list = isinstance(value, list) and bool(value)
    if not is_list or not all(isinstance(each, str) and 0 < len(each) <= LONGEST for each in value):
        raise ValueError(_('Write a list of texts, for example ["visit", "order"].'))
    return list(dict.fromkeys(value))


def text(value: Any, kpi: Kpi) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        raise ValueError(_("Write a text here."))
    return value


def amounts(value: Any, kpi: Kpi) -> dict[str, float]:
    def is_amount(each: Any) -> bool:
        return isinstance(each, int | float) and not isinstance(each, bool) and 0 <= each < 10**12

    if not isinstance(value, dict) or not value or not all(is_amount(each) for each in value.values()):
        raise ValueError(_('Write amounts by type, for example {"call": 8.5, "chat": 2}.'))
    return {code: float(each) for code, each in value.items()}


def touchpoints(value: Any, kpi: Kpi) -> list[str]:
    codes = texts(value, kpi)
    known = set(Touchpoint.objects.filter(program=kpi.program_id, code__in=codes).values_list("code", flat=True))
    if set(codes) - known:
        raise ValueError(_("There is no such touchpoint."))
    return codes


def codes_of_answers(value: Any, kpi: Kpi) -> list[int]:
    if not isinstance(value, list) or not value or not all(type(each) is int for each in value):
        raise ValueError(_("Write a list of whole numbers, for example [1, 2]."))
    return value


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    low: int
    high: int

    def __call__(self, value: Any, kpi: Kpi) -> int:
        if type(value) is not int or not self.low <= value <= self.high:
            facts = {"low": self.low, "high": self.high}
            raise ValueError(_("Write a whole number from %(low)s to %(high)s.") % facts)
        return value


@dataclass(frozen=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...] = field(default_factory=tuple)

    def __call__(self, value: Any, kpi: Kpi) -> str:
        if value not in self.words:
            raise ValueError(_("Write one of: %(words)s.") % {"words": ", ".join(self.words)})
        return value
