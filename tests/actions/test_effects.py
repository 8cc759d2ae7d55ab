"""Before and after at a project's touchpoint: measured through the KPI registry, kept, never called an effect."""

from datetime import UTC, datetime

import pytest

from actions.models import EffectStudy
from actions.services import effects
from actions.services.effects import EffectError, measure_before_after
from cxprogram import periods
from tests.factories import (
    NOON,
    make_journey,
    make_kpis,
    make_program,
    make_project,
    make_scores,
    make_survey,
    make_touchpoint,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
IN_2016 = datetime(2016, 5, 15, 19, tzinfo=UTC)
BEFORE, AFTER = periods.parse("2016"), periods.parse("2017")
# Welch's t test of 3.4 (s² 1.4643, n 50) against 3.8 (s² 0.9796, n 40), worked by hand: the difference 0.4, its
# standard error √(1.464286/50 + 0.984615/40) = 0.232212, 87.68 degrees of freedom, t 1.722563.
COUNTS_2016 = {1: 2, 2: 10, 3: 17, 4: 8, 5: 13}
COUNTS_2017 = {2: 4, 3: 12, 4: 12, 5: 12}


@pytest.fixture
def project():
    program = make_program()
    make_kpis(program)
    survey = make_survey(program)
    point = make_touchpoint(make_journey(program).stages.get(code="wait"), "food", question_code="Q7FOOD")
    make_scores(survey, "Q7FOOD", COUNTS_2016, at=IN_2016)
    make_scores(survey, "Q7FOOD", COUNTS_2017, at=NOON)
    return make_project(point, responsible=make_user())


def test_it_compares_two_periods_by_the_tests_of_the_kpi(project):
    study = measure_before_after(project, before=BEFORE, after=AFTER, at=NOON)
    assert (study.kpi_code, study.question_code) == ("mean", "Q7FOOD")
    assert (study.before_n, study.after_n) == (50, 40)
    assert study.before_value == pytest.approx(3.4)
    assert study.after_value == pytest.approx(3.8)
    assert study.difference == pytest.approx(0.4)
    n, m = 50, 40
    squares = sum(count * (code - 3.4) ** 2 for code, count in COUNTS_2016.items()) / (n - 1)
    others = sum(count * (code - 3.8) ** 2 for code, count in COUNTS_2017.items()) / (m - 1)
    error = (squares / n + others / m) ** 0.5
    df = error**4 / ((squares / n) ** 2 / (n - 1) + (others / m) ** 2 / (m - 1))
    scipy_stats = pytest.importorskip("scipy.stats")
    half = scipy_stats.t.ppf(0.975, df) * error
    assert (study.low, study.high) == pytest.approx((0.4 - half, 0.4 + half))
    assert study.p_value == pytest.approx(2 * scipy_stats.t.sf(0.4 / error, df))


def test_it_is_never_called_causal(project):
    assert measure_before_after(project, before=BEFORE, after=AFTER, at=NOON).is_causal is False


def test_the_same_figures_write_no_second_row_and_new_ones_do(project):
    first = measure_before_after(project, before=BEFORE, after=AFTER, at=NOON)
    assert measure_before_after(project, before=BEFORE, after=AFTER, at=NOON) == first
    survey = project.program.survey_set.get()
    make_scores(survey, "Q7FOOD", {5: 10}, at=NOON)
    second = measure_before_after(project, before=BEFORE, after=AFTER, at=NOON)
    assert second.pk != first.pk
    first.refresh_from_db()
    assert (first.after_n, second.after_n) == (40, 50)
    assert EffectStudy.objects.count() == 2


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("2017", "2016", "effect-periods-overlap"),
        ("2017", "2017", "effect-periods-overlap"),
        ("2016", "all", "effect-periods-overlap"),
        ("2017-05", "2017", "effect-periods-overlap"),
        ("2015", "2016", "effect-too-few"),
        ("2017", "2018", "effect-too-few"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(project, before, after, code):
    with pytest.raises(EffectError) as refused:
        measure_before_after(project, before=periods.parse(before), after=periods.parse(after), at=NOON)
    assert refused.value.code == code
    assert not EffectStudy.objects.exists()


def test_a_touchpoint_that_nothing_measures_is_refused(project):
    project.touchpoint.question_code = ""
    with pytest.raises(EffectError) as refused:
        effects.measure_before_after(project, before=BEFORE, after=AFTER, at=NOON)
    assert refused.value.code == "effect-not-measured"


def test_a_hidden_group_is_not_measured(project):
    project.unit = make_unit(project.program, "G")
    project.save()
    survey = project.program.survey_set.get()
    make_scores(survey, "Q7FOOD", {5: 3}, unit=project.unit, at=IN_2016)
    make_scores(survey, "Q7FOOD", {5: 30, 4: 10}, unit=project.unit, at=NOON)
    with pytest.raises(EffectError) as refused:
        measure_before_after(project, before=BEFORE, after=AFTER, at=NOON)
    assert refused.value.code == "effect-too-few"
