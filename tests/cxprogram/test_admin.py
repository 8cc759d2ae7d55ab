"""The doors of the admin: who opens which page, which rows stand behind it, and at what cost."""

from unittest import mock

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cxprogram import access
from cxprogram.access import Right
from cxprogram.choices import MailStatus, Role
from cxprogram.models import ApiToken, Membership, OrgUnit, OutgoingMail, Program, Responsibility, User
from cxprogram.models.token import token_digest
from feedback.models import Response, Ticket, TicketStep
from journeys.models import Customer, CustomerIdentity, Stage, Touchpoint
from tests import factories
from tests.cxprogram.admin_house import HOUSEWIDE, enlarge, furnish, label, models, rows_of, url
from tests.factories import House, make_house

pytestmark = pytest.mark.django_db


def build_house() -> House:
    house = make_house()
    furnish(house)
    return house


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_it_opens_every_page_to_the_owner(house: House) -> None:
    """Which models take a row by hand, and the lists of all, are looked at elsewhere."""
    client, found = as_(house.people["owner"]), {}
    for model, row in rows_of(house).items():
        for page, args in (("add", ()), ("change", (row.pk,)), ("history", (row.pk,))):
            found[label(model), page] = client.get(url(model, page, *args)).status_code
    refused = {key for key, status in found.items() if status != 200}
    assert {(page, found[name, page]) for name, page in refused} == {("add", 403)}


def test_it_shows_every_model_of_the_rooms(house: House) -> None:
    from django.apps import apps

    rooms = {"cxprogram", "journeys", "feedback", "actions", "governance"}
    own = {model for model in apps.get_models() if model._meta.app_label in rooms}
    events = {model for model in own if model.__name__.endswith("Event")}
    assert own - events - set(models()) == set()


def test_it_is_shut_to_every_other_role_even_as_staff(house: House) -> None:
    """One wall keeps them out of every model: one role tries them all, each role some."""
    User.objects.update(is_staff=True)
    rows = rows_of(house)
    for role in set(Role.values) - {Role.OWNER, Role.ANALYST}:
        client = as_(house.people[role])
        tried = rows if role == Role.UNIT_MANAGER else (Ticket, User)
        found = {client.get(url(model, "changelist")).status_code for model in tried}
        found |= {client.get(url(model, "change", rows[model].pk)).status_code for model in tried}
        assert (role, found) == (role, {302})
        assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_it_asks_for_staff_as_well(house: House) -> None:
    User.objects.update(is_staff=False)
    assert as_(house.people["owner"]).get(reverse("admin:index"), follow=True).status_code == 403


def test_it_sends_who_is_not_logged_in_to_the_one_door(house: House) -> None:
    answer = Client().get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_it_is_shut_to_an_owner_of_a_part_only(house: House) -> None:
    client = as_(factories.make_user(Role.OWNER, house.units["G"]))
    assert client.get(reverse("admin:index"), follow=True).status_code == 403
    assert client.get(url(Ticket, "change", house.tickets["G"].pk)).status_code == 302


def test_it_lists_rows_of_the_own_program_only(house: House) -> None:
    client = as_(house.people["stranger"])
    seen = {}
    for model, row in rows_of(house).items():
        with mock.patch.object(SimpleTemplateResponse, "rendered_content", ""):
            rows = client.get(url(model, "changelist")).context_data["cl"].result_list
        seen[label(model)] = row.pk in {each.pk for each in rows}
    assert {name for name, is_seen in seen.items() if is_seen} == set()


def test_it_lists_as_many_queries_for_many_rows_as_for_few(house: House) -> None:
    client = as_(house.people["owner"])

    def counts() -> dict[str, tuple[int, int]]:
        found = {}
        for model in models():
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(url(model, "changelist"))
            assert answer.status_code == 200, label(model)
            found[label(model)] = (len(queries), len(answer.context["cl"].result_list))
        return found

    few = counts()
    enlarge(house)
    many = counts()
    grown = {name for name in few if many[name][1] > few[name][1]}
    alone = {
        "cxprogram.Program", "feedback.Branding", "feedback.EventCursor", "feedback.FoldState", "governance.Charter",
        "governance.SignOff",
    }  # fmt: skip
    assert set(few) - grown == alone
    assert {name: (few[name], many[name]) for name in grown if many[name][0] > few[name][0]} == {}


