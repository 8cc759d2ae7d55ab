"""What happened to a row: who changed what, in words."""

import pghistory
import pytest
from django.test import Client

from cxprogram import history
from cxprogram.models import ApiToken, OrgUnit, User
from feedback.models import Response
from tests.cxprogram.admin_house import url
from tests.factories import make_program, make_responsibility, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> OrgUnit:
    return make_unit(make_program(), "G", name="Area G")


def change(row: OrgUnit, by: User | None, **facts: object) -> None:
    for name, value in facts.items():
        setattr(row, name, value)
    with pghistory.context(**({"user": by.pk} if by else {})):
        row.save()


def told(row: OrgUnit, **facts: object) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    return [
        (each.who, each.what, [(field.label, field.before, field.after) for field in each.fields])
        for each in history.changes(row, limit=10, **facts)
    ]


def test_it_tells_who_changed_what_the_newest_first(unit: OrgUnit) -> None:
    ann = make_user(name="Ann")
    change(unit, ann, name="Gates G")
    change(unit, None, names={"sv": "Område G"})
    assert told(unit)[:2] == [
        ("", "Changed", [("translations of the name", "{}", '{"sv":"Område G"}')]),
        ("Ann", "Changed", [("name", "Area G", "Gates G")]),
    ]
    assert told(unit)[-1][1] == "Made"


def test_it_calls_related_rows_by_their_names(unit: OrgUnit) -> None:
    above = make_unit(unit.program, "T", name="Terminal")
    before = str(unit.parent)
    change(unit, None, parent=above)
    assert told(unit)[0][2] == [("parent", before, "Terminal")]


def test_it_leaves_out_what_the_reader_may_not_see(unit: OrgUnit) -> None:
    change(unit, None, name="Secret")
    assert "Secret" not in str(told(unit, without=("name",)))


def test_it_names_a_person_who_is_gone(unit: OrgUnit) -> None:
    person = make_user(name="Ann")
    change(unit, person, name="Gates G")
    person.delete()
    assert told(unit)[0][0] == "a person since removed"


def test_it_asks_as_many_queries_for_many_changes(unit: OrgUnit, django_assert_num_queries) -> None:
    for number in range(6):
        change(unit, make_user(), name=f"Name {number}", parent=make_unit(unit.program, f"U{number}"))
    with django_assert_num_queries(4):  # events, people, programs, units above
        assert len(history.changes(unit, limit=10)) == 7


def test_it_knows_what_is_audited() -> None:
    assert history.is_audited(OrgUnit)
    assert not history.is_audited(Response)
    assert not history.is_audited(ApiToken)


def test_it_shows_the_history_on_the_page_of_the_row(unit: OrgUnit) -> None:
    owner = make_user("owner", unit.parent, name="Olga Owner")
    make_responsibility(owner, unit)
    client = Client()
    client.force_login(owner)
    prefix = "cxprogram-responsibility-content_type-object_id"
    facts = {"parent": unit.parent_id, "code": "G", "name": "Gates G", "valid_from": "2000-01-01"}
    facts |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    assert client.post(url(OrgUnit, "change", unit.pk), facts).status_code == 302
    for page in ("change", "history"):
        answer = client.get(url(OrgUnit, page, unit.pk))
        (newest, *_rest) = answer.context["changes"]
        assert (newest.who, [field.after for field in newest.fields]) == ("Olga Owner", ["Gates G"])
        assert "<ins>Gates G</ins>" in answer.content.decode()
