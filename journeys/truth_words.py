"""Why a touchpoint is a moment of truth, in the reader's language: evidence is kept in figures and worded when read.

Beside the figures a touchpoint keeps their sentence in the program's language, which the documents of the map carry.
Whoever writes another reason over it has the last word.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from cxprogram import figures
from cxprogram.periods import parse
from journeys.models import Touchpoint

Facts = Mapping[str, Any]  # the name of its sentence as `kind`, and figures


def _of_leaving(facts: Facts) -> str:
    return _(
        "After a low score %(low)s leave (n %(low_n)s), after a high one %(high)s (n %(high_n)s): "
        "95 %% interval of the difference %(interval)s."
    ) % {
        "low": figures.figure(facts["low_left"] / facts["low_n"], "share"),
        "low_n": figures.figure(facts["low_n"], "count"),
        "high": figures.figure(facts["high_left"] / facts["high_n"], "share"),
        "high_n": figures.figure(facts["high_n"], "count"),
        "interval": figures.interval(facts["low"], facts["high"], "share", in_words=True),
    }


def _of_driver(facts: Facts) -> str:
    return _(
        "Goes with the rating of the whole more than most: %(share)s of what the ratings explain, "
        "95 %% interval %(interval)s (n %(n)s, %(period)s)."
    ) % {
        "share": figures.figure(facts["share"], "share"),
        "interval": figures.interval(facts["low"], facts["high"], "share", in_words=True),
        "n": figures.figure(facts["n"], "count"),
        "period": parse(facts["period"]).label,
    }


_SENTENCES: dict[str, Callable[[Facts], str]] = {"leaving": _of_leaving, "driver": _of_driver}


def kept(facts: Facts, language: str) -> dict[str, Any]:
    """The evidence as a touchpoint keeps it: the sentence in this language, and the figures that say it in any."""
    with translation.override(language):
        said = _SENTENCES[facts["kind"]](facts)
    return {"truth_reason": said, "truth_facts": {**facts, "said": said}}


def why(touchpoint: Touchpoint) -> str:
    """In the reader's language where evidence proposed it, else as a person wrote it."""
    facts = touchpoint.truth_facts
    if facts.get("said") != touchpoint.truth_reason or facts.get("kind") not in _SENTENCES:
        return touchpoint.truth_reason
    return _SENTENCES[facts["kind"]](facts)
