"""Files that came in through the pages: kept until their import has ended, worked on by whoever claims them.

An import is work in a row: a worker may die at any moment, the sweep finds the row when its lease has run out, and the
next one goes on behind the last batch that was committed.
"""

import hashlib
import logging
import os
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cxprogram.choices import ImportStatus
from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import ImportRun, Program, User
from cxprogram.sentences import kept_error, say

log = logging.getLogger(__name__)
# Sent after the commit with `run_id`: the room that knows the kind wakes a worker.
import_queued = Signal()
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 5
KEPT = timedelta(days=7)


class UploadError(DomainError):
    code = "file-too-large"
    status = 413


def receive(program: Program, *, chunks: Iterable[bytes], name: str, by: User | None, at: datetime) -> ImportRun:
    """Keep an uploaded file, on disk before the reply. Raises UploadError (`file-too-large`, `file-empty`)."""
    folder = Path(settings.IMPORTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    stored = secrets.token_hex(16) + _suffix(name)
    path = folder / stored
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.IMPORT_MAX_BYTES:
                    raise UploadError(_too_large())
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise UploadError(_("The file is empty."), code="file-empty", status=400)
        return ImportRun.objects.create(
            program=program,
            kind="",
            mapping="",
            file_name=clean_name(name),
            file_sha256=digest.hexdigest(),
            stored_name=stored,
            file_bytes=size,
            status=ImportStatus.UPLOADED,
            by=by,
            started_at=at,
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _too_large() -> str:
    return _("A file has at most %(limit)s MB.") % {"limit": settings.IMPORT_MAX_BYTES // 1024**2}


def _suffix(name: str) -> str:
    """The end of the name as far as it says what the file is; nothing else of a stranger's name reaches the disk."""
    known = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".json", ".xes", ".qsf", ".lss", ".gz")
    return "".join(part for part in Path(name.lower()).suffixes[-2:] if part in known)


def clean_name(name: str) -> str:
    """A file's name as it may stand in a row: without folders and what cannot be printed."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in base if character.isprintable())[:255] or "file"


def path_of(run: ImportRun) -> Path:
    """Where the file lies. Raises ConflictError (`file-gone`) when it is kept no longer."""
    path = Path(settings.IMPORTS_DIR) / run.stored_name
    if not run.stored_name or not path.is_file():
        raise ConflictError(_("The file is kept no longer: upload it again."), code="file-gone")
    return path


@transaction.atomic
def queue(run: ImportRun, *, kind: str, mapping: str, definition: dict[str, Any], options: dict[str, Any]) -> None:
    """Hand an uploaded file to the workers. Raises ConflictError (`import-started`) for one that is under way."""
    changed = ImportRun.objects.filter(pk=run.pk, status=ImportStatus.UPLOADED).update(
        status=ImportStatus.QUEUED, kind=kind, mapping=mapping[:100], definition=definition, options=options
    )
    if not changed:
        raise ConflictError(_("This import has been started already."), code="import-started")
    transaction.on_commit(lambda: import_queued.send(sender=ImportRun, run_id=run.pk))


def claim(run_id: int, *, at: datetime) -> ImportRun | None:
    """Take the import for working on it; the row count says who won. One that failed too often is given up."""
    free = ImportRun.objects.filter(pk=run_id).filter(
        Q(status=ImportStatus.QUEUED) | Q(status=ImportStatus.RUNNING, leased_until__lt=at)
    )
    run = free.first()
    if run is None:
        return None
    if run.attempts >= MAX_ATTEMPTS:
        fail(run, say(gettext_noop("It was tried %(n)s times and never came to its end."), n=MAX_ATTEMPTS), at=at)
        return None
    won = free.filter(attempts=run.attempts).update(
        status=ImportStatus.RUNNING, attempts=run.attempts + 1, leased_until=at + LEASE
    )
    return ImportRun.objects.select_related("program", "by").get(pk=run_id) if won else None


def keep_hold(run: ImportRun, *, at: datetime, **fields: Any) -> None:
    """Write how far it is and stay its worker. Raises ConflictError (`import-taken`) if another one is by now."""
    held = ImportRun.objects.filter(pk=run.pk, status=ImportStatus.RUNNING, attempts=run.attempts)
    if not held.update(leased_until=at + LEASE, **fields):
        raise ConflictError(_("Another worker has taken this import over."), code="import-taken")


def finish(run: ImportRun, *, status: str, at: datetime, **fields: Any) -> None:
    """End the import with its account, and let the file go."""
    keep_hold(run, at=at, **fields)
    ImportRun.objects.filter(pk=run.pk).update(status=status, finished_at=at, leased_until=None)
    discard_file(run)


def fail(run: ImportRun, reason: str, *, at: datetime) -> None:
    error = kept_error({"line": 0, "column": "", "code": "import-failed", "detail": reason})
    ImportRun.objects.filter(pk=run.pk).update(
        status=ImportStatus.FAILED, finished_at=at, leased_until=None, errors=[*run.errors[:999], error]
    )
    discard_file(run)


def discard_file(run: ImportRun) -> None:
    if run.stored_name:
        (Path(settings.IMPORTS_DIR) / run.stored_name).unlink(missing_ok=True)


def due(at: datetime) -> list[int]:
    """Imports that wait, and those whose worker died."""
    rows = ImportRun.objects.filter(status__in=[ImportStatus.QUEUED, ImportStatus.RUNNING])
    free = rows.filter(Q(leased_until=None) | Q(leased_until__lt=at))
    return list(free.order_by("pk").values_list("pk", flat=True)[:100])


def forget_unused(at: datetime) -> int:
    """Delete uploads that nobody started within a week, with their files."""
    old = list(ImportRun.objects.filter(status=ImportStatus.UPLOADED, started_at__lt=at - KEPT)[:100])
    for run in old:
        discard_file(run)
        run.delete()
    return len(old)
