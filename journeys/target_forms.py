"""The form of one target that a person sets."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.core.validators import DecimalValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxprogram.figures import KINDS, kind_of
from journeys.insight.target_table import TargetStudy
from journeys.kpis import bounds

DIGITS, PLACES = 14, Decimal("0.0001")


class TargetForm(forms.Form):
    """Numbers are typed as they are shown, shares in per cent and times in hours; `clean` gives them as stored."""

    value = forms.DecimalField(label=gettext_lazy("Target"), max_digits=DIGITS, decimal_places=4, localize=True)
    stretch = forms.DecimalField(
        label=gettext_lazy("Stretch target"), max_digits=DIGITS, decimal_places=4, required=False, localize=True
    )
    point_amount = forms.DecimalField(
        label=gettext_lazy("Value of a point"),
        max_digits=DIGITS,
        decimal_places=2,
        required=False,
        localize=True,
        help_text=gettext_lazy("Money a year for each point, where the link to money is known."),
    )
    basis = forms.CharField(label=gettext_lazy("Why this much"), max_length=200)

    def __init__(self, *args: Any, study: TargetStudy, **kwargs: Any) -> None:
        self.study = study
        kind = kind_of(study.kpi)
        self.ratio = Fraction(KINDS[kind].factor).limit_denominator(10_000)
        if study.current is not None:
            kwargs["initial"] = {name: getattr(study.current, name) for name in self.base_fields}
            kwargs["initial"] |= {name: self._shown(kwargs["initial"][name]) for name in ("value", "stretch")}
        super().__init__(*args, **kwargs)
        labels = {
            "share": (_("Target, in per cent"), _("Stretch target, in per cent")),
            "duration": (_("Target, in hours"), _("Stretch target, in hours")),
        }
        for name, label in zip(("value", "stretch"), labels.get(kind, ()), strict=False):
            self.fields[name].label = label
        if study.span is not None:
            self.fields["value"].help_text = bounds.hint(study.span, factor=float(self.ratio))

    def _shown(self, stored: Decimal | None) -> Decimal | None:
        if stored is None:
            return None
        # Without its last zeros, and with nothing added, so that 5E+1 is 50 again.
        return (stored * self.ratio.numerator / self.ratio.denominator).quantize(PLACES).normalize() + 0

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("value", "stretch"):
            if data.get(name) is not None:
                self._take(name, data)
        value, stretch = data.get("value"), data.get("stretch")
        if value is not None and stretch is not None:
            is_further = stretch >= value if self.study.kpi.higher_is_better else stretch <= value
            if not is_further:
                self.add_error("stretch", forms.ValidationError(_("It lies behind the target."), code="stretch"))
        return data

    def _take(self, name: str, data: dict[str, Any]) -> None:
        """What was not touched stays as it was to the last digit, which hours do not show."""
        typed, current, span = data[name], self.study.current, self.study.span
        if current is not None and typed == self.initial[name]:
            data[name] = getattr(current, name)
        else:
            data[name] = (typed * self.ratio.denominator / self.ratio.numerator).quantize(PLACES)
        if span is not None and not bounds.holds(span, data[name]):
            text = bounds.refusal(span, factor=float(self.ratio))
            self.add_error(name, forms.ValidationError(text, code="target-out-of-bounds"))
            return
        try:
            DecimalValidator(DIGITS, 4)(data[name])
        except forms.ValidationError as error:
            self.add_error(name, error)
