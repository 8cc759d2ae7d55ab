"""What people enter for a driver study."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxprogram.periods import PeriodError, parse
from feedback.pages.study_form import Offer


class StudyForm(forms.Form):
    """The choices are those of the offer; an outcome that is ticked among its drivers is left out of them."""

    period = forms.ChoiceField(label=_("Period"))
    outcome = forms.ChoiceField(label=_("Outcome"))
    drivers = forms.MultipleChoiceField(
        label=_("Drivers"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one driver.")},
    )

    def __init__(self, offer: Offer, data: Any = None) -> None:
        initial = {"period": offer.period.code, "outcome": offer.outcome, "drivers": offer.drivers}
        super().__init__(data, initial=initial, auto_id="study-%s")
        ratings = [(rating.code, rating.label) for rating in offer.ratings.values()]
        self._set("period", [(title, [(each.code, each.label) for each in group]) for title, group in offer.periods])
        self._set("outcome", ratings)
        self._set("drivers", ratings)

    def _set(self, name: str, choices: Any) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[str]:
        """The drivers as they stand in the form, sent or offered."""
        chosen = self["drivers"].value() or []
        return [code for code, _label in self.fields["drivers"].choices if code in chosen]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "drivers" in data and "outcome" in data:
            data["drivers"] = [code for code in data["drivers"] if code != data["outcome"]]
            if not data["drivers"]:
                self.add_error("drivers", self.fields["drivers"].error_messages["required"])
        return data


def asked_period(text: str) -> Any:
    """The period of a form or an address; None for what is none."""
    try:
        return parse(text) if text else None
    except PeriodError:
        return None
