"""What the demonstration plans to measure, for which decision, and of whom. Made up: no such plan is in the source."""

from datetime import date

from cxprogram.demo.knowledge import STEPS
from cxprogram.demo.program import Cast, named
from cxprogram.models.translated import say
from journeys.models import DataStream, Measurement, Segment, Touchpoint, TouchpointStream

# (touchpoint, what, how, KPI, question, stream, when, decision, who, needed by, state)
LINES = (
    ("restaurants",
     say("Rating of the restaurants", "Restaurangernas betyg", "Restaurantenes karakter", "Restauranternes karakter",
         "Ravintoloiden arvosana"),
     "survey", "mean", "Q7FOOD", "", "Every May",
     say("Which leases are renewed", "Vilka hyresavtal som förnyas", "Hvilke leieavtaler som fornyes",
         "Hvilke lejemål der fornyes", "Mitkä vuokrasopimukset uusitaan"),
     "steering", date(2017, 9, 1), "running"),
    ("signs-inside",
     say("How many turn back", "Hur många som vänder", "Hvor mange som snur", "Hvor mange der vender om",
         "Kuinka moni kääntyy takaisin"),
     "operation", "", "", STEPS, "All the time",
     say("Where signs and staff are put", "Var skyltar och personal placeras", "Hvor skilt og ansatte settes",
         "Hvor skilte og personale placeres", "Mihin opasteet ja henkilöstö sijoitetaan"),
     "owner", None, "running"),
    ("passing-security",
     say("How long the line is", "Hur lång kön är", "Hvor lang køen er", "Hvor lang køen er", "Kuinka pitkä jono on"),
     "operation", "", "", "", "Every ten minutes",
     say("How many lanes open each hour", "Hur många filer som öppnas varje timme",
         "Hvor mange filer som åpnes hver time", "Hvor mange spor der åbnes hver time",
         "Montako kaistaa avataan tunneittain"),
     "executive", date(2017, 10, 1), "planned"),
    ("check-in",
     say("What goes wrong at bag drop", "Vad som går fel vid bagageinlämningen", "Hva som går galt ved bagasjen",
         "Hvad der går galt ved bagagen", "Mikä matkatavaroissa menee vikaan"),
     "observation", "", "", "", "Two mornings in spring",
     say("Whether machines take bags", "Om automater ska ta emot väskor", "Om automater skal ta imot bagasje",
         "Om automater skal tage imod bagage", "Ottavatko automaatit laukkuja vastaan"),
     "project_lead", None, "planned"),
)  # fmt: skip
TOOK_EVERY_STEP = say(
    "Took every step", "Tog alla steg", "Tok alle steg", "Tog alle trin", "Kulki kaikki vaiheet"
)  # fmt: skip
TOLD_BY_STEPS = ("signs-inside", "passing-security", "restaurants")


def make_plan(cast: Cast) -> None:
    """The measurement plan, which touchpoints the steps tell of and a segment by steps; a second run finds them."""
    points = {point.code: point for point in Touchpoint.objects.filter(program=cast.program)}
    streams = {stream.code: stream for stream in DataStream.objects.filter(program=cast.program)}
    for point, whats, method, kpi, question, stream, when, decisions, who, needed_on, state in LINES:
        Measurement.objects.get_or_create(
            program=cast.program,
            touchpoint=points[point],
            method=method,
            kpi_code=kpi,
            defaults={
                "whats": whats,
                "question_code": question,
                "stream": streams.get(stream),
                "when": when,
                "decisions": decisions,
                "decided_by": cast.people[who],
                "needed_on": needed_on,
                "state": state,
            },
        )
    for code in TOLD_BY_STEPS:
        TouchpointStream.objects.get_or_create(touchpoint=points[code], stream=streams[STEPS])
    steps = {"interaction": {"stream": STEPS}, "days": 365, "at_least": 4}
    facts = {**named(TOOK_EVERY_STEP), "definition": {"all": [steps]}}
    Segment.objects.get_or_create(program=cast.program, code="every-step", defaults=facts)
