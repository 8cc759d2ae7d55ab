"""The form of one line of the measurement plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxprogram.choices import Role
from cxprogram.models import User
from journeys.choices import Channel, MeasurementMethod, MeasurementState
from journeys.models import DataStream, Journey, Kpi, Measurement, Segment, Touchpoint

DECIDERS = (Role.OWNER, Role.ANALYST, Role.EXECUTIVE, Role.STEERING, Role.UNIT_MANAGER, Role.PROJECT_LEAD)
OPEN_STATES = [choice for choice in MeasurementState.choices if choice[0] != MeasurementState.STOPPED]


class MeasurementForm(forms.Form):
    """Texts are written in the language of the program; those in other languages stay."""

    touchpoint = forms.ModelChoiceField(label=_("Touchpoint"), queryset=Touchpoint.objects.none())
    what = forms.CharField(label=_("What is measured"), max_length=300)
    segment = forms.ModelChoiceField(
        label=_("Of whom"), queryset=Segment.objects.none(), required=False, empty_label=_("Everyone")
    )
    when = forms.CharField(label=_("When"), max_length=200, required=False)
    method = forms.ChoiceField(label=_("How"), choices=MeasurementMethod.choices)
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )
    kpi_code = forms.ChoiceField(label=_("KPI"), required=False)
    question_code = forms.CharField(
        label=_("Question"), max_length=60, required=False, help_text=_("Its code in the surveys.")
    )
    stream = forms.ModelChoiceField(
        label=_("Data stream"), queryset=DataStream.objects.none(), required=False, empty_label="–"
    )
    decision = forms.CharField(label=_("Which decision needs it"), max_length=300, required=False)
    decided_by = forms.ModelChoiceField(
        label=_("Who decides"), queryset=User.objects.none(), required=False, empty_label="–"
    )
    needed_on = forms.DateField(
        label=_("Needed by"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    state = forms.ChoiceField(label=_("State"), choices=OPEN_STATES)

    def __init__(self, *args: Any, journey: Journey, line: Measurement | None = None, **kwargs: Any) -> None:
        program = journey.program
        self.line, self.language = line, program.language
        if line is not None:
            kwargs["initial"] = {name: getattr(line, name) for name in self.base_fields if hasattr(line, name)}
            for field, texts in (("what", line.whats), ("decision", line.decisions)):
                kwargs["initial"][field] = texts.get(program.language) or getattr(line, field)
            if line.state == MeasurementState.STOPPED:
                kwargs["initial"]["state"] = MeasurementState.PLANNED
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["touchpoint"].queryset = (
            Touchpoint.objects.on_map().filter(stage__journey=journey).order_by("stage__position", "position")
        )
        fields["segment"].queryset = Segment.objects.filter(program=program).order_by("code")
        fields["stream"].queryset = DataStream.objects.filter(program=program).order_by("code")
        fields["decided_by"].queryset = (
            User.objects.filter(membership__program=program, membership__role__in=DECIDERS, is_active=True)
            .distinct()
            .order_by("name", "pk")
        )
        kpis = Kpi.objects.current().filter(program=program).order_by("code")
        fields["kpi_code"].choices = [("", "–"), *((kpi.code, kpi.label) for kpi in kpis)]

    def facts(self) -> dict[str, Any]:
        """The fields as the service takes them."""
        data = dict(self.cleaned_data)
        for field, texts in (("what", "whats"), ("decision", "decisions")):
            others = dict(getattr(self.line, texts)) if self.line is not None else {}
            others.pop(self.language, None)
            typed = data.pop(field).strip()
            data[texts] = others | ({self.language: typed} if typed else {})
        return data
