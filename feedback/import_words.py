"""Why a file is refused, in the reader's language: the readers of files know no language but English."""

from django.utils.translation import gettext

from cxprogram import figures
from cxprogram.imports.errors import ImportFileError


def refusal(error: ImportFileError) -> str:
    """The sentence as the catalogue has it, with its facts; one that is in no catalogue in English."""
    said = gettext(error.sentence)
    if not error.facts:
        return said
    return said % {
        name: fact if isinstance(fact, str) else figures.figure(fact, "count") for name, fact in error.facts.items()
    }
