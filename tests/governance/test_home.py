"""The home page: each role finds what it needs first, and nothing that is not its own."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cxprogram.navigation import PLACES
from feedback.choices import TicketStatus
from governance.models import Charter, SignOff
from tests.factories import NOON, fold, make_house, make_scores, make_ticket, make_unit, make_user, root_of
from tests.page_texts import texts

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=26)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(LATER, tick=False):
        yield


def answers(house, *, g_nps, others_nps):
    """Two waves: the ratings alike, the recommendation of 2017 by unit."""
    for year in (2016, 2017):
        at = NOON.replace(year=year)
        for code in "ABG":
            make_scores(house.survey, "Q7ALL", {3: 20, 4: 40, 5: 20}, unit=house.units[code], at=at)
            make_scores(house.survey, "Q7FOOD", {2: 30, 3: 30, 4: 20}, unit=house.units[code], at=at)
    for code in "ABG":
        counts = g_nps if code == "G" else others_nps
        make_scores(house.survey, "NETPRO", counts, unit=house.units[code], at=NOON)


def build_house():
    house = make_house()
    # The house's three tickets are three answers of 3 more: at G, at A and at the root.
    answers(house, g_nps={3: 59, 8: 20, 9: 20}, others_nps={3: 19, 8: 20, 9: 60})
    fold(house.program)
    return house


def values(page) -> set[tuple[str, str, float]]:
    found = set()
    for tag in re.findall(r"<data[^>]*data-kpi=[^>]*>", page.content.decode()):
        facts = dict(re.findall(r'(data-[a-z-]+)="([^"]*)"', tag))
        if "data-value" in facts:
            found.add((facts["data-kpi"], facts["data-period"], round(float(facts["data-value"]), 6)))
    return found


def home(client, house, role, query=""):
    client.force_login(house.people[role])
    return client.get(f"/{query}")


@pytest.mark.parametrize(
    ("role", "template"),
    [
        ("owner", "governance/home_overview.html"),
        ("analyst", "governance/home_overview.html"),
        ("executive", "governance/home_overview.html"),
        ("steering", "governance/home_overview.html"),
        ("unit_manager", "governance/home_unit.html"),
        ("frontline", "governance/home_today.html"),
        ("project_lead", "governance/home_lead.html"),
        ("auditor", "governance/home_reader.html"),
        ("advisor", "governance/home_reader.html"),
        ("integration", "governance/home_system.html"),
        ("stranger", "governance/home_overview.html"),
    ],
)
def test_each_role_has_its_home(client, house, role, template):
    page = home(client, house, role)
    assert page.status_code == 200
    assert template in [each.name for each in page.templates]
    assert page["Cache-Control"] == "no-store"


def test_a_visitor_logs_in_and_a_person_without_a_role_is_welcomed(client, house):
    assert client.get("/").status_code == 302
    client.force_login(make_user(name="New Person"))
    page = client.get("/")
    assert page.status_code == 200
    assert "Welcome, New Person" in texts(page)


def test_the_overview_shows_the_numbers_with_all_that_they_need(client, house):
    page = home(client, house, "executive")
    said = texts(page)
    assert ("mean", "2017", 4.0) in values(page)
    assert ("nps", "2017", 13.333333) in values(page)
    assert "Steady at 4.00 of 5. Lowest on the journey: food." in said
    assert "No clear change since 2016" in said
    assert "First asked in 2017" in said
    assert "Recommended less than the other units: boarding area G." in said
    assert "Boarding area G: −40.0 points, the others 40.0" in said
    assert "The strongest drivers" in said
    assert "We cannot put money on a point yet" in said


@pytest.mark.parametrize(("query", "status"), [("?period=2016", 200), ("?period=all", 200), ("?period=last", 400)])
def test_the_period_is_in_the_address(client, house, query, status):
    page = home(client, house, "executive", query)
    assert page.status_code == status
    if query == "?period=2016":
        assert {period for _kpi, period, _value in values(page)} == {"2016"}


def test_what_waits_is_what_the_person_can_do(client, house):
    SignOff.objects.filter(person=house.people["executive"]).update(signed_at=None)
    said = texts(home(client, house, "executive"))
    project = house.projects[""]
    assert f"Decide on {project.label}: Idea" in said
    assert "Sign the charter" in said
    assert "tickets wait" not in said, "three tickets are too few to count for who does not work on them"
    said = texts(home(client, house, "owner"))
    assert "3 tickets wait for a first contact 3 are overdue." in said
    assert "Sign the charter" not in said
    said = texts(home(client, house, "analyst"))
    assert "Decide on" not in said


def test_the_owner_sees_what_the_mandate_lacks_and_the_executive_does_not(client, house):
    Charter.objects.update(objective="", owner_time_share=40)
    assert "What the mandate lacks" in texts(home(client, house, "owner"))
    assert "What the mandate lacks" not in texts(home(client, house, "executive"))


def test_a_unit_manager_sees_the_own_unit_beside_the_others(client, house):
    page = home(client, house, "unit_manager")
    said = texts(page)
    assert "Boarding area G: rated as well as the others, recommended less" in said
    assert "Below the other units (40.0)" in said
    assert "Like the other units (4.00)" in said
    assert "Food: 2.88 where 4.50 is expected" in said
    assert "0 of 1 taken" in said
    assert "Nothing we can tell from chance" in said
    units = set(re.findall(r'data-unit="([^"]*)"', page.content.decode()))
    assert units == {"G"}


def test_a_unit_with_too_few_answers_says_so(client, house):
    small = make_unit(house.program, "H")
    manager = make_user("unit_manager", small)
    client.force_login(manager)
    page = client.get("/")
    assert page.status_code == 200
    assert "too few answers yet" in texts(page)
    assert not values(page)


def test_today_shows_mine_first_and_then_what_is_free(client, house):
    g, me, other = house.units["G"], house.people["frontline"], house.people["unit_manager"]
    mine = make_ticket(house.survey, g, status=TicketStatus.TAKEN, owner=me)
    theirs = make_ticket(house.survey, g, status=TicketStatus.TAKEN, owner=other)
    page = home(client, house, "frontline")
    said = texts(page)
    assert "1 ticket is yours, 1 is free to take" in said
    order = [int(n) for n in re.findall(r'href="/tickets/(\d+)/"', page.content.decode())]
    assert order == [mine.pk, house.tickets["G"].pk]
    assert theirs.pk not in order
    assert ("nps", "2017", -40.0) in values(page)


def test_a_project_lead_sees_the_own_projects(client, house):
    other = house.projects["A"]
    other.responsible = house.people["owner"]
    other.save()
    said = texts(home(client, house, "project_lead"))
    assert "You run 2 projects" in said
    assert house.projects[""].label in said
    assert other.label not in said
    assert "1 other project" in said


def test_who_checks_finds_scorecard_and_reports_and_only_the_auditor_the_statements(client, house):
    auditor = home(client, house, "auditor").content.decode()
    advisor = home(client, house, "advisor").content.decode()
    main = re.compile(r"<main.*</main>", re.S)
    assert "Statements: who is paid" in main.search(auditor)[0]
    assert "Statements: who is paid" not in main.search(advisor)[0]
    assert "Steering report 2017" in texts(home(client, house, "advisor"))


def test_a_program_without_anything_has_a_home(client):
    from tests.factories import make_program

    program = make_program("empty", headline_kpis=[])
    owner = make_user("owner", root_of(program))
    manager = make_user("unit_manager", make_unit(program, "X"))
    for person in (
        owner,
        manager,
        make_user("frontline", root_of(program)),
        make_user("project_lead", root_of(program)),
    ):
        client.force_login(person)
        assert client.get("/").status_code == 200
    client.force_login(owner)
    said = texts(client.get("/"))
    assert "Your program does not run yet" in said and "Step 3 of 5 is open: Journey" in said
    # Who does not define the program is told what will stand here.
    client.force_login(make_user("executive", root_of(program)))
    said = texts(client.get("/"))
    assert "Nothing is measured yet" in said and "The first numbers will stand here" in said


@pytest.mark.parametrize("role", ["executive", "unit_manager", "frontline"])
def test_the_page_takes_a_constant_number_of_queries(client, house, role):
    def count() -> int:
        home(client, house, role)
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        return len(queries)

    first = count()
    assert first <= 80
    for _ in range(20):
        make_ticket(house.survey, house.units["G"])
    make_unit(house.program, "Z")
    assert count() == first


def test_an_owner_finds_every_place_on_the_page_with_everything(client, house):
    client.force_login(house.people["owner"])
    text = client.get("/more/").content.decode()
    assert [key for key, (name, *_rest) in PLACES.items() if f'href="{reverse(name)}"' not in text] == []
