"""Moments of truth proposed by evidence: a touchpoint after whose low scores more leave than after its high ones, or
whose rating goes more closely with that of the whole than most. The room that owns the answers registers who left, and
which ratings are strong. Only a person confirms; what a person took back stays so."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from cxprogram import figures
from cxprogram.errors import ConflictError
from cxprogram.models import Program, User
from journeys.analytics import leaving
from journeys.analytics.leaving import Leaving, Outcomes
from journeys.choices import Truth
from journeys.models import Touchpoint
from journeys.services import map_history

AFTER = timedelta(days=90)  # who is not heard of for as long has left
CHURN = "churn"  # the type of an interaction that says that the customer left

# By question, of the program, at a moment.
Reader = Callable[[Program, Collection[str], datetime], Mapping[str, Outcomes]]
_readers: list[Reader] = []
# By question of the program, why it is a strong driver, in the program's language.
Reasons = Callable[[Program], Mapping[str, str]]
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
    why = {code: said for reasons in _drivers for code, said in reasons(program).items()}
    marked = {code: each for code, each in evidence(program, at=at).items() if each.is_marked}
    why |= {code: sentence(each, program.language) for code, each in marked.items()}
    rows = Touchpoint.objects.in_use().filter(program=program, question_code__in=why, truth=Truth.NO)
    changed = 0
    for row in rows.filter(truth_reason="").exclude(events__truth__in=[Truth.PROPOSED, Truth.CONFIRMED]):
        # Said again in the condition: a person may be editing.
        changed += Touchpoint.objects.filter(pk=row.pk, truth=Truth.NO, truth_reason="").update(
            truth=Truth.PROPOSED, truth_reason=why[row.question_code], revision=F("revision") + 1
        )
    return changed


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


def sentence(found: Leaving, language: str) -> str:
    """The evidence in the language of the program."""
    told = found.outcomes
    with translation.override(language):
        return _(
            "After a low score %(low)s leave (n %(low_n)s), after a high one %(high)s (n %(high_n)s): "
            "95 %% interval of the difference %(interval)s."
        ) % {
            "low": figures.figure(told.low_left / told.low_n, "share"),
            "low_n": figures.figure(told.low_n, "count"),
            "high": figures.figure(told.high_left / told.high_n, "share"),
            "high_n": figures.figure(told.high_n, "count"),
            "interval": figures.interval(found.low, found.high, "share", in_words=True),
        }
