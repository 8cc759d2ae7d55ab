"""The form by which a study is made, what the page of the drivers tells of it, and the doors of the API."""

from datetime import datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from cxprogram.choices import Role
from feedback.models import DriverStudy, StudyRun, Survey
from feedback.services import study_runs
from tests import factories
from tests.api_client import Api, refused
from tests.feedback.studied import DRIVERS, YEAR, answer, made_up, make_rated_survey

pytestmark = pytest.mark.django_db
WISH = {"period": "2017", "outcome": "Q7ALL", "drivers": list(DRIVERS)}
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def survey() -> Survey:
    return make_rated_survey()


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_runs, "RESAMPLES", 40)


def logged_in(survey: Survey, role: str = "analyst", unit: str = "") -> Client:
    where = survey.program.orgunit_set.get(code=unit) if unit else factories.root_of(survey.program)
    client = Client(headers=ENGLISH)
    client.force_login(factories.make_user(role, where))
    return client


def read(client: Client, address: str) -> str:
    reply = client.get(address)
    assert reply.status_code == 200
    return unescape(reply.content.decode())


def work() -> StudyRun:
    run = StudyRun.objects.latest("pk")
    assert study_runs.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    return run


def checked(html: str) -> list[str]:
    return [part.split('"')[0] for part in html.split('name="drivers" value="')[1:] if " checked" in part.split(">")[0]]


# --- the form ---------------------------------------------------------------------------------
def test_a_study_is_made_through_the_form(survey: Survey) -> None:
    answer(survey, made_up())
    client = logged_in(survey)
    assert 'href="/drivers/new/"' in read(client, "/drivers/")
    form = read(client, "/drivers/new/")
    assert checked(form) == list(DRIVERS)
    assert '<option value="2017" selected>' in form and '<option value="2017-05">May 2017</option>' in form
    assert '<option value="Q7ALL" selected>' in form and 'value="COMMENT"' not in form
    assert "3 drivers chosen. 200 answers of 2017 rate the outcome and all of them. That is enough." in form

    sent = client.post("/drivers/new/", WISH | {"do": "start"})
    assert (sent.status_code, sent["Location"]) == (303, "/drivers/?period=2017&outcome=Q7ALL")
    waiting = client.get(sent["Location"])
    assert waiting["Refresh"] and "It waits for its turn." in waiting.content.decode()
    assert client.post("/drivers/new/", WISH).status_code == 303
    assert StudyRun.objects.count() == 1

    assert work().by.membership_set.get().role == "analyst"
    over = client.get(sent["Location"])
    html = unescape(over.content.decode())
    assert "Refresh" not in over and "The study is made." in html and 'data-kpi="driver-share"' in html
    assert "This study is of an older state" not in html


def test_answers_that_came_since_are_told_of_and_the_study_is_run_again(survey: Survey) -> None:
    answer(survey, made_up())
    client = logged_in(survey)
    client.post("/drivers/new/", WISH)
    first = work().study
    answer(survey, made_up(50, seed=8))
    html = read(client, "/drivers/")
    assert "50 more answers to “Q7ALL” have come in for this period since." in html and "Run again" in html
    reader = read(logged_in(survey, "executive"), "/drivers/")
    assert "This study is of an older state" in reader and "Run again" not in reader and "Lately asked" not in reader
    client.post("/drivers/new/", WISH)
    assert work().study != first
    html = read(client, "/drivers/")
    assert "This study is of an older state" not in html and "n 250" in html


def test_what_was_refused_is_told_in_plain_words(survey: Survey) -> None:
    answer(survey, made_up(29))
    client = logged_in(survey)
    form = read(client, "/drivers/new/")
    assert "29 answers of 2017 rate the outcome and all of them. At least 30 are needed" in form
    client.post("/drivers/new/", WISH)
    assert work().status == "refused"
    html = read(client, "/drivers/?period=2017")
    assert "No study was made on " in html and "29, where at least 30 are needed" in html
    assert "/drivers/new/?period=2017&outcome=Q7ALL" in html


def test_the_answers_of_what_is_chosen_are_counted_and_nothing_is_begun(survey: Survey) -> None:
    answer(survey, [*made_up(40), *({"Q7ALL": 4, "Q7FOOD": 3} for _row in range(5))])
    client = logged_in(survey)
    counted = client.post("/drivers/new/", WISH | {"drivers": ["Q7FOOD", "Q7ALL"], "do": "count"})
    html = unescape(counted.content.decode())
    assert counted.status_code == 200 and checked(html) == ["Q7FOOD"]
    assert "1 driver chosen. 45 answers of 2017 rate the outcome and all of them." in html
    assert not StudyRun.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"drivers": []}, "Choose at least one driver."),
        ({"drivers": ["Q7ALL"]}, "Choose at least one driver."),
        ({"drivers": ["COMMENT"]}, "COMMENT is not one of the available choices"),
        ({"outcome": "NOTHING"}, "NOTHING is not one of the available choices"),
        ({"period": "soon"}, "soon is not one of the available choices"),
        ({"period": "\x00", "outcome": "\x00"}, "is not one of the available choices"),
    ],
)
def test_a_form_that_cannot_be_studied_comes_back_with_what_is_wrong(survey: Survey, changes, words: str) -> None:
    answer(survey, made_up(40))
    reply = logged_in(survey).post("/drivers/new/", WISH | changes)
    assert reply.status_code == 422
    assert words in unescape(reply.content.decode())
    assert not StudyRun.objects.exists()


