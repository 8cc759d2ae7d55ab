"""The customers' pages: found by whatever is known, told in one story, exported and erased by who may."""

import json

import pytest
from django.test import Client

from cxprogram.choices import Role
from feedback.models import Response
from journeys.models import Customer, DataStream
from journeys.services import interactions, merges, people
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Happening
from journeys.services.people import PersonFacts
from tests import factories
from tests.customer_base import furnish_customers
from tests.factories import NOON, House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return factories.make_house()


def as_(house: House, role: str) -> Client:
    client = Client()
    client.force_login(house.people[role])
    return client


def test_a_customer_is_found_by_name_address_number_and_key(house: House) -> None:
    facts = PersonFacts(
        (("crm", "K-17"),), "Åsa Öberg-Ek", "asa@example.org", "+46 70 123 45 67", unit=house.units["G"]
    )
    asa = people.identify(house.program, facts, at=NOON).customer
    people.identify(house.program, PersonFacts((("crm", "K-18"),), "Ek Hidden", unit=house.units["A"]), at=NOON)
    client = as_(house, Role.FRONTLINE)

    def found(query: str) -> list[int]:
        return [row.pk for row in client.get("/customers/", {"q": query}).context["page"].customers]

    for query in ("åsa", "Öberg", "ek", "ASA@example.org", "K-17", "070 123", "+46701234567", "0046 70 1234567"):
        assert found(query) == ([] if query == "070 123" else [asa.pk] if query != "ek" else []), query
    assert found("\x00") == found("") != []
    for hostile in ("'", "a & | !", "((", ":*", "\\", "%", "x" * 500):
        assert found(hostile) == []
    page = client.get(f"/customers/{asa.pk}/").content.decode()
    assert "Åsa Öberg-Ek" in page and "K-17" in page


def test_the_story_is_told_by_every_room_and_only_what_one_may_see(house: House) -> None:
    customer = furnish_customers(house.program, house.units["G"], house.touchpoint.code)
    known = CustomerFacts("crm", customer.identities.get(source="crm").value)
    factories.make_response(
        house.survey, {"NETPRO": 2, "COMMENT": "Lost my bag"}, unit=house.units["G"], customer=known
    )
    page = as_(house, Role.FRONTLINE).get(f"/customers/{customer.pk}/")
    assert {str(entry.kind) for entry in page.context["page"].story} == {"answer", "ticket", "consent", "interaction"}
    text = page.content.decode()
    assert "Lost my bag" in text and "Yes: Legitimate interest." in text and 'id="privacy"' not in text
    assert "Key in CRM" in text and "<b>Order</b>" in text, "codes of other systems stand in words"
    # What happened elsewhere is not theirs.
    at_a = Happening(
        DataStream.objects.get().code, "shop", "o-a", NOON, "secret visit", customer=known, unit=house.units["A"]
    )
    interactions.record(interactions.door(house.program), at_a, at=NOON)
    assert "secret visit" not in as_(house, Role.FRONTLINE).get(f"/customers/{customer.pk}/").content.decode()
    assert "secret visit" in as_(house, Role.OWNER).get(f"/customers/{customer.pk}/").content.decode()


def test_one_that_was_merged_leads_to_whom_it_is(house: House) -> None:
    furnish_customers(house.program, house.root, house.touchpoint.code)
    gone = Customer.objects.exclude(merged_into=None).get()
    answer = as_(house, Role.OWNER).get(f"/customers/{gone.pk}/")
    assert answer.headers["Location"] == f"/customers/{gone.merged_into_id}/"


def test_the_owner_exports_and_erases_after_a_tick(house: House) -> None:
    customer = house.tickets["G"].customer
    assert customer is not None
    client = as_(house, Role.OWNER)
    file = client.post(f"/customers/{customer.pk}/export/")
    assert json.loads(file.content)["customer"][0]["email"] == customer.email
    assert file.headers["Content-Disposition"] == f'attachment; filename="customer-{customer.pk}.json"'
    assert client.post(f"/customers/{customer.pk}/erase/").status_code == 422
    assert Customer.objects.get(pk=customer.pk).email
    done = client.post(f"/customers/{customer.pk}/erase/", {"is_sure": "on"})
    assert "The person is erased." in client.get(done.headers["Location"]).content.decode()
    assert (Customer.objects.get(pk=customer.pk).email, Response.objects.filter(customer=customer).count()) == ("", 0)


def test_a_customers_page_leads_those_who_may_to_its_merges(house: House) -> None:
    kept, merged = (
        factories.make_customer(house.program, unit=house.units["G"], name=name) for name in ("Ann", "Anne")
    )
    address = f"/customers/{kept.pk}/"
    assert "Merges" not in as_(house, Role.OWNER).get(address).content.decode()
    merge = merges.merge(kept, merged, rule="crm", at=NOON)
    link = f'href="/admin/journeys/customermerge/{merge.pk}/change/"'
    for role, sees in ((Role.OWNER, 1), (Role.ANALYST, 1), (Role.FRONTLINE, 0)):
        assert as_(house, role).get(address).content.decode().count(link) == sees
    assert "Undo" in as_(house, Role.OWNER).get(f"/admin/journeys/customermerge/{merge.pk}/change/").content.decode()
    merges.undo(merge, at=NOON)
    assert link not in as_(house, Role.OWNER).get(address).content.decode()
