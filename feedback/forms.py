"""What people enter about tickets."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.models import RootCause

MAX_NOTE = 5000


class NoteForm(forms.Form):
    """A line for the story; about a talk with the customer it stops the clock of the first contact."""

    text = forms.CharField(
        label=_("What happened?"),
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write one sentence.")},
    )
    is_contact = forms.BooleanField(label=_("I have talked with the customer"), required=False)


class CloseForm(forms.Form):
    """Why it happened and what was done; neither may be missing."""

    root_cause = forms.ChoiceField(
        label=_("Root cause"),
        error_messages={
            "required": _("Choose the cause closest to what happened."),
            "invalid_choice": _("Choose the cause closest to what happened."),
        },
    )
    action = forms.CharField(
        label=_("What did you do?"),
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write one sentence to the customer.")},
    )

    def __init__(self, *args: Any, causes: Sequence[RootCause], is_told: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if causes:
            choices = [(cause.name, cause.label) for cause in causes]
            cast(forms.ChoiceField, self.fields["root_cause"]).choices = [("", _("Choose …")), *choices]
        else:
            # A program that has not written its list yet takes the cause in free words.
            self.fields["root_cause"] = forms.CharField(
                label=_("Root cause"),
                max_length=200,
                error_messages={"required": _("Write the cause closest to what happened.")},
            )
        if is_told:
            self.fields["action"].help_text = _("The customer will read this in an e-mail.")
