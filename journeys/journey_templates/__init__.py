"""Journeys to begin with, in every language of the house: what customers want, do and think, and what we promise.

The texts are data of the program, not words of the application: whoever takes a template changes them freely.
"""

from typing import Any

from cxprogram.models.translated import in_language
from journeys.journey_templates.b2b import B2B
from journeys.journey_templates.bank import BANK
from journeys.journey_templates.flight import FLIGHT
from journeys.journey_templates.insurance import INSURANCE
from journeys.journey_templates.public import PUBLIC
from journeys.journey_templates.retail import RETAIL
from journeys.journey_templates.shapes import CUSTOMER, JourneyTemplate, Texts, TouchpointTemplate
from journeys.journey_templates.visit import VISIT

__all__ = ["CUSTOMER", "JOURNEYS", "JourneyTemplate", "document"]

JOURNEYS: dict[str, JourneyTemplate] = {
    template.code: template for template in (RETAIL, INSURANCE, BANK, VISIT, PUBLIC, B2B, FLIGHT)
}


def document(code: str, *, name: str = "") -> dict[str, Any]:
    """The template as a journey's document (`journeys/services/documents.py`), under a name of its own if one is given.

    The touchpoint that decides most is proposed as a moment of truth; only a person confirms it.
    """
    template = JOURNEYS[code]
    named = {"name": name[:200]} if name else _named(template.names)
    return {
        "format": "cx-journey",
        "version": 1,
        "code": template.code,
        "description": str(in_language(dict(template.about))),
        **named,
        "stages": [
            {
                "code": stage.code,
                "goals": dict(stage.goals),
                "actions": dict(stage.actions),
                "thoughts": dict(stage.thoughts),
                **_named(stage.names),
                "touchpoints": [_touchpoint(each, is_key=each.code == template.key) for each in stage.touchpoints],
            }
            for stage in template.stages
        ],
    }


def _touchpoint(point: TouchpointTemplate, *, is_key: bool) -> dict[str, Any]:
    return {
        "code": point.code,
        "promises": dict(point.promises),
        "tones": dict(point.tones),
        "channels": [channel.value for channel in point.channels],
        **_named(point.names),
        **({"truth": "proposed"} if is_key else {}),
    }


def _named(texts: Texts) -> dict[str, Any]:
    return {"name": texts["en"], "names": {each: words for each, words in texts.items() if each != "en"}}
