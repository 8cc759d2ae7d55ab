"""Moments of truth proposed by evidence: a touchpoint after whose low scores more leave than after its high ones, or
whose rating goes more closely with that of the whole than most. The room that owns the answers registers who left, and
which ratings are strong. Only a person confirms; what a person took back stays so."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError
from cxprogram.models import Program, User
from journeys.analytics import leaving
from journeys.analytics.leaving import Leaving, Outcomes
from journeys.choices import Truth
from journeys.models import Touchpoint
from journeys.services import map_history
from journeys.truth_words import Facts, kept

AFTER = timedelta(days=90)  # who is not heard of for as long has left
CHURN = "churn"  # the type of an interaction that says that the customer left

# By question, of the program, at a moment.
Reader = Callable[[Program, Collection[str], datetime], Mapping[str, Outcomes]]
_readers: list[Reader] = []
# By question of the program, the evidence that it is a strong driver.
Reasons = Callable[[Program], Mapping[str, Facts]]
_drivers: list[Reasons] = []


def register(reader: Reader) -> None:
    if reader not in _readers:
        _readers.append(reader)


def register_drivers(reasons: Reasons) -> None:
    if reasons not in _drivers:
        _drivers.append(reasons)


def evidence(program: Program, *, at: datetime) -> dict[str, Leaving]:
    """How leaving goes with the scores of each question that measures a touchpoint of the map."""
    rows = Touchpoint.objects.in_use().filter(program=program).exclude(question_code="")
    codes = set(rows.values_list("question_code", flat=True))
    found = next((told for reader in _readers if (told := reader(program, codes, at))), {})
    return leaving.leaving(found, minimum=program.min_n)


def propose(program: Program, *, at: datetime) -> int:
    """Propose the touchpoints whose evidence survives; the number of touchpoints that changed.

    - leaving after a low score, where it survives correction, tells before the strength of a driver;
    - a touchpoint that is none and never was proposed becomes proposed, its reason the evidence;
    - one confirmed, or proposed for another reason, keeps both.
    """
    why = {code: facts for reasons in _drivers for code, facts in reasons(program).items()}
    marked = {code: each for code, each in evidence(program, at=at).items() if each.is_marked}
    why |= {code: _facts(each) for code, each in marked.items()}
    rows = Touchpoint.objects.in_use().filter(program=program, question_code__in=why, truth=Truth.NO)
    changed = 0
    for row in rows.filter(truth_reason="").exclude(events__truth__in=[Truth.PROPOSED, Truth.CONFIRMED]):
        # Said again in the condition: a person may be editing.
        changed += Touchpoint.objects.filter(pk=row.pk, truth=Truth.NO, truth_reason="").update(
            truth=Truth.PROPOSED, revision=F("revision") + 1, **kept(why[row.question_code], program.language)
        )
    return changed


def _facts(found: Leaving) -> Facts:
    return {"kind": "leaving", **asdict(found.outcomes), "low": found.low, "high": found.high}


def confirm(touchpoint: Touchpoint, *, seen: str, by: User, at: datetime) -> None:
    """Say that it is a moment of truth, be it proposed or not. Raises as `_say`."""
    _say(touchpoint, Truth.CONFIRMED, seen=seen, by=by, at=at)


def dismiss(touchpoint: Touchpoint, *, seen: str, by: User, at: datetime) -> None:
    """Say that it is none; its evidence stays to be read, and does not propose it again. Raises as `_say`."""
    _say(touchpoint, Truth.NO, seen=seen, by=by, at=at)


def _say(touchpoint: Touchpoint, truth: Truth, *, seen: str, by: User, at: datetime) -> None:
    """A version of the journey, like every edit of its map. `seen` is what the person saw it said.

    Raises ConflictError (`truth-said-meanwhile`) if it says neither that nor already what the person says;
    NotFoundError (`map-part-unknown`) if it has been taken off meanwhile.
    """
    with map_history.editing(map_history.journey_of(touchpoint), by, at):
        now = map_history.locked_part(touchpoint)
        if now.truth == truth:
            return
        if now.truth != seen:
            raise ConflictError(_("Somebody else has said otherwise meanwhile."), code="truth-said-meanwhile")
        now.truth = truth
        now.revision += 1
        now.save(update_fields=["truth", "revision"])
