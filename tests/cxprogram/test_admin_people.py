"""People in the admin: nobody hands out, takes or uses more rights than their own."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from cxprogram.access import may_grant, may_manage
from cxprogram.choices import Role
from cxprogram.models import Membership, User
from tests import factories
from tests.cxprogram.admin_house import url
from tests.factories import House

pytestmark = pytest.mark.django_db


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def inline(*rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """The posted memberships of a person's page."""
    facts: dict[str, Any] = {"membership_set-TOTAL_FORMS": len(rows), "membership_set-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        facts |= {f"membership_set-{number}-{name}": value for name, value in row.items()}
    return facts


@pytest.mark.parametrize(
    ("giver", "role", "is_allowed"),
    [
        ("owner", Role.OWNER, True),
        ("owner", Role.AUDITOR, True),
        ("analyst", Role.ANALYST, True),
        ("analyst", Role.FRONTLINE, True),
        ("analyst", Role.OWNER, False),
        ("analyst", Role.AUDITOR, False),
        ("unit_manager", Role.FRONTLINE, False),
        ("stranger", Role.FRONTLINE, False),
        ("owner", "unheard_of", True),
        ("analyst", "unheard_of", False),
    ],
)
def test_it_lets_nobody_hand_out_more_than_they_hold(house: House, giver: str, role: str, is_allowed: bool) -> None:
    assert may_grant(house.people[giver], role, house.units["G"]) is is_allowed


@pytest.mark.parametrize(
    ("manager", "person", "is_allowed"),
    [
        ("owner", "analyst", True),
        ("owner", "frontline", True),
        ("analyst", "frontline", True),
        ("analyst", "analyst", True),
        ("analyst", "owner", False),
        ("analyst", "auditor", False),
        ("owner", "stranger", False),
        ("frontline", "unit_manager", False),
    ],
)
def test_it_lets_nobody_manage_who_may_do_more(house: House, manager: str, person: str, is_allowed: bool) -> None:
    assert may_manage(house.people[manager], house.people[person]) is is_allowed


def test_it_lets_nobody_manage_who_also_works_in_another_program(house: House) -> None:
    person = house.people["frontline"]
    other = house.people["stranger"].membership_set.get().unit
    factories.make_membership(person, Role.OWNER, other)
    assert not may_manage(house.people["owner"], person)
    client = as_(house.people["owner"])
    assert client.get(url(User, "change", person.pk)).status_code == 200
    assert client.post(url(User, "change", person.pk), {"email": "taken@example.org"} | inline()).status_code == 403
    assert client.get(f"/admin/cxprogram/user/{person.pk}/password/").status_code == 403


def test_it_lets_nobody_but_a_superuser_manage_a_superuser(house: House) -> None:
    person = house.people["frontline"]
    User.objects.filter(pk=person.pk).update(is_superuser=True)
    person.refresh_from_db()
    assert not may_manage(house.people["owner"], person)
    assert may_manage(User.objects.create_superuser("root@example.org", "a long enough password"), person)


def test_it_adds_a_person_with_a_role_and_without_a_password(house: House) -> None:
    client = as_(house.people["owner"])
    row = {"unit": house.units["G"].pk, "role": "frontline", "valid_from": "2020-01-01"}
    facts = {"email": "new@example.org", "name": "Nina New", "language": "sv"}
    client.post(url(User, "add"), facts | inline(row))
    person = User.objects.get(email="new@example.org")
    assert not person.has_usable_password()
    membership = Membership.objects.get(user=person)
    assert (membership.program, membership.role, membership.unit) == (house.program, "frontline", house.units["G"])


def test_it_adds_nobody_without_a_role(house: House) -> None:
    facts = {"email": "new@example.org", "name": "Nina New"} | inline({"unit": "", "role": ""})
    answer = as_(house.people["owner"]).post(url(User, "add"), facts)
    assert "Give the person a role in your program." in answer.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_it_lets_an_analyst_make_no_owner(house: House) -> None:
    row = {"unit": house.root.pk, "role": "owner", "valid_from": "2020-01-01"}
    client = as_(house.people["analyst"])
    client.post(url(User, "add"), {"email": "new@example.org", "name": "N"} | inline(row))
    client.post(url(Membership, "add"), row | {"user": house.people["analyst"].pk})
    assert list(Membership.objects.filter(role="owner", program=house.program)) == [
        house.people["owner"].membership_set.get()
    ]


def test_it_lets_an_analyst_not_take_the_owners_place(house: House) -> None:
    client, owner = as_(house.people["analyst"]), house.people["owner"]
    own = owner.membership_set.get()
    assert client.get(url(User, "change", owner.pk)).status_code == 200
    assert client.post(url(User, "change", owner.pk), {"email": "mine@example.org"} | inline()).status_code == 403
    assert client.post(url(Membership, "change", own.pk), {"role": "frontline"}).status_code == 403
    assert client.post(url(Membership, "delete", own.pk), {"post": "yes"}).status_code == 403
    assert client.get(f"/admin/cxprogram/user/{owner.pk}/password/").status_code == 403
    answer = client.post(url(User, "act", owner.pk, "send_password_link"), follow=True)
    assert "You may not change how this person logs in." in str(next(iter(answer.context["messages"])))
    assert mail.outbox == []


def test_it_makes_nobody_a_superuser(house: House) -> None:
    person = house.people["frontline"]
    own = person.membership_set.get()
    row = {"id": own.pk, "user": person.pk, "unit": own.unit_id, "role": own.role, "valid_from": own.valid_from}
    facts = {"email": person.email, "name": "Nils", "is_superuser": "on", "is_active": "on"} | inline(row, initial=1)
    answer = as_(house.people["owner"]).post(url(User, "change", person.pk), facts)
    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.name, person.is_superuser) == ("Nils", False)


def test_it_ends_a_membership_from_the_persons_page(house: House) -> None:
    person = house.people["frontline"]
    own = person.membership_set.get()
    row = {"id": own.pk, "user": person.pk, "unit": own.unit_id, "role": own.role, "valid_from": "2000-01-01"}
    facts = {"email": person.email, "is_active": "on"} | inline(row | {"valid_to": "2020-01-01"}, initial=1)
    as_(house.people["owner"]).post(url(User, "change", person.pk), facts)
    own.refresh_from_db()
    assert str(own.valid_to) == "2020-01-01"


def test_it_sends_the_link_to_choose_a_password(house: House, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    person = house.people["frontline"]
    answer = as_(house.people["owner"]).post(url(User, "act", person.pk, "send_password_link"), follow=True)
    assert "The link is sent." in [str(message) for message in answer.context["messages"]]
    assert [message.to for message in mail.outbox] == [[person.email]]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_it_sets_a_password_by_the_form(house: House) -> None:
    person = house.people["frontline"]
    where = f"/admin/cxprogram/user/{person.pk}/password/"
    client = as_(house.people["owner"])
    assert client.get(where).status_code == 200
    client.post(where, {"password1": "another long password", "password2": "another long password"})
    person.refresh_from_db()
    assert person.check_password("another long password")


def test_it_counts_only_roles_of_the_own_program(house: House) -> None:
    other = house.people["stranger"].membership_set.get().unit
    factories.make_membership(house.people["frontline"], Role.FRONTLINE, other)
    rows = as_(house.people["owner"]).get(url(User, "changelist")).context["cl"].result_list
    assert {row.role_count for row in rows if row.pk == house.people["frontline"].pk} == {1}
    assert len(rows) == len({row.pk for row in rows})
