"""The door of one answer in the API."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from cxprogram.choices import Role
from feedback.models import Response, SurveyItem, SurveyVersion, Ticket
from feedback.services import surveys
from journeys.models import Customer, CustomerIdentity
from tests import factories
from tests.api_client import Api, refused
from tests.feedback.answers import body, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(house: factories.House) -> Api:
    return Api(house.people[Role.INTEGRATION], house.program)


def test_an_answer_is_stored_with_everything_that_was_said(house: factories.House, api: Api):
    reply = api.post(
        "responses/",
        body(
            answers={"NETPRO": 9, "Q7ALL": None, "Q7FOOD": "not_applicable", "PROBLEMS": [2, 1, 2], "COMMENT": "Fine."},
            unit="g",
            channel="kiosk",
            language="sv",
            weight=1.25,
            customer={"external_id": "ada", "name": "Ada", "email": "ada@example.org", "is_fictitious": True},
            attributes={"gate": "G98", "delay": 15, "late": True, "x": None, "y": 0.5},
        ),
    )
    assert reply.status_code == 201, reply.content
    row = Response.objects.get(pk=reply.json()["id"])
    assert reply.json() == {"id": row.pk, "status": "created"}
    assert row.answers == {"NETPRO": 9, "PROBLEMS": [1, 2], "COMMENT": "Fine."}
    assert row.missing == {"Q7ALL": "blank", "Q7FOOD": "not_applicable"}
    assert (row.unit.code, row.channel, row.language, row.weight) == ("G", "kiosk", "sv", 1.25)
    assert row.answered_at == datetime(2017, 5, 15, 19, tzinfo=UTC)
    assert row.attributes == {"gate": "G98", "delay": 15, "late": True, "x": None, "y": 0.5}
    assert (row.customer.name, row.customer.email, row.customer.is_fictitious) == ("Ada", "ada@example.org", True)
    sources = CustomerIdentity.objects.filter(customer=row.customer).order_by("source").values_list("source", flat=True)
    assert list(sources) == ["crm", "email"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2017-05-15T12:00:00-07:00", datetime(2017, 5, 15, 19, tzinfo=UTC)),
        ("2017-05-15T12:00:00", datetime(2017, 5, 15, 19, tzinfo=UTC)),
        ("2017-01-15 12:00", datetime(2017, 1, 15, 20, tzinfo=UTC)),
        ("2017-05-15T19:00:00Z", datetime(2017, 5, 15, 19, tzinfo=UTC)),
        ("2017-05-15T19:00:00.250+00:00", datetime(2017, 5, 15, 19, 0, 0, 250_000, tzinfo=UTC)),
        ("20170515T190000Z", datetime(2017, 5, 15, 19, tzinfo=UTC)),
        ("2017-05-15", datetime(2017, 5, 15, 19, tzinfo=UTC)),
    ],
)
def test_a_time_without_an_offset_is_in_the_zone_of_the_program(api: Api, written: str, expected: datetime):
    reply = api.post("responses/", body(answered_at=written))
    assert Response.objects.get(pk=reply.json()["id"]).answered_at == expected


def test_an_answer_without_a_time_was_given_now(api: Api):
    facts = body()
    del facts["answered_at"]
    row = Response.objects.get(pk=api.post("responses/", facts).json()["id"])
    assert timezone.now() - row.answered_at < timedelta(minutes=1)
    assert api.post("responses/", facts).json() == {"id": row.pk, "status": "repeated"}


def test_the_day_of_an_answer_is_that_of_the_program(api: Api):
    reply = api.post("responses/", body(answered_at="2017-06-01T03:00:00Z"))
    assert str(Response.objects.get(pk=reply.json()["id"]).answered_on) == "2017-05-31"


def test_a_low_score_opens_a_ticket_at_the_unit(house: factories.House, api: Api):
    reply = api.post("responses/", body(answers={"NETPRO": 2}, unit="G"))
    ticket = Ticket.objects.get(response=reply.json()["id"])
    assert (ticket.unit.code, ticket.score, ticket.reasons) == ("G", 2, ["low_score"])
    assert ticket.responsible == house.people[Role.UNIT_MANAGER]


def test_a_number_with_a_point_is_the_number(api: Api):
    raw = json.dumps(body(answers={"PROBLEMS": [1.0, 2]})).replace('"answers": {', '"answers": {"NETPRO": 9.0, ')
    reply = api.post("responses/", raw.encode())
    assert Response.objects.get(pk=reply.json()["id"]).answers == {"NETPRO": 9, "PROBLEMS": [1, 2]}


SAME = [
    ("the same", {}),
    ("a blank that was left out", {"answers": {"NETPRO": 9, "Q7ALL": None}}),
    ("the same moment in another zone", {"answered_at": "2017-05-15T19:00:00Z"}),
    ("a number with a point", {"answers": {"NETPRO": 9.0}}),
]
OTHER = [
    ("another score", {"answers": {"NETPRO": 8}}),
    ("one more answer", {"answers": {"NETPRO": 9, "Q7ALL": 4}}),
    ("not applicable", {"answers": {"NETPRO": 9, "Q7ALL": "not_applicable"}}),
    ("another time", {"answered_at": "2017-05-15T12:00:01-07:00"}),
    ("a unit", {"unit": "G"}),
    ("a weight", {"weight": 2.0}),
    ("a channel", {"channel": "kiosk"}),
    ("a language", {"language": "fi"}),
    ("a customer", {"customer": {"external_id": "c-1"}}),
    ("an attribute", {"attributes": {"gate": "G98"}}),
]


@pytest.mark.parametrize(("what", "changes"), SAME, ids=[what for what, _changes in SAME])
def test_a_repeat_is_answered_as_a_repeat(api: Api, what: str, changes: dict):
    first = api.post("responses/", body())
    again = api.post("responses/", body(**changes))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {"id": first.json()["id"], "status": "repeated"}
    assert stored() == 1


@pytest.mark.parametrize(("what", "changes"), OTHER, ids=[what for what, _changes in OTHER])
def test_another_body_under_the_same_key_is_a_conflict(api: Api, what: str, changes: dict):
    first = api.post("responses/", body())
    other = api.post("responses/", body(**changes))
    assert refused(other, 409, "idempotency-conflict")
    assert other.json()["id"] == first.json()["id"]
    assert stored() == 1


def test_a_repeat_after_a_new_version_of_the_survey_is_a_repeat(house: factories.House, api: Api):
    first = api.post("responses/", body())
    version = SurveyVersion.objects.create(survey=house.survey, number=2)
    for position, code in enumerate(("NETPRO", "Q7ALL", "Q99"), start=1):
        question = factories.make_question(house.program, code)
        SurveyItem.objects.create(version=version, question=question, position=position)
    surveys.publish(version, at=timezone.now())
    assert api.post("responses/", body()).json() == {"id": first.json()["id"], "status": "repeated"}


def test_the_same_key_in_another_source_is_another_answer(api: Api):
    assert api.post("responses/", body()).json()["id"] != api.post("responses/", body(source="web")).json()["id"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"survey": "nothing"}, 404, "survey-unknown"),
        ({"survey": "sfo-other-passengers"}, 404, "survey-unknown"),
        ({"unit": "Z"}, 404, "unit-unknown"),
        ({"unit": "SFO-OTHER"}, 404, "unit-unknown"),
        ({"answers": {}}, 422, "answer-empty"),
        ({"answers": {"NETPRO": 11}}, 422, "answer-out-of-range"),
        ({"answers": {"NETPRO": -1}}, 422, "answer-out-of-range"),
        ({"answers": {"NETPRO": 9.5}}, 422, "answer-out-of-range"),
        ({"answers": {"NETPRO": "9"}}, 422, "answer-out-of-range"),
        ({"answers": {"NETPRO": True}}, 422, "answer-out-of-range"),
        ({"answers": {"PROBLEMS": [99]}}, 422, "answer-out-of-range"),
        ({"answers": {"PROBLEMS": [[1]]}}, 422, "answer-out-of-range"),
        ({"answers": {"COMMENT": 5}}, 422, "answer-out-of-range"),
        ({"answers": {"COMMENT": "x" * 10_001}}, 422, "text-too-long"),
        ({"answers": {"Q99": 1}}, 422, "question-unknown"),
        ({"answered_at": "tomorrow"}, 422, "answered-at-invalid"),
        ({"answered_at": "1066-10-14T09:00:00Z"}, 422, "answered-at-invalid"),
        ({"answered_at": "0001-01-01T00:00:00+14:00"}, 422, "answered-at-invalid"),
        ({"answered_at": "9999-12-31T23:59:59-14:00"}, 422, "answered-at-invalid"),
        ({"answered_at": "2999-01-01T00:00:00Z"}, 422, "answered-in-future"),
        ({"weight": 1e308}, 422, "weight-invalid"),
        ({"weight": 1e-300}, 422, "weight-invalid"),
        ({"customer": {"external_id": "c", "email": "nobody"}}, 422, "email-invalid"),
        ({"customer": {"external_id": "c", "email": "a@example.org\nBcc: b@example.org"}}, 422, "email-invalid"),
        ({"attributes": {f"a{n}": n for n in range(101)}}, 422, "attributes-too-many"),
        ({"attributes": {"a": 10**30}}, 422, "number-too-large"),
        ({"weight": -1}, 400, "body-invalid"),
        ({"answers": [1]}, 400, "body-invalid"),
        ({"answered_at": 5}, 400, "body-invalid"),
        ({"external_id": ""}, 400, "body-invalid"),
        ({"external_id": "x" * 201}, 400, "body-invalid"),
        ({"source": 5}, 400, "body-invalid"),
        ({"attributes": {"a": {"b": 1}}}, 400, "body-invalid"),
        ({"customer": {}}, 400, "body-invalid"),
        ({"id": 5}, 400, "body-invalid"),
        ({"body_hash": "x"}, 400, "body-invalid"),
        ({"program_id": 1}, 400, "body-invalid"),
        ({"__proto__": {"a": 1}}, 400, "body-invalid"),
        ({"customer": {"external_id": "c", "pk": 1}}, 400, "body-invalid"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_and_changes_nothing(api: Api, changes: dict, status: int, code: str):
    before = (Response.objects.count(), Customer.objects.count(), Ticket.objects.count())
    assert refused(api.post("responses/", body(**changes)), status, code)
    assert (Response.objects.count(), Customer.objects.count(), Ticket.objects.count()) == before


def test_a_required_question_is_asked_for(house: factories.House, api: Api):
    factories.make_survey(house.program, "strict", required=["Q7ALL"])
    assert refused(api.post("responses/", body(survey="strict")), 422, "answer-required")


def test_a_sender_of_one_unit_writes_to_that_unit_only(house: factories.House):
    api = Api(factories.make_user(Role.INTEGRATION, house.units["G"]), house.program)
    assert refused(api.post("responses/", body()), 422, "unit-missing")
    assert refused(api.post("responses/", body(unit="A")), 404, "unit-unknown")
    assert api.post("responses/", body(unit="G")).status_code == 201


def test_an_answer_is_two_statements(house: factories.House, api: Api, django_assert_num_queries):
    api.post("responses/", body(external_id="warm"))
    with django_assert_num_queries(2):  # key, answer
        assert api.post("responses/", body()).status_code == 201
    with django_assert_num_queries(5):  # survey, answer, and the one that it repeats
        assert api.post("responses/", body()).status_code == 200


def test_an_answer_is_taken_by_the_version_that_is_published_when_it_is_written(house: factories.House, api: Api):
    """A web process keeps what it knows of a survey; another process publishes."""
    assert api.post("responses/", body(external_id="old")).status_code == 201
    new = SurveyVersion.objects.create(survey=house.survey, number=2, titles={"en": "Again"})
    for position, code in enumerate(("NETPRO", "FRESH"), start=1):
        question = factories.make_question(house.program, code)
        SurveyItem.objects.create(version=new, question=question, position=position, column=code)
    surveys.publish(new, at=timezone.now())
    assert api.post("responses/", body(external_id="plain", answers={"NETPRO": 2})).status_code == 201
    assert api.post("responses/", body(external_id="fresh", answers={"FRESH": 4})).status_code == 201
    assert refused(api.post("responses/", body(answers={"Q7ALL": 4})), 422, "question-unknown")
    versions = dict(Response.objects.values_list("external_id", "survey_version__number"))
    assert (versions["old"], versions["plain"], versions["fresh"]) == (1, 2, 2)
    assert Ticket.objects.filter(response__external_id="plain").count() == 1
