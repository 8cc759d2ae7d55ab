"""Surveys to begin with, in every language of the house: short ones, each of a few questions.

The texts are data of the survey, not words of the application: whoever takes a template changes them freely.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cxprogram.models.translated import say
from feedback.choices import QuestionKind

Texts = Mapping[str, str]
LOW_SEVEN, LOW_FIVE = 4, 3  # the middle of the scale and below


@dataclass(frozen=True)
class AskTemplate:
    """One question of a template; `options` are its choices by code, `low` and `high` the words at a scale's ends."""

    code: str
    kind: str
    texts: Texts
    scale: tuple[int, int] | None = None
    low: Texts = field(default_factory=dict)
    high: Texts = field(default_factory=dict)
    options: Mapping[int, Texts] = field(default_factory=dict)
    page: int = 1
    show_if: Mapping[str, Any] = field(default_factory=dict)
    is_required: bool = False


@dataclass(frozen=True)
class SurveyTemplate:
    """One survey to begin with. `index_questions` are those that make the satisfaction index together."""

    code: str
    names: Texts
    purpose: Texts
    titles: Texts
    intros: Texts
    asks: tuple[AskTemplate, ...]
    index_questions: tuple[str, ...] = ()


MINUTE = say(
    "It takes less than a minute.",
    "Det tar under en minut.",
    "Det tar under ett minutt.",
    "Det tager under et minut.",
    "Tämä vie alle minuutin.",
)
WHY = say(
    "What is the main reason for your answer?",
    "Vad är främsta skälet till ditt svar?",
    "Hva er den viktigste grunnen til svaret ditt?",
    "Hvad er den vigtigste grund til dit svar?",
    "Mikä on tärkein syy vastaukseesi?",
)
RECOMMEND = say(
    "How likely are you to recommend us to a friend or colleague?",
    "Hur troligt är det att du skulle rekommendera oss till en vän eller kollega?",
    "Hvor sannsynlig er det at du vil anbefale oss til en venn eller kollega?",
    "Hvor sandsynligt er det, at du vil anbefale os til en ven eller kollega?",
    "Kuinka todennäköisesti suosittelisit meitä ystävälle tai työtoverille?",
)
NOT_LIKELY = say("not at all likely", "inte alls troligt", "ikke sannsynlig i det hele tatt",
                 "slet ikke sandsynligt", "en lainkaan todennäköisesti")  # fmt: skip
VERY_LIKELY = say("very likely", "mycket troligt", "svært sannsynlig", "meget sandsynligt",
                  "erittäin todennäköisesti")  # fmt: skip
DISSATISFIED = say("very dissatisfied", "mycket missnöjd", "svært misfornøyd", "meget utilfreds",
                   "erittäin tyytymätön")  # fmt: skip
SATISFIED = say("very satisfied", "mycket nöjd", "svært fornøyd", "meget tilfreds", "erittäin tyytyväinen")
DIFFICULT = say("very difficult", "mycket svårt", "svært vanskelig", "meget svært", "erittäin vaikeaa")
EASY = say("very easy", "mycket lätt", "svært enkelt", "meget let", "erittäin helppoa")


def nps(code: str = "NPS", **facts: Any) -> AskTemplate:
    return AskTemplate(code, QuestionKind.NPS, RECOMMEND, (0, 10), NOT_LIKELY, VERY_LIKELY, **facts)


def text(code: str, texts: Texts = WHY, **facts: Any) -> AskTemplate:
    return AskTemplate(code, QuestionKind.TEXT, texts, **facts)


RELATIONSHIP = SurveyTemplate(
    code="relationship",
    names=say("Relationship", "Relation", "Relasjon", "Relation", "Asiakassuhde"),
    purpose=say("Would customers recommend us?", "Skulle kunderna rekommendera oss?", "Vil kundene anbefale oss?",
                "Vil kunderne anbefale os?", "Suosittelisivatko asiakkaat meitä?"),
    titles=say("How are we doing?", "Hur sköter vi oss?", "Hvordan gjør vi det?", "Hvordan klarer vi os?",
               "Miten olemme onnistuneet?"),
    intros=MINUTE,
    asks=(nps(is_required=True), text("NPS_WHY")),
)  # fmt: skip

