"""One ticket through its page: what it is called, what may be done, and what is said when it may not."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import translation

from cxprogram.models import OutgoingMail
from feedback import ticket_words
from feedback.choices import TicketStatus
from feedback.models import Ticket, TicketStep
from feedback.services import tickets
from tests.factories import (
    NOON,
    make_customer,
    make_question,
    make_response,
    make_root_cause,
    make_rule,
    make_survey,
    make_ticket,
)
from tests.feedback.ticket_desk import login
from tests.page_texts import texts

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=26)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as traveller:
        yield traveller


# --- what it is called --------------------------------------------------------------------------
def test_a_ticket_is_named_by_its_first_problem(house):
    question = ticket_words.words_of(house.program).problems
    question.options["2"]["is_problem"] = False
    question.options["1"]["title"]["sv"] = "Långa köer"
    words = ticket_words.TicketWords(question)
    named = Ticket(score=3, reasons=["low_score"], problem_codes=[2, 99, 1])
    assert words.title(named) == "Long lines"
    assert words.sentences(named) == ["The restrooms were dirty.", "The lines were long."]
    with translation.override("sv"):
        assert words.title(named) == "Långa köer"
    assert words.title(Ticket(score=3, reasons=["low_score"])) == "Low score, no reason given"
    assert words.title(Ticket(score=9, reasons=["problem_met"])) == "Met a problem, not said which"


def test_a_score_is_said_on_the_scale_of_the_question_that_gave_it(client, house):
    make_question(house.program, "EASE", kind="ces", scale_low=1, scale_high=7)
    survey = make_survey(house.program, "ease", questions=("EASE",), has_rules=False)
    make_rule(survey, "EASE", "low_score", 1, 3)
    ease = Ticket.objects.get(response=make_response(survey, {"EASE": 3}, unit=house.units["G"]))
    login(client, house, "unit_manager")
    assert "Score 3 of 7 Low score" in texts(client.get(f"/tickets/{ease.pk}/"))
    assert "Answered the survey: 3 of 7." in texts(client.get(f"/tickets/{ease.pk}/"))
    listed = texts(client.get("/tickets/"))
    assert "3 of 7" in listed and "3 of 10" in listed
    words = ticket_words.words_of(house.program)
    groups = [(each.top, each.low_top, each.middle_top) for each in words.scales.values()]
    assert sorted(groups) == [(7, 3, 5), (10, 6, 8)]


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"gate": 98, "destination": "Frankfurt", "airline": "Lufthansa"}, ["Gate 98, Frankfurt", "Lufthansa"]),
        ({"destination": "Oslo"}, ["Oslo"]),
        ({"airline": "SAS"}, ["SAS"]),
        ({}, []),
    ],
)
def test_the_place_is_said_as_far_as_it_is_known(attributes, said):
    assert ticket_words.place(attributes) == said


# --- one ticket ---------------------------------------------------------------------------------
def test_the_page_tells_what_happened_and_the_story(client, house):
    customer = make_customer(house.program, unit=house.units["G"], name="Ann Example")
    make_response(
        house.survey,
        {"NETPRO": 3, "Q7ALL": 1, "PROBLEMS": [1, 2], "COMMENT": "Too <b>slow</b>"},
        unit=house.units["G"],
        language="sv",
        attributes={"gate": 98, "destination": "Frankfurt"},
    )
    ticket = Ticket.objects.latest("pk")
    ticket.customer = customer
    ticket.save()
    page = login(client, house, "frontline").get(f"/tickets/{ticket.pk}/")
    said = texts(page)
    assert "The lines were long. The restrooms were dirty." in said
    assert "Too &lt;b&gt;slow&lt;/b&gt;" in said
    assert "Q7ALL 1 of 5" in said
    assert "Recommends us 3 of 10" in said
    assert "Gate 98, Frankfurt" in said
    assert "Ann Example, fictitious" in said
    assert "Svenska" in said
    assert "Answered the survey: 3 of 10." in said
    assert "Ticket opened: low score, problem met. Sent to Boarding area G." in said
    assert "First contact was due." in said
    assert "What usually helps" not in said


def test_what_helped_others_with_the_same_problem_is_shown_from_the_own_scope_only(client, house):
    g, a = house.units["G"], house.units["A"]
    ticket = make_ticket(house.survey, g, problem_codes=[1, 3])
    closed = {"status": TicketStatus.CLOSED, "owner": house.people["frontline"]}
    for _ in range(2):
        make_ticket(house.survey, g, problem_codes=[3], action="We opened one more line.", **closed)
    make_ticket(house.survey, g, problem_codes=[2], action="We cleaned.", **closed)
    make_ticket(house.survey, a, problem_codes=[1], action="Secret of area A.", **closed)
    said = texts(login(client, house, "frontline").get(f"/tickets/{ticket.pk}/"))
    assert "We opened one more line. Done in 2 closed tickets with the same problem or cause." in said
    assert "We cleaned." not in said
    assert "Secret of area A." not in said


@pytest.mark.parametrize("extra", [0, 12])
def test_the_page_takes_a_constant_number_of_queries(client, house, django_assert_num_queries, extra):
    ticket = make_ticket(house.survey, house.units["G"], problem_codes=[1])
    for number in range(extra):
        TicketStep.objects.create(ticket=ticket, at=NOON, by=house.people["frontline"], act="noted", text=str(number))
        make_root_cause(house.program, f"cause-{number}", position=number)
    login(client, house, "frontline").get(f"/tickets/{ticket.pk}/")
    # session, person, memberships with their program; ticket, problems, causes, questions, KPIs, helps, story
    with django_assert_num_queries(10):
        client.get(f"/tickets/{ticket.pk}/")


# --- taking -------------------------------------------------------------------------------------
def test_of_two_who_take_it_one_wins_and_the_other_is_told_who(client, house):
    ticket = house.tickets["G"]
    for role in ("frontline", "unit_manager", "frontline"):
        answer = login(client, house, role).post(f"/tickets/{ticket.pk}/take/")
        assert (answer.status_code, answer["Location"]) == (303, f"/tickets/{ticket.pk}/")
        page = client.get(answer["Location"])
        if role == "unit_manager":
            assert f"{house.people['frontline'].name} has taken the ticket." in texts(page)
            assert 'role="alert"' in page.content.decode()
    ticket.refresh_from_db()
    assert ticket.owner == house.people["frontline"]
    assert TicketStep.objects.filter(ticket=ticket, act="taken").count() == 1


def test_a_look_takes_nothing(client, house):
    reply = login(client, house, "frontline").get(f"/tickets/{house.tickets['G'].pk}/take/")
    assert (reply.status_code, reply["Allow"]) == (405, "POST")
    assert "Only a button on another page leads to this address." in texts(reply)


# --- notes --------------------------------------------------------------------------------------
def test_a_note_about_a_talk_stops_the_clock(client, house, clock):
    ticket = house.tickets["G"]
    login(client, house, "frontline").post(f"/tickets/{ticket.pk}/note/", {"text": "Looked into it."})
    assert Ticket.objects.overdue(LATER).filter(pk=ticket.pk).exists()
    clock.shift(60)
    answer = client.post(f"/tickets/{ticket.pk}/note/", {"text": "Spoke to her.", "is_contact": "on"})
    assert answer.status_code == 303
    assert not Ticket.objects.overdue(LATER).filter(pk=ticket.pk).exists()
    said = texts(client.get(f"/tickets/{ticket.pk}/"))
    assert "wrote a note. Looked into it." in said
    assert "talked with the customer. Spoke to her." in said


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "a" * 5001])
def test_a_bad_note_is_refused(client, house, text):
    page = login(client, house, "frontline").post(f"/tickets/{house.tickets['G'].pk}/note/", {"text": text})
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()


# --- closing ------------------------------------------------------------------------------------
def test_an_incomplete_closing_says_what_is_missing_and_keeps_what_was_typed(client, house):
    ticket = house.tickets["G"]
    page = login(client, house, "frontline").post(f"/tickets/{ticket.pk}/close/", {"action": "We moved the sign."})
    html = page.content.decode()
    assert page.status_code == 422
    assert 'role="alert"' in html
    assert 'href="#close-root_cause"' in html
    assert re.search(r'<select[^>]*id="close-root_cause"', html)
    assert re.search(r'<select[^>]*aria-invalid="true"', html)
    assert "We moved the sign.</textarea>" in html
    page = client.post(f"/tickets/{ticket.pk}/close/", {})
    assert "2 things are missing or wrong" in texts(page)
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.OPEN


def test_closing_tells_the_customer_once(client, house):
    ticket = house.tickets["G"]
    sent = {"root_cause": "Staffing", "action": "We moved the sign."}
    login(client, house, "frontline")
    for _ in range(2):
        answer = client.post(f"/tickets/{ticket.pk}/close/", sent)
        assert (answer.status_code, answer["Location"]) == (303, f"/tickets/{ticket.pk}/")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.root_cause, ticket.action) == ("closed", "Staffing", "We moved the sign.")
    assert OutgoingMail.objects.get().to == ticket.customer.email
    said = texts(client.get(f"/tickets/{ticket.pk}/"))
    assert "closed it. Root cause: Staffing." in said


def test_a_ticket_closed_by_another_meanwhile_keeps_what_was_typed(client, house):
    ticket = house.tickets["G"]
    login(client, house, "frontline")
    tickets.close(ticket, by=house.people["unit_manager"], root_cause="Staffing", action="Done.", at=LATER)
    page = client.post(f"/tickets/{ticket.pk}/close/", {"root_cause": "Staffing", "action": "My long words."})
    assert page.status_code == 409
    assert "The ticket is closed." in texts(page)
    assert "My long words.</textarea>" in page.content.decode()
    ticket.refresh_from_db()
    assert ticket.action == "Done."


def test_a_program_without_a_list_of_causes_takes_free_words(client, house):
    house.program.rootcause_set.all().delete()
    ticket = house.tickets["G"]
    sent = {"root_cause": "Wind", "action": "We closed the door."}
    assert login(client, house, "frontline").post(f"/tickets/{ticket.pk}/close/", sent).status_code == 303


def test_a_ticket_in_a_far_number_is_not_found(client, house):
    assert login(client, house, "owner").get(f"/tickets/{10**30}/").status_code == 404
