"""Several rows of one person in a file of customers: said, the later value holds, and the file again adds nothing."""

import pytest
from django.utils import timezone

from feedback.services import import_work, same_person
from journeys.models import Customer, CustomerAttribute
from journeys.services.people import PersonFacts
from tests.feedback.imports.bringing import chosen, text, tree, upload

pytestmark = pytest.mark.django_db
TWICE = "Name,Email\nAda Ek,ada@example.org\nBo Ek,bo@example.org\nAda Berg,ADA@example.org\nBo Ek,bo@example.org\n"
SAID = "Line 4 is the same person as line 2: where they differ, the later value holds."


def bring(owner, content, **more):
    run, url = upload(owner, content.encode(), "list.csv")
    data = chosen(tree(owner.get(url + "?target=customers"))) | {"source": "crm"} | more
    checked = text(tree(owner.post(url + "start/", data | {"do": "check"})))
    owner.post(url + "start/", data | {"do": "start"})
    import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    return run, checked, text(tree(owner.get(url)))


def test_two_rows_of_one_address_are_one_person_and_that_is_said(owner):
    run, checked, over = bring(owner, TWICE)
    assert SAID in checked and SAID in over
    assert "Line 5" not in over  # it says the same as the row above
    assert (run.rows, run.created, run.updated, run.repeated) == (4, 2, 0, 2)
    assert set(Customer.objects.values_list("name", flat=True)) == {"Ada Berg", "Bo Ek"}
    again, checked, over = bring(owner, TWICE)
    assert (again.imported, again.updated, again.repeated) == (0, 0, 4)
    assert SAID in over
    assert Customer.objects.get(email__iexact="ada@example.org").name == "Ada Berg"


def test_an_empty_cell_takes_nothing_away(owner):
    run, _checked, _over = bring(owner, "Name,Email,Phone\nAda Ek,ada@example.org,+46701234567\n,ada@example.org,\n")
    (ada,) = Customer.objects.all()
    assert (ada.name, ada.phone, run.imported, run.repeated) == ("Ada Ek", "+46701234567", 1, 1)


def test_people_of_two_keys_share_an_address_and_stay_two(owner):
    run, _checked, over = bring(owner, "Customer number,Name,Email\n1,Ada,home@example.org\n2,Bo,home@example.org\n")
    assert (run.imported, Customer.objects.count()) == (2, 2)
    assert "same person" not in over


def test_who_is_known_by_the_one_and_then_by_the_other_is_one(owner):
    content = "Name,Email,Phone\n,a@example.org,\n,a@example.org,+46701234567\nAda,,+46701234567\n"
    run, _checked, _over = bring(owner, content)
    (ada,) = Customer.objects.all()
    assert (ada.name, ada.email, run.imported, run.repeated) == ("Ada", "a@example.org", 1, 2)


def test_a_long_list_of_such_rows_is_counted():
    met = same_person.Remarks()
    for line in range(2, 102):
        met.take(PersonFacts((), name=f"Name {line}"), line, [("email", "one@example.org")])
    told = met.told()
    assert len(told) == same_person.MAX_TOLD + 1
    assert told[-1] == "84 more rows are of people who stand further up in the file."


def test_where_a_file_is_too_long_to_be_remembered_it_is_said(monkeypatch):
    monkeypatch.setattr(same_person, "MAX_REMEMBERED", 2)
    met = same_person.Remarks()
    for line, who in ((2, "a"), (3, "b"), (4, "c"), (5, "a")):
        met.take(PersonFacts((), name=f"Name {line}"), line, [("email", who)])
    assert [each.partition(" ")[0] for each in met.told()] == ["Line", "From"]
    assert met.told()[0].startswith("Line 5 is the same person as line 2") and "From line 4 on" in met.told()[1]


def test_one_row_of_a_person_that_is_refused_does_not_refuse_the_others(owner):
    CustomerAttribute.objects.create(program=owner.program, code="diet", is_special_category=True)
    content = "Name,Email,Diet\nAda Ek,ada@example.org,\nAda Berg,ada@example.org,none\n"
    run, _checked, _over = bring(owner, content, skip_bad_rows="on")
    assert (run.imported, run.rejected, run.errors[0]["line"]) == (1, 1, 3)
    assert Customer.objects.get().name == "Ada Ek"