AFTER_CONTACT = SurveyTemplate(
    code="after-contact",
    names=say("After contact", "Efter kontakt", "Etter kontakt", "Efter kontakt", "Yhteydenoton jälkeen"),
    purpose=say("Did our help help?", "Hjälpte vår hjälp?", "Hjalp hjelpen vår?", "Hjalp vores hjælp?",
                "Oliko avustamme apua?"),
    titles=say("How did we help you?", "Hur hjälpte vi dig?", "Hvordan hjalp vi deg?", "Hvordan hjalp vi dig?",
               "Miten autoimme sinua?"),
    intros=MINUTE,
    asks=(
        AskTemplate(
            "CSAT_CONTACT", QuestionKind.CSAT,
            say("How satisfied are you with the help you got?", "Hur nöjd är du med hjälpen du fick?",
                "Hvor fornøyd er du med hjelpen du fikk?", "Hvor tilfreds er du med den hjælp, du fik?",
                "Kuinka tyytyväinen olet saamaasi apuun?"),
            (1, 5), DISSATISFIED, SATISFIED, is_required=True,
        ),
        AskTemplate(
            "CONTACT_SETTLED", QuestionKind.SINGLE,
            say("Is your matter settled?", "Är ditt ärende löst?", "Er saken din løst?", "Er din sag løst?",
                "Onko asiasi hoidettu?"),
            options={
                1: say("Yes", "Ja", "Ja", "Ja", "Kyllä"),
                2: say("Partly", "Delvis", "Delvis", "Delvist", "Osittain"),
                3: say("No", "Nej", "Nei", "Nej", "Ei"),
            },
        ),
        text(
            "CONTACT_BETTER",
            say("What should we have done better?", "Vad borde vi ha gjort bättre?", "Hva burde vi ha gjort bedre?",
                "Hvad skulle vi have gjort bedre?", "Mitä meidän olisi pitänyt tehdä paremmin?"),
            page=2,
            show_if={"any": [
                {"question": "CSAT_CONTACT", "is": "at_most", "value": LOW_FIVE},
                {"question": "CONTACT_SETTLED", "is": "any_of", "value": [2, 3]},
            ]},
        ),
    ),
)  # fmt: skip

EFFORT = SurveyTemplate(
    code="effort",
    names=say("Effort", "Ansträngning", "Innsats", "Besvær", "Vaivattomuus"),
    purpose=say("Where do we make it hard?", "Var gör vi det svårt?", "Hvor gjør vi det vanskelig?",
                "Hvor gør vi det svært?", "Missä teemme asioinnista vaikeaa?"),
    titles=say("Was it easy?", "Var det lätt?", "Var det enkelt?", "Var det let?", "Oliko se helppoa?"),
    intros=MINUTE,
    asks=(
        AskTemplate(
            "CES", QuestionKind.CES,
            say("How easy was it to do what you wanted to do?", "Hur lätt var det att göra det du ville göra?",
                "Hvor enkelt var det å gjøre det du ville?", "Hvor let var det at gøre det, du ville?",
                "Kuinka helppoa oli tehdä se, mitä halusit?"),
            (1, 7), DIFFICULT, EASY, is_required=True,
        ),
        text(
            "CES_HARD",
            say("What made it difficult?", "Vad gjorde det svårt?", "Hva gjorde det vanskelig?",
                "Hvad gjorde det svært?", "Mikä teki siitä vaikeaa?"),
            page=2, show_if={"question": "CES", "is": "at_most", "value": LOW_SEVEN},
        ),
    ),
)  # fmt: skip

