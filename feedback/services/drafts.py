"""Answers that were begun: kept so that a person can go on later, forgotten when they are sent or left behind."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from feedback.models import Invitation, SurveyDraft, token_hash
from feedback.services.surveys import Door

KEPT = timedelta(days=30)


def _hash(key: str, invitation: Invitation | None) -> bytes:
    return bytes(invitation.token_hash) if invitation else token_hash(key)


def keep(
    door: Door,
    typed: Mapping[str, Sequence[str]],
    *,
    key: str,
    page: int,
    language: str,
    at: datetime,
    invitation: Invitation | None = None,
) -> None:
    """Write down what was typed so far; the visit's key, or the invitation, finds it again."""
    facts = {
        "survey": door.survey,
        "version_id": door.version_id,
        "typed": {code: list(values) for code, values in typed.items() if values},
        "page": page,
        "language": language,
        "updated_at": at,
    }
    SurveyDraft.objects.update_or_create(
        key_hash=_hash(key, invitation),
        defaults=facts,
        create_defaults=facts | {"created_at": at, "invitation": invitation},
    )


def find(door: Door, *, key: str = "", invitation: Invitation | None = None) -> SurveyDraft | None:
    return SurveyDraft.objects.filter(key_hash=_hash(key, invitation), survey=door.survey).first()


def drop(*, key: str = "", invitation: Invitation | None = None) -> None:
    """The answer is sent: what was begun is not needed any more."""
    SurveyDraft.objects.filter(key_hash=_hash(key, invitation)).delete()


def forget(*, at: datetime) -> int:
    """Delete what nobody has gone on with for `KEPT`; returns how many."""
    return SurveyDraft.objects.filter(updated_at__lt=at - KEPT).delete()[0]
