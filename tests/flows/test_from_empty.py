"""From an empty database to the first answer in the KPI page, through public doors only."""

import html
import io
import re
import threading
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from cxprogram import setup_code
from cxprogram.errors import NotFoundError
from cxprogram.models import Membership, Program, User
from feedback.models import ContactRule, Placement, Survey, Ticket
from feedback.survey_templates import TEMPLATES
from governance.services import beginnings
from governance.start_forms import guessed_country
from journeys.journey_templates import JOURNEYS
from journeys.kpis import registry
from journeys.models import ConsentText, Journey, Kpi, Touchpoint
from tests.factories import make_program, make_unit, make_user, root_of

FIRST = {
    "name": "Kari Nordmann",
    "email": "kari@example.org",
    "password": "seven quiet rivers",
    "organisation": "Fjord Hotels",
    "customer_word": "kunde",
    "language": "nb",
    "country": "NO",
}
FOUNDING = beginnings.Founding("A", "a@example.org", "p", "Org", "customer", "en", "Europe/Stockholm", "SEK")


def chosen(page, name: str) -> str:
    """What a select or a group of buttons on a page has chosen already."""
    text = page.content.decode()
    if found := re.search(rf'<select name="{name}".*?</select>', text, re.S):
        return re.search(r'<option value="([^"]*)" selected', found[0])[1]
    return re.search(rf'<input type="radio" name="{name}" value="([^"]*)"[^>]*checked', text)[1]


def facts(page) -> list[dict[str, str]]:
    tags = re.findall(r"<data[^>]*data-kpi=[^>]*>", page.content.decode())
    return [dict(re.findall(r'(data-[a-z-]+)="([^"]*)"', tag)) for tag in tags]


def answer(address: str, score: int) -> None:
    """As a customer: open the page, choose, send."""
    customer = Client()
    page = customer.get(address)
    assert page.status_code == 200
    key = re.search(r'name="key" value="([^"]+)"', page.content.decode())[1]
    assert customer.post(address, {"key": key, "NPS": score}).status_code == 303


