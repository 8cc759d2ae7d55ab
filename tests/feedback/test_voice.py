"""What is said elsewhere: by API, one and many; repeats are repeats, the newest word counts; seen by right and unit."""

import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from cxprogram.choices import Role
from feedback.models import Conversation, FeatureRequest, Mention, SupportCase
from feedback.services.voice import MODELS
from journeys.models import Customer
from journeys.services import subjects
from tests import factories
from tests.api_client import Api, refused

pytestmark = pytest.mark.django_db
CASE = {
    "source": "zendesk", "external_id": "9007199254740993", "at": "2024-05-01T10:00:00+02:00", "subject": "Lost bag",
    "status": "open", "priority": "high", "text": "Where is it? =cmd|x", "unit": "A",
    "customer": {"external_id": "c-1", "email": "ada@example.org"},
}  # fmt: skip
REVIEW = {
    "source": "trustpilot", "external_id": "r-1", "at": "2024-05-01", "text": "<script>alert(1)</script>",
    "rating": "4.50", "rating_low": 1, "rating_high": 5, "author": "Bo", "channel": "web",
}  # fmt: skip
WISH = {"source": "board", "external_id": "7", "at": "2024-05-01", "title": "A map", "votes": 3}


@pytest.fixture
def program():
    program = factories.make_program("harbour", time_zone="Europe/Stockholm")
    factories.make_units(program, ("A", "B"))
    return program


@pytest.fixture
def api(program):
    return Api(factories.make_user(Role.INTEGRATION, factories.root_of(program)), program)


def test_a_case_is_written_repeated_and_changed(program, api):
    reply = api.post("support-cases/", CASE)
    assert (reply.status_code, reply.json()["status"]) == (201, "created")
    case = SupportCase.objects.get()
    assert (case.external_id, case.subject, case.unit.code) == ("9007199254740993", "Lost bag", "A")
    assert case.at == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert case.customer == Customer.objects.get(email="ada@example.org")
    again = api.post("support-cases/", CASE)
    assert (again.status_code, again.json()) == (200, {"id": case.pk, "status": "repeated"})
    closed = api.post("support-cases/", CASE | {"status": "closed", "closed_at": "2024-05-02T10:00:00Z"})
    assert closed.json() == {"id": case.pk, "status": "updated"}
    case.refresh_from_db()
    assert (case.status, case.closed_at) == ("closed", datetime(2024, 5, 2, 10, tzinfo=UTC))
    assert [event.status for event in case.events.order_by("pgh_id")] == ["open", "closed"]


def test_many_are_written_and_each_bad_one_says_why(program, api):
    rows = [
        REVIEW,
        REVIEW | {"external_id": "r-2", "rating": 6},
        REVIEW | {"external_id": "r-3", "text": "a\x00b"},
        {"source": "x"},
        REVIEW | {"external_id": "r-4", "text": "", "rating": None},
        REVIEW | {"external_id": "r-5", "at": "2999-01-01"},
        REVIEW | {"external_id": "r-6", "unit": "Z"},
        REVIEW,
    ]
    told = api.post("mentions/bulk/", rows).json()
    assert [row["code"] or row["status"] for row in told["rows"]] == [
        "created", "rating-invalid", "text-not-storable", "body-invalid", "said-nothing", "said-in-future",
        "unit-unknown", "repeated",
    ]  # fmt: skip
    lines = b"\n".join(json.dumps(row).encode() for row in (REVIEW | {"rating": 4.5}, REVIEW | {"title": "Now"}))
    told = api.post("mentions/bulk/", lines, content_type="application/x-ndjson").json()
    assert (told["created"], told["updated"], told["repeated"], told["rejected"]) == (0, 1, 1, 0)
    assert Mention.objects.get().title == "Now"
    assert api.post("feature-requests/", WISH).status_code == 201
    assert FeatureRequest.objects.get().votes == 3
    assert refused(api.post("feature-requests/", WISH | {"votes": -1}), 400, "body-invalid")
    assert refused(api.post("feature-requests/", WISH | {"program": "other"}), 404, "program-unknown")


