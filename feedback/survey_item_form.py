"""What the editing page of a survey takes for one question of its draft."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback import show_if
from feedback.choices import SCALE_KINDS, QuestionKind
from feedback.models import Question, SurveyItem
from feedback.services import survey_words, surveys
from feedback.services.survey_drafting import ItemFacts
from feedback.survey_forms import MAX_OPTIONS, MeaningField, Sides, Words
from journeys.choices import Purpose
from journeys.models import Touchpoint

OPERATORS = (
    ("is", gettext_lazy("is")),
    ("is_not", gettext_lazy("is not")),
    ("at_least", gettext_lazy("is at least")),
    ("at_most", gettext_lazy("is at most")),
    ("any_of", gettext_lazy("is one of")),
    ("none_of", gettext_lazy("is none of")),
    ("answered", gettext_lazy("was answered")),
    ("not_answered", gettext_lazy("was not answered")),
)
LIMITED = (QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.TEXT)


def _is_simple(rule: Mapping[str, Any]) -> bool:
    """Whether three fields can write the rule: one comparison, or none at all."""
    return not rule or rule.keys() <= {"question", "is", "value"}


class ItemForm(Sides):
    """One question of a draft: its words, whether it must be answered, on which page, and when it is asked."""

    def __init__(
        self,
        item: SurveyItem,
        languages: Sequence[str],
        earlier: Sequence[Question],
        touchpoints: Sequence[Touchpoint] = (),
        data: Any = None,
    ) -> None:
        super().__init__(data, auto_id=f"item-{item.pk}-%s")
        self.item, self.languages, self.earlier = item, languages, earlier
        self.touchpoints = {str(each.pk): each for each in touchpoints}
        question = item.question
        self.is_asked = survey_words.is_asked(question)
        self._add_words(question)
        if self.is_asked:
            self.fields["meaning"] = MeaningField(item.version, question)
        self._add_way(item)
        self._add_subject(question)
        self.fields["page"] = forms.IntegerField(label=_("Page"), min_value=1, max_value=50, initial=item.page)
        if question.kind in LIMITED:
            self._add_limits(item)
        if earlier:
            self._add_rule(item)

    def _add_words(self, question: Question) -> None:
        for code in self.languages:
            self.fields[f"wording_{code}"] = Words(
                code, _("Question"), is_long=True, initial=question.wordings.get(code, "")
            )
        for option in self._options():
            for code in self.languages:
                texts = question.options.get(option, {}).get("title", {})
                self.fields[f"option_{option}_{code}"] = Words(code, self._label(option), initial=texts.get(code, ""))

    def _add_way(self, item: SurveyItem) -> None:
        """Who answers it: people, who must or need not, or a system."""
        self.fields["is_required"] = forms.BooleanField(
            label=_("Must be answered"), required=False, initial=item.is_required
        )
        self.fields["is_hidden"] = forms.BooleanField(
            label=_("Hidden: a system answers it, nobody sees it"),
            required=False,
            initial=item.is_hidden,
            help_text=_("Filled by ?%(code)s=… on the open link, by data-field-%(lower)s on the widget, or by the "
                        "context of an invitation under the name %(code)s.")
            % {"code": item.question.code, "lower": item.question.code.lower()},
        )  # fmt: skip

    def _add_subject(self, question: Question) -> None:
        """What a consent is given to, and which touchpoint a question is about."""
        if question.kind == QuestionKind.CONSENT:
            self.fields["consent_purpose"] = forms.ChoiceField(
                label=_("What is consented to"),
                required=False,
                disabled=self.is_asked,
                initial=question.consent_purpose,
                choices=[("", _("nothing that is recorded: a tick like any other")), *self._purposes(question)],
                help_text=_("A published survey asks this: for another purpose ask another question.")
                if self.is_asked
                else _("The tick is kept on the customer's page, with the text in force on that day."),
            )
        elif self.touchpoints:
            self.fields["touchpoint"] = forms.ChoiceField(
                label=_("Touchpoint that it is about"),
                required=False,
                initial=str(question.touchpoint_id or ""),
                choices=[("", "–"), *((pk, each.label) for pk, each in self.touchpoints.items())],
                help_text=_("It belongs to the question: it holds at once, and wherever the question is asked."),
            )

    def _purposes(self, question: Question) -> list[tuple[str, Any]]:
        """The house's purposes, and one of the question's own that was written elsewhere."""
        own = question.consent_purpose
        return [*Purpose.choices, *([(own, own)] if own and own not in Purpose.values else [])]

    def _options(self) -> list[str]:
        """The codes whose words are written here: the ends of a scale, the choices, and a place for one more."""
        question = self.item.question
        if question.kind in SCALE_KINDS:
            return ["low", "high"]
        if question.kind not in (QuestionKind.SINGLE, QuestionKind.MULTIPLE):
            return []
        codes = sorted((code for code in question.options if code.isdigit()), key=int)
        more = str(int(codes[-1]) + 1) if codes else "1"
        return codes if len(codes) >= MAX_OPTIONS else [*codes, more]

    def _label(self, option: str) -> str:
        if option in ("low", "high"):
            question = self.item.question
            return f"{question.scale_low if option == 'low' else question.scale_high} ="
        return _("Answer %(code)s") % {"code": option}

    def _add_limits(self, item: SurveyItem) -> None:
        hint = _("As in 2026-11-25.") if item.question.kind == QuestionKind.DATE else ""
        if item.question.kind != QuestionKind.TEXT:
            self.fields["low"] = forms.CharField(
                label=_("From"), required=False, initial=item.limits.get("low", ""), max_length=12, help_text=hint
            )
        label = _("Most characters") if item.question.kind == QuestionKind.TEXT else _("To")
        self.fields["high"] = forms.CharField(
            label=label, required=False, initial=item.limits.get("high", ""), max_length=12, help_text=hint
        )

    def _add_rule(self, item: SurveyItem) -> None:
        rule = item.show_if if _is_simple(item.show_if) else {}
        always = _("always") if rule or not item.show_if else _("by a rule of several parts, as it is")
        value = rule.get("value", "")
        self.fields["rule_question"] = forms.ChoiceField(
            label=_("Asked only if this question"),
            required=False,
            initial=rule.get("question", ""),
            choices=[("", always), *((question.code, question.wording) for question in self.earlier)],
        )
        self.fields["rule_is"] = forms.ChoiceField(
            label=_("Comparison"), required=False, initial=rule.get("is", "at_most"), choices=OPERATORS
        )
        self.fields["rule_value"] = forms.CharField(
            label=_("Answer"),
            required=False,
            max_length=100,
            initial=", ".join(map(str, value)) if isinstance(value, list) else value,
            help_text=_("The code of an answer; several with commas between them."),
        )

    def _rule(self, data: Mapping[str, Any]) -> Any:
        if not data.get("rule_question"):
            return {} if _is_simple(self.item.show_if) and self.earlier else self.item.show_if
        operator = data.get("rule_is") or "answered"
        written = {"question": data["rule_question"], "is": operator}
        if operator not in ("answered", "not_answered"):
            parts = [part.strip() for part in data.get("rule_value", "").split(",") if part.strip()]
            values = [int(part) if part.lstrip("-").isdecimal() else part for part in parts]
            written["value"] = values if operator in ("any_of", "none_of") else values[0] if values else None
        return written

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["show_if"] = self._rule(data)
        try:
            show_if.check(data["show_if"], earlier={question.code for question in self.earlier})
        except show_if.RuleError:
            self.add_error("rule_value" if self.earlier else None, _("Write the answer that the question must have."))
        limits = {end: self._limit(data[end]) for end in ("low", "high") if data.get(end)}
        if not surveys.are_limits(self.item.question.kind, limits):
            self.add_error("high", _("The range does not fit the question."))
        data["limits"] = limits
        if data.get("is_hidden") and data.get("is_required"):
            self.add_error("is_required", _("Nobody sees a hidden question: it cannot be one that must be answered."))
        return data

    def _limit(self, text: str) -> int | str:
        is_date = self.item.question.kind == QuestionKind.DATE
        return text if is_date or not text.lstrip("-").isdecimal() else int(text)

    def _touchpoint(self) -> Touchpoint | None:
        """The one chosen; where none is offered, as it is."""
        if "touchpoint" not in self.fields:
            return self.item.question.touchpoint
        return self.touchpoints.get(self.cleaned_data["touchpoint"])

    def facts(self) -> ItemFacts:
        data, question = self.cleaned_data, self.item.question
        wordings = {**question.wordings, **{code: data[f"wording_{code}"] for code in self.languages}}
        options = {code: dict(texts["title"]) for code, texts in question.options.items() if texts.get("title")}
        for option in self._options():
            said = {code: data[f"option_{option}_{code}"] for code in self.languages}
            texts = {code: words for code, words in {**options.get(option, {}), **said}.items() if words}
            options[option] = texts
        return ItemFacts(
            wordings={code: words for code, words in wordings.items() if words},
            options={code: texts for code, texts in options.items() if texts},
            page=data["page"],
            is_required=data["is_required"],
            show_if=data["show_if"],
            limits=data["limits"],
            meaning=data.get("meaning", ""),
            is_hidden=data["is_hidden"],
            touchpoint=self._touchpoint(),
            consent_purpose=data.get("consent_purpose", ""),
        )
