"""Keys of integrations: made, shown once, exchanged, withdrawn. Only their hash is kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.access import grants, narrow
from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import ApiToken, Program, User
from cxprogram.models.token import token_digest

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


def find(secret: str, *, at: datetime) -> ApiToken | None:
    """The valid key with this secret, its user narrowed to the key's program; None for any other."""
    token = ApiToken.objects.select_related("user").filter(digest=token_digest(secret)).first()
    if token is None or not token.is_valid(at) or not token.user.is_active:
        return None
    narrow(token.user, token.program_id)
    return token
