"""Keys of integrations."""

from datetime import UTC, datetime, timedelta

import pytest

from cxprogram.access import grants
from cxprogram.choices import Role
from cxprogram.errors import ConflictError
from cxprogram.models import ApiToken, User
from cxprogram.models.token import token_digest
from cxprogram.services import tokens
from cxprogram.services.tokens import TokenError
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = AT + timedelta(days=365)


@pytest.fixture
def person() -> User:
    return factories.make_user(Role.INTEGRATION, factories.root_of(factories.make_program()))


def issue(person: User, **changes) -> tokens.Issued:
    program = person.membership_set.get().program
    facts = {"name": "BI", "scopes": ["read"], "at": AT, "expires_at": YEAR} | changes
    return tokens.create(program, person, **facts)


def test_only_the_hash_of_a_secret_is_kept(person):
    issued = issue(person)
    row = ApiToken.objects.values().get()
    assert row["digest"] == token_digest(issued.secret)
    assert issued.secret not in str(row)
    assert len(issued.secret) >= 43, "256 bits"


def test_two_keys_have_two_secrets(person):
    assert issue(person).secret != issue(person).secret


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scopes": []}, "token-scope-unknown"),
        ({"scopes": ["read", "admin"]}, "token-scope-unknown"),
        ({"expires_at": AT}, "token-life-invalid"),
        ({"expires_at": AT + timedelta(days=367)}, "token-life-invalid"),
    ],
)
def test_a_key_without_scope_or_end_is_refused(person, changes, code):
    with pytest.raises(TokenError) as refusal:
        issue(person, **changes)
    assert refusal.value.code == code


def test_a_key_for_a_stranger_is_refused(person):
    with pytest.raises(TokenError) as refusal:
        tokens.create(factories.make_program("other"), person, name="x", scopes=["read"], at=AT, expires_at=YEAR)
    assert refusal.value.code == "token-user-not-member"


def test_a_key_is_found_with_the_same_grants_as_its_person_has(person):
    factories.make_membership(person, Role.OWNER, factories.root_of(factories.make_program("other")))
    factories.make_membership(person, Role.FRONTLINE, factories.make_unit(person.membership_set.first().program, "A"))
    found = tokens.find(issue_in_first(person).secret, at=AT)
    program_id = found.program_id
    assert found.user == person
    assert grants(found.user) == tuple(grant for grant in grants(person) if grant.program_id == program_id)
    assert len(grants(found.user)) == 2


def issue_in_first(person: User) -> tokens.Issued:
    program = person.membership_set.order_by("pk").first().program
    return tokens.create(program, person, name="x", scopes=["read"], at=AT, expires_at=YEAR)


def test_a_key_ends_when_it_expires(person):
    secret = issue(person).secret
    assert tokens.find(secret, at=YEAR - timedelta(seconds=1))
    assert tokens.find(secret, at=YEAR) is None


def test_a_withdrawn_key_is_found_no_more(person):
    issued = issue(person)
    tokens.revoke(issued.token, at=AT)
    tokens.revoke(issued.token, at=AT + timedelta(days=1))
    assert tokens.find(issued.secret, at=AT) is None
    assert issued.token.revoked_at == AT, "withdrawn once"


def test_a_rotated_key_gives_way_at_once_or_after_the_overlap(person):
    old = issue(person)
    new = tokens.rotate(old.token, at=AT, expires_at=YEAR)
    assert tokens.find(old.secret, at=AT) is None
    newest = tokens.rotate(new.token, at=AT, expires_at=YEAR, overlap=timedelta(hours=1))
    assert tokens.find(new.secret, at=AT + timedelta(minutes=59))
    assert tokens.find(new.secret, at=AT + timedelta(minutes=61)) is None
    assert tokens.find(newest.secret, at=AT).scopes == ["read"]


def test_a_key_that_ended_is_not_rotated(person):
    issued = issue(person)
    tokens.revoke(issued.token, at=AT)
    with pytest.raises(ConflictError):
        tokens.rotate(issued.token, at=AT, expires_at=YEAR)
    assert ApiToken.objects.count() == 1
