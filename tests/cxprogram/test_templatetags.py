"""The tags of `{% load cx %}`: how numbers are said, how meaning is marked; tiles, forms and the frame."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cxprogram import figures
from cxprogram.figures import Change


@dataclass
class Reading:
    kpi: str = "mean"
    value: float | None = 4.0642
    low: float | None = 4.0379
    high: float | None = 4.0907
    n: int | None = 2688
    suppressed: bool = False
    period: str = "2017"
    question: str = "Q7ALL"
    unit: str = "SFO"
    touchpoint: str = ""
    counts: dict = field(default_factory=dict)
    weighted: bool = False


HIDDEN = Reading(value=None, low=None, high=None, n=None, suppressed=True)


def render(source: str, **context) -> str:
    return Template("{% load cx %}" + source).render(Context(context))


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (4.0642, "mean", "4.06"),
        (0.8207, "share", "82.1\u00a0%"),
        (39.84, "nps", "39.8"),
        (-12.04, "nps", "\u221212.0"),
        (-0.04, "nps", "0.0"),
        (2688, "count", "2,688"),
        (1234567, "count", "1,234,567"),
        (0.0951, "coefficient", "0.095"),
    ],
)
def test_a_number_is_said_by_its_kind(value, kind, said):
    assert render("{% figure v k %}", v=value, k=kind) == said
    assert render("{{ v|figure:k }}", v=value, k=kind) == said


@pytest.mark.parametrize(
    ("language", "mean", "count"),
    [
        ("en", "4.06", "2,688"),
        ("sv", "4,06", "2\u00a0688"),
        ("nb", "4,06", "2\u00a0688"),
        ("da", "4,06", "2.688"),
        ("fi", "4,06", "2\u00a0688"),
    ],
)
def test_separators_follow_the_language(language, mean, count):
    with translation.override(language):
        assert render("{% figure 4.0642 %}") == mean
        assert render("{{ 2688|answers }}") == f"n\u00a0{count}"


@pytest.mark.parametrize(
    ("low", "high", "kind", "words", "said"),
    [
        (4.038, 4.091, "mean", False, "4.04–4.09"),
        (4.038, 4.091, "mean", True, "4.04 to 4.09"),
        (27.3, 38.3, "nps", False, "27.3 to 38.3"),
        (-12.0, 17.8, "nps", False, "\u221212.0 to 17.8"),
        (-0.5, 0.5, "mean", False, "\u22120.50 to 0.50"),
        (0.806, 0.835, "share", False, "80.6–83.5"),
    ],
)
def test_an_interval_says_to_once_a_sign_may_occur(low, high, kind, words, said):
    assert render("{% interval l h k words=w %}", l=low, h=high, k=kind, w=words) == said


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [(0.1301, "mean", "+0.13"), (-0.38, "mean", "\u22120.38"), (0.001, "mean", "0.00"), (0.025, "share", "+2.5")],
)
def test_a_difference_carries_its_sign(value, kind, said):
    assert render("{{ v|signed:k }}", v=value, k=kind) == said


@given(st.floats(-1e6, 1e6))
def test_a_said_number_reads_back_within_its_rounding(value):
    said = figures.figure(value, "mean", language="en").replace(",", "").replace(figures.MINUS, "-")
    assert abs(float(said) - value) <= 0.005 + 1e-9
    assert not re.fullmatch(r"-0\.00", said)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="not a number"):
        figures.figure(value)


def test_a_missing_value_is_named():
    assert render("{% figure none %}", none=None) == "not measured"


def test_a_value_stands_unrounded_in_its_attributes():
    assert render("{% kpi_value r %}", r=Reading()) == (
        '<data class="cx-val" value="4.0642" data-kpi="mean" data-period="2017" data-question="Q7ALL" '
        'data-unit="SFO" data-value="4.0642">4.06</data>'
    )


def test_a_value_by_survey_weights_says_so_and_a_part_has_a_name_of_its_own():
    said = 'data-weighted="true" data-kpi="mean'
    assert f'{said}" ' in render("{% kpi_value r %}", r=Reading(weighted=True))
    assert f'{said}.low" ' in render('{% kpi_part r "low" "mean" %}', r=Reading(weighted=True))


def test_a_share_is_shown_in_per_cent_and_kept_as_a_share():
    html = render("{% kpi_value r %}", r=Reading(kpi="top2", value=0.8207))
    assert 'data-value="0.8207">82.1<' in html


def test_a_kpi_that_says_how_it_is_written_is_believed():
    class Definition:
        code, measure, higher_is_better = "problem-rate", "share", False

    reading = Reading(kpi=Definition(), value=0.1195, low=0.1077, high=0.1323)
    assert 'data-kpi="problem-rate"' in render("{% kpi_value r %}", r=reading)
    assert render("{% kpi_verdict r 0.1 %}", r=reading) == "10 or less, not reached"


def test_a_hidden_reading_shows_no_number_anywhere():
    html = render(
        "{% kpi_value r %}|{% kpi_interval r %}|{% kpi_n r %}|"
        "{% kpi_bar r 1 5 %}|{% kpi_verdict r 4 %}|{% nps_split r %}",
        r=HIDDEN,
    )
    value, between, n, bar, verdict, split = html.split("|")
    assert 'data-suppressed="true">hidden<' in value and "data-value" not in value
    assert between == verdict == ""
    assert re.sub("<.*?>", "", n) == "n hidden" and "cx-sup" in n
    assert re.sub("<.*?>", "", split) == "hidden" and "cx-sup" in split
    assert bar == '<span class="cx-small">hidden</span>'


def test_the_chip_says_of_the_program_what_it_hides_and_never_how_many_there_are():
    class Program:
        min_n = 10

    why = "Fewer than 10 are hidden, and so is whatever would reveal them."
    assert render("{% kpi_n r %}", r=HIDDEN, program=Program()) == f'<em class="cx-sup" title="{why}">n hidden</em>'


# --- marks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "css", "shape", "words"),
    [
        (Change("better", 0.13, "2016"), "better", "up", "+0.13 since 2016"),
        (Change("worse", -0.13, "2016"), "worse", "down", "\u22120.13 since 2016"),
        (Change("none", 0.01, "2016"), "none", "same", "No clear change since 2016"),
        (Change("none"), "none", "same", "No clear change"),
        (Change("first", since="2017"), "none", "same", "First asked in 2017"),
        (Change("worse", text="Below the others"), "worse", "down", "Below the others"),
    ],
)
def test_a_change_is_told_by_shape_and_word(change, css, shape, words):
    html = render("{% change c %}", c=change)
    assert f"cx-chg--{css}" in html and f"icons.svg#{shape}" in html and f"<span>{words}</span>" in html


def test_a_falling_problem_rate_is_better():
    assert Change.of(-0.02, is_clear=True, lower_is_better=True).mark == "better"
    assert Change.of(-0.02, is_clear=True).mark == "worse"
    assert Change.of(-0.02, is_clear=False).mark == "none"


def test_a_quiet_list_writes_only_what_is_clear():
    assert render("{% change c quiet=True %}", c=Change("none")) == ""
    assert render("{% change c quiet=True %}", c=Change("better", 1.0)) != ""
    assert render("{% change c %}", c=None) == ""


def test_an_unknown_mark_is_refused():
    with pytest.raises(TemplateSyntaxError, match="better, worse"):
        render("{% change 'up' %}")


@pytest.mark.parametrize(
    ("target", "low", "high", "kind", "lower", "said"),
    [
        (4.05, 4.04, 4.09, "mean", False, "4.05, too close to call"),
        (45, 37.2, 42.4, "nps", False, "45, not reached"),
        (35, 37.2, 42.4, "nps", False, "35, reached"),
        (0.1, 0.1077, 0.1323, "share", True, "10 or less, not reached"),
        (0.2, 0.1077, 0.1323, "share", True, "20 or less, reached"),
        (None, 1, 2, "mean", False, "none set"),
    ],
)
def test_a_target_is_judged_by_the_whole_interval(target, low, high, kind, lower, said):
    assert render("{% verdict t l h k lower=b %}", t=target, l=low, h=high, k=kind, b=lower) == said


@pytest.mark.parametrize(
    ("source", "css", "words"),
    [
        ('{% flag "truth" %}', "cx-flag--truth", "Moment of truth"),
        ('{% flag "truth" proposed=True %}', "cx-flag--truth", "Moment of truth, proposed"),
        ('{% flag "pain" rank=2 %}', "cx-flag--pain", "Pain point 2"),
        ('{% flag "win" "Ahead, 97 % sure" %}', "cx-flag--win", "Ahead, 97 % sure"),
        ('{% grade "partly" %}', "cx-grade", "Partly researched"),
        ("{% score_word 6 %}", "cx-det", "Low score"),
        ("{% score_word 8 %}", "cx-pas", "Middle score"),
        ("{% score_word 9 %}", "cx-pro", "High score"),
    ],
)
def test_every_mark_has_a_shape_and_a_word(source, css, words):
    html = render(source)
    assert css in html and words in html and "<use href=" in html


NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "said", "late"),
    [
        (timedelta(hours=3, minutes=5), "Due in 3 hours", False),
        (timedelta(minutes=-40), "Overdue by 40 minutes", True),
        (timedelta(seconds=-5), "Overdue by 1 minute", True),
        (timedelta(hours=-1), "Overdue by 1 hour", True),
        (timedelta(days=2), "Due 23 Nov 2026 14:00", False),
        (timedelta(days=-2), "Overdue since 19 Nov 2026 14:00", True),
    ],
)
def test_due_times_are_relative_only_within_a_day(ahead, said, late):
    html = render("{% due at now %}", at=NOW + ahead, now=NOW)
    assert said in html
    assert ("cx-due--late" in html) is late
    assert ("icons.svg#late" in html) is late


def test_progress_is_a_native_bar_with_words():
    assert render('{% progress 1 27 "Tickets taken" %}') == (
        '<progress class="cx-progress" value="1" max="27" aria-label="Tickets taken">1 of 27</progress>'
    )


def test_an_unknown_symbol_is_refused():
    with pytest.raises(TemplateSyntaxError, match="no symbol"):
        render('{% icon "unicorn" %}')


def test_what_people_typed_is_escaped():
    html = render("{% change 'better' text=t %}{% flag 'plain' t %}", t="<b>")
    assert "<b>" not in html


# --- includes and frame -------------------------------------------------------------------------


def test_a_tile_holds_value_interval_n_target_and_change_in_this_order():
    html = render_to_string(
        "cxprogram/_tile.html",
        {
            "reading": Reading(),
            "name": "Airport as a whole",
            "what": "mean rating 1–5",
            "scale_top": 5,
            "scale_low": 3.8,
            "scale_high": 4.3,
            "target": 4.05,
            "change": Change("none", since="2016"),
        },
    )
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert text == (
        "Airport as a whole mean rating 1–5 4.06 of 5 3.8 4.3 95 % interval 4.04 to 4.09 Answers n 2,688 "
        "Target 4.05, too close to call No clear change since 2016"
    )


def test_a_tile_chooses_a_scale_of_its_own_when_none_is_given():
    html = render_to_string("cxprogram/_tile.html", {"reading": Reading(), "name": "A", "what": "b"})
    ends = [float(e) for e in re.findall(r"<text[^>]*>([^<]+)<", html)]
    assert ends[0] < 4.04 and ends[1] > 4.09


def test_a_hidden_tile_shows_the_chip_and_no_bar():
    html = render_to_string("cxprogram/_tile.html", {"reading": HIDDEN, "name": "A", "what": "b", "target": 4.0})
    assert "cx-sup" in html and "cx-int" not in html and "4.0" not in html


class CloseForm(forms.Form):
    cause = forms.ChoiceField(label="Root cause", choices=[("", "Choose …"), ("signs", "Signs")])
    act = forms.CharField(label="What did you do?", help_text="The customer will read this.")
    how = forms.ChoiceField(label="How", widget=forms.RadioSelect, choices=[("a", "By mail"), ("b", "By phone")])
    note = forms.CharField(label="Note", required=False)


def test_a_refused_form_says_what_is_missing_and_links_to_it():
    form = CloseForm({"note": "kept"})
    html = render_to_string("cxprogram/_form.html", {"form": form, "button": "Close"})
    assert 'role="alert"' in html and "3 things are missing or wrong" in html
    for target in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{target}"' in html
    for ids in re.findall(r'aria-describedby="([^"]+)"', html):
        assert [i for i in ids.split() if f'id="{i}"' not in html] == []
    assert html.count('aria-invalid="true"') >= 2
    assert 'value="kept"' in html


def test_the_phone_has_three_places_and_more():
    nav = [(f"/{i}/", f"Place {i}", "home", i == 4) for i in range(5)]
    html = render(
        "{% tabs nav '/more/' 'More' as found %}"
        "{% for t in found %}{{ t.short_label }}:{{ t.is_current }} {% endfor %}",
        nav=nav,
    )
    assert html.split(" ") == ["Place", "0:False", "Place", "1:False", "Place", "2:False", "More:True", ""]


def test_navigation_entries_may_be_dicts_and_have_short_names():
    nav = [{"url": "/map/", "label": "Journey map", "icon": "map", "is_current": True, "short_label": "Map", "key": 1}]
    assert render("{% for e in nav|entries %}{{ e.short_label }} {{ e.is_current }}{% endfor %}", nav=nav) == "Map True"


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500", "503"])
def test_error_pages_need_nothing_from_the_context(code):
    html = render_to_string(f"{code}.html")
    assert "<h1>" in html and 'lang="en"' in html
    assert "style=" not in html and "<script" not in html