def test_it_shows_a_superuser_every_program(house: House) -> None:
    root = User.objects.create_superuser("root@example.org", "a long enough password")
    client = as_(root)
    programs = client.get(url(Program, "changelist")).context["cl"].result_list
    assert {program.slug for program in programs} == {"sfo", "sfo-other"}
    tickets = client.get(url(Ticket, "changelist"))
    assert {ticket.program.slug for ticket in tickets.context["cl"].result_list} == {"sfo", "sfo-other"}
    assert "program" in tickets.context["cl"].list_display
    for model in HOUSEWIDE:
        assert client.get(url(model, "add")).status_code == 200


def test_it_lets_owners_look_at_the_schedules_and_no_more(house: House) -> None:
    client = as_(house.people["owner"])
    assert {client.get(url(model, "changelist")).status_code for model in HOUSEWIDE} == {200}
    assert {client.get(url(model, "add")).status_code for model in HOUSEWIDE} == {403}


def test_it_makes_a_program_with_its_root(house: House) -> None:
    root = User.objects.create_superuser("root@example.org", "a long enough password")
    facts = {"name": "ARN", "slug": "arn", "organisation": "Arlanda", "customer_word": "passenger", "language": "sv"}
    facts |= {"time_zone": "Europe/Stockholm", "currency": "SEK", "min_n": "5", "overall_kpi": "mean"}
    facts |= {"loyalty_kpi": "nps", "headline_kpis": "nps, mean", "names_sv": "Arlanda flygplats"}
    prefix = "cxprogram-responsibility-content_type-object_id"
    facts |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    as_(root).post(url(Program, "add"), facts)
    program = Program.objects.get(slug="arn")
    assert (program.headline_kpis, program.names) == (["nps", "mean"], {"sv": "Arlanda flygplats"})
    assert OrgUnit.objects.get(program=program).path == f"/{OrgUnit.objects.get(program=program).pk}/"


# --- choices ----------------------------------------------------------------------------------
def test_it_offers_rows_of_the_own_program_to_choose_from(house: House) -> None:
    client = as_(house.people["owner"])
    stranger_unit = OrgUnit.objects.get(program__slug="sfo-other")
    query = {"app_label": "cxprogram", "model_name": "membership", "field_name": "unit", "term": "San"}
    offered = {row["id"] for row in client.get(reverse("admin:autocomplete"), query).json()["results"]}
    assert str(house.root.pk) in offered
    assert str(stranger_unit.pk) not in offered
    filters = client.get(url(Ticket, "changelist")).context["cl"].filter_specs
    units = next(spec for spec in filters if spec.title == "unit")
    assert {pk for pk, _name in units.lookup_choices} == {unit.pk for unit in house.units.values()}


def test_it_refuses_a_row_of_another_program_in_a_form(house: House) -> None:
    other = OrgUnit.objects.get(program__slug="sfo-other")
    facts = {"user": house.people["frontline"].pk, "role": "frontline", "unit": other.pk, "valid_from": "2020-01-01"}
    answer = as_(house.people["owner"]).post(url(Membership, "add"), facts)
    assert answer.context["adminform"].form.errors["unit"]
    assert not Membership.objects.filter(unit=other, user=house.people["frontline"]).exists()


def test_it_refuses_to_join_two_of_the_own_programs(house: House) -> None:
    owner = house.people["owner"]
    other = Program.objects.get(slug="sfo-other")
    factories.make_membership(owner, Role.OWNER, factories.root_of(other))
    stage = Stage.objects.filter(journey__program=house.program).first()
    facts = {"program": other.pk, "stage": stage.pk, "position": 1, "code": "x", "name": "X"}
    for prefix in ("expectations", "cxprogram-responsibility-content_type-object_id"):
        facts |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    answer = as_(owner).post(url(Touchpoint, "add"), facts)
    assert answer.context["adminform"].form.errors.as_data()["stage"][0].code == "other-program"


def test_it_tells_of_a_code_that_the_program_has_already(house: House) -> None:
    first = house.touchpoint
    second = factories.make_touchpoint(first.stage, "second")
    facts = {"stage": second.stage_id, "position": second.position, "code": first.code, "name": "Second"}
    for prefix in ("expectations", "cxprogram-responsibility-content_type-object_id"):
        facts |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    answer = as_(house.people["owner"]).post(url(Touchpoint, "change", second.pk), facts)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    second.refresh_from_db()
    assert second.code == "second"


