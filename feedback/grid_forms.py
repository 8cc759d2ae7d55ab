"""What the editing page of a survey takes for rating grids: a new grid, and the words of one that is there."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.models import Question, SurveyVersion
from feedback.services import survey_grids, survey_words
from feedback.services.survey_grids import ENDS, NewGrid, Row
from feedback.survey_forms import MeaningField, Sides, Words
from journeys.models import Competitor, Touchpoint

SCALES = tuple((f"{low}:{high}", f"{low}–{high}") for low, high in ((1, 5), (1, 7), (1, 10), (0, 10)))
MAX_ROWS = 20


class NewGridForm(forms.Form):
    """A heading, a scale and rows: touchpoints, us and competitors, or what is written, one on a line."""

    wording = forms.CharField(
        label=gettext_lazy("Question"), max_length=1000, required=True, widget=forms.Textarea({"rows": 2})
    )
    scale = forms.ChoiceField(label=gettext_lazy("Scale"), choices=SCALES)
    touchpoints = forms.ModelMultipleChoiceField(
        Touchpoint.objects.none(),
        label=gettext_lazy("Touchpoints"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    competitors = forms.ModelMultipleChoiceField(
        Competitor.objects.none(),
        label=gettext_lazy("Competitors"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("You are the first row, rated beside them."),
    )
    words = forms.CharField(
        label=gettext_lazy("Rows"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Or in your own words, one on a line."),
    )

    def __init__(self, version: SurveyVersion, language: str, data: Any = None) -> None:
        super().__init__(data, auto_id="grid-%s")
        self.version, self.language = version, language
        program = version.survey.program_id
        points = Touchpoint.objects.in_use().filter(program=program).order_by("stage__journey", "stage__position", "pk")
        rivals = Competitor.objects.filter(program=program, is_active=True)
        self.fields["touchpoints"].queryset = points  # type: ignore[attr-defined]
        self.fields["competitors"].queryset = rivals  # type: ignore[attr-defined]
        for name, rows in (("touchpoints", points), ("competitors", rivals)):
            if not rows.exists():
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("touchpoints") and data.get("competitors"):
            self.add_error("competitors", _("Choose touchpoints or competitors: a grid rates one kind."))
        elif not 2 <= len(self._rows(data)) <= MAX_ROWS:
            self.add_error("words", _("A grid has 2 to %(most)s rows.") % {"most": MAX_ROWS})
        return data

    def _rows(self, data: dict[str, Any]) -> list[Row]:
        rivals = list(data.get("competitors") or ())
        us = [survey_grids.of_us(self.version.survey.program)] if rivals else []
        lines = [line.strip()[:200] for line in data.get("words", "").splitlines() if line.strip()]
        return [
            *(survey_grids.of_touchpoint(each) for each in data.get("touchpoints") or ()),
            *us,
            *(survey_grids.of_competitor(each) for each in rivals),
            *(survey_grids.of_words(line, self.language) for line in lines),
        ]

    def new(self) -> NewGrid:
        low, high = self.cleaned_data["scale"].split(":")
        return NewGrid(
            self.cleaned_data["wording"], self.language, (int(low), int(high)), self._rows(self.cleaned_data)
        )


class GridForm(Sides):
    """The words of a grid, languages side by side, and a place for one more row."""

    def __init__(self, version: SurveyVersion, grid: Question, languages: Sequence[str], data: Any = None) -> None:
        super().__init__(data, auto_id=f"grid-{grid.pk}-%s")
        self.grid, self.languages = grid, languages
        for code in languages:
            self.fields[f"wording_{code}"] = Words(
                code, _("Question"), is_long=True, initial=grid.wordings.get(code, "")
            )
        for end, point in (("low", grid.scale_low), ("high", grid.scale_high)):
            said = grid.options.get(end, {}).get("title", {})
            for code in languages:
                self.fields[f"{end}_{code}"] = Words(code, f"{point} =", initial=said.get(code, ""))
        if survey_words.is_asked(grid):
            self.fields["meaning"] = MeaningField(version, grid)
        self.fields["row"] = forms.CharField(label=_("One more row"), required=False, max_length=200)

    def texts(self, part: str) -> dict[str, str]:
        """The words by language; those of languages that the page does not show stay."""
        before = self.grid.wordings if part == "wording" else self.grid.options.get(part, {}).get("title", {})
        said = {code: self.cleaned_data[f"{part}_{code}"] for code in self.languages}
        return {code: words for code, words in {**before, **said}.items() if words}

    def ends(self) -> dict[str, dict[str, str]]:
        return {end: self.texts(end) for end in ENDS}
