"""Places where a survey hangs for everybody: posters with a QR code, pages with the widget."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError
from cxprogram.models import OrgUnit
from feedback.choices import AskChannel
from feedback.models import Placement, Survey
from journeys.models import Touchpoint

# Read aloud and typed by hand without mistakes: no 0 and o, no 1 and l, no vowels that make words.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
LENGTH = 8


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def make(
    survey: Survey,
    *,
    name: str,
    channel: str = AskChannel.QR,
    unit: OrgUnit | None = None,
    touchpoint: Touchpoint | None = None,
) -> Placement:
    return Placement.objects.create(
        program_id=survey.program_id,
        survey=survey,
        code=new_code(),
        name=name,
        channel=channel,
        unit=unit,
        touchpoint=touchpoint,
    )


def find(survey: Survey, code: str) -> Placement | None:
    """The place, also when the survey was taken down there: an answer from an old poster is an answer."""
    if not code or len(code) > 16 or not code.isascii() or not code.isalnum():
        return None
    return Placement.objects.select_related("unit").filter(survey=survey, code=code).first()


@transaction.atomic
def end(placement: Placement, *, at: datetime) -> None:
    """The survey hangs here no more. Raises ConflictError (`placement-ended`)."""
    if not Placement.objects.live().filter(pk=placement.pk).update(ended_at=at):
        raise ConflictError(_("This was taken down already."), code="placement-ended")
