"""What people enter about projects."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actions.choices import GateDecision


class DecisionForm(forms.Form):
    """The decision on one gate."""

    gate = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[(choice.value, choice.label) for choice in GateDecision if choice != GateDecision.WAITING],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
