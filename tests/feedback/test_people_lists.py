"""People who are no customers on a plan's list: read from lines or tables, each once, none where a line is wrong."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from feedback.models import Invitation, Survey
from feedback.services import people_lists
from feedback.services.people_lists import Listed
from feedback.services.plans import PlanError
from journeys.models import Customer
from journeys.services import customers
from journeys.services.customers import CustomerFacts
from tests import factories
from tests.feedback.test_sending import TUESDAY, make_plan, run, survey

__all__ = ["survey"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(survey: Survey) -> Client:
    client = Client()
    client.force_login(factories.make_user("owner", factories.root_of(survey.program), language="en"))
    return client


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "\nann@example.org\n\nBo Ek <bo@example.org>",
            [Listed(2, "", "ann@example.org"), Listed(4, "Bo Ek", "bo@example.org")],
        ),
        ('"Ek, Bo" <bo@example.org>', [Listed(1, "Ek, Bo", "bo@example.org")]),
        ("+46 70 123 45 67", [Listed(1, "", "", "+46 70 123 45 67")]),
        ("old@example.org <new@example.org>", [Listed(1, "", "new@example.org")]),
        ("Ann <+46701234567>", [Listed(1, "Ann", "", "+46701234567")]),
        ("Ann;Berg;ann@example.org;+46701234567", [Listed(1, "Ann Berg", "ann@example.org", "+46701234567")]),
        (
            "Ort,Förnamn,Efternamn,E-post,Mobil\nBergen,Ann,Berg,ann@example.org,+4790123456",
            [Listed(2, "Ann Berg", "ann@example.org", "+4790123456")],
        ),
        ("nonsense", [Listed(1, "nonsense")]),
        (
            "a@example.org; Bo Ek <b@example.org>; ",
            [Listed(1, "", "a@example.org"), Listed(1, "Bo Ek", "b@example.org")],
        ),
        ("a@example.org, b@example.org", [Listed(1, "", "a@example.org"), Listed(1, "", "b@example.org")]),
        ("Ann;a@example.org;ann@example.org", [Listed(1, "Ann", "a@example.org")]),
        ("sep=;\nName;Email\nBo;b@example.org", [Listed(3, "Bo", "b@example.org")]),
        ("x" * 200_000, [Listed(1, "x" * 200_000)]),
    ],
)  # fmt: skip
def test_a_line_is_read_by_its_columns_or_its_looks(text: str, found: list[Listed]) -> None:
    assert people_lists.read(text) == found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    assert people_lists.text_of("Åse <a@b.no>".encode(encoding)) == "Åse <a@b.no>"


def test_people_who_are_no_customers_are_asked_from_a_list(survey: Survey) -> None:
    facts = CustomerFacts("crm", "7", name="Known", email="known@example.org")
    known = customers.upsert(survey.program, facts)
    plan = make_plan(survey, audience="list")
    listed = people_lists.read("New One <New@example.org>\n\n Other <known@example.org> \n")
    with pytest.raises(PlanError, match="Line 3 is no e-mail"):
        people_lists.add(plan, people_lists.read("new@example.org\n\nnonsense"), at=TUESDAY)
    assert people_lists.add(plan, listed, at=TUESDAY) == people_lists.add(plan, listed, at=TUESDAY) == 2
    run(plan, TUESDAY)
    assert {row.address for row in Invitation.objects.all()} == {"New@example.org", "known@example.org"}
    known.refresh_from_db()
    assert known.is_customer and known.name == "Known"
    new = Customer.objects.get(email__iexact="new@example.org")
    assert (new.name, new.is_customer, Customer.objects.count()) == ("New One", False, 2)


def test_a_plan_by_sms_takes_phone_numbers(survey: Survey) -> None:
    plan = make_plan(survey, audience="list", channels=["sms"])
    for text in ("Ann <070 123 45 67>", "ann@example.org"):
        with pytest.raises(PlanError, match="Line 1 is no phone number"):
            people_lists.add(plan, people_lists.read(text), at=TUESDAY)
    listed = people_lists.read("Ann <+46 70 123 45 67>\n0046701234567\nBo;bo@example.org;+46701234568")
    assert people_lists.add(plan, listed, at=TUESDAY) == 2
    run(plan, TUESDAY)
    assert {(row.channel, row.address) for row in Invitation.objects.all()} == {
        ("sms", "+46701234567"), ("sms", "+46701234568"),
    }  # fmt: skip
    both = make_plan(survey, audience="list", channels=["email", "sms"])
    with pytest.raises(PlanError, match="Line 2 is neither"):
        people_lists.add(both, people_lists.read("bo@example.org\nnobody"), at=TUESDAY)


def test_a_file_is_put_on_the_list_or_refused_with_the_line(survey: Survey, owner: Client) -> None:
    plan = make_plan(survey, audience="list")
    address, page = (reverse(f"feedback:{door}", args=[plan.pk]) for door in ("plan-people", "plan-detail"))
    assert "At most 1,000 people at once." in owner.get(page).content.decode()
    rows = "Namn;E-post\nÅsa Berg;asa@example.org\n\nBo;bo@example"
    for content, status, said in (
        (rows.encode("cp1252"), 422, "Line 4 is no e-mail address."),
        (b"\x00\xff" * 10, 422, "Line 1 is no e-mail address."),
        (b"a@b.no\n" * 1_001, 422, "More than 1000 people at once."),
        (b"a" * 600_000, 422, "More than 1000 people at once."),
    ):
        reply = owner.post(address, {"people": "", "file": SimpleUploadedFile("list.csv", content)})
        assert (reply.status_code, said in reply.content.decode()) == (status, True), said
        assert not Customer.objects.exists()
    good = SimpleUploadedFile("list.csv", (rows + ".org").encode("cp1252"))
    assert owner.post(address, {"people": "", "file": good}).status_code == 303
    people = set(Customer.objects.values_list("name", "email"))
    assert people == {("Åsa Berg", "asa@example.org"), ("Bo", "bo@example.org")}
