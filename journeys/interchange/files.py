"""A file of journeys in whichever form it comes: CJML, a workbook, or our own JSON."""

import json

from django.utils.translation import gettext as _

from journeys.interchange import cjml, xlsx
from journeys.services.document_parts import DocumentError

HEAD = 2_000  # bytes in which the columns of another program's file stand


def read(data: bytes, *, language: str) -> cjml.Read:
    """The journeys of the file; the texts of CJML are in `language`.

    Raises XmlError, DocumentError (`lucidchart` for the diagram of another program).
    """
    if data.lstrip()[:1] == b"<":
        return cjml.read(data, language=language)
    found = cjml.Read(language)
    if data.startswith(xlsx.MAGIC):
        found.documents.append(xlsx.read(data))
        return found
    try:
        found.documents.append(json.loads(data.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise _unreadable(data, error) from None
    return found


def _unreadable(data: bytes, error: Exception) -> DocumentError:
    """Why a text is no journey: what it is, or where it stops being JSON if it began as such."""
    head = data[:HEAD]
    if b"Shape Library" in head and b"Line Source" in head:
        reason = _(
            "This is a Lucidchart diagram: its shapes and lines cannot be read. What can be is a journey in CJML 2.0, "
            "or in a JSON or Excel file of ours, under “Take in a journey” on the journey map."
        )
        return DocumentError(reason, code="lucidchart")
    reason = _("The file is neither JSON, XML nor a workbook.")
    if isinstance(error, json.JSONDecodeError) and error.pos:
        return DocumentError(reason, path=f"{error.lineno}:{error.colno}")
    return DocumentError(reason)
