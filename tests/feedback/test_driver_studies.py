import csv
import json

import numpy as np
import pytest
from django.test import Client
from django.utils import translation

from cxprogram.models import Program
from cxprogram.periods import parse
from feedback.frames import ratings_frame
from feedback.insight import build_study, strongest_drivers
from feedback.models import DriverStudy, Survey
from feedback.services import driver_studies
from feedback.services.driver_studies import StudyError
from journeys import truth_words
from journeys.choices import Truth
from journeys.models import Touchpoint
from journeys.services import truths
from tests import factories
from tests.feedback.studied import DRIVERS, YEAR, answer, made_up, make_rated_survey
from tests.shared import shared_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey() -> Survey:
    return make_rated_survey()


def study(program: Program, **changes: object) -> DriverStudy:
    arguments = {"outcome": "Q7ALL", "drivers": DRIVERS, "resamples": 50, "seed": 3, "at": factories.NOON} | changes
    return driver_studies.run(program, arguments.pop("period", YEAR), **arguments)


def test_the_frame_holds_only_answers_complete_on_every_question(survey: Survey) -> None:
    answer(
        survey,
        [
            {"Q7ALL": 4, "Q7FOOD": 3, "Q7STORE": 2},
            {"Q7ALL": 5, "Q7FOOD": "not_applicable", "Q7STORE": 2},
            {"Q7ALL": 5, "Q7STORE": 2},
            {"Q7ALL": 1, "Q7FOOD": 2, "Q7STORE": 1, "COMMENT": "12"},
        ],
    )
    factories.make_response(survey, {"Q7ALL": 3, "Q7FOOD": 3, "Q7STORE": 3}, at=factories.NOON.replace(year=2016))
    frame = ratings_frame(survey.program, YEAR, ["Q7FOOD", "Q7ALL"])
    assert frame.to_dict("list") == {"Q7FOOD": [3, 2], "Q7ALL": [4, 1]}
    assert ratings_frame(survey.program, parse("2015"), ["Q7FOOD"]).shape == (0, 1)
    assert ratings_frame(survey.program, YEAR, ["COMMENT"]).empty


def test_a_study_is_stored_strongest_first_and_adds_up_to_r2(survey: Survey) -> None:
    answer(survey, made_up())
    made = study(survey.program)
    assert [row["question"] for row in made.drivers] == ["Q7FOOD", "Q7STORE", "Q7SIGN"]
    assert sum(row["lmg"] for row in made.drivers) == pytest.approx(made.r2, abs=1e-12)
    assert sum(row["share"] for row in made.drivers) == pytest.approx(1, abs=1e-12)
    assert (made.n, made.method, made.resamples, made.is_current) == (200, "lmg", 50, True)
    first = made.drivers[0]
    assert first["low"] < first["share"] < first["high"]
    assert made.drivers[2]["share"] < 0.05


def test_the_same_inputs_write_nothing(survey: Survey) -> None:
    answer(survey, made_up())
    first = study(survey.program)
    assert study(survey.program, at=factories.NOON.replace(year=2020)).pk == first.pk
    assert study(survey.program, drivers=tuple(reversed(DRIVERS))).pk == first.pk
    assert DriverStudy.objects.count() == 1


def test_new_answers_seed_or_drivers_supersede_the_study_and_keep_it(survey: Survey) -> None:
    answer(survey, made_up())
    first = study(survey.program)
    answer(survey, made_up(50, seed=8))
    by_answers = study(survey.program)
    by_seed = study(survey.program, seed=4)
    by_drivers = study(survey.program, seed=4, drivers=DRIVERS[:2])
    assert len({first.pk, by_answers.pk, by_seed.pk, by_drivers.pk}) == 4
    assert list(DriverStudy.objects.order_by("pk").values_list("is_current", flat=True)) == [False, False, False, True]
    assert (first.n, by_answers.n) == (200, 250)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"drivers": ()}, "driver-study-shape"),
        ({"drivers": ("Q7FOOD", "COMMENT")}, "driver-study-question"),
        ({"drivers": ("Q7FOOD", "Q7FOOD")}, "driver-study-question"),
        ({"drivers": ("Q7ALL", "Q7FOOD")}, "driver-study-question"),
        ({"outcome": "NOTHING"}, "driver-study-question"),
        ({"period": parse("2015")}, "driver-study-too-few-answers"),
    ],
)
def test_what_cannot_be_studied_is_refused_and_leaves_the_current_study(
    survey: Survey, changes: dict[str, object], code: str
) -> None:
    answer(survey, made_up())
    kept = study(survey.program)
    with pytest.raises(StudyError) as refused:
        study(survey.program, **changes)
    assert refused.value.code == code
    assert list(DriverStudy.objects.filter(is_current=True)) == [kept]


