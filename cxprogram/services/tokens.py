"""Keys of integrations: made, shown once, exchanged, withdrawn. Only their hash is kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cxprogram.access import VALID_MEMBERSHIPS, Grant, grants, hold
from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import ApiToken, Program, User
from cxprogram.models.token import token_digest
from cxprogram.prepared import fetch_one

SCOPES = ("read", "write")
MAX_LIFE = timedelta(days=366)


class TokenError(DomainError):
    code = "token-refused"


@dataclass(frozen=True)
class Issued:
    """A token with its secret, which is readable here and never again."""

    token: ApiToken
    secret: str


def create(
    program: Program, user: User, *, name: str, scopes: Collection[str], at: datetime, expires_at: datetime
) -> Issued:
    """Make a key that acts for the user in the program.

    - the scopes are some of `read` and `write`;
    - it expires, after 366 days at the latest;
    - the user has a role in the program: a key gives no right of its own.
    """
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(SCOPES):
        raise TokenError(_("A key may read, write, or both."), code="token-scope-unknown")
    if not at < expires_at <= at + MAX_LIFE:
        raise TokenError(_("A key expires within a year."), code="token-life-invalid")
    if not any(grant.program_id == program.pk for grant in grants(user)):
        raise TokenError(_("The person has no role in the program."), code="token-user-not-member")
    secret = ApiToken.new_secret()
    token = ApiToken.objects.create(
        program=program,
        user=user,
        name=name,
        digest=token_digest(secret),
        scopes=wanted,
        expires_at=expires_at,
    )
    return Issued(token, secret)


@transaction.atomic
def rotate(token: ApiToken, *, at: datetime, expires_at: datetime, overlap: timedelta = timedelta(0)) -> Issued:
    """Exchange a key for a new one of the same scopes; the old one works on for the overlap, then no more.

    Raises ConflictError (`token-not-valid`) for a key that has ended already: rotating twice makes one new key.
    """
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("program", "user").get(pk=token.pk)
    if not token.is_valid(at):
        raise ConflictError(_("The key has ended already."), code="token-not-valid")
    issued = create(token.program, token.user, name=token.name, scopes=token.scopes, at=at, expires_at=expires_at)
    if overlap:
        token.expires_at = min(token.expires_at, at + overlap)
    else:
        token.revoked_at = at
    token.save(update_fields=["expires_at", "revoked_at"])
    return issued


def revoke(token: ApiToken, *, at: datetime) -> None:
    """Withdraw a key at once; withdrawing it again changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
    token.refresh_from_db(fields=["revoked_at"])


# The token, its user, and the user's memberships in the token's program that are valid on the day (as `grants`).
FIND = """
    SELECT {token}, {user},
        (SELECT json_agg(json_build_array(m.role, o.path, o.parent_id IS NULL) ORDER BY m.id) {valid}
         AND m.user_id = t.user_id AND m.program_id = t.program_id)
    FROM cxprogram_apitoken t JOIN cxprogram_user u ON u.id = t.user_id
    WHERE t.digest = %(digest)s AND t.revoked_at IS NULL AND t.expires_at > %(at)s AND u.is_active
"""


@cache
def _find_sql() -> tuple[str, list[str], list[str]]:
    token = [field.attname for field in ApiToken._meta.concrete_fields]
    user = [field.attname for field in User._meta.concrete_fields]
    columns = {"token": ", ".join(f"t.{name}" for name in token), "user": ", ".join(f"u.{name}" for name in user)}
    return FIND.format(valid=VALID_MEMBERSHIPS, **columns), token, user


def find(secret: str, *, at: datetime) -> ApiToken | None:
    """The valid key with this secret, its user narrowed to the key's program; None for any other.

    Every request of an integration comes through here: one statement written by hand, and planned once.
    """
    sql, token_fields, user_fields = _find_sql()
    row = fetch_one(sql, {"digest": token_digest(secret), "at": at, "day": at.date()})
    if row is None:
        return None
    token = ApiToken.from_db(connection.alias, token_fields, row[: len(token_fields)])
    token.user = User.from_db(connection.alias, user_fields, row[len(token_fields) : -1])
    hold(token.user, (Grant(token.program_id, role, path, is_whole) for role, path, is_whole in row[-1] or ()))
    return token