def test_only_who_hears_the_customer_sees_it_and_only_there(program, api):
    api.post(
        "support-cases/bulk/",
        [CASE, CASE | {"external_id": "2", "unit": "B"}, CASE | {"external_id": "3", "unit": None}],
    )
    units = {unit.code: unit for unit in program.orgunit_set.all()}
    for role, unit, seen in (
        (Role.OWNER, "HARBOUR", 3),
        (Role.FRONTLINE, "A", 1),
        (Role.UNIT_MANAGER, "B", 1),
        (Role.EXECUTIVE, "HARBOUR", 0),
        (Role.AUDITOR, "HARBOUR", 0),
    ):
        person = factories.make_user(role, units[unit])
        assert SupportCase.objects.visible_to(person).count() == seen, (role, unit)


def test_an_erased_person_leaves_the_figures(program, api):
    api.post("support-cases/", CASE)
    customer = Customer.objects.get(email="ada@example.org")
    owner = factories.make_user(Role.OWNER, factories.root_of(program))
    subjects.erase(customer, by=owner, at=timezone.now())
    case = SupportCase.objects.get()
    assert (case.text, case.subject, case.customer, case.status) == ("", "", None, "open")
    assert {(event.text, event.subject) for event in case.events.all()} == {("", "")}


@pytest.mark.parametrize("language", ["zh-hans", "pt-BR", "sr-latn", "zh-hant", "fi"])
def test_a_language_of_any_length_is_kept_as_it_was_sent(program, api, language):
    assert api.post("mentions/", REVIEW | {"language": language}).status_code == 201
    chat = {"source": "chat", "external_id": "1", "at": "2024-05-01", "text": "Hei", "language": language}
    assert api.post("conversations/", chat).status_code == 201
    assert Mention.objects.get().language == Conversation.objects.get().language == language
    assert api.post("mentions/", REVIEW | {"language": "x" * 11}).status_code == 400


@pytest.fixture
def desk(program):
    stage = factories.make_journey(program).stages.first()
    return factories.make_touchpoint(stage, "desk")


@pytest.mark.parametrize("kind", list(MODELS))
def test_what_is_said_of_a_touchpoint_stands_there(program, api, desk, kind):
    what = {"source": "web", "external_id": "1", "at": "2024-05-01", "text": "Slow.", "touchpoint": "desk"}
    assert api.post(f"{kind}/", what).status_code == 201
    row = MODELS[kind].objects.get()
    assert (row.touchpoint, row.events.get().touchpoint_id) == (desk, desk.pk)
    assert api.post(f"{kind}/", what).json()["status"] == "repeated"
    assert api.post(f"{kind}/", what | {"touchpoint": ""}).json()["status"] == "updated"  # the newest word counts
    row.refresh_from_db()
    assert row.touchpoint is None
    assert refused(api.post(f"{kind}/", what | {"touchpoint": "nowhere"}), 422, "touchpoint-unknown")
    rows = [what | {"external_id": "2"}, what | {"external_id": "3", "touchpoint": "nowhere"}]
    account = api.post(f"{kind}/bulk/", rows).json()
    assert (account["created"], account["rejected"], account["rows"][1]["code"]) == (1, 1, "touchpoint-unknown")


def test_a_touchpoint_of_another_program_is_none_of_ours(program, api):
    other = factories.make_program("elsewhere")
    factories.make_touchpoint(factories.make_journey(other).stages.first(), "theirs")
    assert refused(api.post("mentions/", REVIEW | {"touchpoint": "theirs"}), 422, "touchpoint-unknown")


def test_an_erased_customer_leaves_where_it_was_and_an_export_tells_it(program, api, desk):
    api.post("support-cases/", CASE | {"touchpoint": "desk"})
    ada = Customer.objects.get(email="ada@example.org")
    assert subjects.export(ada, at=timezone.now())["support_cases"][0]["touchpoint_id"] == desk.pk
    subjects.erase(ada, by=None, at=timezone.now())
    case = SupportCase.objects.get()
    assert (case.touchpoint, case.text, case.customer) == (desk, "", None)
