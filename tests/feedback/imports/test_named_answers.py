"""Answers of any file whose rows name their customer: by number as proposed, by address and name if a person says so;
then they stand on the customer's page."""

import pytest
from django.urls import reverse

from feedback.models import Response
from journeys.models import Customer
from tests.feedback.imports.bringing import bring, chosen, text, tree, upload

FILE = (
    "Datum,Hur nöjd är du?,Varför?,Kundnummer,Mejladress,Namn,Mobil\n"
    "2024-05-13,5,Snabbt och lätt att få hjälp,4711,ada@example.org,Ada Berg,070 123 45 67\n"
    "2024-05-14,2,Jag väntade alldeles för länge,4712,bo@example.org,Bo Dal,070 123 45 68\n"
    "2024-05-15,4,,4711,ada@example.org,Ada Berg,070 123 45 67\n"
    "2024-05-16,3,,4713,n/a,Cia Ek,070 123 45 69\n"
).encode()
PERSONAL = ("role-3", "role-4", "role-5", "role-6")


@pytest.mark.django_db
def test_who_answered_is_never_proposed_as_a_question(owner):
    _run, url = upload(owner, FILE, "answers.csv")
    data = chosen(tree(owner.get(url)))
    assert [data[role] for role in PERSONAL] == ["customer-key", "personal", "personal", "personal"]
    assert data["role-1"] == "question" and "Ada Berg" not in text(tree(owner.get(url)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("roles", "identity", "answers"),
    [
        ({"role-3": "customer-key", "role-5": "customer-name"}, ("crm", "4711"), 4),
        ({"role-4": "customer-email", "role-5": "customer-name"}, ("email", "ada@example.org"), 3),
    ],
)
def test_answers_that_name_a_customer_stand_on_the_time_line(owner, roles, identity, answers):
    said = {"source": "crm", "survey_name": "Hamnen", "skip_bad_rows": "on"}
    run = bring(owner, FILE, "answers.csv", **roles, **said)
    assert (run.imported, Response.objects.exclude(customer=None).count()) == (answers, answers)
    source, value = identity
    ada = Customer.objects.get(identities__source=source, identities__value=value)
    assert (ada.name, Response.objects.filter(customer=ada).count()) == ("Ada Berg", 2)
    page = text(tree(owner.get(reverse("journeys:customer-detail", args=[ada.pk]))))
    assert "Snabbt och lätt att få hjälp" in page and "alldeles för länge" not in page
