"""The stream that Segment's calls go into: made in one step, with what it is for."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError
from cxprogram.models import Program
from journeys.choices import StreamKind
from journeys.models import DataStream, UseCase, UseCaseStream
from journeys.services import streams, use_cases
from journeys.services.tracking import STREAM


@dataclass(frozen=True)
class NewUse:
    """A use case that is not there yet."""

    name: str
    kind: str
    decision: str


@transaction.atomic
def make(
    program: Program, *, purpose: str, legal_basis: str, use: UseCase | NewUse, language: str, begins: bool
) -> DataStream:
    """The stream as a draft, needed by a use case; both begin only if somebody says so.

    Raises ConflictError (`stream-known`) where the program has it, and what beginning them raises.
    """
    stream, is_new = DataStream.objects.get_or_create(
        program=program,
        code=STREAM,
        defaults={
            "name": "Segment", "kind": StreamKind.USER_EXPERIENCE, "purpose": purpose, "legal_basis": legal_basis,
        },
    )  # fmt: skip
    if not is_new:
        raise ConflictError(_("The program has this stream already."), code="stream-known")
    case = use
    if isinstance(case, NewUse):
        decisions = {language: case.decision}
        case = use_cases.propose(program.pk, called=case.name, name=case.name, kind=case.kind, decisions=decisions)
    UseCaseStream.objects.create(use_case=case, stream=stream)
    if begins:
        use_cases.activate(case)
        stream = streams.activate(stream)
    return stream