@pytest.mark.django_db
def test_a_stranger_gets_from_nothing_to_a_counted_answer(client, mailoutbox):
    for address in ("/", "/accounts/login/"):
        assert client.get(address).headers["Location"] == "/start/"
    page = client.get("/start/", headers={"Accept-Language": "nb-NO,nb;q=0.9,en;q=0.5"})
    assert (page.status_code, chosen(page, "language"), chosen(page, "country")) == (200, "nb", "NO")
    assert 'name="setup_code"' not in page.content.decode()
    weak = client.post("/start/", FIRST | {"password": "short"})
    assert weak.status_code == 422 and 'id="id_password-error"' in weak.content.decode()
    assert User.objects.count() == 0
    # 1: the person, the organisation; logged in at once
    assert client.post("/start/", FIRST).headers["Location"] == "/start/people/"
    owner, program = User.objects.get(), Program.objects.get()
    assert (owner.is_superuser, owner.language, program.time_zone, program.currency) == (
        False, "nb", "Europe/Oslo", "NOK",
    )  # fmt: skip
    assert (program.customer_word, program.customer_words["sv"]) == ("customer", "kund")
    # The second comes too late; who sends the first step again is led on.
    assert Client().post("/start/", FIRST | {"email": "second@example.org"}).headers["Location"] == "/accounts/login/"
    assert Client().get("/start/").headers["Location"] == "/accounts/login/"
    assert client.post("/start/", FIRST).headers["Location"] == "/start/people/"
    assert client.get("/start/").headers["Location"] == "/start/people/"
    assert User.objects.count() == Program.objects.count() == 1
    assert 'href="/start/people/"' in client.get("/").content.decode()
    # 2: units and people
    typed = {"units": "Oslo\nBergen", "managers": "ola@example.org Bergn", "sends_links": "on"}
    wrong = client.post("/start/people/", typed)
    assert wrong.status_code == 422 and "Bergn" in wrong.content.decode() and User.objects.count() == 1
    typed["managers"] = "ola@example.org bergen"
    for _again in range(2):
        assert client.post("/start/people/", typed).headers["Location"] == "/start/journey/"
    assert Membership.objects.filter(role="unit_manager").values_list("unit__name", "user__email").get() == (
        "Bergen", "ola@example.org",
    )  # fmt: skip
    assert [mail.to for mail in mailoutbox] == [["ola@example.org"]]
    # 3: the journey
    assert client.post("/start/journey/", {"template": "nothing"}).status_code == 422
    page = client.get("/start/journey/")
    for _again in range(2):
        reply = client.post("/start/journey/", {"template": chosen(page, "template")})
        assert reply.headers["Location"] == "/start/survey/"
    assert Journey.objects.get().code == "retail"
    for address in ("/map/", "/kpis/"):  # nothing measures anything yet, and nothing is wrong with that
        page = client.get(address)
        assert page.status_code == 200 and 'href="/start/"' in page.content.decode()
    # 4: the survey
    page = client.get("/start/survey/")
    touchpoint, basis = chosen(page, "touchpoint"), chosen(page, "basis")
    typed = {"template": "relationship", "touchpoint": touchpoint, "hours": "24", "basis": basis}
    assert Touchpoint.objects.get(pk=touchpoint).code == "checkout"
    for _again in range(2):
        reply = client.post("/start/survey/", typed)
        assert reply.headers["Location"] == "/start/channel/"
    assert Survey.objects.get().is_open and client.get("/start/").headers["Location"] == "/start/channel/"
    # A first plan may ask: customers are told why, in every language, and nobody is asked twice in a month.
    text, rule = ConsentText.objects.get(), ContactRule.objects.get()
    assert (text.purpose, text.legal_basis, set(text.texts)) == (
        "survey", "legitimate_interest", {"en", "sv", "nb", "da", "fi"},
    )  # fmt: skip
    assert (rule.at_most, rule.window_hours, rule.scope, rule.is_active) == (1, 720, "program", True)
    # 5: the channel
    page = client.get("/start/channel/")
    place = {"name": "Kassen", "unit": chosen(page, "unit"), "touchpoint": chosen(page, "touchpoint")}
    for _again in range(2):
        assert client.post("/start/channel/", place).status_code == 303
    page = client.get("/start/channel/").content.decode()
    placement = Placement.objects.get()
    assert 'data-answers="0"' in page and f'data-place="{placement.code}"' in page and "<svg" in page
    parts = urlsplit(html.unescape(re.search(r'<a class="btn btn-primary" href="([^"]+)"', page)[1]))
    address = f"{parts.path}?{parts.query}"
    # The first answer is counted, and hidden among too few.
    answer(address, 3)
    page = client.get("/start/channel/").content.decode()
    assert 'data-answers="1"' in page and 'href="/plans/"' in page
    kpis = client.get("/kpis/?kpi=nps")
    assert kpis.status_code == 200 and not [fact for fact in facts(kpis) if fact.get("data-value")]
    for score in (9, 9, 10, 10):
        answer(address, score)
    read = {
        round(float(fact["data-value"]), 9)
        for fact in facts(client.get("/kpis/?kpi=nps"))
        if fact.get("data-kpi") == "nps" and "data-value" in fact
    }
    assert read == {60.0}
    # The low score is a ticket of the owner; the program runs, and the overview says no more about it.
    ticket = Ticket.objects.get()
    assert (ticket.responsible, ticket.score) == (owner, 3)
    overview = client.get("/")
    assert overview.status_code == 200 and 'id="begin"' not in overview.content.decode()
    assert client.get("/map/").status_code == 200


def prepared() -> dict[str, str]:
    """What `prepare` says on an up-to-date database, line by line."""
    said = io.StringIO()
    with mock.patch("cxprogram.management.commands.prepare.call_command"):
        call_command("prepare", stdout=said)
    lines = [line.partition(":") for line in said.getvalue().splitlines() if line]
    return {name: value.strip() for name, _sep, value in lines}


