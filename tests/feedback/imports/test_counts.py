"""What a check and an account say of a file: what is new, what is changed, what was here already."""

import pytest
from django.utils import timezone

from cxprogram.choices import Role
from cxprogram.models import ImportRun, OrgUnit
from feedback.services import import_work
from journeys.models import Customer, CustomerAttribute
from tests import factories
from tests.feedback.imports.bringing import chosen, text, tree, upload
from tests.feedback.imports.taking import sample

pytestmark = pytest.mark.django_db
SOURCES = {
    "customers": (
        "Customer No,Name,Email\n1,Ada Ek,a@example.org\n2,Bo Alm,b@example.org\n",
        "Customer No,Name,Email\n1,Ada Ek,a@example.org\n2,Bo Berg,b@example.org\n3,Cy Dahl,c@example.org\n",
    ),
    "accounts": (
        "Company,Web\nHarbour AB,harbour.example\nQuay AB,quay.example\n",
        "Company,Web\nHarbour AB,harbour.example\nQuays AB,quay.example\nDock AB,dock.example\n",
    ),
    "support-cases": (
        "Case,Opened,Subject,State\n1,2024-05-01,Late,open\n2,2024-05-02,Lost,open\n",
        "Case,Opened,Subject,State\n1,2024-05-01,Late,open\n2,2024-05-02,Lost,closed\n3,2024-05-03,Wet,open\n",
    ),
    "mentions": (
        "Review ID,Date,Rating,Review Text\n1,2024-05-01,5,Good\n2,2024-05-02,1,Bad\n",
        "Review ID,Date,Rating,Review Text\n1,2024-05-01,5,Good\n2,2024-05-02,2,Bad\n3,2024-05-03,3,So so\n",
    ),
    "units": (
        "Code,Name,Parent\nn,North,\ns,South,\n",
        "Code,Name,Parent\nn,North,\ns,Syd,\ne,East,\n",
    ),
    "people": (
        "Name,Email,Role,Unit\nAda,a@example.org,Frontline,n\nBo,b@example.org,Frontline,n\n",
        "Name,Email,Role,Unit\nAda,a@example.org,Frontline,n\nBo Ek,b@example.org,Frontline,n\n"
        "Cy,c@example.org,Analyst,n\n",
    ),
}  # fmt: skip


@pytest.fixture
def bringer(owner):
    root = factories.root_of(owner.program)
    if not OrgUnit.objects.filter(code="n").exists():
        OrgUnit.objects.create(program=owner.program, code="north", name="n", parent=root)
    return owner


def counted(page):
    words = text(tree(page))
    return words[words.index("New ") :]


@pytest.mark.parametrize("target", SOURCES)
def test_a_check_and_the_account_tell_new_changed_and_known_apart(bringer, target):
    first, second = SOURCES[target]
    for content, new, changed, known in ((first, 2, 0, 0), (first, 0, 0, 2), (second, 1, 1, 1), (second, 0, 0, 3)):
        run, url = upload(bringer, content.encode(), "file.csv")
        data = chosen(tree(bringer.get(f"{url}?target={target}"))) | {"target": target, "source": "crm"}
        checked = bringer.post(url + "start/", data | {"do": "check"})
        told = f"New {new} Changed {changed} Here already {known} Left out 0 Rejected 0"
        assert counted(checked).startswith(told), counted(checked)[:200]
        assert bringer.post(url + "start/", data | {"do": "start"}).status_code == 303
        import_work.work(run.pk, clock=timezone.now)
        run.refresh_from_db()
        assert (run.created, run.updated, run.repeated, run.rejected) == (new, changed, known, 0)
        assert counted(bringer.get(url)).startswith(told)


def test_a_check_of_people_is_by_the_rights_of_who_brings_the_file(bringer):
    analyst = factories.make_user(Role.ANALYST, factories.root_of(bringer.program))
    bringer.force_login(analyst)
    _run, url = upload(bringer, b"Name,Email,Role,Unit\nAda,a@example.org,Program owner,n\n", "hr.csv")
    checked = bringer.post(url + "start/", chosen(tree(bringer.get(url))) | {"do": "check"})
    assert "New 0 Changed 0 Here already 0 Left out 0 Rejected 1" in text(tree(checked))


