"""What the editing page of a survey takes: its languages, its texts, a new question."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxprogram import languages
from feedback.choices import QuestionKind
from feedback.models import Question, SurveyVersion
from feedback.services import survey_words
from feedback.services.survey_drafting import NewQuestion

MAX_OPTIONS = 50


class Words(forms.CharField):
    """A text in one language; those of one part stand side by side under its legend."""

    def __init__(self, language: str, legend: str, *, is_long: bool = False, **facts: Any) -> None:
        attrs = languages.attrs(language) | ({"rows": 2} if is_long else {})
        widget = forms.Textarea(attrs) if is_long else forms.TextInput(attrs)
        self.language, self.legend = languages.NAMES[language], legend
        label = f"{legend} · {self.language}"
        super().__init__(label=label, required=False, max_length=1000, widget=widget, **facts)


class Sides(forms.Form):
    """A form whose texts stand side by side by language."""

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The texts by part: its legend, and one field for each language."""
        found: dict[str, list[forms.BoundField]] = {}
        for bound in self.visible_fields():
            if isinstance(bound.field, Words):
                found.setdefault(bound.field.legend, []).append(bound)
        return list(found.items())

    def others(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if not isinstance(bound.field, Words)]


class MeaningField(forms.ChoiceField):
    """What other words do to what people were asked: nothing, or it is another question from then on."""

    def __init__(self, version: SurveyVersion, question: Question) -> None:
        super().__init__(
            label=_("If words that were asked change"),
            required=False,
            initial=survey_words.meaning_of(version, question),
            choices=[
                ("", _("they do not change")),
                (survey_words.Meaning.SAME, _("a correction: it means the same, and the trend goes on")),
                (survey_words.Meaning.NEW, _("it means something new: the line of the trend breaks")),
            ],
            help_text=_("A published survey asks this. Customers see the new words when you publish this draft, and "
                        "the trend breaks on that day. A translation more changes nothing."),
        )  # fmt: skip


class LanguagesForm(forms.Form):
    """The languages of a survey: ours and those that it has to tick, and one more of all that there are."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages of the survey"), widget=forms.CheckboxSelectMultiple, required=False
    )
    more = forms.ChoiceField(
        label=gettext_lazy("Another language"),
        required=False,
        help_text=gettext_lazy("Our own words around the questions, such as on the buttons, are in English there."),
    )

    def __init__(self, chosen: Sequence[str], data: Any = None) -> None:
        super().__init__(data, auto_id="languages-%s", initial={"languages": list(chosen)})
        ticked = languages.OURS.keys() | set(chosen)
        offered = [(code, name) for code, name in languages.NAMES.items() if code in ticked]
        rest = [(code, name) for code, name in languages.NAMES.items() if code not in ticked]
        cast(forms.ChoiceField, self.fields["languages"]).choices = offered
        cast(forms.ChoiceField, self.fields["more"]).choices = [("", "–"), *rest]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("languages") and not data.get("more"):
            self.add_error("languages", _("A survey speaks one language at least."))
        return data

    def chosen(self) -> list[str]:
        return [*self.cleaned_data["languages"], *filter(None, [self.cleaned_data["more"]])]


class TextsForm(Sides):
    """What stands above the questions, languages side by side."""

    def __init__(self, version: SurveyVersion, languages: Sequence[str], data: Any = None) -> None:
        super().__init__(data, auto_id="texts-%s")
        self.languages = languages
        for code in languages:
            self.fields[f"title_{code}"] = Words(code, _("Title"), initial=version.titles.get(code, ""))
            self.fields[f"intro_{code}"] = Words(
                code, _("Introduction"), is_long=True, initial=version.intros.get(code, "")
            )

    def texts(self, part: str, before: Mapping[str, str]) -> dict[str, str]:
        """The texts by language; those of languages that the page does not show stay."""
        said = {code: self.cleaned_data[f"{part}_{code}"] for code in self.languages}
        return {code: words for code, words in {**before, **said}.items() if words}


# How a new question is answered; grids have a form of their own.
NEW_KINDS = (
    ("nps", gettext_lazy("Likelihood to recommend, 0–10")),
    ("csat:1:5", gettext_lazy("Satisfaction, 1–5")),
    ("ces:1:7", gettext_lazy("Effort, 1–7")),
    ("ces:1:5", gettext_lazy("Effort, 1–5")),
    ("rating:1:5", gettext_lazy("Rating, 1–5")),
    ("rating:1:10", gettext_lazy("Rating, 1–10")),
    ("single", gettext_lazy("One choice")),
    ("multiple", gettext_lazy("Several choices")),
    ("text", gettext_lazy("Text")),
    ("number", gettext_lazy("Whole number")),
    ("date", gettext_lazy("Date")),
    ("consent", gettext_lazy("Consent")),
)


class KnownQuestion(forms.ModelChoiceField):
    """A question by what it says, its code behind."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label} ({obj.code})"


class NewQuestionForm(forms.Form):
    """A question that the draft is to ask: one that the program has, or a new one."""

    question = KnownQuestion(
        Question.objects.none(), label=gettext_lazy("A question that you ask already"), required=False
    )
    wording = forms.CharField(
        label=gettext_lazy("or a new question"), required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
    )
    kind = forms.ChoiceField(label=gettext_lazy("How it is answered"), choices=NEW_KINDS, required=False)
    answers = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("One on a line, where one or several are chosen."),
    )

    def __init__(self, version: SurveyVersion, language: str, data: Any = None) -> None:
        super().__init__(data, auto_id="new-%s")
        self.language = language
        asked = version.items.values("question")
        rows = Question.objects.filter(program=version.survey.program_id).exclude(kind=QuestionKind.GRID)
        self.fields["question"].queryset = rows.exclude(pk__in=asked).order_by("code")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("question") and not data.get("wording"):
            self.add_error("wording", _("Choose a question, or write one."))
        if data.get("wording") and not data.get("question"):
            needs = data.get("kind") in ("single", "multiple")
            if needs and not 2 <= len(self._answers(data)) <= MAX_OPTIONS:
                self.add_error("answers", _("Write two choices or more."))
        return data

    def _answers(self, data: Mapping[str, Any]) -> list[str]:
        return [line.strip() for line in data.get("answers", "").splitlines() if line.strip()]

    def new(self) -> NewQuestion:
        kind, *ends = (self.cleaned_data["kind"] or "text").split(":")
        points = (0, 10) if kind == "nps" else (int(ends[0]), int(ends[1])) if ends else None
        has_choices = kind in ("single", "multiple")
        return NewQuestion(
            kind=kind,
            wording=self.cleaned_data["wording"],
            language=self.language,
            points=points,
            answers=self._answers(self.cleaned_data) if has_choices else (),
        )
