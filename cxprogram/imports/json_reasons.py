"""Why JSON cannot be read, in sentences of ours: by what Python's reader calls it, whose own words are English."""

from cxprogram.imports.errors import Told, gettext_noop, told

BROKEN = gettext_noop("The JSON is broken: %(why)s.")
TOO_DEEP = gettext_noop("Objects are nested too deeply.")
_REASONS = {
    "Expecting value": gettext_noop("a value is missing"),
    "Expecting property name enclosed in double quotes": gettext_noop("a name in quotation marks is missing"),
    "Expecting ':' delimiter": gettext_noop("a colon is missing"),
    "Expecting ',' delimiter": gettext_noop("a comma is missing"),
    "Illegal trailing comma before end of object": gettext_noop("a comma has nothing behind it"),
    "Illegal trailing comma before end of array": gettext_noop("a comma has nothing behind it"),
    "Unterminated string starting at": gettext_noop("a text is not closed"),
    "Invalid control character at": gettext_noop("a text holds a line break or another control character"),
    "Invalid \\escape": gettext_noop("a backslash stands before a character that needs none"),
    "Invalid \\uXXXX escape": gettext_noop("a backslash stands before a character that needs none"),
    "Extra data": gettext_noop("something follows behind the end"),
}
_OTHER = gettext_noop("it does not follow the rules of JSON")


def broken(error: ValueError) -> Told:
    """Our sentence, still in English, for what Python says."""
    said = str(getattr(error, "msg", error))
    return told(BROKEN, why=next((ours for theirs, ours in _REASONS.items() if said.startswith(theirs)), _OTHER))
