"""Studies in the background: asked for, claimed, ended, left behind."""

from datetime import timedelta
from unittest import mock

import pytest
from kombu.exceptions import OperationalError

from cxprogram.errors import ConflictError
from cxprogram.periods import parse
from feedback import study_words, tasks
from feedback.insight import build_study, main_outcome, strongest_drivers, studied_outcomes, studied_periods
from feedback.models import DriverStudy, StudyRun, Survey
from feedback.services import driver_studies, study_runs
from feedback.services.driver_studies import StudyError
from feedback.strong_drivers import reasons
from tests import factories
from tests.feedback.studied import DRIVERS, YEAR, answer, made_up, make_rated_survey

pytestmark = pytest.mark.django_db
LATER = factories.NOON + timedelta(hours=1)


@pytest.fixture
def survey() -> Survey:
    return make_rated_survey()


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_runs, "RESAMPLES", 40)


def ask(survey: Survey, drivers=DRIVERS, *, outcome="Q7ALL", period=YEAR, at=factories.NOON) -> StudyRun:
    return study_runs.ask(survey.program, period, outcome, drivers, by=None, at=at)


def work(run: StudyRun, *, at=factories.NOON) -> StudyRun:
    study_runs.work(run.pk, clock=lambda: at)
    run.refresh_from_db()
    return run


def test_a_run_makes_the_study(survey: Survey) -> None:
    answer(survey, made_up())
    run = work(ask(survey))
    assert (run.status, run.attempts, run.leased_until, run.finished_at) == ("done", 1, None, factories.NOON)
    assert run.study == DriverStudy.objects.get(is_current=True)
    assert (run.study.n, run.study.answered, run.study.resamples) == (200, 200, 40)
    assert study_runs.work(run.pk, clock=lambda: LATER) is False


def test_asking_twice_at_once_makes_one_run_and_the_same_again_no_second_study(survey: Survey) -> None:
    answer(survey, made_up())
    run = ask(survey)
    assert ask(survey, tuple(reversed(DRIVERS))).pk == run.pk
    first = work(run).study
    again = work(ask(survey, at=LATER), at=LATER)
    assert (again.pk != run.pk, again.status, again.study) == (True, "done", first)
    assert DriverStudy.objects.count() == 1


def test_other_drivers_wait_until_the_run_has_ended(survey: Survey) -> None:
    answer(survey, made_up())
    run = ask(survey)
    with pytest.raises(ConflictError) as refused:
        ask(survey, DRIVERS[:2])
    assert refused.value.code == "driver-study-under-way"
    work(run)
    other = work(ask(survey, DRIVERS[:2]))
    assert {row["question"] for row in other.study.drivers} == set(DRIVERS[:2])


@pytest.mark.parametrize(
    ("drivers", "code"),
    [
        ((), "driver-study-shape"),
        (("Q7ALL",), "driver-study-question"),
        (("COMMENT",), "driver-study-question"),
        (("Q7FOOD", "Q7FOOD"), "driver-study-question"),
    ],
)
def test_what_no_answers_could_make_a_study_of_is_refused_at_once(survey: Survey, drivers: tuple, code: str) -> None:
    with pytest.raises(StudyError) as refused:
        ask(survey, drivers)
    assert refused.value.code == code
    assert not StudyRun.objects.exists()


def test_more_drivers_than_can_be_computed_are_refused_at_once(survey: Survey) -> None:
    codes = [f"D{number}" for number in range(19)]
    for code in codes:
        factories.make_question(survey.program, code)
    with pytest.raises(StudyError, match="19 drivers are chosen, 18 at most"):
        ask(survey, codes)


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        (made_up(29), "driver-study-too-few-answers", "every driver: 29, where at least 30 are needed"),
        ([row | {"Q7SIGN": 3} for row in made_up(40)], "driver-study-constant", "the same answer to “Q7SIGN”"),
        ([row | {"Q7ALL": 3} for row in made_up(40)], "driver-study-constant", "the same answer to “Q7ALL”"),
        ([row | {"Q7SIGN": row["Q7FOOD"]} for row in made_up(40)], "driver-study-singular", "exactly the same as"),
    ],
)
def test_answers_that_allow_no_study_are_told_of_in_plain_words(survey: Survey, rows, code: str, words: str) -> None:
    answer(survey, rows)
    run = work(ask(survey))
    assert (run.status, run.code, run.study) == ("refused", code, None)
    assert words in study_words.refusal(run.code, run.facts)


