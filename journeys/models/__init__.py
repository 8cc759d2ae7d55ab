from journeys.models.customer import Customer, CustomerIdentity
from journeys.models.journey import Expectation, Journey, Stage, Touchpoint
from journeys.models.kpi import Kpi, KpiTarget, KpiValue

__all__ = [
    "Customer",
    "CustomerIdentity",
    "Expectation",
    "Journey",
    "Kpi",
    "KpiTarget",
    "KpiValue",
    "Stage",
    "Touchpoint",
]
