"""What the demonstration program is made of, beside the survey's own data.

Figures that no source gives (targets, cost, pay) are marked illustrative; the people do not exist.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from cxprogram.choices import Role

DATA = Path(__file__).resolve().parent / "data"
WAVES = (2013, 2014, 2015, 2016, 2017)
AREAS = "ABCDEFG"
LIVE_SURVEY = "sfo-live"
REPLAYED = 300
DRIVERS = (
    "Q7FOOD", "Q7STORE", "Q7SIGN", "Q7WALKWAYS", "Q7SCREENS", "Q9ALL", "Q10SAFE", "Q13GETRATE", "Q14FIND",
    "Q14PASSTHRU",
)  # fmt: skip


@cache
def codes() -> dict[str, Any]:
    """The texts of the survey's codes, in five languages."""
    return msgspec.json.decode((DATA / "codes.json").read_bytes())


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    role: Role
    unit: str
    title: str


PEOPLE = (
    Person("owner", "Ingrid Lund", Role.OWNER, "SFO", "Program owner"),
    Person("analyst", "Mikko Salo", Role.ANALYST, "SFO", "Analyst"),
    Person("executive", "Astrid Holm", Role.EXECUTIVE, "SFO", "Chief operating officer, sponsor"),
    Person("steering", "Jonas Berg", Role.STEERING, "SFO", "Head of terminals"),
    Person("unit_manager", "Freja Dahl", Role.UNIT_MANAGER, "G", "Manager, area G"),
    Person("manager_a", "Anders Vik", Role.UNIT_MANAGER, "A", "Manager, area A"),
    Person("manager_b", "Britta Ek", Role.UNIT_MANAGER, "B", "Manager, area B"),
    Person("manager_c", "Carl Moe", Role.UNIT_MANAGER, "C", "Manager, area C"),
    Person("manager_d", "Dagny Lie", Role.UNIT_MANAGER, "D", "Manager, area D"),
    Person("manager_e", "Eero Aalto", Role.UNIT_MANAGER, "E", "Manager, area E"),
    Person("manager_f", "Frida Ström", Role.UNIT_MANAGER, "F", "Manager, area F"),
    Person("frontline", "Nils Krogh", Role.FRONTLINE, "G", "Guest services, area G"),
    Person("project_lead", "Sanna Virtanen", Role.PROJECT_LEAD, "SFO", "Concessions development"),
    Person("auditor", "Tove Riis", Role.AUDITOR, "SFO", "Internal audit"),
    Person("advisor", "Lars Friis", Role.ADVISOR, "SFO", "Guest expert"),
    Person("integration", "CRM and helpdesk", Role.INTEGRATION, "SFO", "Integration"),
)
PRINTED = [
    "owner", "analyst", "executive", "steering", "unit_manager", "frontline", "project_lead", "auditor", "advisor",
    "integration",
]  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One touchpoint; `question` empty means that nothing measures it."""

    code: str
    question: str
    aspect: str
    team: str
    responsible: str = "owner"
    names: dict[str, str] | None = None
    problems: tuple[int, ...] = ()


STAGES: tuple[tuple[str, dict[str, str], tuple[Point, ...]], ...] = (
    (
        "getting-here",
        {
            "en": "I want to arrive without guessing.",
            "sv": "Jag vill komma fram utan att gissa.",
            "nb": "Jeg vil komme fram uten å gjette.",
            "da": "Jeg vil frem uden at gætte.",
            "fi": "Haluan löytää perille arvailematta.",
        },
        (
            Point("getting-to-the-airport", "Q13GETRATE", "ease", "Landside", "steering"),
            Point("road-signs", "Q7ROADS", "quality", "Landside", "steering"),
            Point("parking", "Q7PARK", "quality", "Parking", "steering"),
            Point("long-term-parking", "Q7LTPARKING", "quality", "Parking", "steering"),
            Point("airtrain", "Q7AIRTRAIN", "quality", "Landside", "steering"),
            Point("rental-cars", "Q7RENTAL", "quality", "Landside", "steering"),
        ),
    ),
    (
        "finding-the-way",
        {
            "en": "I want to know where to go next.",
            "sv": "Jag vill veta vart jag ska härnäst.",
            "nb": "Jeg vil vite hvor jeg skal videre.",
            "da": "Jeg vil vide, hvor jeg skal hen nu.",
            "fi": "Haluan tietää, minne mennä seuraavaksi.",
        },
        (
            Point("signs-inside", "Q7SIGN", "quality", "Wayfinding", "analyst"),
            Point("finding-your-way", "Q14FIND", "ease", "Wayfinding", "analyst"),
            Point("information-arrivals", "Q7INFODOWN", "quality", "Guest services", "frontline"),
            Point("information-departures", "Q7INFOUP", "quality", "Guest services", "frontline"),
        ),
    ),
    (
        "security",
        {
            "en": "I want to be through, safely and soon.",
            "sv": "Jag vill komma igenom, tryggt och snabbt.",
            "nb": "Jeg vil gjennom, trygt og raskt.",
            "da": "Jeg vil igennem, sikkert og hurtigt.",
            "fi": "Haluan läpi turvallisesti ja pian.",
        },
        (
            Point("passing-security", "Q14PASSTHRU", "ease", "Security liaison", "executive"),
            Point("feeling-safe", "Q10SAFE", "safety", "Security liaison", "executive"),
            Point(
                "check-in",
                "",
                "",
                "Airlines",
                "",
                {
                    "en": "Check-in and bag drop",
                    "sv": "Incheckning och bagageinlämning",
                    "nb": "Innsjekking og bagasjelevering",
                    "da": "Check-in og bagageaflevering",
                    "fi": "Lähtöselvitys ja matkatavarat",
                },
                (44, 45),
            ),
        ),
    ),
    (
        "waiting",
        {
            "en": "I want to eat, rest and be online.",
            "sv": "Jag vill äta, vila och vara uppkopplad.",
            "nb": "Jeg vil spise, hvile og være på nett.",
            "da": "Jeg vil spise, hvile og være på nettet.",
            "fi": "Haluan syödä, levätä ja päästä verkkoon.",
        },
        (
            Point("restaurants", "Q7FOOD", "quality", "Concessions", "project_lead"),
            Point("shops", "Q7STORE", "quality", "Concessions", "project_lead"),
            Point("art", "Q7ART", "quality", "Museum", "steering"),
            Point("wifi", "Q7WIFI", "quality", "IT", "analyst"),
            Point("restrooms", "Q9RESTROOM", "cleanliness", "Facilities", "steering"),
            Point("cleanliness", "Q9ALL", "cleanliness", "Facilities", "steering"),
        ),
    ),
    (
        "boarding",
        {
            "en": "I want to be at the right gate in time.",
            "sv": "Jag vill vara vid rätt gate i tid.",
            "nb": "Jeg vil være ved riktig gate i tide.",
            "da": "Jeg vil være ved den rette gate i tide.",
            "fi": "Haluan olla ajoissa oikealla portilla.",
        },
        (
            Point("screens", "Q7SCREENS", "quality", "IT", "analyst"),
            Point("escalators", "Q7WALKWAYS", "quality", "Facilities", "steering"),
            Point("boarding-areas", "Q9BOARDING", "cleanliness", "Facilities", "steering"),
            Point(
                "gate-changes",
                "",
                "",
                "Airlines",
                "",
                {
                    "en": "Gate changes and delays",
                    "sv": "Gatebyten och förseningar",
                    "nb": "Gatebytter og forsinkelser",
                    "da": "Gateskift og forsinkelser",
                    "fi": "Porttimuutokset ja viivästykset",
                },
                (51, 52, 53, 54),
            ),
        ),
    ),
)

# code, collector, question, parameters, measure, higher is better, axis, names, plain words
KPIS: tuple[dict[str, Any], ...] = (
    {
        "code": "mean",
        "collector": "mean",
        "question_code": "Q7ALL",
        "parameters": {},
        "measure": "mean",
        "higher_is_better": True,
        "axis": (3.8, 4.3),
        "names": {
            "en": "Airport as a whole",
            "sv": "Flygplatsen som helhet",
            "nb": "Flyplassen som helhet",
            "da": "Lufthavnen som helhed",
            "fi": "Lentoasema kokonaisuutena",
        },
        "descriptions": {
            "en": "mean rating 1–5",
            "sv": "medelbetyg 1–5",
            "nb": "snittkarakter 1–5",
            "da": "gennemsnit 1–5",
            "fi": "keskiarvo 1–5",
        },
        "target": "4.05",
    },
    {
        "code": "nps",
        "collector": "nps",
        "question_code": "NETPRO",
        "parameters": {},
        "measure": "points",
        "higher_is_better": True,
        "axis": (20, 60),
        "names": {
            "en": "Net promoter score",
            "sv": "Net promoter score",
            "nb": "Net promoter score",
            "da": "Net promoter score",
            "fi": "Nettosuositteluindeksi",
        },
        "descriptions": {
            "en": "share of 9–10 minus share of 0–6",
            "sv": "andelen 9–10 minus andelen 0–6",
            "nb": "andelen 9–10 minus andelen 0–6",
            "da": "andelen 9–10 minus andelen 0–6",
            "fi": "osuus 9–10 miinus osuus 0–6",
        },
        "target": "45",
    },
    {
        "code": "top2",
        "collector": "top2",
        "question_code": "Q7ALL",
        "parameters": {"boxes": 2},
        "measure": "share",
        "higher_is_better": True,
        "axis": (0.7, 0.9),
        "names": {"en": "Satisfied", "sv": "Nöjda", "nb": "Fornøyde", "da": "Tilfredse", "fi": "Tyytyväiset"},
        "descriptions": {
            "en": "rated 4 or 5 of 5",
            "sv": "betyg 4 eller 5 av 5",
            "nb": "karakter 4 eller 5 av 5",
            "da": "karakter 4 eller 5 af 5",
            "fi": "arvosana 4 tai 5",
        },
        "target": "0.81",
    },
    {
        "code": "problem",
        "collector": "share",
        "question_code": "Q15PROBLEM",
        "parameters": {"codes": [1], "of": [1, 2]},
        "measure": "share",
        "higher_is_better": False,
        "axis": (0.05, 0.2),
        "names": {
            "en": "Met a problem",
            "sv": "Stötte på problem",
            "nb": "Møtte et problem",
            "da": "Mødte et problem",
            "fi": "Kohtasi ongelman",
        },
        "descriptions": {
            "en": "of those who answered yes or no",
            "sv": "av dem som svarade ja eller nej",
            "nb": "av dem som svarte ja eller nei",
            "da": "af dem, der svarede ja eller nej",
            "fi": "kyllä tai ei vastanneista",
        },
        "target": "0.10",
    },
)

LIVE_TITLES = {
    "en": "Three questions about your trip",
    "sv": "Tre frågor om din resa",
    "nb": "Tre spørsmål om reisen din",
    "da": "Tre spørgsmål om din rejse",
    "fi": "Kolme kysymystä matkastasi",
}
LIVE_INTROS = {
    "en": "It takes less than a minute. Your answers go to those who run the airport.",
    "sv": "Det tar under en minut. Dina svar går till dem som sköter flygplatsen.",
    "nb": "Det tar under ett minutt. Svarene dine går til dem som driver flyplassen.",
    "da": "Det tager under et minut. Dine svar går til dem, der driver lufthavnen.",
    "fi": "Tämä vie alle minuutin. Vastauksesi menevät lentoaseman ylläpitäjille.",
}
WHY_TEXTS = {
    "en": "What is the main reason for your score?",
    "sv": "Vad är främsta skälet till ditt betyg?",
    "nb": "Hva er hovedgrunnen til karakteren din?",
    "da": "Hvad er den vigtigste grund til din karakter?",
    "fi": "Mikä on arvosanasi tärkein syy?",
}
ROOT_CAUSES: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "signs",
        {
            "en": "Signs and information",
            "sv": "Skyltar och information",
            "nb": "Skilt og informasjon",
            "da": "Skilte og information",
            "fi": "Opasteet ja tiedotus",
        },
    ),
    (
        "waiting",
        {
            "en": "Waiting or crowding",
            "sv": "Väntan eller trängsel",
            "nb": "Venting eller trengsel",
            "da": "Ventetid eller trængsel",
            "fi": "Odotus tai ruuhka",
        },
    ),
    (
        "staff",
        {
            "en": "How staff met the customer",
            "sv": "Personalens bemötande",
            "nb": "Hvordan ansatte møtte kunden",
            "da": "Personalets møde med kunden",
            "fi": "Henkilökunnan kohtaaminen",
        },
    ),
    (
        "facilities",
        {
            "en": "Facilities or cleaning",
            "sv": "Lokaler eller städning",
            "nb": "Lokaler eller renhold",
            "da": "Faciliteter eller rengøring",
            "fi": "Tilat tai siivous",
        },
    ),
    (
        "offer",
        {
            "en": "Food, shops or prices",
            "sv": "Mat, butiker eller priser",
            "nb": "Mat, butikker eller priser",
            "da": "Mad, butikker eller priser",
            "fi": "Ruoka, kaupat tai hinnat",
        },
    ),
    (
        "airline",
        {
            "en": "Airline or authority",
            "sv": "Flygbolag eller myndighet",
            "nb": "Flyselskap eller myndighet",
            "da": "Flyselskab eller myndighed",
            "fi": "Lentoyhtiö tai viranomainen",
        },
    ),
    ("other", {"en": "Something else", "sv": "Något annat", "nb": "Noe annet", "da": "Noget andet", "fi": "Muu syy"}),
)