def test_what_nobody_has_defined_is_said_to_be_lost_and_kept_by_one_tick(bringer):
    CustomerAttribute.objects.create(program=bringer.program, code="city", name="City")
    content = b"".join(sample("crm/hubspot_contacts.csv").read_bytes().splitlines(keepends=True)[:101])
    run, url = upload(bringer, content, "contacts.csv")
    page = tree(bringer.get(url))
    lost = text(next(each for each in page.iter("section") if each.get("id") == "unkept"))
    assert "Lifecycle Stage: no attribute of this name is defined" in lost and "City" not in lost
    data = chosen(page) | {"do": "start", "source": "hubspot"}
    assert "defines" not in data  # not ticked beforehand
    bringer.post(url + "start/", data)
    import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    assert any("Lifecycle Stage" in note["detail"] and "is defined" in note["detail"] for note in run.notes)
    assert set(Customer.objects.filter(kind="person").first().attributes) == {"city"}

    run, url = upload(bringer, content, "contacts.csv")
    bringer.post(url + "start/", data | {"defines": "on"})
    import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    assert (run.created, run.updated, run.notes) == (0, 100, [])
    types = dict(CustomerAttribute.objects.values_list("code", "type"))
    assert (types["postal-code"], types["create-date"], types["lifecycle-stage"]) == ("text", "date", "text")
    ada = Customer.objects.get(identities__value="CONT-03a4142c-188d-4855-ae0e-951b7f32137e")
    assert (ada.attributes["postal-code"], ada.attributes["lifecycle-stage"]) == ("06652", "Lead")


def test_what_may_be_sensitive_is_never_defined_in_passing(bringer):
    content = (
        "Customer No,Name,Email,Health,Age,Points\n1,Ada Ek,a@example.org,asthma,41,1.5\n2,Bo Ek,b@example.org,,9,2\n"
    )
    run, url = upload(bringer, content.encode(), "members.csv")
    page = tree(bringer.get(url))
    assert "Health: it may be sensitive" in text(page)
    data = chosen(page) | {"do": "start", "defines": "on"}
    # Taken for a person's name beforehand or not: here it is said to be an attribute.
    names = [each.get("name") for each in page.iter("select") if (each.get("name") or "").startswith("role-")]
    data[names[3]] = data[names[4]] = data[names[5]] = "attribute"
    bringer.post(url + "start/", data)
    import_work.work(run.pk, clock=timezone.now)
    assert dict(CustomerAttribute.objects.values_list("code", "type")) == {"age": "number", "points": "number"}
    assert Customer.objects.get(name="Ada Ek").attributes == {"age": 41, "points": 1.5}
    assert any("Health" in note["detail"] for note in ImportRun.objects.get(pk=run.pk).notes)


def test_what_happened_twice_is_told_before_it_is_imported_and_a_key_with_other_words_is_rejected(bringer):
    factories.make_stream(bringer.program)
    first = "Order,Customer,Sum,When,What\n1,a@example.org,10,2024-05-01,buy\n2,b@example.org,11,2024-05-02,visit\n"
    second = first.replace("b@example.org,11", "b@example.org,12") + "3,c@example.org,9,2024-05-02,buy\n"
    for content, told in (
        (first, "New 2 Changed 0 Here already 0 Left out 0 Rejected 0"),
        (first, "New 0 Changed 0 Here already 2 Left out 0 Rejected 0"),
        (second, "New 1 Changed 0 Here already 1 Left out 0 Rejected 1"),
    ):
        run, url = upload(bringer, content.encode(), "orders.csv")
        data = chosen(tree(bringer.get(f"{url}?target=interactions"))) | {"target": "interactions", "stream": "orders"}
        data |= {"source": "shop", "skip_bad_rows": "on"}
        checked = bringer.post(url + "start/", data | {"do": "check"})
        assert counted(checked).startswith(told)
        assert bringer.post(url + "start/", data | {"do": "start"}).status_code == 303
        import_work.work(run.pk, clock=timezone.now)
        assert counted(bringer.get(url)).startswith(told)