def test_other_drivers_of_what_is_under_way_are_refused_on_the_form(survey: Survey) -> None:
    answer(survey, made_up(40))
    client = logged_in(survey)
    client.post("/drivers/new/", WISH)
    reply = client.post("/drivers/new/", WISH | {"drivers": ["Q7FOOD"]})
    assert (reply.status_code, StudyRun.objects.count()) == (409, 1)
    assert "with other drivers is under way" in reply.content.decode()


def test_the_form_begins_with_the_newest_year_that_has_enough(survey: Survey) -> None:
    answer(survey, made_up(40))
    for number in range(12):
        factories.make_response(survey, {"Q7ALL": 1 + number % 5}, at=factories.NOON.replace(year=2018))
    client = logged_in(survey)
    assert '<option value="2017" selected>' in read(client, "/drivers/new/")
    asked = read(client, "/drivers/new/?period=2018")
    assert '<option value="2018" selected>' in asked and checked(asked) == []
    # Another outcome on another scale: nothing is proposed that cannot be set beside it.
    assert checked(read(client, "/drivers/new/?outcome=NETPRO")) == []


def test_touchpoints_on_the_same_scale_are_proposed_and_later_the_drivers_of_before(survey: Survey) -> None:
    stage = factories.make_journey(survey.program).stages.first()
    factories.make_touchpoint(stage, "restaurants", question_code="Q7FOOD")
    answer(survey, made_up(60))
    client = logged_in(survey)
    form = read(client, "/drivers/new/")
    assert checked(form) == ["Q7FOOD"] and "Restaurants · 1–5 · n\xa060" in form
    client.post("/drivers/new/", WISH | {"drivers": ["Q7STORE", "Q7SIGN"]})
    work()
    assert checked(read(client, "/drivers/new/")) == ["Q7STORE", "Q7SIGN"]


def test_the_form_is_read_in_a_bounded_number_of_queries(survey: Survey, django_assert_max_num_queries) -> None:
    answer(survey, made_up(60))
    client = logged_in(survey)
    with django_assert_max_num_queries(35):
        client.get("/drivers/new/")


def test_a_program_that_asks_for_no_rating_is_told_so() -> None:
    program = factories.make_program()
    factories.make_units(program, ())
    factories.make_kpis(program)
    client = Client(headers=ENGLISH)
    client.force_login(factories.make_user("owner", factories.root_of(program)))
    assert "A study needs a published survey that asks for ratings." in read(client, "/drivers/new/")


def test_another_outcome_has_a_page_of_its_own(survey: Survey) -> None:
    answer(survey, [row | {"NETPRO": 2 * row["Q7STORE"]} for row in made_up()])
    client = logged_in(survey)
    client.post("/drivers/new/", WISH | {"outcome": "NETPRO"})
    work()
    assert "“NETPRO” goes most closely with Q7STORE" in read(client, "/drivers/")
    client.post("/drivers/new/", WISH)
    work()
    html = read(client, "/drivers/")
    assert "The overall rating goes most closely with Q7FOOD" in html and 'name="outcome"' in html
    assert "“NETPRO” goes most closely with Q7STORE" in read(client, "/drivers/?outcome=NETPRO")
    assert client.get("/drivers/?outcome=NOTHING").status_code == 404
    assert client.get("/drivers/?outcome=%00").status_code == 200


def test_that_a_study_is_made_is_news_for_a_while(survey: Survey) -> None:
    answer(survey, made_up())
    client = logged_in(survey)
    client.post("/drivers/new/", WISH)
    run = work()
    assert 'id="run"' in read(client, "/drivers/")
    StudyRun.objects.update(finished_at=run.finished_at - timedelta(hours=2))
    html = read(client, "/drivers/")
    assert 'id="run"' not in html and "Lately asked for" in html


@pytest.mark.parametrize(
    ("role", "unit", "status"), [("owner", "", 200), ("analyst", "A", 404), ("executive", "", 404)]
)
def test_who_has_a_study_made(survey: Survey, role: str, unit: str, status: int) -> None:
    client = logged_in(survey, role, unit)
    assert client.get("/drivers/new/").status_code == status
    assert ("New study" in client.get("/drivers/").content.decode()) == (status == 200)
    assert client.post("/drivers/new/", WISH).status_code == (303 if status == 200 else 404)
    assert StudyRun.objects.exists() == (status == 200)


