"""Files of the data folder that may name a person: messages sent in demonstration mode, uploads, logs."""

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cxprogram.choices import ImportStatus
from cxprogram.models import ImportRun
from cxprogram.services import import_runs
from journeys.holdings import Imprint, Traces, register

CHUNK = 1024 * 1024
OVERLAP = 1024
MOST_CHUNKS = 4096  # what a file may unpack to
UNREADABLE = (OSError, EOFError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile)


# --- messages ---------------------------------------------------------------------------------
def _erase_messages(program: int, traces: Traces) -> int:
    """The demonstration's mail box and text messages: those that name the person."""
    mails = {path: _mail_text(path) for path in _files(settings.EMAIL_MESSAGES_DIR, "*.eml")}
    texts = {path: path.read_text(errors="replace") for path in _files(settings.SMS_MESSAGES_DIR, "*.txt")}
    named = [path for path, text in {**mails, **texts}.items() if traces.are_in(text)]
    for path in named:
        path.unlink(missing_ok=True)
    return len(named)


def _mail_text(path: Path) -> str:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(str(value) for value in message.values()), *parts])


def _files(folder: str | Path, pattern: str) -> Iterable[Path]:
    return sorted(Path(folder).glob(pattern)) if Path(folder).is_dir() else ()


# --- uploads ----------------------------------------------------------------------------------
def _erase_uploads(program: int, traces: Traces) -> int:
    """A file that waits or is worked on and names the person is let go: taken in, it would bring them back."""
    over = (ImportStatus.DONE, ImportStatus.REFUSED, ImportStatus.FAILED)
    count = 0
    for run in ImportRun.objects.filter(program=program).exclude(stored_name="").exclude(status__in=over):
        path = Path(settings.IMPORTS_DIR) / run.stored_name
        if path.is_file() and _names(path, traces):
            import_runs.fail(
                run, _("A person in this file was erased: upload it again without them."), at=timezone.now()
            )
            count += 1
    return count


def _names(path: Path, traces: Traces) -> bool:
    """Whether the file names the person; one that cannot be read to its end is taken to."""
    try:
        return any(traces.names.search(text) is not None for text in _texts(path))
    except UNREADABLE:
        return True


def _texts(path: Path) -> Iterator[str]:
    """What the file says, a piece at a time, each beginning with the end of the one before."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                with archive.open(member) as file:
                    yield from _pieces(file)
    elif path.suffix == ".gz":
        with gzip.open(path) as file:
            yield from _pieces(file)
    else:
        with path.open("rb") as file:
            yield from _pieces(file)


def _pieces(file: IO[bytes] | gzip.GzipFile) -> Iterator[str]:
    end = b""
    for _number in range(MOST_CHUNKS):
        if not (chunk := file.read(CHUNK)):
            return
        piece = (end + chunk).replace(b"\0", b"")
        yield piece.decode("utf-8", errors="ignore")
        yield piece.decode("latin-1")
        end = piece[-OVERLAP:]
    raise OSError("unpacks to too much")


# --- logs -------------------------------------------------------------------------------------
def _erase_logs(program: int, traces: Traces) -> int:
    """Logs are written to while this runs: what names the person is overwritten where it stands."""
    if not traces.pattern:
        return 0
    folders = (settings.DATA_DIR / "log", settings.DATA_DIR / "postgres")
    return sum(_overwrite(path, traces.names) for folder in folders for path in _files(folder, "*.log*"))


def _overwrite(path: Path, names: re.Pattern[str]) -> int:
    spots: list[tuple[int, int]] = []
    with path.open("r+b") as file:
        place = 0
        for line in file:
            text = line.decode("utf-8", errors="surrogateescape")
            for found in names.finditer(text):
                start = _size(text[: found.start()])
                spots.append((place + start, _size(found.group())))
            place += len(line)
        for start, size in spots:
            file.seek(start)
            file.write(b"*" * size)
    return len(spots)


def _size(text: str) -> int:
    return len(text.encode("utf-8", errors="surrogateescape"))


def register_all() -> None:
    register(
        Imprint("messages", _erase_messages),
        Imprint("uploads", _erase_uploads),
        Imprint("logs", _erase_logs),
    )
