"""In which encoding is this file text? Every byte is looked at once, in constant memory."""

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from cxprogram.imports.errors import ImportFileError, gettext_noop, shown, told
from cxprogram.imports.source import CHUNK, Limits, open_source, refuse_what_is_no_text

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A few accented letters among plain ones are Western European; no detector can tell more from a few words.
FEW_ACCENTS = 8
WESTERN_SHARE = 0.3
NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# What survey tools and spreadsheets write. A short list guesses better on a few words.
CODE_PAGES = ("cp1252", "cp1250", "cp1251", "iso8859_7", "cp932", "gb18030", "big5", "euc_kr")
GUESS_BYTES = 32 * 1024
NON_ASCII = re.compile(rb"[\x80-\xff]")
NO_ENCODING = gettext_noop("There is no encoding %(name)s.")
GUESSED = gettext_noop(
    "Line %(line)s is not UTF-8; the file was read as %(name)s, which is a guess. "
    "Look at accented letters in the preview, or name the encoding."
)
BAD_BYTE = gettext_noop("Byte 0x%(byte)s is no text in %(name)s.")
NOT_IN = gettext_noop("This is no text in %(name)s.")
NUL_BYTES = gettext_noop("The file holds NUL bytes: it is not text, or UTF-16 without a mark.")
LONG_LINE = gettext_noop("The line has more than %(limit)s characters.")
ONLY_BLANKS = gettext_noop("The file holds nothing but blank lines.")
MIXED = gettext_noop("%(good)s lines are UTF-8 and %(bad)s are not. Mend them, or name the encoding.")


def find_encoding(path: Path, declared: str | None, notes: list[str], limits: Limits) -> str:
    """The encoding under which every byte of the file is text; the file is read once for each attempt."""
    with open_source(path, limits) as file:
        head = file.read(16)
    refuse_what_is_no_text(head)
    marked = next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), None)
    chosen = declared or marked or "utf-8"
    try:
        b"a".decode(chosen, "ignore")
    except (LookupError, UnicodeError):
        raise ImportFileError("encoding-unknown", NO_ENCODING, name=shown(chosen)) from None
    if codecs.lookup(chosen).name == "utf-8" and marked == "utf-8-sig":
        chosen = "utf-8-sig"
    try:
        _scan(path, chosen, limits)
    except _UndecodableError as error:
        if declared or marked:
            raise error.as_refusal(chosen) from None
        first_bad = error.line
    else:
        return chosen
    chosen = _guess(path, first_bad, limits)
    try:
        _scan(path, chosen, limits)
    except _UndecodableError as error:
        raise error.as_refusal(chosen) from None
    notes.append(told(GUESSED, line=str(first_bad), name=chosen))
    return chosen


class _UndecodableError(Exception):
    def __init__(self, line: int, byte: int) -> None:
        super().__init__(line, byte)
        self.line = line
        self.byte = byte

    def as_refusal(self, encoding: str) -> ImportFileError:
        detail = told(BAD_BYTE, byte=f"{self.byte:02x}", name=encoding)
        return ImportFileError("encoding-undecodable", detail, self.line)


def _scan(path: Path, encoding: str, limits: Limits) -> None:
    """Decode the whole file and refuse what is not lines of text. Constant memory."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line, width, empty, after_return = 1, 0, True, False
    with open_source(path, limits) as file:
        while True:
            chunk = file.read(min(CHUNK, limits.line_characters))  # so no whole line inside it is too long
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(encoding, "ignore")
                raise _UndecodableError(line + _line_ends(before, after_return), error.object[error.start]) from None
            except UnicodeError:
                raise ImportFileError("encoding-undecodable", NOT_IN, line, name=encoding) from None
            if "\x00" in text:
                at = line + _line_ends(text[: text.index("\x00")], after_return)
                raise ImportFileError("file-binary", NUL_BYTES, at)
            ends = _line_ends(text, after_return)
            first = min((at for at in (text.find("\n"), text.find("\r")) if at >= 0), default=len(text))
            if width + first > limits.line_characters:
                raise ImportFileError("line-too-long", LONG_LINE, line, limit=limits.line_characters)
            last = max(text.rfind("\n"), text.rfind("\r"))
            width = width + len(text) if last < 0 else len(text) - last - 1
            line += ends
            after_return = text.endswith("\r") if text else after_return
            empty = empty and not text.strip()
            if not chunk:
                break
    if empty:
        raise ImportFileError("file-empty", ONLY_BLANKS)


def _line_ends(text: str, after_return: bool) -> int:
    """Line ends in a piece of text: LF, CR or CR LF, the latter also across two pieces."""
    ends = text.count("\n") + text.count("\r") - text.count("\r\n")
    return ends - 1 if after_return and text.startswith("\n") else ends


def _guess(path: Path, first_bad: int, limits: Limits) -> str:
    """A code page for a file that is not UTF-8, from its own accented lines.

    A file whose accented lines are mostly good UTF-8 is a damaged UTF-8 file, and one with any beside a few accents is
    put together from two: reading either as anything else would spoil the good lines, so it is refused.
    """
    sample, good, bad = bytearray(), 0, 0
    with open_source(path, limits) as file:
        for raw in iter(lambda: file.readline(limits.line_characters), b""):
            if not NON_ASCII.search(raw):
                continue
            try:
                raw.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
                sample += raw
            if len(sample) > GUESS_BYTES:
                break
    letters = sum(byte >= 0x80 or chr(byte).isalpha() for byte in sample)
    accented = len(NON_ASCII.findall(sample))
    western = accented < FEW_ACCENTS or accented < WESTERN_SHARE * letters
    if good > bad or (good and western):
        raise ImportFileError("encoding-mixed", MIXED, first_bad, good=good, bad=bad)
    if western and not NOT_CP1252.search(sample):
        return "cp1252"
    best = from_bytes(bytes(sample), cp_isolation=list(CODE_PAGES)).best()
    return best.encoding if best else "cp1252"
