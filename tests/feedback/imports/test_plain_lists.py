"""Lists that somebody wrote out by hand: nobody is called by a town or a title, and no number is taken for a key."""

import pytest

from feedback.imports.layouts import find_layout
from journeys.models import Customer
from tests.feedback.imports.bringing import bring
from tests.feedback.imports.taking import sample, take

SAID = {"day": "2026-11-01", "scale_low": "0", "scale_high": "4"}


def roles(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text)
    taken = take(path)
    return taken.layout, taken.target, taken.understood


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Name,Email,Age", ["Ann Ask,ann@example.org,31", "Bo Berg,bo@example.org,44"]),
        ("Name,Email,Points", ["Ann Ask,ann@example.org,100250", "Bo Berg,bo@example.org,100251"]),
        ("Age,Name,Email", ["31,Ann Ask,ann@example.org", "44,Bo Berg,bo@example.org"]),
        ("Email,Name,Postal code", ["ann@example.org,Ann Ask,10250", "bo@example.org,Bo Berg,10251"]),
        ("Email,Name,Country code", ["ann@example.org,Ann Ask,SE", "bo@example.org,Bo Berg,NO"]),
        ("Husnummer,E-post,Namn", ["1,ann@example.org,Ann Ask", "12,bo@example.org,Bo Berg"]),
        ("Order no,Email,Seat nr", ["900123,ann@example.org,12A", "900124,bo@example.org,12B"]),
    ],
)
def test_a_number_that_tells_people_apart_is_no_key(tmp_path, header, rows):
    _layout, target, records = roles(tmp_path, "\n".join([header, *rows, ""]))
    assert target == "customers"
    assert [record.external_id for record in records] == ["", ""]
    assert [record.fields["email"] for record in records] == ["ann@example.org", "bo@example.org"]


@pytest.mark.parametrize("heading", ["Kundnummer", "Customer number", "Asiakasnumero", "Kundenr", "Record ID"])
def test_the_key_of_somebody_is_found_beside_that_of_a_thing(tmp_path, heading):
    text = f"Discount code,{heading},Email\nAB12,1001,ann@example.org\nCD34,1002,bo@example.org\n"
    assert [record.external_id for record in roles(tmp_path, text)[2]] == ["1001", "1002"]


@pytest.mark.parametrize("heading", ["Personnummer", "Fødselsnummer", "CPR-nr", "Henkilötunnus", "SSN"])
def test_the_number_that_a_state_gives_a_person_stays_out(tmp_path, heading):
    people = f"{heading},Name,Email\n19800101-1234,Ann,ann@example.org\n19810202-2345,Bo,bo@example.org\n"
    _layout, target, records = roles(tmp_path, people)
    assert target == "customers"
    assert [(record.external_id, record.attributes) for record in records] == [("", {})] * 2
    answers = f"{heading},Overall,Why\n19800101-1234,5,Quick\n19810202-2345,2,Slow\n19820303-3456,5,Quick\n"
    _layout, target, rows = roles(tmp_path, answers)
    assert target == "responses"
    assert all("19" not in f"{row.external_id} {row.answers} {row.attributes}" for row in rows)


def test_a_town_is_nobodys_name_and_what_is_called_a_number_is_the_key(tmp_path):
    text = (
        "Kundnummer,Förnamn,Efternamn,E-post,Ort\n1001,Eva,Berg,eva@example.org,Lund\n1002,Bo,Ek,bo@example.org,Oslo\n"
    )
    _layout, target, records = roles(tmp_path, text)
    assert target == "customers"
    assert [record.external_id for record in records] == ["1001", "1002"]
    assert not any("name" in record.fields for record in records)
    assert [record.fields["last_name"] for record in records] == ["Berg", "Ek"]


