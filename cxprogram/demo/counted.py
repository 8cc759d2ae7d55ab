"""KPIs of the demonstration that are counted month by month: of the replayed departures, of the made-up steps, and of
what those answered who took them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cxprogram.demo.customers import STREAM
from cxprogram.demo.knowledge import STEPS, illustrative
from cxprogram.demo.program import START, Cast, responsible
from cxprogram.models.translated import say
from journeys.choices import KpiLevel, Measure
from journeys.models import DataStream, Kpi, Segment, Touchpoint
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
    "nps-every-step": {
        "names": say("Net promoter score of those who took every step", "Net Promoter Score för dem som tog alla steg",
                     "Net Promoter Score for dem som tok alle steg", "Net Promoter Score for dem, der tog alle trin",
                     "Kaikki vaiheet kulkeneiden NPS"),
        "descriptions": say("what passengers answered who were seen at four steps or more",
                            "svar från resenärer som setts vid fyra steg eller fler",
                            "svar fra reisende som ble sett ved fire steg eller flere",
                            "svar fra passagerer, der blev set ved fire trin eller flere",
                            "vastaukset matkustajilta, jotka nähtiin neljässä vaiheessa tai useammassa"),
        "collector": "nps", "question_code": "NETPRO", "population": "every-step",
        "measure": Measure.POINTS, "parent_code": "nps", "axis_low": -100, "level": KpiLevel.PROGRAM,
    },
}  # fmt: skip


def make_kpis(cast: Cast, *, at: datetime, tell: Callable[[str], None]) -> None:
    """Define what is not defined yet, and count what came in since the last time."""
    program = cast.program
    streams = {stream.code: stream for stream in DataStream.objects.filter(program=program)}
    points = {point.code: point for point in Touchpoint.objects.filter(program=program)}
    segments = {segment.code: segment for segment in Segment.objects.filter(program=program)}
    by_code: dict[str, dict[str, Any]] = {"stream": streams, "touchpoint": points, "population": segments}
    for code, spec in KPIS.items():
        if Kpi.objects.filter(program=program, code=code).exists():
            continue
        facts = {name: by_code[name][value] if name in by_code else value for name, value in spec.items()}
        named = illustrative(facts.pop("names"))
        kpi = Kpi(program=program, code=code, **named, **({"level": KpiLevel.OPERATION, "valid_from": START} | facts))
        kpis.checked(kpi).save()
        responsible(program, kpi, cast.people["analyst"])
    filled = kpi_filling.fill(program, at=at)
    tell(f"{filled.months} months of {filled.kpis} KPIs counted")