ONBOARDING = SurveyTemplate(
    code="onboarding",
    names=say("Onboarding", "Första tiden", "Den første tiden", "Den første tid", "Alkutaival"),
    purpose=say("Do new customers get started?", "Kommer nya kunder i gång?", "Kommer nye kunder i gang?",
                "Kommer nye kunder i gang?", "Pääsevätkö uudet asiakkaat alkuun?"),
    titles=say("Your first time with us", "Din första tid hos oss", "Den første tiden hos oss",
               "Din første tid hos os", "Ensimmäinen aikasi asiakkaanamme"),
    intros=MINUTE,
    asks=(
        AskTemplate(
            "START_EASE", QuestionKind.CES,
            say("How easy was it to get started?", "Hur lätt var det att komma i gång?",
                "Hvor enkelt var det å komme i gang?", "Hvor let var det at komme i gang?",
                "Kuinka helppoa oli päästä alkuun?"),
            (1, 5), DIFFICULT, EASY, is_required=True,
        ),
        AskTemplate(
            "START_HARD", QuestionKind.MULTIPLE,
            say("What was difficult?", "Vad var svårt?", "Hva var vanskelig?", "Hvad var svært?",
                "Mikä oli vaikeaa?"),
            options={
                1: say("To sign the agreement", "Att teckna avtal", "Å inngå avtalen", "At indgå aftalen",
                       "Sopimuksen tekeminen"),
                2: say("To find out how it works", "Att förstå hur det fungerar", "Å forstå hvordan det virker",
                       "At forstå, hvordan det virker", "Toiminnan ymmärtäminen"),
                3: say("To reach somebody who could help", "Att nå någon som kunde hjälpa",
                       "Å få tak i noen som kunne hjelpe", "At få fat i nogen, der kunne hjælpe",
                       "Auttajan tavoittaminen"),
                4: say("Something else", "Något annat", "Noe annet", "Noget andet", "Jokin muu"),
            },
            page=2, show_if={"question": "START_EASE", "is": "at_most", "value": LOW_FIVE},
        ),
        text(
            "START_MISSING",
            say("What do you still miss?", "Vad saknar du fortfarande?", "Hva savner du fortsatt?",
                "Hvad savner du stadig?", "Mitä kaipaat vielä?"),
            page=2,
        ),
    ),
)  # fmt: skip

EXIT = SurveyTemplate(
    code="exit",
    names=say("Exit", "Avslut", "Avslutning", "Afsked", "Asiakkuuden päättyminen"),
    purpose=say("Why do customers leave?", "Varför lämnar kunderna oss?", "Hvorfor forlater kundene oss?",
                "Hvorfor forlader kunderne os?", "Miksi asiakkaat lähtevät?"),
    titles=say("Why did you leave us?", "Varför lämnade du oss?", "Hvorfor forlot du oss?",
               "Hvorfor forlod du os?", "Miksi lähdit?"),
    intros=say("Your answer helps us to do better.", "Ditt svar hjälper oss att bli bättre.",
               "Svaret ditt hjelper oss å bli bedre.", "Dit svar hjælper os med at blive bedre.",
               "Vastauksesi auttaa meitä parantamaan."),
    asks=(
        AskTemplate(
            "EXIT_REASON", QuestionKind.SINGLE,
            say("What mattered most?", "Vad vägde tyngst?", "Hva betydde mest?", "Hvad betød mest?",
                "Mikä vaikutti eniten?"),
            options={
                1: say("The price", "Priset", "Prisen", "Prisen", "Hinta"),
                2: say("What we offer", "Utbudet", "Tilbudet", "Udbuddet", "Tarjonta"),
                3: say("How we treated you", "Bemötandet", "Måten vi behandlet deg på",
                       "Den måde, vi behandlede dig på", "Kohtelu"),
                4: say("I do not need it any more", "Jag behöver det inte längre", "Jeg trenger det ikke lenger",
                       "Jeg har ikke brug for det længere", "En tarvitse sitä enää"),
                5: say("Something else", "Något annat", "Noe annet", "Noget andet", "Jokin muu"),
            },
            is_required=True,
        ),
        AskTemplate(
            "EXIT_RETURN", QuestionKind.SINGLE,
            say("Would you come back?", "Skulle du komma tillbaka?", "Kunne du tenke deg å komme tilbake?",
                "Kunne du tænke dig at komme tilbage?", "Voisitko palata?"),
            options={
                1: say("Yes", "Ja", "Ja", "Ja", "Kyllä"),
                2: say("Perhaps", "Kanske", "Kanskje", "Måske", "Ehkä"),
                3: say("No", "Nej", "Nei", "Nej", "En"),
            },
        ),
        text(
            "EXIT_WORDS",
            say("What could have kept you?", "Vad kunde ha fått dig att stanna?", "Hva kunne fått deg til å bli?",
                "Hvad kunne have fået dig til at blive?", "Mikä olisi saanut sinut jäämään?"),
        ),
    ),
)  # fmt: skip

