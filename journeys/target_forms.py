"""The form of one target that a person sets."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from journeys.insight.target_table import TargetStudy


class TargetForm(forms.Form):
    """Numbers are written as they are stored: shares from 0 to 1."""

    value = forms.DecimalField(label=_("Target"), max_digits=14, decimal_places=4, localize=True)
    stretch = forms.DecimalField(
        label=_("Stretch target"), max_digits=14, decimal_places=4, required=False, localize=True
    )
    point_amount = forms.DecimalField(
        label=_("Value of a point"),
        max_digits=14,
        decimal_places=2,
        required=False,
        localize=True,
        help_text=_("Money a year for each point, where the link to money is known."),
    )
    basis = forms.CharField(label=_("Why this much"), max_length=200)

    def __init__(self, *args: Any, study: TargetStudy, **kwargs: Any) -> None:
        if study.current is not None:
            kwargs["initial"] = {name: getattr(study.current, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.study = study

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        value, stretch = data.get("value"), data.get("stretch")
        if value is not None and stretch is not None:
            is_further = stretch >= value if self.study.kpi.higher_is_better else stretch <= value
            if not is_further:
                self.add_error("stretch", forms.ValidationError(_("It lies behind the target."), code="stretch"))
        return data
