"""What a template of a journey consists of."""

from collections.abc import Mapping
from dataclasses import dataclass

from cxprogram.models.translated import say
from journeys.choices import Channel

Texts = Mapping[str, str]


@dataclass(frozen=True)
class TouchpointTemplate:
    """One touchpoint: what is promised there, how it is said, and where customer and organisation meet."""

    code: str
    names: Texts
    promises: Texts
    tones: Texts
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class StageTemplate:
    """One stage: what the customer wants, does and thinks there, and its touchpoints in the order they are met."""

    code: str
    names: Texts
    goals: Texts
    actions: Texts
    thoughts: Texts
    touchpoints: tuple[TouchpointTemplate, ...]


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

    @property
    def touchpoints(self) -> tuple[TouchpointTemplate, ...]:
        return tuple(point for stage in self.stages for point in stage.touchpoints)


CUSTOMER = say("customer", "kund", "kunde", "kunde", "asiakas")
