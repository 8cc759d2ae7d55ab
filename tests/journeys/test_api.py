"""GET /api/v1/kpi-values/: one number, with all that it needs to be trusted."""

import pytest

from cxprogram.choices import Role
from feedback.models import Question, SurveyItem, SurveyVersion
from tests import factories
from tests.api_client import Api, refused

pytestmark = pytest.mark.django_db


def build_house() -> factories.House:
    house = factories.make_house()
    factories.make_scores(house.survey, "NETPRO", {10: 40, 8: 30, 3: 30}, unit=house.units["G"])
    factories.make_scores(house.survey, "NETPRO", {9: 20}, unit=house.units["A"])  # hidden with the whole's own
    factories.make_scores(house.survey, "Q7FOOD", {5: 6, 4: 3, 1: 1}, unit=house.units["G"])
    return house


@pytest.fixture
def api(house: factories.House) -> Api:
    return Api(house.people[Role.INTEGRATION], house.program)


def test_a_value_comes_with_everything_that_it_needs(api: Api):
    reading = api.get("kpi-values/", program="sfo", kpi="nps", period="2017", unit="G").json()
    assert list(reading) == [
        "kpi",
        "version",
        "question",
        "unit",
        "touchpoint",
        "period",
        "weighted",
        "value",
        "low",
        "high",
        "method",
        "n",
        "n_eff",
        "kish_deff",
        "counts",
        "missing",
        "rows",
        "suppressed",
        "computed_at",
    ]
    said = {name: reading[name] for name in ("kpi", "version", "question", "unit", "touchpoint", "period", "weighted")}
    assert said == {
        "kpi": "nps",
        "version": 1,
        "question": "NETPRO",
        "unit": "G",
        "touchpoint": None,
        "period": "2017",
        "weighted": False,
    }
    # 100 answers to the question and the 10 who answered another one; the factory's ticket is one more detractor.
    assert reading["counts"] == {"3": 31, "8": 30, "10": 40}
    assert reading["value"] == pytest.approx(100 * (40 - 31) / 101, abs=1e-9)
    assert reading["low"] < reading["value"] < reading["high"]
    assert (reading["n"], reading["n_eff"], reading["kish_deff"]) == (101, 101.0, 1.0)
    assert reading["missing"] == {"blank": 10, "not_applicable": 0}
    assert reading["rows"] == 111
    assert reading["suppressed"] is False


def test_defaults_are_the_whole_program_all_time_and_the_kpis_own_question(api: Api):
    reading = api.get("kpi-values/", kpi="top2").json()
    assert [reading[name] for name in ("question", "unit", "period", "weighted")] == ["Q7ALL", "SFO", "all", False]


