"""Why XML cannot be read, in sentences of ours: by what expat calls it, whose own words are English."""

from xml.parsers.expat import errors

from cxprogram.imports.errors import gettext_noop

FORBIDDEN = gettext_noop("A document type or an entity is not taken.")
# expat asks Python for an encoding that it does not know itself, and Python raises what it likes.
UNKNOWN_ENCODING = gettext_noop("The encoding that the file names cannot be read; UTF-8 can.")
NOT_XML = gettext_noop("This is not XML.")
_REASONS = {
    errors.XML_ERROR_NO_ELEMENTS: gettext_noop("The file ends before its content does."),
    errors.XML_ERROR_INVALID_TOKEN: gettext_noop(
        "There is a character that may not stand here; “&” is written “&amp;”, and “<” is written “&lt;”."
    ),
    errors.XML_ERROR_UNCLOSED_TOKEN: gettext_noop("A tag is not closed."),
    errors.XML_ERROR_TAG_MISMATCH: gettext_noop("The closing tag does not belong to the tag that is open."),
    errors.XML_ERROR_DUPLICATE_ATTRIBUTE: gettext_noop("A tag has one attribute twice."),
    errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: gettext_noop("Something follows behind the end of the document."),
    errors.XML_ERROR_UNDEFINED_ENTITY: gettext_noop("There is an entity that XML does not know."),
    errors.XML_ERROR_UNKNOWN_ENCODING: UNKNOWN_ENCODING,
    errors.XML_ERROR_INCORRECT_ENCODING: gettext_noop("The file is not in the encoding that it names."),
    errors.XML_ERROR_MISPLACED_XML_PI: gettext_noop("Something stands before the declaration <?xml …?>."),
    errors.XML_ERROR_SYNTAX: NOT_XML,
}


def reason(said: str) -> str:
    """Our sentence, still in English, for what expat says; its own where we have none."""
    return _REASONS.get(said, said)
