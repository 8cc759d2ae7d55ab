"""When support cases became closed: their source tells it, or what the audit kept of them does."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from feedback.models import SupportCase


def since(program: int, moment: datetime) -> list[tuple[SupportCase, datetime]]:
    """The cases of known customers that have become closed since the moment, each with the time when it did:

    - that which its source tells;
    - when the word was written that closed a case which we knew as open, or whose customer we did not know;
    - when the case was opened, if we met it closed.

    They are the times from which `closed_cases.react` counts.
    """
    kept: Any = SupportCase._meta.get_field("events").related_model
    lately = Exists(kept.objects.filter(pgh_obj=OuterRef("pk"), pgh_created_at__gt=moment))
    by_word = Q(closed_at=None) & (Q(at__gt=moment) | lately)
    rows = SupportCase.objects.filter(by_word | Q(closed_at__gt=moment), program=program, customer__isnull=False)
    cases = [case for case in rows if case.is_closed]
    written = _written(kept.objects.filter(pgh_obj__in=[case.pk for case in cases if case.closed_at is None]))
    times = [(case, case.closed_at or written.get(case.pk, case.at)) for case in cases]
    return [(case, at) for case, at in times if at > moment]


def _written(kept: Any) -> dict[int, datetime]:
    """When what closed each case was written, by its key, of those that were not closed before."""
    was_open: set[int] = set()
    written: dict[int, datetime] = {}
    facts = kept.order_by("pgh_id").values_list("pgh_obj", "pgh_created_at", "customer", "status", "closed_at")
    for pk, at, customer, status, closed_at in facts:
        if customer is None or not SupportCase(status=status, closed_at=closed_at).is_closed:
            was_open.add(pk)
            written.pop(pk, None)
        elif pk in was_open:
            written.setdefault(pk, at)
    return written
