"""How a number is said: decimals, units, signs and separators by kind and language (LOOK §10).

A kind says how a stored number is shown. Stored numbers stay unrounded: means on their scale, shares 0–1, NPS in
points. Separators come from Django's formats of the language; U+202F is not in our fonts, so groups part at U+00A0.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _

NBSP, MINUS, EN_DASH = "\u00a0", "\u2212", "\u2013"


@dataclass(frozen=True)
class Kind:
    """How one sort of number is shown: multiplied by `factor`; `has_sign` forbids a dash in intervals."""

    factor: float
    decimals: int
    suffix: str = ""
    has_sign: bool = False


KINDS = {
    "mean": Kind(1, 2),
    "share": Kind(100, 1, f"{NBSP}%"),
    "nps": Kind(1, 1, has_sign=True),
    "count": Kind(1, 0),
    "number": Kind(1, 1),
    "coefficient": Kind(1, 3),
    "hours": Kind(1 / 3600, 1, f"{NBSP}h"),
    "duration": Kind(1 / 3600, 2, f"{NBSP}h"),
    "amount": Kind(1, 2),
}
_KIND_OF_MEASURE = {
    "points": "nps",
    "mean": "mean",
    "share": "share",
    "count": "count",
    "rate": "coefficient",
    "duration": "duration",
    "money": "amount",
}
_KIND_OF_CODE = {"nps": "nps", "mean": "mean", "top2": "share"}


def kind_of(kpi: Any) -> str:
    """The kind of a KPI's values: by the `measure` of its definition, for a bare code by its name, else a mean."""
    measure = getattr(kpi, "measure", None)
    return _KIND_OF_MEASURE[measure] if measure else _KIND_OF_CODE.get(str(kpi), "mean")


def separators(language: str | None = None) -> tuple[str, str]:
    """Decimal point and group separator of a language, by default the current one."""
    language = language or translation.get_language() or "en"
    point = formats.get_format("DECIMAL_SEPARATOR", language, use_l10n=True)
    group = formats.get_format("THOUSAND_SEPARATOR", language, use_l10n=True)
    return str(point), str(group).replace("\u202f", NBSP)


def decimal(value: float | Decimal, decimals: int, *, language: str | None = None, plus: bool = False) -> str:
    """A number in the language's own writing, with a true minus; zero has no sign."""
    if not math.isfinite(value):
        raise ValueError(f"not a number that can be shown: {value!r}")
    digits = f"{abs(value):,.{decimals}f}"
    is_zero = not digits.strip("0.,")
    sign = "" if is_zero else MINUS if value < 0 else "+" if plus else ""
    point, group = separators(language)
    return sign + digits.replace(",", "\0").replace(".", point).replace("\0", group)


def figure(value: float, kind: str = "mean", *, language: str | None = None, with_unit: bool = True) -> str:
    """`4.06`, `82.1 %`, `39.8`, `2,688`; a true minus for negative numbers, none for a rounded zero."""
    spec = KINDS[kind]
    return decimal(value * spec.factor, spec.decimals, language=language) + (spec.suffix if with_unit else "")


def answers(count: int) -> str:
    """`n 2,688`, held together by a no-break space."""
    return f"n{NBSP}{figure(count, 'count')}"


def hiding(least: int) -> str:
    """Why a number is hidden. Of a single one it is not told which of the two it is: small ones beside larger ones,
    told apart, could be computed from what is left of a total."""
    return _("Fewer than %(minimum)s are hidden, and so is whatever would reveal them.") % {"minimum": least}


def money(amount: Decimal, currency: str, *, language: str | None = None) -> str:
    """`USD 480,000` in English, `480 000 USD` elsewhere; cents only where there are any."""
    said = decimal(amount, 0 if amount == amount.to_integral_value() else 2, language=language)
    is_english = (language or translation.get_language() or "en").startswith("en")
    return f"{currency}{NBSP}{said}" if is_english else f"{said}{NBSP}{currency}"


def signed(value: float, kind: str = "mean", *, language: str | None = None) -> str:
    """A difference with its sign: `+0.13`, `−0.38`. Of shares in percentage points, without the unit."""
    spec = KINDS[kind]
    return decimal(value * spec.factor, spec.decimals, language=language, plus=True)


def short(value: float, kind: str = "mean", *, language: str | None = None) -> str:
    """A target or the end of a scale: like `figure` without its unit, and without needless decimals except in means."""
    spec = KINDS[kind]
    scaled = value * spec.factor
    needless = kind != "mean" and abs(scaled - round(scaled)) < 10**-spec.decimals / 2
    return decimal(scaled, 0 if needless else spec.decimals, language=language)