def test_it_gives_a_duty_on_the_page_of_its_object(house: House) -> None:
    point = house.touchpoint
    facts = {"stage": point.stage_id, "position": point.position, "code": point.code, "name": "Food"}
    prefix = "cxprogram-responsibility-content_type-object_id"
    facts |= {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0", f"{prefix}-0-duty": "responsible"}
    facts |= {f"{prefix}-0-user": house.people["frontline"].pk}
    for part in ("expectations", "touchpointstream_set"):
        facts |= {f"{part}-TOTAL_FORMS": "0", f"{part}-INITIAL_FORMS": "0"}
    facts |= {"initiator": "customer"}
    answer = as_(house.people["owner"]).post(url(Touchpoint, "change", point.pk), facts)
    assert answer.status_code == 302
    duty = Responsibility.objects.for_object(point).get()
    assert (duty.user, duty.program) == (house.people["frontline"], house.program)


def test_it_gives_no_duty_for_an_object_of_another_program(house: House) -> None:
    from django.contrib.contenttypes.models import ContentType

    other = OrgUnit.objects.get(program__slug="sfo-other")
    facts = {"program": house.program.pk, "user": house.people["frontline"].pk, "duty": "responsible"}
    facts |= {"content_type": ContentType.objects.get_for_model(OrgUnit).pk, "object_id": other.pk}
    answer = as_(house.people["owner"]).post(url(Responsibility, "add"), facts)
    assert answer.context["adminform"].form.errors["object_id"]


# --- the voice of the customer ----------------------------------------------------------------
def test_it_keeps_comments_and_names_from_who_may_not_hear_them(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = access.RIGHTS | {Role.ANALYST: access.RIGHTS[Role.ANALYST] - {Right.SEE_VOICE}}
    monkeypatch.setattr(access, "RIGHTS", deaf)
    client = as_(house.people["analyst"])
    for model in (Customer, CustomerIdentity, Response):
        assert client.get(url(model, "changelist")).status_code == 403
    ticket, mail = house.tickets["G"], OutgoingMail.objects.first()
    TicketStep.objects.create(ticket=ticket, at=timezone.now(), act="noted", text="They cried")
    for model, row in ((Ticket, ticket), (OutgoingMail, mail), (TicketStep, TicketStep.objects.last())):
        for page, args in (("changelist", ()), ("change", (row.pk,)), ("changelist", ())):
            text = client.get(url(model, page, *args), {"q": ""}).content.decode()
            assert not {word for word in ("They cried", "ann@example.org", ticket.customer.name) if word in text}
    found = client.get(url(OutgoingMail, "changelist"), {"q": "ann@example.org"}).context["cl"]
    assert list(found.result_list) == []


def test_it_lets_the_owner_hear_them(house: House) -> None:
    text = as_(house.people["owner"]).get(url(Ticket, "change", house.tickets["G"].pk)).content.decode()
    assert house.tickets["G"].customer.name in text


# --- actions ----------------------------------------------------------------------------------
def test_it_offers_no_removal_of_many_rows_at_once(house: House) -> None:
    answer = as_(house.people["owner"]).get(url(Touchpoint, "changelist"))
    assert "delete_selected" not in answer.content.decode()


def test_it_acts_by_post_only(house: House) -> None:
    client = as_(house.people["owner"])
    mail = OutgoingMail.objects.get(program=house.program)
    where = url(OutgoingMail, "act", mail.pk, "send_again")
    assert client.get(where).status_code == 404
    assert as_(house.people["stranger"]).post(where).status_code == 404
    assert client.post(url(OutgoingMail, "act", mail.pk, "unheard_of")).status_code == 404
    assert client.post(where).status_code == 302


def test_it_sends_again_what_failed_and_tells_why_the_rest_was_not(house: House) -> None:
    failed = OutgoingMail.objects.get(program=house.program)
    sent = OutgoingMail.objects.create(program=house.program, key="sent", to="b@example.org", status=MailStatus.SENT)
    facts = {"action": "send_again", "_selected_action": [failed.pk, sent.pk]}
    answer = as_(house.people["owner"]).post(url(OutgoingMail, "changelist"), facts, follow=True)
    texts = [str(message) for message in answer.context["messages"]]
    assert texts[0] == "The mail will be sent again."
    assert "Only a mail that failed is sent again." in texts[1]
    failed.refresh_from_db()
    sent.refresh_from_db()
    assert (failed.status, sent.status) == (MailStatus.WAITING, MailStatus.SENT)


# --- keys -------------------------------------------------------------------------------------
def _make_key(client: Client, house: House, person: User, **facts: object) -> object:
    data = {"name": "CRM", "program": house.program.pk, "user": person.pk, "scopes": ["read"], "days": "30"}
    return client.post(url(ApiToken, "add"), data | facts, follow=True)


def test_it_shows_the_secret_of_a_new_key_once(house: House) -> None:
    client = as_(house.people["owner"])
    answer = _make_key(client, house, house.people["integration"])
    (text,) = [str(message) for message in answer.context["messages"] if "cx_" in str(message)]
    secret = text.rsplit(" ", 1)[1]
    token = ApiToken.objects.get(name="CRM")
    assert token.digest == token_digest(secret)
    for page, args in (("changelist", ()), ("change", (token.pk,)), ("history", (token.pk,))):
        assert secret not in client.get(url(ApiToken, page, *args)).content.decode()


def test_it_exchanges_and_withdraws_keys(house: House) -> None:
    client = as_(house.people["owner"])
    old = ApiToken.objects.get(program=house.program)
    answer = client.post(url(ApiToken, "act", old.pk, "rotate"), follow=True)
    assert sum("cx_" in str(message) for message in answer.context["messages"]) == 1
    new = ApiToken.objects.exclude(pk=old.pk).get(program=house.program)
    assert new.scopes == old.scopes
    client.post(url(ApiToken, "act", new.pk, "revoke"))
    new.refresh_from_db()
    assert new.revoked_at is not None
    answer = client.post(url(ApiToken, "act", new.pk, "rotate"), follow=True)
    assert "The key has ended already." in "".join(str(message) for message in answer.context["messages"])


def test_it_makes_no_key_that_may_do_more_than_its_maker(house: House) -> None:
    answer = _make_key(as_(house.people["analyst"]), house, house.people["owner"])
    assert answer.context["adminform"].form.errors["user"]
    assert not ApiToken.objects.filter(name="CRM").exists()


def test_it_changes_no_key(house: House) -> None:
    token = ApiToken.objects.get(program=house.program)
    answer = as_(house.people["owner"]).post(url(ApiToken, "change", token.pk), {"name": "Other"})
    assert answer.status_code == 403


# --- the frame --------------------------------------------------------------------------------
def test_it_tells_what_the_program_lacks(house: House) -> None:
    answer = as_(house.people["owner"]).get(reverse("admin:index"))
    text = answer.content.decode()
    (card,) = answer.context["programs"]
    lacking = {defect["text"]: defect["subjects"] for defect in card["defects"]}
    assert lacking["Nobody is responsible for this touchpoint."] == ["Food"]
    assert "Nobody is responsible for this touchpoint. <span>Food</span>" in text
    assert [card["program"] for card in answer.context["programs"]] == [house.program]
    assert any(entry["text"] == "1 target waits for approval" for entry in answer.context["waiting"])
    assert "Demonstration" in text


def test_it_follows_what_waits_to_its_list(house: House) -> None:
    client = as_(house.people["owner"])
    entries = client.get(reverse("admin:index")).context["waiting"]
    assert entries
    for entry in entries:
        rows = client.get(entry["url"]).context["cl"].result_list
        assert entry["text"].startswith(f"{len(rows)} ")


def test_it_groups_the_sidebar_by_the_four_stages(house: House) -> None:
    def groups(person: User) -> dict[str, set[str]]:
        navigation = as_(person).get(reverse("admin:index")).context["sidebar_navigation"]
        return {str(group["title"]): {str(item["title"]) for item in group["items"]} for group in navigation}

    owner, analyst = groups(house.people["owner"]), groups(house.people["analyst"])
    assert list(owner) == ["Engagement", "Insight", "Action", "Integration", "Settings"]
    assert owner["Integration"] - analyst["Integration"] == {"Compensation schemes", "Compensation statements"}


def test_it_asks_no_more_queries_for_a_longer_first_page(house: House, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(40):
        as_(house.people["owner"]).get(reverse("admin:index"))


def test_it_hides_groups_and_second_addresses() -> None:
    from allauth.account.models import EmailAddress

    assert not {Group, EmailAddress} & set(admin.site._registry)


def test_it_loosens_the_content_policy_for_the_theme_alone(house: House) -> None:
    client = as_(house.people["owner"])
    inside = client.get(reverse("admin:index")).headers["Content-Security-Policy"]
    outside = client.get(reverse("account_login"), follow=True).headers["Content-Security-Policy"]
    assert "'unsafe-eval'" in inside.split("script-src")[1].split(";")[0]
    assert "'unsafe-inline'" in inside.split("style-src")[1].split(";")[0]
    assert "'unsafe-inline'" not in inside.split("script-src")[1].split(";")[0]
    assert "unsafe" not in outside
