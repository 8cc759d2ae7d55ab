"""The tables of one system: each is recognised as what it is, and they join, their keys staying apart."""

import pytest

from feedback.models import SupportCase
from journeys.models import Customer
from tests.feedback.imports.bringing import bring
from tests.feedback.imports.taking import sample, take

REVIEWS = (
    "Review ID,Product ID,Product Name,Rating,Title,Review Text,Submission Time,User Nickname\n"
    "r1,p1,Deck chair,5,Lovely,It stands as it should.,2024-05-01T10:00:00+00:00,ada\n"
    "r2,p1,Deck chair,1,Broken,It broke on the first day.,2024-05-02T10:00:00+00:00,bo\n"
    "r3,p2,Parasol,3,Well,It is fair.,2024-05-03T10:00:00+00:00,cy\n"
)


@pytest.mark.parametrize("joined", [False, True], ids=["headings", "words joined"])
def test_reviews_are_mentions_and_the_product_is_no_title(tmp_path, joined):
    header, _line, rows = REVIEWS.partition("\n")
    path = tmp_path / "reviews.csv"
    path.write_text((header.replace(" ", "") if joined else header) + "\n" + rows)
    taken = take(path)
    assert (taken.layout, taken.target) == ("reviews", "mentions")
    first = taken.understood[0]
    assert (first.external_id, first.fields["title"], first.fields["rating"], first.fields["author"]) == (
        "r1", "Lovely", "5", "ada",
    )  # fmt: skip
    assert sorted(first.attributes.values()) == ["Deck chair", "p1"]


@pytest.mark.django_db
def test_companies_and_contacts_of_hubspot_join_by_what_is_proposed(owner):
    companies = bring(owner, sample("crm/hubspot_companies.csv").read_bytes(), "companies.csv")
    contacts = bring(owner, sample("crm/hubspot_contacts.csv").read_bytes(), "contacts.csv")
    assert (companies.imported, contacts.imported) == (200, 950)
    accounts = Customer.objects.filter(kind="account")
    assert (accounts.count(), accounts.filter(name="").count()) == (200, 0)
    assert Customer.objects.filter(kind="person", account__isnull=False).count() == 950 - 271
    tickets = bring(owner, sample("crm/hubspot_tickets.csv").read_bytes(), "tickets.csv")
    assert (tickets.kind, tickets.imported) == ("support-cases", 300)
    assert SupportCase.objects.filter(customer__name__gt="").count() > 100


@pytest.mark.django_db
def test_the_tables_of_zendesk_join_and_equal_keys_of_two_kinds_stay_two(owner):
    organisations = b"id,name,shared_tickets,created_at\n7,Harbour AB,FALSE,2024-01-01 00:00:00\n"
    users = (
        b"id,email,role,organization_id,time_zone,name\n7,ada@example.org,end-user,7,UTC,Ada Ek\n"
        b"8,bo@example.org,end-user,9,UTC,Bo Ek\n"
    )
    tickets = (
        b"id,requester_id,status,subject,created_at,description\n1,7,open,Late,2024-01-02 00:00:00,It is late.\n"
        b"2,8,open,Lost,2024-01-02 00:00:00,It is lost.\n"
    )
    for content, name in ((organisations, "o.csv"), (users, "u.csv"), (tickets, "t.csv")):
        assert bring(owner, content, name).rejected == 0
    ada = Customer.objects.get(name="Ada Ek")
    assert (ada.account.name, ada.kind, SupportCase.objects.get(external_id="1").customer) == (
        "Harbour AB",
        "person",
        ada,
    )
    # An organisation that is first met through a contact is completed when its own table comes.
    bring(owner, organisations.replace(b"7,Harbour AB", b"9,Quay AB"), "o.csv")
    assert Customer.objects.get(name="Bo Ek").account.name == "Quay AB"
    assert Customer.objects.count() == 4


@pytest.mark.django_db
def test_an_organisation_that_is_known_by_the_bare_key_is_found(owner):
    account = Customer.objects.create(program=owner.program, name="Harbour AB", kind="account")
    account.identities.create(program=owner.program, source="zendesk", value="7")
    users = b"id,email,role,organization_id,time_zone,name\n8,ada@example.org,end-user,7,UTC,Ada Ek\n"
    bring(owner, users, "u.csv")
    bring(owner, b"id,name,shared_tickets,created_at\n7,Harbour Inc,FALSE,2024-01-01 00:00:00\n", "o.csv")
    account.refresh_from_db()
    assert (Customer.objects.get(name="Ada Ek").account, account.name) == (account, "Harbour Inc")
