"""The doors of tickets and driver studies in the API."""

from datetime import timedelta

import pytest

from cxprogram.choices import Role
from feedback.models import Ticket, TicketStep
from tests import factories
from tests.api_client import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(house: factories.House) -> Api:
    return Api(house.people[Role.INTEGRATION], house.program)


# --- tickets ----------------------------------------------------------------------------------
def test_a_ticket_says_what_it_is(house: factories.House, api: Api):
    ticket = house.tickets["G"]
    ticket.responsible = house.people[Role.UNIT_MANAGER]
    ticket.save()
    row = api.get(f"tickets/{ticket.pk}/").json()
    assert row == {
        "id": ticket.pk,
        "status": "open",
        "unit": "G",
        "response": ticket.response_id,
        "reasons": ["low_score"],
        "score": 3,
        "opened_at": "2017-05-15T19:00:00Z",
        "due_at": "2017-05-16T19:00:00Z",
        "owner": None,
        "responsible": house.people[Role.UNIT_MANAGER].email,
        "root_cause": "",
        "action": "",
        "closed_at": None,
    }
    assert row in api.get("tickets/").json()["results"]


def test_tickets_are_filtered_by_state_unit_and_period(house: factories.House, api: Api):
    below = factories.make_unit(house.program, "G1", parent=house.units["G"])
    deep = factories.make_ticket(house.survey, below, status="closed", owner=house.people[Role.OWNER])
    old = factories.make_ticket(house.survey, house.units["G"], at=factories.NOON.replace(year=2015))

    def found(**params: str) -> set[int]:
        return {row["id"] for row in api.get("tickets/", **params).json()["results"]}

    own = house.tickets["G"].pk
    assert found(unit="g") == {own, deep.pk, old.pk}
    assert found(unit="G", status="closed") == {deep.pk}
    assert found(unit="G", period="2015") == {old.pk}
    assert found(unit="G", period="2017-05") == {own, deep.pk}
    assert found(period="2017-06") == set()
    assert len(found()) == 5


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"status": "asleep"}, 400, "status-unknown"),
        ({"unit": "Z"}, 404, "unit-unknown"),
        ({"period": "soon"}, 400, "period-unknown"),
    ],
)
def test_a_filter_value_that_is_none_is_refused(api: Api, params: dict, status: int, code: str):
    assert refused(api.get("tickets/", **params), status, code)


def test_out_of_scope_a_ticket_does_not_exist_and_a_unit_neither(house: factories.House):
    api, other = Api(house.people[Role.FRONTLINE], house.program), house.tickets["A"]
    words = {"root_cause": "x", "action": "y"}
    assert refused(api.get(f"tickets/{other.pk}/"), 404, "ticket-unknown")
    for verb, said in (("take", None), ("note", {"text": "x"}), ("close", words)):
        assert refused(api.post(f"tickets/{other.pk}/{verb}/", said), 404, "ticket-unknown")
    assert refused(api.get("tickets/", unit="A"), 404, "unit-unknown")
    assert [row["unit"] for row in api.get("tickets/").json()["results"]] == ["G"]
    assert TicketStep.objects.filter(ticket=other).count() == 1


def test_the_list_of_tickets_needs_a_constant_number_of_queries(house, api: Api, django_assert_num_queries):
    for size in (3, 40):
        for _ in range(size):
            factories.make_ticket(house.survey, status="taken", owner=factories.make_user())
        with django_assert_num_queries(3):  # key, program, tickets
            assert len(api.get("tickets/", page_size=500).json()["results"]) >= size


