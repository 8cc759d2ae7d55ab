from journeys.models.consent import Consent, ConsentText
from journeys.models.customer import Customer, CustomerAttribute, CustomerIdentity, CustomerMerge, ErasureRecord
from journeys.models.interaction import DataStream, Episode, Interaction, InteractionKey, Segment
from journeys.models.journey import Expectation, Journey, Stage, Touchpoint
from journeys.models.kpi import Kpi, KpiTarget, KpiValue

__all__ = [
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
    "Interaction",
    "InteractionKey",
    "Journey",
    "Kpi",
    "KpiTarget",
    "KpiValue",
    "Segment",
    "Stage",
    "Touchpoint",
]
