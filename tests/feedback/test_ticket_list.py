"""The list of tickets: who finds which, in which order, page after page, and what it costs."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cxprogram.choices import Role
from feedback.choices import TicketStatus
from feedback.models import Ticket
from feedback.pages import tickets as list_page
from tests.factories import NOON, make_customer, make_ticket, make_user
from tests.feedback.ticket_desk import login
from tests.page_texts import texts

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=26)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as traveller:
        yield traveller


# --- who finds which ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "found"),
    [
        ("owner", {"", "G", "A"}),
        ("analyst", {"", "G", "A"}),
        ("unit_manager", {"G"}),
        ("frontline", {"G"}),
        ("manager_a", {"A"}),
        ("integration", {"", "G", "A"}),
        ("executive", None),
        ("steering", None),
        ("project_lead", None),
        ("auditor", None),
        ("advisor", None),
        ("stranger", set()),
    ],
)
def test_each_role_finds_the_tickets_of_its_units_and_no_other(client, house, role, found):
    login(client, house, role)
    page = client.get("/tickets/")
    assert page.status_code == (404 if found is None else 200)
    for code, ticket in house.tickets.items():
        may = found is not None and code in found
        assert client.get(f"/tickets/{ticket.pk}/").status_code == (200 if may else 404), code
        assert (f'href="/tickets/{ticket.pk}/"' in page.content.decode()) == may, code
        for act in ("take", "note", "close"):
            if not may:
                assert client.post(f"/tickets/{ticket.pk}/{act}/", {"text": "x"}).status_code == 404, (code, act)
    assert not Ticket.objects.exclude(status=TicketStatus.OPEN).exists()


def test_a_visitor_is_asked_to_log_in(client, house):
    assert client.get("/tickets/").status_code == 302
    assert client.post(f"/tickets/{house.tickets['G'].pk}/take/").status_code == 302
    assert Ticket.objects.filter(status=TicketStatus.TAKEN).count() == 0


def test_a_membership_that_has_ended_opens_nothing(client, house):
    old = make_user(Role.FRONTLINE, house.units["G"], valid_to=datetime(2016, 1, 1, tzinfo=UTC).date())
    client.force_login(old)
    assert client.get("/tickets/").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("unit=G", 200),
        ("unit=g", 200),
        ("unit=A", 404),
        ("unit=nowhere", 404),
        ("list=mine", 200),
        ("list=closed", 200),
        ("list=all", 404),
        ("period=2017", 200),
        ("period=2017-05", 200),
        ("period=all", 200),
        ("period=May", 400),
        ("reason=low_score", 200),
        ("reason=%00", 200),
        ("after=nonsense", 200),
        ("after=2017-05-16T19:00:00%2B00:00_99999999999999999999999", 200),
        ("after=2017-05-16T19:00:00%2B00:00_1", 200),
        ("after=2017-05-16T19:00:00_1", 200),
        ("list=closed&after=2017-05-16_1", 200),
        ("list=closed&after=2017-02-31_1", 200),
    ],
)
def test_the_filter_is_the_address(client, house, query, status):
    assert login(client, house, "unit_manager").get(f"/tickets/?{query}").status_code == status


# --- the list -----------------------------------------------------------------------------------
def test_the_list_says_what_is_to_do_and_what_is_overdue(client, house):
    g = house.units["G"]
    late = house.tickets["G"]
    due = make_ticket(house.survey, g, at=LATER - timedelta(hours=21), score=9)
    met = make_ticket(house.survey, g, first_contact_at=NOON)
    closed = make_ticket(house.survey, g, status=TicketStatus.CLOSED, owner=house.people["frontline"])
    mine = make_ticket(
        house.survey, g, status=TicketStatus.TAKEN, owner=house.people["frontline"], first_contact_at=NOON
    )
    page = login(client, house, "frontline").get("/tickets/")
    html, said = page.content.decode(), texts(page)
    assert "4 to do, 1 overdue" in said
    assert [a.strip() for a in re.findall(r"(To do \d+|Mine \d+|Closed \d+)", said)] == [
        "To do 4",
        "Mine 1",
        "Closed 1",
    ]
    assert "Overdue by 2 hours" in said
    assert "Due in 3 hours" in said
    assert f"Ticket {mine.pk} · taken by you" in said
    assert html.count("cx-ticket--late") == 1
    order = [int(n) for n in re.findall(r'href="/tickets/(\d+)/"', html)]
    assert order == [late.pk, met.pk, mine.pk, due.pk]
    closed_page = client.get("/tickets/?list=closed").content.decode()
    assert re.findall(r'href="/tickets/(\d+)/"', closed_page) == [str(closed.pk)]
    mine_page = client.get("/tickets/?list=mine").content.decode()
    assert re.findall(r'href="/tickets/(\d+)/"', mine_page) == [str(mine.pk)]


def test_pages_follow_each_other_without_gap_or_repeat(client, house, monkeypatch):
    monkeypatch.setattr(list_page, "PAGE", 4)
    g = house.units["G"]
    owner = house.people["frontline"]
    made = {house.tickets["G"].pk}
    for number in range(10):
        status = TicketStatus.TAKEN if number % 3 == 0 else TicketStatus.OPEN
        fields = {"owner": owner} if status == TicketStatus.TAKEN else {}
        # Several due at the same moment: the number decides.
        made.add(make_ticket(house.survey, g, at=NOON + timedelta(hours=number // 3), status=status, **fields).pk)
    seen: list[int] = []
    address = "/tickets/"
    login(client, house, "frontline")
    more = []
    while address:
        html = client.get(address).content.decode()
        seen += [int(n) for n in re.findall(r'href="/tickets/(\d+)/"', html)]
        link = re.search(r'href="(/tickets/\?[^"]*after[^"]*)">Show (\d+) more', html)
        address = link[1].replace("&amp;", "&") if link else ""
        more += [int(link[2])] if link else []
    assert len(seen) == len(set(seen)) == 11
    assert set(seen) == made
    assert more == [4, 3]


def test_closed_tickets_stand_newest_first_page_after_page(client, house, monkeypatch):
    monkeypatch.setattr(list_page, "PAGE", 3)
    owner = house.people["frontline"]
    made = [
        make_ticket(
            house.survey, house.units["G"], at=NOON - timedelta(days=day), status=TicketStatus.CLOSED, owner=owner
        ).pk
        for day in (2, 0, 1, 1, 0, 3, 1)
    ]
    login(client, house, "frontline")
    seen, address = [], "/tickets/?list=closed"
    while address:
        html = client.get(address).content.decode()
        seen += [int(n) for n in re.findall(r'href="/tickets/(\d+)/"', html)]
        link = re.search(r'href="(/tickets/\?[^"]*after[^"]*)">Show', html)
        address = link[1].replace("&amp;", "&") if link else ""
    assert seen == [made[4], made[1], made[6], made[3], made[2], made[0], made[5]]


def test_a_long_list_is_not_counted_to_its_end(client, house, monkeypatch):
    monkeypatch.setattr(list_page, "COUNTED", 2)
    for _ in range(3):
        make_ticket(house.survey, house.units["G"])
    assert "To do 2+" in texts(login(client, house, "frontline").get("/tickets/"))


@pytest.mark.parametrize("extra", [0, 30])
def test_the_list_takes_a_constant_number_of_queries(client, house, django_assert_num_queries, extra):
    for _ in range(extra):
        make_ticket(house.survey, house.units["G"], customer=make_customer(house.program))
    login(client, house, "unit_manager").get("/tickets/")
    # session, person, memberships with their program, units; four counts; two states, cards, problems, years
    with django_assert_num_queries(13):
        client.get("/tickets/")


def test_an_empty_list_says_why(client, house):
    Ticket.objects.all().delete()
    login(client, house, "frontline")
    assert "Nothing to do" in texts(client.get("/tickets/"))
    assert "You have taken no ticket" in texts(client.get("/tickets/?list=mine"))
    assert "No ticket is closed yet" in texts(client.get("/tickets/?list=closed"))
    assert "No ticket here" in texts(client.get("/tickets/?period=2017"))
