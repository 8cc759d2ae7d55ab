"""Use cases: proposed from a pain point, run, retired. What an active one needs may be collected, nothing else."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from journeys.choices import UseCaseKind, UseCaseState
from journeys.models import DataStream, Touchpoint, UseCase, UseCaseStream
from journeys.services.new_journeys import free_code


class UseCaseError(DomainError):
    code = "use-case-refused"


def propose(program_id: int, *, called: str, **facts: Any) -> UseCase:
    """A use case whose code is made of what it is `called`; nothing is collected for it before it is activated."""
    taken = set(UseCase.objects.filter(program=program_id).values_list("code", flat=True))
    return UseCase.objects.create(program_id=program_id, code=free_code(called, "use-case", taken), **facts)


@transaction.atomic
def adopt(touchpoint: Touchpoint, *, decisions: dict[str, str], streams: Iterable[DataStream]) -> UseCase:
    """Propose to mend a touchpoint, with the streams that tell of it; the one that is there already, if there is."""
    Touchpoint.objects.select_for_update(of=("self",)).get(pk=touchpoint.pk)
    there = touchpoint.use_cases.exclude(status=UseCaseState.RETIRED).order_by("pk").first()
    if there is not None:
        return there
    case = propose(
        touchpoint.program_id,
        called=f"mend-{touchpoint.code}",
        name=touchpoint.name,
        names=touchpoint.names,
        kind=UseCaseKind.IMPROVEMENT,
        touchpoint=touchpoint,
        decisions=decisions,
        is_quick_win=True,
    )
    UseCaseStream.objects.bulk_create(UseCaseStream(use_case=case, stream=stream) for stream in streams)
    return case


@transaction.atomic
def activate(case: UseCase) -> UseCase:
    """Begin to use data for it. Raises UseCaseError (`use-case-without-decision`) if it serves no decision."""
    case = UseCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not case.decision:
        raise UseCaseError(_("Say which decision it serves."), code="use-case-without-decision")
    return _move(case, UseCaseState.ACTIVE)


@transaction.atomic
def retire(case: UseCase) -> UseCase:
    """End it. Raises UseCaseError (`use-case-needed`) while it is all that an active stream is collected for."""
    case = UseCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.status == UseCaseState.ACTIVE and (left := case.left_without_use()):
        names = ", ".join(stream.label for stream in left)
        raise UseCaseError(
            _("Nothing else uses %(names)s: stop them first.") % {"names": names}, code="use-case-needed"
        )
    return _move(case, UseCaseState.RETIRED)


def _move(case: UseCase, state: str) -> UseCase:
    if case.status != state:
        case.status = state
        case.save(update_fields=["status"])
    return case