@pytest.mark.django_db
def test_outside_the_demonstration_only_the_one_time_code_opens(
    client, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.IS_DEMO, settings.DATA_DIR = False, tmp_path
    assert client.post("/start/", FIRST | {"setup_code": ""}).status_code == 422
    assert client.post("/start/", FIRST | {"setup_code": "anything"}).status_code == 422  # there is no code yet
    code = prepared()["Setup code"]
    assert prepared() == {"Nobody is here yet. Begin at http": f"{settings.BASE_URL[5:]}/start/", "Setup code": code}
    assert (tmp_path / "setup_code").stat().st_mode & 0o777 == 0o600
    wrong = client.post("/start/", FIRST | {"setup_code": code[:-1]})
    assert wrong.status_code == 422 and 'id="id_setup_code-error"' in wrong.content.decode()
    assert not User.objects.exists() and not Program.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/start/", FIRST | {"setup_code": f" {code}\n"}).status_code == 303
    assert not (tmp_path / "setup_code").exists() and not setup_code.fits("")
    assert Client().post("/start/", FIRST | {"setup_code": code}).headers["Location"] == "/accounts/login/"
    assert prepared() == {} and User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_come_at_once_one_is_the_first():
    outcomes = []

    def come(number: int) -> None:
        try:
            beginnings.found(beginnings.Founding(**{**vars(FOUNDING), "email": f"p{number}@example.org"}))
            outcomes.append("first")
        except NotFoundError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=come, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["begun-already"] * 3 + ["first"]
    assert User.objects.count() == Program.objects.count() == 1


@pytest.mark.django_db
def test_nobody_reaches_into_another_program_by_the_steps(client):
    theirs, own = make_program("theirs"), make_program("own")
    touchpoint = Touchpoint.objects.get(
        code="checkout",
        stage__journey=beginnings.take_journey(
            theirs, "retail", by=make_user("owner", root_of(theirs)), at=theirs.created_at
        ),
    )
    client.force_login(make_user("owner", root_of(own)))
    taken = client.post(
        "/start/survey/", {"template": "effort", "touchpoint": touchpoint.pk, "hours": "24", "basis": "consent"}
    )
    assert taken.status_code == 422 and not Survey.objects.exists()
    beginnings.open_survey(own, "effort", touchpoint=None, by=make_user(), at=theirs.created_at)
    place = {"name": "Desk", "unit": root_of(theirs).pk}
    assert client.post("/start/channel/", place).status_code == 422
    elsewhere = client.post("/start/people/", {"analysts": User.objects.first().email})
    assert elsewhere.status_code == 422 and Membership.objects.filter(program=own).count() == 1
    client.force_login(make_user("owner", make_unit(own, "N")))
    assert client.get("/start/").status_code == client.get("/start/people/").status_code == 404


@pytest.mark.django_db
def test_every_template_makes_figures_that_can_be_read():
    by = make_user()
    for code, template in JOURNEYS.items():
        program = make_program(code, headline_kpis=[], names={})
        journey = beginnings.take_journey(program, code, by=by, at=program.created_at)
        assert journey.stages.count() == len(template.stages)
        assert all(each.promise and each.channels for each in Touchpoint.objects.filter(program=program))
        touchpoint = Touchpoint.objects.get(program=program, code=template.key)
        survey = beginnings.open_survey(program, template.survey, touchpoint=touchpoint, by=by, at=program.created_at)
        assert survey.is_open and survey.slug.startswith(code)
    program = make_program("index", headline_kpis=[])
    beginnings.open_survey(program, "satisfaction-index", touchpoint=None, by=by, at=program.created_at)
    program.refresh_from_db()
    assert program.headline_kpis == ["mean", "satisfaction-index"]
    for kpi in Kpi.objects.select_related("program"):
        assert kpi.collector in registry.registered() and kpi.axis_low < kpi.axis_high


def test_the_browser_tells_the_country():
    said = {"sv-FI,sv;q=0.8": "FI", "fi": "FI", "nn-NO": "NO", "da": "DK", "en-GB,en;q=0.9": "SE", "": "SE", "is": "IS"}
    assert {accepted: guessed_country(accepted) for accepted in said} == said


def test_a_low_score_is_below_the_middle_of_its_scale():
    ends = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "rating": (1, 10)}
    assert {kind: beginnings.highest_low(kind, *scale) for kind, scale in ends.items()} == {
        "nps": 6, "csat": 2, "ces": 3, "rating": 5,
    }  # fmt: skip
    assert {template.asks[0].kind for template in TEMPLATES.values()} >= set(ends)