def test_the_admin_leads_to_the_form(survey: Survey) -> None:
    client = logged_in(survey, "owner")
    for model in ("driverstudy", "studyrun"):
        assert 'href="/drivers/new/"' in read(client, f"/admin/feedback/{model}/")


# --- API --------------------------------------------------------------------------------------
def test_a_study_is_asked_for_and_fetched_by_api(survey: Survey) -> None:
    answer(survey, made_up())
    api = Api(factories.make_user("analyst", factories.root_of(survey.program)), survey.program)
    sent = api.post("driver-studies/", WISH)
    assert sent.status_code == 202
    where = sent["Location"]
    assert where.endswith(f"/api/v1/driver-study-runs/{sent.json()['id']}/")
    assert (sent.json()["status"], sent.json()["study"]) == ("queued", None)
    assert api.post("driver-studies/", WISH)["Location"] == where
    work()
    made = api.get(where).json()
    assert (made["status"], made["code"], made["study"]["n"]) == ("done", "", 200)
    assert made["study"] == api.get("driver-studies/", period="2017").json()
    assert datetime.fromisoformat(made["finished_at"]) >= datetime.fromisoformat(made["asked_at"])


def test_a_run_that_was_refused_says_why_by_code(survey: Survey) -> None:
    api = Api(factories.make_user("analyst", factories.root_of(survey.program)), survey.program)
    where = api.post("driver-studies/", WISH)["Location"]
    work()
    said = api.get(where).json()
    assert (said["status"], said["code"], said["study"]) == ("refused", "driver-study-too-few-answers", None)
    assert "0, where at least 30 are needed" in said["detail"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"drivers": []}, 422, "driver-study-shape"),
        ({"drivers": ["COMMENT"]}, 422, "driver-study-question"),
        ({"drivers": ["Q7FOOD"] * 2}, 422, "driver-study-question"),
        ({"outcome": "\x00"}, 422, "text-not-storable"),
        ({"outcome": "\ud800"}, 400, "body-not-json"),
        ({"outcome": "x" * 5000}, 422, "driver-study-question"),
        ({"period": "soon"}, 400, "period-unknown"),
        ({"drivers": "Q7FOOD"}, 400, "body-invalid"),
        ({"seed": 3}, 400, "body-invalid"),
    ],
)
def test_a_wish_that_cannot_be_studied_is_refused_by_api(survey: Survey, changes, status: int, code: str) -> None:
    api = Api(factories.make_user("analyst", factories.root_of(survey.program)), survey.program)
    assert refused(api.post("driver-studies/", WISH | changes), status, code)
    assert not StudyRun.objects.exists()


def test_other_drivers_of_what_is_under_way_are_a_conflict_by_api(survey: Survey) -> None:
    api = Api(factories.make_user("analyst", factories.root_of(survey.program)), survey.program)
    api.post("driver-studies/", WISH)
    assert refused(api.post("driver-studies/", WISH | {"drivers": ["Q7FOOD"]}), 409, "driver-study-under-way")


def test_the_owner_of_the_token_decides_who_asks_by_api(survey: Survey) -> None:
    program, root = survey.program, factories.root_of(survey.program)
    analyst = factories.make_user("analyst", root)
    run = study_runs.ask(program, YEAR, "Q7ALL", DRIVERS, by=analyst, at=timezone.now())
    reading = Api(analyst, program, scopes=("read",))
    assert refused(reading.post("driver-studies/", WISH), 403, "not-allowed")
    assert reading.get(f"driver-study-runs/{run.pk}/").status_code == 200
    system = Api(factories.make_user(Role.INTEGRATION, root), program)
    assert refused(system.post("driver-studies/", WISH), 403, "not-allowed")
    assert refused(system.get(f"driver-study-runs/{run.pk}/"), 403, "not-allowed")
    part = Api(factories.make_user("analyst", program.orgunit_set.get(code="A")), program)
    assert refused(part.post("driver-studies/", WISH), 404, "program-unknown")
    other = factories.make_program("other")
    factories.make_units(other, ())
    stranger = Api(factories.make_user("owner", factories.root_of(other)), other)
    assert refused(stranger.get(f"driver-study-runs/{run.pk}/"), 404, "driver-study-run-unknown")


def test_without_an_outcome_the_api_gives_the_study_of_the_whole(survey: Survey) -> None:
    factories.make_driver_study(survey.program)
    later = factories.NOON + timedelta(days=900)
    factories.make_driver_study(survey.program, outcome="NETPRO", computed_at=later)
    api = Api(factories.make_user("analyst", factories.root_of(survey.program)), survey.program)
    assert api.get("driver-studies/").json()["outcome"] == "Q7ALL"
    assert api.get("driver-studies/", outcome="NETPRO").json()["outcome"] == "NETPRO"
    DriverStudy.objects.filter(outcome="Q7ALL").delete()
    assert api.get("driver-studies/").json()["outcome"] == "NETPRO"
