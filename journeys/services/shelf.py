"""Journeys that are put away: in no list and no selector, with all that was measured and every version kept."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError
from cxprogram.models import User
from journeys.choices import VersionKind
from journeys.models import Journey, Touchpoint
from journeys.services import map_history, openings


@transaction.atomic
def put_away(journey: Journey, *, by: User, at: datetime) -> None:
    """Off every list and selector; again changes nothing.

    Raises ConflictError (`journey-opened-from`) while a touchpoint of a journey in use opens into it: who follows that
    door would stand before nothing.
    """
    openings.hold(journey)
    now = map_history.locked(journey)
    if now.retired_at is not None:
        return
    doors = Touchpoint.objects.in_use().filter(opens=now).select_related("stage__journey")
    if (door := doors.order_by("pk").first()) is not None:
        said = _("%(name)s of the journey %(journey)s opens into it: take that off its map first.")
        raise ConflictError(
            said % {"name": door.label, "journey": door.stage.journey.label}, code="journey-opened-from"
        )
    map_history.keep_standing(now, at)
    _retire(now, at)
    map_history.keep_version(now, VersionKind.KEPT, by, at, label=_("Put away"))


@transaction.atomic
def bring_back(journey: Journey, *, by: User, at: datetime) -> None:
    """Back in the lists as it was put away; again changes nothing."""
    now = map_history.locked(journey)
    if now.retired_at is not None:
        _retire(now, None)
        map_history.keep_version(now, VersionKind.KEPT, by, at, label=_("Brought back"))


def _retire(journey: Journey, at: datetime | None) -> None:
    journey.retired_at, journey.revision = at, journey.revision + 1
    journey.save(update_fields=["retired_at", "revision"])
