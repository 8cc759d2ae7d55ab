"""What the page of a segment takes: a name, whether all or any of the rules hold, and the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxprogram.models import Program
from journeys.models import Segment
from journeys.segment_rules import WORDS, Row, document, rows_of, subjects
from journeys.services.segments import SegmentError

MORE = 3


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    joined = forms.ChoiceField(
        label=gettext_lazy("Who is in it"),
        choices=(("all", gettext_lazy("for whom every rule holds")), ("any", gettext_lazy("for whom one rule holds"))),
        widget=forms.RadioSelect,
        initial="all",
    )


class RuleForm(forms.Form):
    subject = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    word = forms.ChoiceField(label=gettext_lazy("Comparison"), choices=WORDS, required=False)
    value = forms.CharField(label=gettext_lazy("Value"), required=False, max_length=500)
    days = forms.IntegerField(label=gettext_lazy("In how many days"), required=False, min_value=1, max_value=36_600)

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = choices  # type: ignore[attr-defined]

    def row(self) -> Row | None:
        data = self.cleaned_data
        if not data.get("subject"):
            return None
        return Row(data["subject"], data.get("word") or "is", data.get("value", "").strip(), data.get("days"))


class SegmentEditor:
    """The forms of one segment. `is_simple`: its document is a list of rules; another is edited in the admin."""

    def __init__(self, program: Program, segment: Segment | None, data: Any = None) -> None:
        self.program, self.segment = program, segment
        said = rows_of(segment.definition if segment else {})
        self.is_simple = said is not None
        joined, rows = said or ("all", [])
        first = {"name": segment.label if segment else "", "joined": joined}
        self.head = NameForm(data, initial=first, auto_id="segment-%s")
        choices = subjects(program)
        count = len(rows) + MORE
        if data is not None:
            count = max(count, *(n + 1 for n in range(100) if f"rule{n}-subject" in data), 1)
        self.rules = [
            RuleForm(
                data, prefix=f"rule{n}", auto_id="segment-%s", choices=choices,
                initial=vars(rows[n]) if n < len(rows) else {"word": "is"},
            )
            for n in range(count)
        ]  # fmt: skip
        self._places: list[int] = []

    def is_valid(self) -> bool:
        return all([self.head.is_valid(), *(rule.is_valid() for rule in self.rules)])

    def definition(self) -> dict[str, Any]:
        """The document as it is written; of one with several layers, the document that is there."""
        if not self.is_simple and self.segment is not None:
            return self.segment.definition
        said = [(n, row) for n, rule in enumerate(self.rules) if (row := rule.row()) is not None]
        self._places = [n for n, _row in said]
        return document(self.head.cleaned_data["joined"], [row for _n, row in said], self.program)

    def refuse(self, error: SegmentError) -> None:
        """Say what is wrong at the rule where it is."""
        place = str(error.extra.get("path", "")).rpartition("/")[2]
        if place.isdecimal() and int(place) < len(self._places):
            self.rules[self._places[int(place)]].add_error("value", str(error.detail))
        else:
            self.head.add_error(None, str(error.detail))

    @property
    def errors(self) -> list[str]:
        found = [str(text) for texts in self.head.errors.values() for text in texts]
        for number, rule in enumerate(self.rules, start=1):
            for texts in rule.errors.values():
                found += [_("Rule %(number)s: %(text)s") % {"number": number, "text": text} for text in texts]
        return found
