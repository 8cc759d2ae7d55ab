"""Support cases that become closed wake the plans that ask after them, in the transaction that writes the case.

So no case is missed, and none is asked about twice: whatever its source sends again, its customer is asked once.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from cxprogram.models import Program
from feedback.choices import PlanEvent, PlanTrigger
from feedback.models import PlannedAsk, SamplingPlan, SupportCase
from feedback.services import plans

Key = tuple[str, str]  # (source, external id)


def is_awaited(program: Program) -> bool:
    """Whether a running plan asks after closed cases."""
    waiting = SamplingPlan.objects.running().filter(trigger=PlanTrigger.EVENT, event=PlanEvent.CASE_CLOSED)
    return waiting.filter(program=program).exists()


def _cases(program: Program, keys: Collection[Key]) -> list[SupportCase]:
    rows = SupportCase.objects.filter(
        program=program,
        source__in={source for source, _key in keys},
        external_id__in={key for _source, key in keys},
    )
    return [row for row in rows if (row.source, row.external_id) in keys]


def known(program: Program, keys: Collection[Key]) -> dict[Key, bool]:
    """Of the cases that are there before others are written: whether each is closed, and its customer known."""
    return {
        (row.source, row.external_id): row.is_closed and row.customer_id is not None for row in _cases(program, keys)
    }


def react(program: Program, was: Mapping[Key, bool], written: Collection[Key], *, at: datetime) -> int:
    """Queue what the plans ask after the cases that were written and are closed now, and were not before.

    A source that tells no time closed a case that we knew as open just now; one that we meet closed was closed we know
    not when, and is as old as the case: a file of old cases asks nobody. Returns how many asks.
    """
    events = []
    for case in _cases(program, written):
        key = (case.source, case.external_id)
        if case.is_closed and case.customer_id is not None and not was.get(key, False):
            events.append(plans.case_closed(case, at=case.closed_at or (at if key in was else case.at)))
    # By cause alone: the customer of a case may have been found to be another one.
    asked = PlannedAsk.objects.filter(plan__program=program, cause__in=[event.cause for event in events])
    told = set(asked.values_list("cause", flat=True))
    return plans.react(program, [event for event in events if event.cause not in told], at=at)
