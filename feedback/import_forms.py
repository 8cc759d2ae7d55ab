"""What people enter about files that come in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from cxprogram.choices import Role
from cxprogram.languages import NAMES
from cxprogram.models import OrgUnit
from feedback.models import SurveyVersion
from journeys.choices import Purpose
from journeys.models import ConsentText, DataStream


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, TSV, Excel, JSON, an event log (XES), or a survey of Qualtrics, LimeSurvey or SurveyJS."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
        max_length=1_000,
    )


class StartForm(forms.Form):
    """The decisions about one file; the roles of its columns come beside it. `asked` names the fields that are open
    for the file, `rows` what those of them choose from that choose a row."""

    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=60,
        help_text=_("With the key of a row this says what is a repeat: use the same name for the same source."),
    )
    zone = forms.CharField(label=_("Time zone of the clock in the file"), max_length=60)
    date_format = forms.ChoiceField(
        label=_("How dates are written"),
        error_messages={"required": _("Say which comes first in the dates, the day or the month.")},
    )
    day = forms.DateField(
        label=_("The day it was said"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    version = forms.ModelChoiceField(
        label=_("Survey"),
        queryset=SurveyVersion.objects.none(),
        required=False,
        empty_label=_("A new one, of what the file asks"),
    )
    survey_name = forms.CharField(label=_("Name of the new survey"), max_length=80, required=False)
    language = forms.ChoiceField(label=_("Language of the file"), choices=list(NAMES.items()), required=False)
    stream = forms.ModelChoiceField(label=_("Data stream"), queryset=DataStream.objects.none(), to_field_name="code")
    type = forms.CharField(label=_("What every row is"), max_length=60, required=False)
    role = forms.ChoiceField(label=_("Role of everybody in the file"), choices=[("", _("Choose …")), *Role.choices])
    unit = forms.ModelChoiceField(
        label=_("Unit of everybody in the file"),
        queryset=OrgUnit.objects.none(),
        to_field_name="code",
        empty_label=_("Choose …"),
    )
    scale_low = forms.FloatField(label=_("The lowest rating there is"))
    scale_high = forms.FloatField(label=_("The highest rating there is"))
    consent_purpose = forms.ChoiceField(
        label=_("What the consent is for"), choices=[("", _("Choose …")), *Purpose.choices]
    )
    consent_text = forms.ModelChoiceField(
        label=_("The text of ours that they agreed to"),
        queryset=ConsentText.objects.none(),
        required=False,
        empty_label=_("None of ours"),
    )
    consent_reference = forms.CharField(
        label=_("Or the name of the source’s own text"),
        max_length=200,
        required=False,
        help_text=_("A consent without a text is refused, row by row. A no needs none."),
    )
    defines = forms.BooleanField(
        label=_("Define these as attributes of customers and keep them"),
        required=False,
        help_text=_("Each gets the type of its values. What may be sensitive is left to you."),
    )
    keeps_tests = forms.BooleanField(label=_("Count test answers too"), required=False)
    skip_bad_rows = forms.BooleanField(label=_("Import the good rows even if others are bad"), required=False)
    save_as = forms.CharField(label=_("Keep these choices under the name"), max_length=50, required=False)

    def __init__(
        self,
        *args: Any,
        asked: Collection[str],
        rows: Mapping[str, QuerySet[Any]],
        date_formats: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name not in asked]:
            del self.fields[name]
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows[name]
            elif isinstance(field, forms.ChoiceField) and name == "date_format":
                field.choices = [("", _("Choose …")), *date_formats]

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone. Write it as in Europe/Stockholm."))
        return zone

    def clean_save_as(self) -> str:
        name: str = self.cleaned_data["save_as"]
        if name and not slugify(name):
            raise forms.ValidationError(_("Write a name with letters or digits."))
        return slugify(name)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "version" in self.fields and not data.get("version") and not slugify(data.get("survey_name") or ""):
            self.add_error("survey_name", forms.ValidationError(_("Name the new survey."), code="required"))
        day: date | None = data.get("day")
        if day is not None and not date(1900, 1, 1) <= day <= date(2200, 1, 1):
            self.add_error("day", forms.ValidationError(_("This day cannot be."), code="invalid"))
        shown: ConsentText | None = data.get("consent_text")
        if shown is not None and data.get("consent_purpose") and shown.purpose != data["consent_purpose"]:
            self.add_error(
                "consent_text", forms.ValidationError(_("This text is about another purpose."), code="invalid")
            )
        low, high = data.get("scale_low"), data.get("scale_high")
        if low is not None and high is not None and not low < high:
            text = _("The highest rating lies above the lowest.")
            self.add_error("scale_high", forms.ValidationError(text, code="invalid"))
        return data
