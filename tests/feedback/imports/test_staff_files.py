"""A personnel file is told from a list of customers, and lets nobody in by default."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from cxprogram.choices import ImportStatus, Role
from cxprogram.models import Membership, OrgUnit, User
from cxprogram.services import import_runs, staff
from feedback.services import import_work, intake
from feedback.services.intake import Decisions, Reading
from journeys.models import Customer
from tests import factories
from tests.feedback.imports.bringing import bring, chosen, text, tree, upload
from tests.feedback.imports.taking import take

NOON = datetime(2024, 5, 31, 12, tzinfo=UTC)
PEOPLE = [
    "Employee ID,Name,Email,Role,Unit,Manager",
    "Anställningsnummer;Namn;E-post;Roll;Enhet;Närmaste chef",
    "Ansattnummer;Navn;E-post;Rolle;Enhet;Nærmeste leder",
    "Medarbejdernummer;Navn;E-mail;Rolle;Enhed;Nærmeste chef",
    "Henkilöstönumero;Nimi;Sähköposti;Rooli;Yksikkö;Lähiesihenkilö",
]
ROWS = [
    ("17", "Kim Ek", "kim@example.org", "unit manager", "butik-nord", "ann@example.org"),
    ("18", "Ann Berg", "ann@example.org", "analyst", "butik-nord", ""),
]


def written(tmp_path, header, *rows):
    mark = ";" if ";" in header else ","
    path = tmp_path / "staff.csv"
    path.write_text("\n".join([header, *(mark.join(row) for row in rows)]), encoding="utf-8")
    return path


@pytest.mark.parametrize("header", PEOPLE)
def test_a_personnel_file_is_one_of_people_in_five_languages(tmp_path, header):
    taken = take(written(tmp_path, header, *ROWS))
    assert (taken.target, len(taken.understood), taken.refused) == ("people", 2, [])
    roles = [column.role for column in taken.proposal.columns]
    assert roles == ["external_id", "name", "email", "role", "unit", "manager"]


def test_first_and_last_names_are_told_by_their_headings(tmp_path):
    header = "Efternamn;Förnamn;E-postadress;Enhetskod;Roll;Telefon"
    taken = take(written(tmp_path, header, ("Ek", "Kim", "kim@example.org", "nord", "Frontlinje", "070-123 45 67")))
    roles = [column.role for column in taken.proposal.columns]
    assert (taken.target, roles) == ("people", ["last_name", "first_name", "email", "unit", "role", "ignore"])


def test_without_a_number_of_employees_a_role_and_a_unit_tell_it(tmp_path):
    taken = take(written(tmp_path, "Email,Name,Role,Unit", *(row[2:3] + row[1:2] + row[3:5] for row in ROWS)))
    assert taken.target == "people"
    contacts = take(written(tmp_path, "Email,Name,Role,Department,Company", ("a@b.org", "A B", "CFO", "Money", "B")))
    assert contacts.target == "customers"


@pytest.mark.parametrize(
    "header",
    ["Code,Name,Parent", "Kod;Namn;Överordnad", "Kode;Navn;Overordnet enhet", "Enhedskode;Navn;Overordnet enhed",
     "Koodi;Nimi;Yläyksikkö"],
)  # fmt: skip
def test_a_list_of_units_is_one_in_five_languages(tmp_path, header):
    taken = take(written(tmp_path, header, ("nord", "North", ""), ("butik-nord", "Shop", "nord")))
    assert (taken.target, len(taken.understood)) == ("units", 2)
    assert [column.role for column in taken.proposal.columns] == ["external_id", "name", "parent"]


@pytest.mark.parametrize(
    "header",
    ["Unit,Parent unit", "Enhet;Överordnad enhet", "Enhetsnavn;Overordnet enhet", "Enhed;Hører under",
     "Yksikkö;Yläyksikkö"],
)  # fmt: skip
def test_a_list_of_units_without_codes_is_one_in_five_languages(tmp_path, header):
    taken = take(written(tmp_path, header, ("North", ""), ("Shop 1", "North"), ("Shop 2", "North")))
    assert (taken.target, len(taken.understood)) == ("units", 3)
    assert [column.role for column in taken.proposal.columns] == ["name", "parent"]
    pages = take(written(tmp_path, "Name,Parent,Visits", ("Home", "", "9"), ("About", "Home", "4")))
    assert pages.target != "units"


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("unit_manager", Role.UNIT_MANAGER), (" Unit Manager ", Role.UNIT_MANAGER), ("Enhetschef", Role.UNIT_MANAGER),
        ("Enhetsleder", Role.UNIT_MANAGER), ("Enhedsleder", Role.UNIT_MANAGER), ("Yksikön johtaja", Role.UNIT_MANAGER),
        ("frontlinje", Role.FRONTLINE), ("Analyytikko", Role.ANALYST), ("Styregruppe", Role.STEERING),
    ],
)  # fmt: skip
def test_a_role_is_called_by_its_name_in_any_of_our_languages(word, role):
    assert staff.role_named(word) == role


@pytest.fixture
def program(settings, tmp_path):
    settings.IMPORTS_DIR = tmp_path / "imports"
    program = factories.make_program("harbour", time_zone="Europe/Stockholm")
    root = factories.root_of(program)
    OrgUnit.objects.create(program=program, code="butik-nord", name="Butik Nord", parent=root)
    OrgUnit.objects.create(
        program=program, code="closed", name="Closed", parent=root, valid_to=datetime(2020, 1, 1, tzinfo=UTC).date()
    )
    return program


@pytest.mark.django_db
def test_who_has_no_role_or_unit_that_we_know_is_refused_and_nobody_is_let_in_at_the_root(program):
    owner = factories.make_user(Role.OWNER, factories.root_of(program))
    content = (
        "Employee ID,Name,Email,Role,Unit,Manager\n"
        "1,Kim Ek,kim@example.org,Enhetschef,butik-nord,\n"
        "2,No Unit,a@example.org,Frontline,,\n"
        "3,Strange Unit,b@example.org,Frontline,butik-syd,\n"
        "4,No Role,c@example.org,,butik-nord,\n"
        "5,Strange Role,d@example.org,Store boss,butik-nord,\n"
        "6,Closed Unit,e@example.org,Frontline,closed,\n"
        "7,By Name,f@example.org,Frontline,Butik Nord,\n"
    )
    run = import_runs.receive(program, chunks=[content.encode()], name="hr.csv", by=owner, at=NOON)
    look = intake.look(run, Reading())
    assert look.target == "people"
    said = Decisions(source="hr", zone="UTC", skip_bad_rows=True)
    intake.start(run, look, said, at=NOON)
    import_work.work(run.pk, clock=lambda: NOON)
    run.refresh_from_db()
    assert (run.status, run.imported, run.rejected) == (ImportStatus.DONE, 2, 5)
    assert [(error["line"], error["code"]) for error in run.errors] == [
        (3, "field-missing"), (4, "unit-unknown"), (5, "field-missing"), (6, "role-unknown"), (7, "unit-unknown"),
    ]  # fmt: skip
    kim = Membership.objects.get(user__email="kim@example.org")
    assert (kim.user.name, kim.role, kim.unit.code) == ("Kim Ek", Role.UNIT_MANAGER, "butik-nord")
    assert Membership.objects.get(user__email="f@example.org").unit.code == "butik-nord"
    assert not Membership.objects.filter(unit=factories.root_of(program)).exclude(user=owner).exists()
    assert not User.objects.filter(email="b@example.org").exists()
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_units_without_codes_are_known_by_their_names_and_get_codes_of_them(owner):
    root = factories.root_of(owner.program)
    OrgUnit.objects.create(program=owner.program, code="N", name="North", parent=root)
    rows = f"{root.name};\nnorth;{root.name}\nShop Åre;North\nLounge;Shop Åre\nLounge;North\nKiosk;South\n;North\n"
    content = f"Unit;Parent unit\n{rows}".encode()
    run = bring(owner, content, "units.csv", skip_bad_rows="on")
    assert [(each["line"], each["code"]) for each in run.errors] == [
        (8, "field-missing"), (6, "unit-elsewhere"), (7, "parent-unknown"),
    ]  # fmt: skip
    assert (run.imported, run.repeated) == (2, 2)
    found = OrgUnit.objects.filter(program=owner.program).exclude(parent=None).order_by("path")
    assert [(unit.code, unit.name, unit.parent.name) for unit in found] == [
        ("N", "North", root.name), ("SHOP-ARE", "Shop Åre", "North"), ("LOUNGE", "Lounge", "Shop Åre"),
    ]  # fmt: skip
    again = bring(owner, content, "again.csv", skip_bad_rows="on")
    assert (again.imported, again.repeated, found.count()) == (0, 4, 3)
    OrgUnit.objects.create(program=owner.program, code="L2", name="lounge", parent=root)
    twice = bring(owner, b"Unit,Parent unit\nLounge,\nBar,Lounge\n", "twice.csv", skip_bad_rows="on")
    assert [each["code"] for each in twice.errors] == ["unit-ambiguous", "unit-ambiguous"]


@pytest.mark.django_db
def test_what_the_file_says_of_nobody_is_asked_and_never_presumed(owner):
    root = factories.root_of(owner.program)
    OrgUnit.objects.create(program=owner.program, code="butik-nord", name="Butik Nord", parent=root)
    _run, url = upload(owner, b"Name,Email\nKim Ek,kim@example.org\nAnn Berg,ann@example.org\n", "staff.csv")
    page = tree(owner.get(url + "?target=people"))
    data = chosen(page)
    assert (data["role"], data["unit"]) == ("", "")
    refused = owner.post(url + "start/", data | {"do": "start"})
    assert refused.status_code == 422
    assert (
        owner.post(url + "start/", data | {"role": "frontline", "unit": "butik-nord", "do": "start"}).status_code == 303
    )
    run = owner.get(reverse("feedback:import-list"))
    assert "staff.csv" in text(tree(run))
