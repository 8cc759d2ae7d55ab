"""A column that is called the number of a customer is that, however often a number comes."""

import pytest
from django.utils import timezone

from feedback.models import Response
from feedback.services import import_work
from journeys.models import CustomerIdentity
from tests.feedback.imports.bringing import chosen, tree, upload
from tests.feedback.imports.taking import take

NAMES = [
    "Customer number", "CustomerNo", "customer_id", "Kundnummer", "Kundnr.", "Kundenr", "Kundenummer", "Asiakasnumero",
    "Asiakasnro", "Medlemsnummer", "Jäsennumero",
]  # fmt: skip


def written(tmp_path, text):
    path = tmp_path / "file.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize("heading", NAMES)
@pytest.mark.parametrize("numbers", [("1001", "1002", "1001"), ("1001", "1002", "1003")])
def test_in_a_file_of_answers_it_says_whose_answer_it_is(tmp_path, heading, numbers):
    rows = [f"{number},2024-05-0{day},{day + 2},quick" for day, number in enumerate(numbers, start=1)]
    taken = take(written(tmp_path, "\n".join([f"{heading},When,Overall,Why", *rows, ""])), target="responses")
    assert [row.respondent.key for row in taken.understood] == list(numbers)
    assert len({row.external_id for row in taken.understood}) == 3  # each answer has a key of its own
    assert not any(row.attributes for row in taken.understood)


@pytest.mark.parametrize("heading", NAMES)
@pytest.mark.parametrize("numbers", [("1001", "1002", "1001"), ("1001", "1002", "1003")])
def test_in_a_file_of_what_happened_it_says_to_whom(tmp_path, heading, numbers):
    rows = [f"{number},2024-05-0{day},visit" for day, number in enumerate(numbers, start=1)]
    taken = take(written(tmp_path, "\n".join([f"{heading},When,What", *rows, ""])), target="interactions")
    assert [row.fields["customer"] for row in taken.understood] == list(numbers)
    assert len({row.external_id for row in taken.understood}) == 3


def test_an_address_says_better_to_whom_something_happened(tmp_path):
    text = "Kundnr,E-post,When\n1,a@example.org,2024-05-01\n1,a@example.org,2024-05-02\n2,b@example.org,2024-05-02\n"
    taken = take(written(tmp_path, text), target="interactions")
    assert {row.fields["customer"] for row in taken.understood} == {"a@example.org", "b@example.org"}


def test_in_a_file_of_customers_it_is_their_key(tmp_path):
    text = "Kundnummer,Namn,E-post\n1,Ada Ek,a@example.org\n2,Bo Ek,b@example.org\n"
    assert [row.external_id for row in take(written(tmp_path, text)).understood] == ["1", "2"]


@pytest.mark.django_db
def test_answers_of_one_customer_are_theirs(owner):
    content = "Kundnummer,When,Overall\n1001,2024-05-01,5\n1002,2024-05-01,4\n1001,2024-05-02,3\n"
    for name in ("a.csv", "again.csv"):
        run, url = upload(owner, content.encode(), name)
        page = tree(owner.get(url))
        data = chosen(page)
        assert data["role-0"] == "customer-key" and "1001" not in "".join(page.itertext())
        version = {"version": str(Response.objects.first().survey_version_id)} if Response.objects.exists() else {}
        owner.post(url + "start/", data | version | {"do": "start", "survey_name": "Pulse", "source": "crm"})
        import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    assert (run.imported, run.repeated) == (0, 3)
    owners = Response.objects.order_by("answered_at", "pk").values_list("customer", flat=True)
    known = dict(CustomerIdentity.objects.filter(source="crm").values_list("value", "customer"))
    assert sorted(owners) == sorted([known["1001"], known["1001"], known["1002"]])
