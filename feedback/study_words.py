"""Why a driver study was not made, in plain words: a reason's code and facts, read in the language of the reader."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cxprogram import figures


def refusal(code: str, facts: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """One or two sentences; `names` are the labels of questions by code."""
    question = str(facts.get("question", ""))
    name = (names or {}).get(question, question)
    if code == "driver-study-question":
        return _("%(question)s is no rating that can be studied here, or is named twice.") % {"question": name}
    if code == "driver-study-shape":
        return _("Choose at least one driver.")
    if code == "driver-study-too-many-drivers":
        return _("%(drivers)s drivers are chosen, %(most)s at most can be studied together. Leave some out.") % {
            "drivers": figures.figure(facts["drivers"], "count"),
            "most": figures.figure(facts["most"], "count"),
        }
    if code == "driver-study-too-few-answers":
        return _(
            "Too few answers rate the outcome and every driver: %(n)s, where at least %(needed)s are needed, ten for "
            "each driver. Choose fewer drivers or a longer period."
        ) % {"n": figures.figure(facts["n"], "count"), "needed": figures.figure(facts["needed"], "count")}
    if code == "driver-study-constant":
        return _("Everyone gave the same answer to “%(question)s”, so nothing can go with it. Choose without it.") % {
            "question": name
        }
    if code == "driver-study-singular":
        return _(
            "Some of the drivers say exactly the same as others, so nobody can tell them apart. Leave one of them out."
        )
    if code == "driver-study-unstable":
        return _(
            "The answers vary too little to say how certain the shares are. Choose fewer drivers or a longer period."
        )
    if code == "driver-study-given-up":
        return _(
            "It was tried %(n)s times and never came to its end. Tell whoever runs the server, then try again."
        ) % {"n": figures.figure(facts["n"], "count")}
    return _("The answers allow no study.")
