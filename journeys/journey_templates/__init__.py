"""Journeys to begin with, in every language of the house: stages, what the customer wants there, and touchpoints.

The texts are data of the program, not words of the application: whoever takes a template changes them freely.
"""

from typing import Any

from cxprogram.models.translated import in_language
from journeys.journey_templates.everyday import BANK, RETAIL, VISIT
from journeys.journey_templates.matters import B2B, FLIGHT, INSURANCE, PUBLIC
from journeys.journey_templates.shapes import CUSTOMER, JourneyTemplate, Texts

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
                **_named(stage.names),
                "touchpoints": [
                    {"code": point, **_named(names), **({"truth": "proposed"} if point == template.key else {})}
                    for point, names in stage.touchpoints.items()
                ],
            }
            for stage in template.stages
        ],
    }


def _named(texts: Texts) -> dict[str, Any]:
    return {"name": texts["en"], "names": {each: words for each, words in texts.items() if each != "en"}}