@pytest.mark.parametrize("year", ["2014", "2017"])
def test_the_real_waves_give_the_reference_importances(survey: Survey, year: str) -> None:
    # LMG by R's relaimpo on the published files: shared data, expected/sfo.json.
    expected = json.loads(shared_file("expected/sfo.json").read_text())[year]["drivers_of_overall"]
    drivers = tuple(expected["lmg"])
    for code in drivers:
        factories.make_question(survey.program, code)
    wave = factories.make_survey(survey.program, "wave", questions=("Q7ALL", *drivers), has_rules=False)
    with shared_file(f"sfo/sfo_{year}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            {code: int(row[code]) for code in ("Q7ALL", *drivers) if row[code] in ("1", "2", "3", "4", "5")}
            for row in csv.DictReader(file)
        ]
    answer(wave, [row for row in rows if row])
    made = study(survey.program, drivers=drivers, resamples=20)
    assert made.n == expected["n_listwise"]
    assert made.r2 == pytest.approx(expected["r2"], abs=1e-6)
    assert {row["question"]: row["lmg"] for row in made.drivers} == pytest.approx(expected["lmg"], abs=1e-6)


def test_pages_read_labels_means_and_the_strongest_driver(survey: Survey) -> None:
    program = survey.program
    stage = factories.make_journey(program).stages.get(code="wait")
    factories.make_touchpoint(stage, "restaurants", question_code="Q7FOOD", aspect="quality")
    answer(survey, made_up())
    study(program)
    read = build_study(program, YEAR)
    assert read is not None
    assert [row.label for row in read.rows] == ["Restaurants", "Q7STORE", "Q7SIGN"]
    mean = np.mean([row["Q7FOOD"] for row in made_up()])
    assert read.rows[0].mean is not None and read.rows[0].mean.value == pytest.approx(mean)
    assert strongest_drivers(program, YEAR)[0].question == "Q7FOOD"
    assert build_study(program, parse("2016")) is None
    assert strongest_drivers(program, parse("2016")) == ()


def log_in(client: Client, survey: Survey, role: str) -> None:
    client.force_login(factories.make_user(role, factories.root_of(survey.program)))


def test_the_page_shows_shares_intervals_raw_importances_and_their_sum(survey: Survey, client: Client) -> None:
    answer(survey, made_up())
    made = study(survey.program)
    log_in(client, survey, "executive")
    html = client.get("/drivers/", headers={"accept-language": "en"}).content.decode()
    assert "The overall rating goes most closely with Q7FOOD" in html
    assert "Association, not proof of cause." in html
    for row in made.drivers:
        assert f'data-kpi="lmg" data-period="2017" data-question="{row["question"]}"' in html
        assert f'data-value="{row["lmg"]!r}"' in html
    assert 'data-kpi="r2" data-period="2017"' in html
    assert "100.0\xa0%" in html
    assert "50 resamples" in html


def test_drivers_that_come_close_are_not_called_weaker(survey: Survey, client: Client) -> None:
    rows = [row | {"Q7STORE": row["Q7FOOD"]} for row in made_up(40)]
    for number, row in enumerate(rows):
        row["Q7STORE"] = row["Q7FOOD"] if number % 10 else 1 + number // 10
    answer(survey, rows)
    study(survey.program)
    log_in(client, survey, "executive")
    html = client.get("/drivers/?period=2017", headers={"accept-language": "en"}).content.decode()
    assert "2 drivers go closely with the overall rating" in html
    assert "Not clearly stronger than" in html


def test_a_period_without_a_study_says_what_is_missing(survey: Survey, client: Client) -> None:
    log_in(client, survey, "executive")
    html = client.get("/drivers/?period=2016", headers={"accept-language": "en"}).content.decode()
    assert "No driver study of this period yet" in html
    assert "ten for each driver at least" in html


@pytest.mark.parametrize(("role", "status"), [("executive", 200), ("frontline", 404), ("auditor", 404)])
def test_who_finds_the_drivers(survey: Survey, client: Client, role: str, status: int) -> None:
    log_in(client, survey, role)
    assert client.get("/drivers/").status_code == status


def test_strong_drivers_of_the_newest_study_propose_moments_of_truth_and_say_why(survey: Survey) -> None:
    program = survey.program
    stage = factories.make_journey(program, "visit").stages.first()
    for code in DRIVERS:
        factories.make_touchpoint(stage, code.lower(), question_code=code)
    answer(survey, made_up())
    assert truths.propose(program, at=factories.NOON) == 0
    study(program)
    assert truths.propose(program, at=factories.NOON) == 1
    food = Touchpoint.objects.get(program=program, truth=Truth.PROPOSED)
    assert food.question_code == "Q7FOOD"
    assert food.truth_reason.startswith("Goes with the rating of the whole more than most: ")
    assert food.truth_reason.endswith("(n 200, 2017).")
    with translation.override("sv"):
        assert truth_words.why(food).startswith("Följer helhetsbetyget mer än de flesta: ")
    assert truths.propose(program, at=factories.NOON) == 0