def test_a_run_whose_worker_died_is_taken_over_and_given_up_at_last(survey: Survey) -> None:
    answer(survey, made_up())
    run, at = ask(survey), factories.NOON
    with mock.patch.object(driver_studies, "run", side_effect=MemoryError):
        for attempt in range(1, study_runs.MAX_ATTEMPTS + 1):
            with pytest.raises(MemoryError):
                work(run, at=at)
            run.refresh_from_db()
            assert (run.status, run.attempts) == ("running", attempt)
            assert study_runs.due(at) == []
            assert study_runs.work(run.pk, clock=lambda: factories.NOON) is False  # somebody holds it
            at += study_runs.LEASE + timedelta(seconds=1)
            assert study_runs.due(at) == [run.pk]
    work(run, at=at)
    assert (run.status, run.code, run.finished_at) == ("failed", "driver-study-given-up", at)
    assert "tried 3 times" in study_words.refusal(run.code, run.facts)
    assert work(ask(survey, at=at), at=at).status == "done"


def test_a_worker_that_was_given_up_ends_nothing_of_its_successor(survey: Survey) -> None:
    answer(survey, made_up())
    run = ask(survey)
    slow = study_runs.claim(run.pk, at=factories.NOON)
    assert study_runs.claim(run.pk, at=LATER) is not None
    study_runs._end(slow, "refused", at=LATER, code="driver-study-constant")
    run.refresh_from_db()
    assert (run.status, run.attempts, run.code) == ("running", 2, "")


def test_the_worker_is_woken_after_the_commit_and_a_broker_that_is_away_costs_nothing(
    survey: Survey, django_capture_on_commit_callbacks
) -> None:
    with mock.patch.object(tasks.work_on_study, "delay", side_effect=OperationalError) as woken:
        with django_capture_on_commit_callbacks(execute=True):
            run = ask(survey)
            assert not woken.called
        woken.assert_called_once_with(run.pk)
    answer(survey, made_up())
    tasks.work_on_waiting_studies()
    run.refresh_from_db()
    assert run.status == "done"


def test_answers_that_came_since_make_the_study_one_of_an_older_state(survey: Survey) -> None:
    answer(survey, made_up())
    work(ask(survey))
    assert build_study(survey.program, YEAR).since == 0
    answer(survey, [{"Q7ALL": 3}, {"Q7FOOD": 2}])
    assert build_study(survey.program, YEAR).since == 1
    # Nobody rated everything: the study stands, and has seen the answer.
    work(ask(survey, at=LATER), at=LATER)
    assert (build_study(survey.program, YEAR).since, DriverStudy.objects.count()) == (0, 1)
    DriverStudy.objects.update(answered=None)  # of before this was kept
    assert build_study(survey.program, YEAR).since == 0


def test_drivers_of_another_outcome_are_not_taken_for_those_of_the_whole(survey: Survey) -> None:
    program = survey.program
    answer(survey, [row | {"NETPRO": 2 * row["Q7STORE"]} for row in made_up()])
    work(ask(survey, outcome="NETPRO"))
    assert (reasons(program), strongest_drivers(program, YEAR), build_study(program, YEAR)) == ({}, (), None)
    assert (studied_periods(program), studied_periods(program, "NETPRO")) == ([], [YEAR])
    assert build_study(program, YEAR, outcome="NETPRO").rows[0].question == "Q7STORE"
    work(ask(survey))
    assert set(reasons(program)) == {"Q7FOOD"}
    assert list(studied_outcomes(program)) == ["Q7ALL", "NETPRO"]


def test_the_whole_is_rated_by_the_overall_question_else_by_that_of_loyalty(survey: Survey) -> None:
    assert main_outcome(survey.program) == "Q7ALL"
    survey.program.overall_kpi = "nothing"
    assert main_outcome(survey.program) == "NETPRO"
    survey.program.loyalty_kpi = "nothing"
    assert main_outcome(survey.program) == ""


def test_very_many_answers_are_resampled_in_blocks(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(survey, made_up(2000))
    rows = driver_studies.run(survey.program, YEAR, "Q7ALL", DRIVERS, resamples=200, seed=1, at=factories.NOON).drivers
    monkeypatch.setattr(driver_studies, "BLOCKS_FROM", 1000)
    with mock.patch.object(driver_studies.formulas, "lmg_bootstrap", side_effect=AssertionError):
        blocks = driver_studies.run(
            survey.program, YEAR, "Q7ALL", DRIVERS, resamples=200, seed=2, at=factories.NOON
        ).drivers
    for one, other in zip(rows, blocks, strict=True):
        assert one["lmg"] == pytest.approx(other["lmg"])
        assert (one["low"], one["high"]) == pytest.approx((other["low"], other["high"]), abs=0.02)


def test_a_period_is_kept_as_it_is_asked_for(survey: Survey) -> None:
    answer(survey, made_up())
    assert work(ask(survey, period=parse("2017-05"))).study.period == "2017-05"
