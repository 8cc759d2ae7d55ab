"""Data streams: purpose first. A stream takes data in only while an active use case needs it."""

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from journeys.choices import StreamStatus
from journeys.models import DataStream


class StreamError(DomainError):
    code = "stream-refused"


@transaction.atomic
def activate(stream: DataStream) -> DataStream:
    """Let a stream take data in; twice changes nothing.

    Raises StreamError

    - `stream-without-purpose` if it has no purpose or legal basis;
    - `stream-without-use-case` if no active use case needs it.
    """
    stream = DataStream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
    if stream.status == StreamStatus.ACTIVE:
        return stream
    if not (stream.purpose and stream.legal_basis):
        raise StreamError(_("Without purpose and legal basis it stays a draft."), code="stream-without-purpose")
    if not stream.is_used:
        raise StreamError(_("No active use case needs it, so it stays a draft."), code="stream-without-use-case")
    stream.status = StreamStatus.ACTIVE
    stream.save(update_fields=["status"])
    return stream


@transaction.atomic
def stop(stream: DataStream) -> DataStream:
    """Make a stream a draft again: it takes nothing in from now on, and what came in stays."""
    stream = DataStream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
    if stream.status != StreamStatus.DRAFT:
        stream.status = StreamStatus.DRAFT
        stream.save(update_fields=["status"])
    return stream
