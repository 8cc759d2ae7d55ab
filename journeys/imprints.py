"""Places of the ground floor that know no customer and may name one: mails, the admin's log, accounts of imports."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.db.models.functions import Lower

from cxprogram.choices import MailStatus
from cxprogram.models import ImportRun, OutgoingMail
from journeys.holdings import Imprint, Traces, register
from journeys.models import Customer, CustomerIdentity
from journeys.namings import ERASED


def _mails_to(program: int, traces: Traces) -> Any:
    rows = OutgoingMail.objects.filter(program=program).annotate(folded=Lower("to"))
    return rows.filter(folded__in=[text for text in traces.texts if "@" in text])


def _export_mails(program: int, traces: Traces) -> Iterable[dict[str, Any]]:
    return _mails_to(program, traces).order_by("pk").values("to", "subject", "body", "status", "created_at", "sent_at")


def _erase_mails(program: int, traces: Traces) -> int:
    """Mails to the person, and those that name them; one that still waits is not sent."""
    named = Q(pk__in=())
    for text in traces.texts:
        named |= Q(body__icontains=text) | Q(subject__icontains=text) | Q(last_error__icontains=text)
    numbers = {*_mails_to(program, traces).values_list("pk", flat=True)}
    numbers |= {*OutgoingMail.objects.filter(named, program=program).values_list("pk", flat=True)}
    rows = OutgoingMail.objects.filter(pk__in=numbers)
    rows.exclude(status=MailStatus.SENT).update(status=MailStatus.FAILED, attempts=1_000, leased_until=None)
    return rows.update(to="", subject=ERASED, body="", last_error="")


def _erase_admin_log(program: int, traces: Traces) -> int:
    """The admin's log writes down what a row was called."""
    types = [ContentType.objects.get_for_model(model) for model in (Customer, CustomerIdentity)]
    numbers = [str(number) for number in traces.customers]
    rows = LogEntry.objects.filter(content_type=types[0], object_id__in=numbers)
    count = rows.update(object_repr=ERASED, change_message="")
    theirs = LogEntry.objects.filter(content_type__in=types).exclude(object_repr=ERASED)
    others = LogEntry.objects.exclude(content_type__in=types)
    if traces.pattern:
        named = Q(object_repr__iregex=traces.pattern) | Q(change_message__iregex=traces.pattern)
        theirs |= others.filter(named)
    for entry in theirs.only("pk", "object_repr", "change_message"):
        if traces.are_in(entry.object_repr) or traces.are_in(entry.change_message):
            count += LogEntry.objects.filter(pk=entry.pk).update(object_repr=ERASED, change_message="")
    return count


def _erase_import_errors(program: int, traces: Traces) -> int:
    count = 0
    for run in ImportRun.objects.filter(program=program).exclude(errors=[]):
        kept = [error for error in run.errors if not traces.are_in(msgspec.json.encode(error).decode())]
        if kept != run.errors:
            run.errors = kept
            run.save(update_fields=["errors"])
            count += 1
    return count


def register_all() -> None:
    register(
        Imprint("mails", _erase_mails, _export_mails),
        Imprint("admin_log", _erase_admin_log),
        Imprint("import_errors", _erase_import_errors),
    )
