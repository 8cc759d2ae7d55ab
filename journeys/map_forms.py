"""Forms of the map's editing page: one for each stage and touchpoint, its texts in every language."""

import json
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from cxprogram.languages import OURS
from cxprogram.models import Program
from journeys.choices import Aspect, Channel, Initiator, Receiver
from journeys.kpis import questions
from journeys.models import Journey, Stage, Touchpoint

# What the editor saw goes with the form: the edit's number, and what every field said.
HIDDEN = ("revision", "base")


class PartForm(forms.Form):
    """What a stage and a touchpoint share: the edit that was seen, a name, texts by language.

    `main` are the fields that are shown at once, `others` the texts in the languages that the program does not work in.
    """

    long_texts: dict[str, Any] = {}

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    base = forms.JSONField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=200)

    def __init__(self, *args: Any, program: Program, row: Any = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = self._initial(row)
            kwargs.setdefault("prefix", f"{type(row).__name__.lower()}-{row.pk}")
        super().__init__(*args, **kwargs)
        self.program, self.row = program, row
        own = program.language
        self.main_names = ["name"]
        self.other_names: list[str] = []
        for field, label in self.long_texts.items():
            self._add(field, label, own, is_main=True)
        self.main_names += [name for name in self.base_fields if name not in (*HIDDEN, "name")]
        for language in OURS:
            self._add("names", _("Name"), language, is_main=False)
            for field, label in self.long_texts.items():
                if language != own:
                    self._add(field, label, language, is_main=False)

    def _add(self, field: str, label: Any, language: str, *, is_main: bool) -> None:
        widget: forms.Widget = forms.TextInput() if field == "names" else forms.Textarea({"rows": 2})
        widget.attrs["lang"] = language
        name = f"{field}_{language}"
        self.fields[name] = forms.CharField(
            label=label if is_main else f"{label}, {OURS[language]}",
            max_length=200 if field == "names" else 2_000,
            required=False,
            widget=widget,
        )
        (self.main_names if is_main else self.other_names).append(name)

    @classmethod
    def _initial(cls, row: Any) -> dict[str, Any]:
        base = {name: getattr(row, name) for name in cls._fields()}
        return {"revision": row.revision, "base": base} | cls._flat(base)

    @classmethod
    def _fields(cls) -> list[str]:
        """The row's fields that are edited here."""
        return [*(name for name in cls.base_fields if name not in HIDDEN), "names", *cls.long_texts]

    @classmethod
    def _flat(cls, values: dict[str, Any]) -> dict[str, Any]:
        """The row's fields as the form's: each language of a text is one."""
        found = {name: value for name, value in values.items() if name in cls.base_fields}
        for field in ("names", *cls.long_texts):
            found |= {f"{field}_{language}": text for language, text in (values.get(field) or {}).items()}
        return found

    def caught_up(self, row: Any) -> MultiValueDict:
        """What was typed over what stands now: fields that were left as they were seen say what others wrote."""
        now = self._initial(row)
        seen = self._flat(self.seen() or {})
        data = MultiValueDict(
            {self.add_prefix("revision"): [now["revision"]], self.add_prefix("base"): [json.dumps(now["base"])]}
        )
        for name in self.fields:
            if name in HIDDEN:
                continue
            typed = self.cleaned_data.get(name, "")
            value = now.get(name, "") if typed == seen.get(name, "") else typed
            data.setlist(self.add_prefix(name), list(value) if isinstance(value, list) else [value])
        return data

    def _was(self, field: str) -> Any:
        """What the field said when the form was shown."""
        return (self.seen() or {}).get(field) or getattr(self.row, field)

    def seen(self) -> dict[str, Any] | None:
        """What every field said when the form was shown; None if the form came without it."""
        base = self.cleaned_data.get("base")
        return base if isinstance(base, dict) else None

    @property
    def main(self) -> list[forms.BoundField]:
        return [self[name] for name in self.main_names]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in self.other_names]

    def values(self) -> dict[str, Any]:
        """The fields as the service takes them: texts by language, without the empty ones.

        A file may have brought what the form does not show, a text in a language of its own: it stays.
        """
        data = self.cleaned_data
        found = {name: data[name] for name in self.base_fields if name not in HIDDEN}
        for field in ("names", *self.long_texts):
            typed = {language: data.get(f"{field}_{language}", "").strip() for language in OURS}
            hidden = {language: text for language, text in self._was(field).items() if language not in typed}
            found[field] = {language: text for language, text in typed.items() if text} | hidden
        return found


class StageForm(PartForm):
    long_texts = {
        "goals": _("What the customer wants"),
        "actions": _("What the customer does"),
        "thoughts": _("What the customer thinks"),
    }


class TouchpointForm(PartForm):
    long_texts = {"promises": _("What the brand promises"), "tones": _("Tone of voice")}

    channels = forms.MultipleChoiceField(
        label=_("Channels"), choices=Channel.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    initiator = forms.ChoiceField(label=_("Who begins"), choices=Initiator.choices)
    receiver = forms.ChoiceField(label=_("Who receives"), choices=Receiver.choices, required=False)
    receiver_name = forms.CharField(
        label=_("What the receiver calls it"), max_length=200, required=False, help_text=_("Empty: the same name.")
    )
    question_code = forms.CharField(
        label=_("Question that measures it"), max_length=60, required=False, help_text=_("Its code in the surveys.")
    )
    aspect = forms.ChoiceField(label=_("What the question asks"), choices=[("", "–"), *Aspect.choices], required=False)
    team = forms.CharField(label=_("Team"), max_length=100, required=False)

    def clean_question_code(self) -> str:
        """A code that a file brought before its survey stays while nobody writes another."""
        code = self.cleaned_data["question_code"]
        if code != self.row.question_code and questions.unknown(self.program, {code}):
            raise forms.ValidationError(questions.no_such(code), code="map-question-unknown")
        return code

    def values(self) -> dict[str, Any]:
        """The channels too keep their order: to save them as they are is no edit."""
        found = super().values()
        chosen = found["channels"]
        kept = [each for each in self._was("channels") if each in chosen]
        return found | {"channels": kept + [each for each in chosen if each not in kept]}


class PutAwayForm(forms.Form):
    """What takes a journey out of everybody's sight asks for one tick."""

    is_sure = forms.BooleanField(
        label=_("Nobody works with this journey any more"),
        error_messages={"required": _("Tick the box: the journey disappears from every list.")},
    )


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)


class NewForm(forms.Form):
    """A journey from nothing, from a template or from another journey."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False, help_text=_("Empty: that of the template."))
    origin = forms.ChoiceField(label=_("Begin with"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, templates: list[tuple[str, str]], journeys: list[Journey], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["origin"].choices = [  # type: ignore[attr-defined]
            ("", _("An empty map")),
            *((f"template:{code}", name) for code, name in templates),
            *((f"copy:{each.code}", _("A copy of %(name)s") % {"name": each.label}) for each in journeys),
        ]
        self.fields["origin"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("name") and not (data.get("origin") or "").startswith("template:"):
            self.add_error("name", forms.ValidationError(_("Give the journey a name."), code="required"))
        return data


def form_of(row: Stage | Touchpoint, *args: Any, **kwargs: Any) -> PartForm:
    kind = StageForm if isinstance(row, Stage) else TouchpointForm
    return kind(*args, row=row, **kwargs)