def interval(
    low: float, high: float, kind: str = "mean", *, language: str | None = None, in_words: bool = False
) -> str:
    """`4.04–4.09` in dense lists; `27.3 to 38.3` where a sign may occur or `in_words` asks for it."""
    spec = KINDS[kind]
    low_text = figure(low, kind, language=language, with_unit=False)
    high_text = figure(high, kind, language=language, with_unit=False)
    if in_words or spec.has_sign or low < 0:
        with translation.override(language or translation.get_language()):
            return _("%(low)s to %(high)s") % {"low": low_text, "high": high_text}
    return f"{low_text}{EN_DASH}{high_text}"


def told(value: float | None, kind: str = "mean") -> str:
    """A number in a table's cell; nothing where there is none."""
    return "" if value is None else figure(value, kind)


def told_interval(low: float | None, high: float | None, kind: str = "mean", *, in_words: bool = False) -> str:
    """An interval in a table's cell; nothing where there is none."""
    return "" if low is None or high is None else interval(low, high, kind, in_words=in_words)


def unit(kind: str, scale_top: float | None = None) -> str:
    """The small word beside a big number: `of 5`, `points`, `%`, or nothing."""
    if kind == "nps":
        return _("points")
    if kind == "share":
        return "%"
    if scale_top:
        return _("of %(top)s") % {"top": f"{scale_top:g}"}
    return ""


@dataclass(frozen=True)
class Change:
    """A comparison after correction. `mark`: better, worse, none (nothing clear) or first (never measured before).

    `since` names what it is compared with (a period's label). `text` replaces the words made from size and since.
    """

    mark: str
    size: float | None = None
    since: str = ""
    kind: str = "mean"
    text: str = ""

    @classmethod
    def of(
        cls, size: float, *, is_clear: bool, lower_is_better: bool = False, since: str = "", kind: str = "mean"
    ) -> "Change":
        """Better or worse is about the customer, not about the sign: a falling problem rate is better."""
        if not is_clear or size == 0:
            return cls("none", size, since, kind)
        return cls("better" if (size > 0) != lower_is_better else "worse", size, since, kind)

    def words(self, *, language: str | None = None) -> str:
        """`+0.13 since 2016`, `No clear change since 2016`, `First asked in 2017`."""
        if self.text:
            return self.text
        since = {"since": self.since}
        if self.mark == "first":
            return _("First asked in %(since)s") % since if self.since else _("Asked for the first time")
        if self.mark == "none":
            return _("No clear change since %(since)s") % since if self.since else _("No clear change")
        if self.size is None:
            return _("Better") if self.mark == "better" else _("Worse")
        size = signed(self.size, self.kind, language=language)
        return _("%(size)s since %(since)s") % {"size": size, **since} if self.since else size


def as_change(found: Any) -> Change:
    """A `Change` from the comparison of two readings (`journeys.kpis.changes.Change`): direction, delta, against."""
    return Change(found.direction, found.delta, str(found.against.period.label), kind_of(found.reading.kpi))


def nps_groups(counts: dict) -> tuple[int, int, int]:
    """(detractors, passives, promoters) from counts by code 0–10; codes may be text; others are refused."""
    groups = [0, 0, 0]
    for code, count in counts.items():
        score = int(code)
        if not 0 <= score <= 10:
            raise ValueError(f"{code!r} is not a score from 0 to 10")
        groups[0 if score <= 6 else 1 if score <= 8 else 2] += count
    return groups[0], groups[1], groups[2]


def nice_step(span: float, at_most: int) -> float:
    """The smallest of 1, 2, 5 × 10^k that divides `span` into at most `at_most` parts."""
    if span <= 0:
        raise ValueError("a scale needs two different ends")
    step: float = 10 ** math.floor(math.log10(span / at_most))
    return next(step * m for m in (1, 2, 5, 10) if span / (step * m) <= at_most + 1e-9)


def nice_ends(values: Iterable[float | None], *, room: float = 0.75) -> tuple[float, float]:
    """Round ends of a scale that holds all values, with `room` × their span free on either side."""
    known = [v for v in values if v is not None]
    low, high = min(known), max(known)
    span = (high - low) or abs(high) * 0.1 or 1.0
    step = nice_step(span * (1 + 2 * room), 5)
    return math.floor((low - room * span) / step + 1e-9) * step, math.ceil((high + room * span) / step - 1e-9) * step