@pytest.mark.parametrize(("weighted", "expected"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_weights_are_used_when_asked_for(api: Api, weighted: str, expected: bool):
    assert api.get("kpi-values/", kpi="nps", weighted=weighted).json()["weighted"] is expected


def test_a_touchpoint_is_measured_by_its_question(api: Api):
    reading = api.get("kpi-values/", kpi="mean", touchpoint="food", unit="G").json()
    assert (reading["touchpoint"], reading["question"], reading["value"]) == ("food", "Q7FOOD", pytest.approx(4.3))
    same = api.get("kpi-values/", kpi="mean", touchpoint="food", question="Q7FOOD", unit="G").json()
    assert same["value"] == reading["value"]


def test_the_column_of_a_wave_finds_the_question(house: factories.House, api: Api):
    wave = SurveyVersion.objects.create(survey=house.survey, number=2)
    food = Question.objects.get(program=house.program, code="Q7FOOD")
    SurveyItem.objects.create(version=wave, question=food, position=1, column="Q7B_FOOD")
    reading = api.get("kpi-values/", kpi="mean", question="Q7B_FOOD", unit="G").json()
    assert (reading["question"], reading["n"]) == ("Q7FOOD", 10)


def test_a_column_that_meant_two_questions_is_ambiguous_and_a_code_never_is(house: factories.House, api: Api):
    for number, code in enumerate(("Q7ALL", "Q7FOOD"), start=2):
        wave = SurveyVersion.objects.create(survey=house.survey, number=number)
        question = Question.objects.get(program=house.program, code=code)
        SurveyItem.objects.create(version=wave, question=question, position=1, column="Q7A")
        other = Question.objects.get(program=house.program, code="NETPRO")
        SurveyItem.objects.create(version=wave, question=other, position=2, column="Q7ALL")
    reply = api.get("kpi-values/", kpi="mean", question="Q7A")
    assert refused(reply, 400, "question-ambiguous")
    assert reply.json()["questions"] == ["Q7ALL", "Q7FOOD"]
    assert api.get("kpi-values/", kpi="mean", question="Q7ALL").json()["question"] == "Q7ALL"


def test_few_answers_are_withheld_with_everything_that_reveals_them(house: factories.House, api: Api):
    factories.make_scores(house.survey, "Q7FOOD", {5: 4}, unit=house.units["B"])
    reading = api.get("kpi-values/", kpi="mean", question="Q7FOOD", unit="B").json()
    assert reading["suppressed"] is True
    for name in ("value", "low", "high", "n", "n_eff", "kish_deff", "rows"):
        assert reading[name] is None
    assert (reading["counts"], reading["missing"]) == ({}, {"blank": None, "not_applicable": None})


def test_no_answers_at_all_are_no_value_and_no_error(api: Api):
    reading = api.get("kpi-values/", kpi="nps", period="1999").json()
    assert (reading["value"], reading["n"], reading["suppressed"]) == (None, 0, False)


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({}, 400, "kpi-missing"),
        ({"kpi": ""}, 400, "kpi-missing"),
        ({"kpi": "nonsense"}, 404, "kpi-unknown"),
        ({"kpi": "nps", "period": "2017-13"}, 400, "period-unknown"),
        ({"kpi": "nps", "period": "yesterday"}, 400, "period-unknown"),
        ({"kpi": "nps", "unit": "Z"}, 404, "unit-unknown"),
        ({"kpi": "nps", "program": "nowhere"}, 404, "program-unknown"),
        ({"kpi": "nps", "program": "sfo-other"}, 404, "program-unknown"),
        ({"kpi": "nps", "question": "Q99"}, 404, "question-unknown"),
        ({"kpi": "nps", "question": "Q7ALL"}, 422, "kpi-scale-mismatch"),
        ({"kpi": "mean", "question": "COMMENT"}, 422, "kpi-scale-mismatch"),
        ({"kpi": "nps", "touchpoint": "moon"}, 404, "touchpoint-unknown"),
        ({"kpi": "mean", "touchpoint": "gate"}, 422, "touchpoint-not-measured"),
        ({"kpi": "mean", "touchpoint": "food", "question": "Q7ALL"}, 400, "question-not-of-touchpoint"),
        ({"kpi": "nps", "weighted": "perhaps"}, 400, "parameter-invalid"),
        ({"kpi": "plain"}, 400, "question-missing"),
    ],
)
def test_what_does_not_exist_is_refused_with_its_code(house, api: Api, params: dict, status: int, code: str):
    factories.make_touchpoint(house.touchpoint.stage, "gate")
    factories.make_kpi(house.program, "plain", collector="mean")
    assert refused(api.get("kpi-values/", **params), status, code)


def test_the_number_of_queries_is_constant(house: factories.House, api: Api, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        api.get("kpi-values/", kpi="nps", unit="G", period="2017")
    for number in range(20):
        factories.make_unit(house.program, f"X{number}", parent=house.units["G"])
        factories.make_scores(house.survey, "NETPRO", {number % 11: 5})
    with django_assert_max_num_queries(12):
        api.get("kpi-values/", kpi="nps", unit="G", period="2017")
