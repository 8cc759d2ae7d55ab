"""KPIs of the demonstration that are counted, not asked: of the replayed departures and of the made-up steps."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cxprogram.demo.customers import STREAM
from cxprogram.demo.knowledge import STEPS, illustrative
from cxprogram.demo.program import START, Cast, responsible
from cxprogram.models.translated import say
from journeys.choices import KpiLevel, Measure
from journeys.models import DataStream, Kpi, Touchpoint
from journeys.services import kpi_filling, kpis

RESTAURANTS, SECURITY, ARRIVAL = "restaurants", "passing-security", "getting-to-the-airport"
# In the order in which they are built on each other.
KPIS: dict[str, dict[str, Any]] = {
    "departures": {
        "names": say("Departures", "Avgångar", "Avganger", "Afgange", "Lähdöt"),
        "descriptions": say("departures of passengers who answered", "avgångar för resenärer som svarat",
                            "avganger for reisende som svarte", "afgange for passagerer, der svarede",
                            "vastanneiden matkustajien lähdöt"),
        "collector": "event_count", "parameters": {"types": ["departure"]}, "stream": STREAM,
        "measure": Measure.COUNT, "parent_code": "",
    },
    "restaurant-visits": {
        "names": say("Restaurant visits", "Restaurangbesök", "Restaurantbesøk", "Restaurantbesøg", "Ravintolakäynnit"),
        "descriptions": say("passengers seen at a restaurant", "resenärer på restaurang", "reisende på restaurant",
                            "passagerer på restaurant", "matkustajat ravintolassa"),
        "collector": "event_count", "parameters": {}, "stream": STEPS, "touchpoint": RESTAURANTS,
        "measure": Measure.COUNT, "parent_code": "departures",
    },
    "restaurant-rate": {
        "names": say("Restaurant visits for each departure", "Restaurangbesök per avgång", "Restaurantbesøk per avgang",
                     "Restaurantbesøg pr. afgang", "Ravintolakäynnit lähtöä kohti"),
        "descriptions": say("visits divided by departures", "besök delat med avgångar", "besøk delt på avganger",
                            "besøg delt med afgange", "käynnit jaettuna lähdöillä"),
        "collector": "ratio", "parameters": {"of": "restaurant-visits", "per": "departures"},
        "measure": Measure.RATE, "parent_code": "departures",
    },
    "time-to-security": {
        "names": say("From arrival through security", "Från ankomst genom säkerhetskontrollen",
                     "Fra ankomst gjennom sikkerhetskontrollen", "Fra ankomst gennem sikkerhedskontrollen",
                     "Saapumisesta turvatarkastuksen läpi"),
        "descriptions": say("median time", "mediantid", "mediantid", "mediantid", "mediaaniaika"),
        "collector": "touchpoint_time",
        "parameters": {"from": [ARRIVAL], "to": [SECURITY], "within_days": 1}, "stream": STEPS,
        "measure": Measure.DURATION, "parent_code": "departures", "higher_is_better": False,
    },
}  # fmt: skip


def make_kpis(cast: Cast, *, at: datetime, tell: Callable[[str], None]) -> None:
    """Define what is not defined yet, and count what came in since the last time."""
    program = cast.program
    streams = {stream.code: stream for stream in DataStream.objects.filter(program=program)}
    points = {point.code: point for point in Touchpoint.objects.filter(program=program)}
    for code, spec in KPIS.items():
        if Kpi.objects.filter(program=program, code=code).exists():
            continue
        facts = {name: value for name, value in spec.items() if name not in ("names", "stream", "touchpoint")}
        kpi = Kpi(
            program=program,
            code=code,
            **illustrative(spec["names"]),
            **facts,
            stream=streams[spec["stream"]] if "stream" in spec else None,
            touchpoint=points[spec["touchpoint"]] if "touchpoint" in spec else None,
            level=KpiLevel.OPERATION,
            valid_from=START,
        )
        kpis.checked(kpi).save()
        responsible(program, kpi, cast.people["analyst"])
    filled = kpi_filling.fill(program, at=at)
    tell(f"{filled.months} months of {filled.kpis} KPIs counted")
