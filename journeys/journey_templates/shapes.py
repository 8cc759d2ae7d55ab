"""What a template of a journey consists of."""

from collections.abc import Mapping
from dataclasses import dataclass

from cxprogram.models.translated import say

Texts = Mapping[str, str]


@dataclass(frozen=True)
class StageTemplate:
    """One stage: what the customer wants there, and its touchpoints by code, in the order they are met."""

    code: str
    names: Texts
    goals: Texts
    touchpoints: Mapping[str, Texts]


@dataclass(frozen=True)
class JourneyTemplate:
    """One journey. `key` is the touchpoint to ask at first, `survey` the template of the survey to ask there."""

    code: str
    names: Texts
    about: Texts
    stages: tuple[StageTemplate, ...]
    key: str
    survey: str
    customer_words: Texts


CUSTOMER = say("customer", "kund", "kunde", "kunde", "asiakas")