@pytest.mark.parametrize(
    "header",
    [
        "Name,Email,Role",
        "Name,Email,Department,Title",
        "Employee number,First name,Last name,Work email,Job title,Unit",
    ],
)
def test_a_list_of_those_who_work_here_is_one_of_people(tmp_path, header):
    path = tmp_path / "staff.csv"
    path.write_text(f"{header}\n" + ",".join("x" for _name in header.split(",")) + "\n")
    assert find_layout(path).target == "people"


def test_ratings_with_comments_and_who_gave_them_are_answers(tmp_path):
    text = (
        "Customer Name,Customer Email,Rating,Feedback,Responded At\n"
        "Ann Ask,ann@example.org,9,Quick,2026-11-20\nBo Berg,bo@example.org,3,I waited an hour,2026-11-21\n"
        "Cy Dahl,cy@example.org,7,,2026-11-22\n"
    )
    assert roles(tmp_path, text)[1] == "responses"


@pytest.mark.parametrize(
    "text",
    [
        "Name,Email\nAnn,ann@example.org\nAnn,ann@example.org\nBo,bo@example.org\n",
        "Name;Email;City\nAnn;us@example.org;Lund\nBo;us@example.org;Oslo\n",
        "Kundnummer;Namn;E-post\n1;Ann;ann@example.org\n1;Ann;ann@example.org\n",
        "Etunimi;Puhelin\nAnn;+358401234567\nBo;040 123 4567\n",
        "Active?,Name,Email\n1,Ann,ann@example.org\n0,Bo,bo@example.org\n",
    ],
    ids=["a row twice", "one address of two", "a key twice", "phones", "a box to tick"],
)
def test_a_list_of_people_is_one_though_some_come_back(tmp_path, text):
    assert roles(tmp_path, text)[1] == "customers"


@pytest.mark.parametrize(
    "text",
    [
        "Email,How was it?,Why?\nann@example.org,5,Because it went so well today.\nbo@example.org,2,\n",
        "Email,Why did you leave?\nann@example.org,Nobody told me anything.\nbo@example.org,The line was long.\n",
        "Name,Email,Overall\nAnn,ann@example.org,5\nAnn,ann@example.org,2\n",
        "Date,Name,Email,Choice\n2026-11-01,Ann,ann@example.org,Tea\n2026-11-02,Ann,ann@example.org,Milk\n",
    ],
)
def test_what_people_were_asked_are_answers_though_their_addresses_stand_beside(tmp_path, text):
    assert roles(tmp_path, text)[1] == "responses"


@pytest.mark.django_db
def test_two_people_with_one_address_are_two_by_their_keys_and_one_without(owner):
    rows = ["7,Ann,us@example.org", "8,Bo,Us@example.org"]
    run = bring(owner, "\n".join(["Customer number,Name,Email", *rows]).encode(), "keyed.csv")
    assert (run.imported, sorted(Customer.objects.values_list("name", flat=True))) == (2, ["Ann", "Bo"])
    run = bring(owner, b"Name,Email\nCy,we@example.org\nDi,we@example.org\n", "bare.csv")
    assert (run.imported, run.repeated) == (1, 1)  # two rows of one person are one
    assert Customer.objects.filter(email="we@example.org").count() == 1


@pytest.mark.django_db
def test_a_national_phone_number_is_refused_with_how_to_write_it(owner):
    run = bring(owner, b"Name,Phone\nAnn,+46701234567\nBo,070-123 45 68\n", "phones.csv")
    assert [(error["line"], error["code"]) for error in run.errors] == [(3, "phone-invalid")]
    assert "Write the phone number as in +46701234567." in run.page


@pytest.mark.django_db
def test_a_copy_of_a_table_under_another_name_adds_nothing(owner):
    text = sample("reviews/trustpilot_reviews.csv").read_bytes()
    first = bring(owner, text, "reviews.csv", **SAID)
    again = bring(owner, text, "copy (2).csv", **SAID)
    assert (first.imported, again.imported, again.repeated) == (300, 0, 300)