INDEX = SurveyTemplate(
    code="satisfaction-index",
    index_questions=("SI_OVERALL", "SI_EXPECTED", "SI_IDEAL"),
    names=say("Satisfaction index", "Nöjdindex", "Tilfredshetsindeks", "Tilfredshedsindeks", "Tyytyväisyysindeksi"),
    purpose=say("One figure from 0 to 100 to compare with others", "Ett tal från 0 till 100 att jämföra med andra",
                "Ett tall fra 0 til 100 å sammenligne med andre", "Et tal fra 0 til 100 at sammenligne med andre",
                "Yksi luku nollasta sataan vertailtavaksi muihin"),
    titles=say("Three questions about us", "Tre frågor om oss", "Tre spørsmål om oss", "Tre spørgsmål om os",
               "Kolme kysymystä meistä"),
    intros=MINUTE,
    asks=(
        AskTemplate(
            "SI_OVERALL", QuestionKind.RATING,
            say("How satisfied are you with us overall?", "Hur nöjd är du med oss som helhet?",
                "Hvor fornøyd er du med oss totalt sett?", "Hvor tilfreds er du med os samlet set?",
                "Kuinka tyytyväinen olet meihin kokonaisuutena?"),
            (1, 10), DISSATISFIED, SATISFIED, is_required=True,
        ),
        AskTemplate(
            "SI_EXPECTED", QuestionKind.RATING,
            say("How well do we meet your expectations?", "Hur väl motsvarar vi dina förväntningar?",
                "Hvor godt svarer vi til forventningene dine?", "Hvor godt lever vi op til dine forventninger?",
                "Kuinka hyvin vastaamme odotuksiasi?"),
            (1, 10),
            say("far below", "långt under", "langt under", "langt under", "selvästi alle odotusten"),
            say("far above", "långt över", "langt over", "langt over", "selvästi yli odotusten"),
            is_required=True,
        ),
        AskTemplate(
            "SI_IDEAL", QuestionKind.RATING,
            say("Think of the ideal provider. How close are we to it?",
                "Tänk dig den ideala leverantören. Hur nära kommer vi den?",
                "Tenk deg den ideelle leverandøren. Hvor nær er vi?",
                "Forestil dig den ideelle leverandør. Hvor tæt på er vi?",
                "Ajattele ihanteellista palveluntarjoajaa. Kuinka lähellä sitä olemme?"),
            (1, 10),
            say("very far away", "mycket långt ifrån", "svært langt unna", "meget langt fra", "hyvin kaukana"),
            say("very close", "mycket nära", "svært nær", "meget tæt på", "hyvin lähellä"),
            is_required=True,
        ),
    ),
)  # fmt: skip

TEMPLATES: dict[str, SurveyTemplate] = {
    template.code: template for template in (RELATIONSHIP, AFTER_CONTACT, EFFORT, ONBOARDING, EXIT, INDEX)
}
