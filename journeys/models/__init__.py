from journeys.models.competitor import Competitor, CompetitorRating
from journeys.models.consent import Consent, ConsentText
from journeys.models.customer import Customer, CustomerAttribute, CustomerIdentity, CustomerMerge, ErasureRecord
from journeys.models.interaction import Episode, Interaction, InteractionKey
from journeys.models.journey import (
    Expectation,
    Journey,
    JourneyPersona,
    JourneyVersion,
    Stage,
    Touchpoint,
    TouchpointStream,
)
from journeys.models.kpi import Kpi, KpiCell, KpiFill, KpiTarget, KpiValue
from journeys.models.measurement import Measurement
from journeys.models.research import Finding, Study
from journeys.models.segment import Persona, Segment
from journeys.models.stream import DataStream, UseCase, UseCaseStream

__all__ = [
    "Competitor",
    "CompetitorRating",
    "Consent",
    "ConsentText",
    "Customer",
    "CustomerAttribute",
    "CustomerIdentity",
    "CustomerMerge",
    "DataStream",
    "Episode",
    "ErasureRecord",
    "Expectation",
    "Finding",
    "Interaction",
    "InteractionKey",
    "Journey",
    "JourneyPersona",
    "JourneyVersion",
    "Kpi",
    "KpiCell",
    "KpiFill",
    "KpiTarget",
    "KpiValue",
    "Measurement",
    "Persona",
    "Segment",
    "Stage",
    "Study",
    "Touchpoint",
    "TouchpointStream",
    "UseCase",
    "UseCaseStream",
]