def test_a_ticket_is_taken_noted_and_closed(house: factories.House, api: Api):
    path = f"tickets/{house.tickets['G'].pk}/"
    taken = api.post(path + "take/")
    assert (taken.status_code, taken.json()["status"]) == (200, "taken")
    assert taken.json()["owner"] == house.people[Role.INTEGRATION].email
    assert api.post(path + "take/").json() == taken.json(), "one's own again changes nothing"
    assert api.post(path + "note/", {"text": "Called.", "is_contact": True}).status_code == 200
    closed = api.post(path + "close/", {"root_cause": "Staffing", "action": "Opened a lane."}).json()
    assert (closed["status"], closed["root_cause"], closed["action"]) == ("closed", "Staffing", "Opened a lane.")
    assert closed["closed_at"]
    ticket = Ticket.objects.get(pk=closed["id"])
    assert [step.act for step in ticket.story.all()] == ["opened", "taken", "noted", "closed"]
    assert ticket.first_contact_at < ticket.closed_at
    assert api.post(path + "close/", {"root_cause": "Staffing", "action": "Opened a lane."}).json() == closed
    assert refused(api.post(path + "close/", {"root_cause": "x", "action": "y"}), 409, "ticket-closed")
    assert refused(api.post(path + "take/"), 409, "ticket-closed")


def test_a_ticket_that_another_has_taken_is_not_taken_again(house: factories.House, api: Api):
    path = f"tickets/{house.tickets['G'].pk}/take/"
    Api(house.people[Role.FRONTLINE], house.program).post(path)
    assert refused(api.post(path), 409, "ticket-taken")


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({}, ["root_cause", "action"]),
        ({"root_cause": "Staffing"}, ["action"]),
        ({"action": "Done."}, ["root_cause"]),
        ({"root_cause": " ", "action": None}, ["root_cause", "action"]),
    ],
)
def test_an_incomplete_closing_says_what_is_missing(house: factories.House, api: Api, said: dict, missing: list):
    reply = api.post(f"tickets/{house.tickets['G'].pk}/close/", said)
    assert refused(reply, 422, "ticket-close-incomplete")
    assert reply.json()["missing"] == missing
    assert Ticket.objects.get(pk=house.tickets["G"].pk).status == "open"


def test_an_empty_note_is_refused(house: factories.House, api: Api):
    assert refused(api.post(f"tickets/{house.tickets['G'].pk}/note/", {"text": " \n"}), 422, "note-empty")


def test_fields_that_are_not_asked_for_change_nothing(house: factories.House, api: Api):
    """S2: every field of the model that a body does not declare is refused."""
    ticket = house.tickets["G"]
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    for verb, said in (("note", {"text": "x"}), ("close", {"root_cause": "x", "action": "y"})):
        for field in Ticket._meta.concrete_fields:
            if field.attname not in said:
                reply = api.post(f"tickets/{ticket.pk}/{verb}/", said | {field.attname: 1})
                assert refused(reply, 400, "body-invalid")
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before


# --- driver studies ---------------------------------------------------------------------------
def test_the_newest_study_of_the_period_is_given(house: factories.House, api: Api):
    later = factories.NOON + timedelta(days=1)
    factories.make_driver_study(house.program, period="all", r2=0.7, computed_at=later)
    factories.make_driver_study(house.program, outcome="NETPRO", r2=0.9, is_current=False, computed_at=later)
    study = api.get("driver-studies/", period="2017").json()
    assert (study["outcome"], study["method"], study["n"], study["r2"]) == ("Q7ALL", "lmg", 1200, 0.5)
    assert study["drivers"][0] == {
        "question": "Q7FOOD",
        "lmg": 0.3,
        "share": 0.6,
        "sign": 1,
        "low": 0.5,
        "high": 0.7,
    }
    assert sum(driver["lmg"] for driver in study["drivers"]) == pytest.approx(study["r2"])
    assert api.get("driver-studies/").json()["r2"] == 0.7


def test_a_study_that_is_not_there_is_not_found(api: Api):
    assert refused(api.get("driver-studies/", period="1999"), 404, "driver-study-missing")
    assert refused(api.get("driver-studies/", outcome="Q1"), 404, "driver-study-missing")
    assert refused(api.get("driver-studies/", period="soon"), 400, "period-unknown")
