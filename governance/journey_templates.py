"""Journeys to begin with, in every language of the house: stages, what the customer wants there, and touchpoints.

The texts are data of the program, not words of the application: whoever takes a template changes them freely.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from feedback.survey_templates import say

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

RETAIL = JourneyTemplate(
    code="retail",
    names=say("Buying in a store", "Att handla i butik", "Å handle i butikk", "At handle i en butik",
              "Ostaminen myymälästä"),
    about=say("From looking us up to the return", "Från första sökningen till returen",
              "Fra det første søket til returen", "Fra den første søgning til returen",
              "Ensimmäisestä hausta palautukseen"),
    key="checkout", survey="effort", customer_words=CUSTOMER,
    stages=(
        StageTemplate(
            "find", say("Finding us", "Hitta oss", "Finne oss", "Finde os", "Löytäminen"),
            say("Know whether you have what I need", "Veta om ni har det jag behöver",
                "Vite om dere har det jeg trenger", "Vide, om I har det, jeg skal bruge",
                "Tietää, onko teillä mitä tarvitsen"),
            {"web-search": say("Website and stock", "Webbplats och lagerstatus", "Nettsted og lagerstatus",
                               "Hjemmeside og lagerstatus", "Verkkosivut ja saatavuus"),
             "way-in": say("Way to the store", "Vägen till butiken", "Veien til butikken", "Vejen til butikken",
                           "Matka myymälään")},
        ),
        StageTemplate(
            "choose", say("Choosing", "Välja", "Velge", "Vælge", "Valinta"),
            say("Find the right thing without effort", "Hitta rätt utan besvär", "Finne det rette uten bry",
                "Finde det rigtige uden besvær", "Löytää oikea tuote vaivatta"),
            {"shelves": say("Range and shelves", "Sortiment och hyllor", "Utvalg og hyller", "Udvalg og hylder",
                            "Valikoima ja hyllyt"),
             "advice": say("Advice from staff", "Råd från personalen", "Råd fra de ansatte", "Råd fra personalet",
                           "Henkilökunnan neuvot")},
        ),
        StageTemplate(
            "pay", say("Paying", "Betala", "Betale", "Betale", "Maksaminen"),
            say("Pay quickly and without surprise", "Betala snabbt och utan överraskningar",
                "Betale raskt og uten overraskelser", "Betale hurtigt og uden overraskelser",
                "Maksaa nopeasti ja ilman yllätyksiä"),
            {"queue": say("Waiting in line", "Kön", "Køen", "Køen", "Jonotus"),
             "checkout": say("Checkout", "Kassan", "Kassen", "Kassen", "Kassa")},
        ),
        StageTemplate(
            "use", say("Using it", "Använda", "Bruke", "Bruge", "Käyttö"),
            say("Have it work as promised", "Att det fungerar som utlovat", "At det virker som lovet",
                "At det virker som lovet", "Että tuote toimii luvatusti"),
            {"product": say("The product in use", "Varan i bruk", "Varen i bruk", "Varen i brug", "Tuote käytössä")},
        ),
        StageTemplate(
            "put-right", say("Putting it right", "Rätta till", "Rette opp", "Rette op", "Korjaaminen"),
            say("Get it put right at once", "Få det ordnat på en gång", "Få det ordnet med en gang",
                "Få det ordnet med det samme", "Saada asia kerralla kuntoon"),
            {"returns": say("Return or exchange", "Retur eller byte", "Retur eller bytte", "Retur eller ombytning",
                            "Palautus tai vaihto")},
        ),
    ),
)  # fmt: skip

VISIT = JourneyTemplate(
    code="visit",
    names=say("A service or care visit", "Ett service- eller vårdbesök", "Et service- eller behandlingsbesøk",
              "Et service- eller behandlingsbesøg", "Palvelu- tai hoitokäynti"),
    about=say("From booking to follow-up", "Från bokning till uppföljning", "Fra bestilling til oppfølging",
              "Fra booking til opfølgning", "Ajanvarauksesta jälkihoitoon"),
    key="being-met", survey="after-contact", customer_words=CUSTOMER,
    stages=(
        StageTemplate(
            "book", say("Booking", "Boka", "Bestille time", "Booke tid", "Ajanvaraus"),
            say("Get a time that suits me", "Få en tid som passar mig", "Få en time som passer meg",
                "Få en tid, der passer mig", "Saada itselle sopiva aika"),
            {"booking": say("Booking a time", "Tidsbokning", "Timebestilling", "Tidsbestilling", "Ajan varaaminen"),
             "reminder": say("Information before the visit", "Information före besöket", "Informasjon før besøket",
                             "Information før besøget", "Tieto ennen käyntiä")},
        ),
        StageTemplate(
            "arrive", say("Arriving", "Komma fram", "Ankomme", "Ankomme", "Saapuminen"),
            say("Know where to go and how long I wait", "Veta vart jag ska och hur länge jag väntar",
                "Vite hvor jeg skal og hvor lenge jeg venter", "Vide, hvor jeg skal hen, og hvor længe jeg venter",
                "Tietää minne mennä ja kauanko odotan"),
            {"reception": say("Reception", "Receptionen", "Resepsjonen", "Receptionen", "Vastaanotto"),
             "waiting": say("Waiting", "Väntan", "Ventingen", "Ventetiden", "Odotus")},
        ),
        StageTemplate(
            "meet", say("The visit", "Besöket", "Besøket", "Besøget", "Käynti"),
            say("Be listened to and understand what happens", "Bli lyssnad på och förstå vad som händer",
                "Bli hørt og forstå hva som skjer", "Blive lyttet til og forstå, hvad der sker",
                "Tulla kuulluksi ja ymmärtää mitä tapahtuu"),
            {"being-met": say("How you were met", "Bemötandet", "Hvordan du ble møtt", "Hvordan du blev mødt",
                              "Kohtaaminen"),
             "explained": say("What was explained", "Förklaringen", "Forklaringen", "Forklaringen",
                              "Asioiden selittäminen")},
        ),
        StageTemplate(
            "after", say("Afterwards", "Efteråt", "Etterpå", "Bagefter", "Jälkeenpäin"),
            say("Know what comes next", "Veta vad som händer sedan", "Vite hva som skjer videre",
                "Vide, hvad der sker bagefter", "Tietää mitä seuraavaksi tapahtuu"),
            {"follow-up": say("Follow-up", "Uppföljningen", "Oppfølgingen", "Opfølgningen", "Seuranta"),
             "bill": say("The bill", "Räkningen", "Regningen", "Regningen", "Lasku")},
        ),
    ),
)  # fmt: skip

BANK = JourneyTemplate(
    code="bank",
    names=say("Becoming a bank customer", "Att bli bankkund", "Å bli bankkunde", "At blive bankkunde",
              "Pankin asiakkaaksi tuleminen"),
    about=say("From the first question to everyday use", "Från första frågan till vardagen",
              "Fra det første spørsmålet til hverdagen", "Fra det første spørgsmål til hverdagen",
              "Ensimmäisestä kysymyksestä arkeen"),
    key="application", survey="onboarding", customer_words=CUSTOMER,
    stages=(
        StageTemplate(
            "consider", say("Considering", "Överväga", "Vurdere", "Overveje", "Harkinta"),
            say("See what it costs and what I get", "Se vad det kostar och vad jag får",
                "Se hva det koster og hva jeg får", "Se, hvad det koster, og hvad jeg får",
                "Nähdä mitä se maksaa ja mitä saan"),
            {"offer-page": say("Prices and terms", "Priser och villkor", "Priser og vilkår", "Priser og vilkår",
                               "Hinnat ja ehdot"),
             "first-talk": say("First talk with the bank", "Första samtalet med banken",
                               "Den første samtalen med banken", "Den første samtale med banken",
                               "Ensimmäinen keskustelu pankin kanssa")},
        ),
        StageTemplate(
            "apply", say("Applying", "Ansöka", "Søke", "Ansøge", "Hakeminen"),
            say("Be done in one go", "Bli klar på en gång", "Bli ferdig med en gang", "Blive færdig på én gang",
                "Saada kaikki valmiiksi kerralla"),
            {"application": say("The application", "Ansökan", "Søknaden", "Ansøgningen", "Hakemus"),
             "identification": say("Proving who you are", "Legitimeringen", "Legitimeringen", "Legitimationen",
                                   "Henkilöllisyyden osoittaminen")},
        ),
        StageTemplate(
            "start", say("Getting started", "Komma i gång", "Komme i gang", "Komme i gang", "Alkuun pääsy"),
            say("Use my money from the first day", "Använda mina pengar från första dagen",
                "Bruke pengene mine fra første dag", "Bruge mine penge fra første dag",
                "Käyttää rahojani ensimmäisestä päivästä"),
            {"card": say("Account and card", "Konto och kort", "Konto og kort", "Konto og kort", "Tili ja kortti"),
             "app-login": say("First log-in to the app", "Första inloggningen i appen", "Første innlogging i appen",
                              "Første login i appen", "Ensimmäinen kirjautuminen sovellukseen")},
        ),
        StageTemplate(
            "everyday", say("Everyday use", "Vardagen", "Hverdagen", "Hverdagen", "Arki"),
            say("Get help when something is unclear", "Få hjälp när något är oklart", "Få hjelp når noe er uklart",
                "Få hjælp, når noget er uklart", "Saada apua kun jokin on epäselvää"),
            {"payments": say("Payments", "Betalningar", "Betalinger", "Betalinger", "Maksut"),
             "support": say("Customer service", "Kundservice", "Kundeservice", "Kundeservice", "Asiakaspalvelu")},
        ),
    ),
)  # fmt: skip

B2B = JourneyTemplate(
    code="b2b",
    names=say("A delivery between companies", "En leverans mellan företag", "En leveranse mellom bedrifter",
              "En leverance mellem virksomheder", "Toimitus yritykseltä yritykselle"),
    about=say("From the quote to the renewal", "Från offert till förnyelse", "Fra tilbud til fornyelse",
              "Fra tilbud til fornyelse", "Tarjouksesta sopimuksen uusimiseen"),
    key="delivery", survey="relationship", customer_words=CUSTOMER,
    stages=(
        StageTemplate(
            "agree", say("Agreeing", "Komma överens", "Bli enige", "Blive enige", "Sopiminen"),
            say("Know what I get, when, and at what price", "Veta vad jag får, när och till vilket pris",
                "Vite hva jeg får, når og til hvilken pris", "Vide, hvad jeg får, hvornår og til hvilken pris",
                "Tietää mitä saan, milloin ja mihin hintaan"),
            {"quote": say("The quote", "Offerten", "Tilbudet", "Tilbuddet", "Tarjous"),
             "contract": say("The contract", "Avtalet", "Avtalen", "Aftalen", "Sopimus")},
        ),
        StageTemplate(
            "order", say("Ordering", "Beställa", "Bestille", "Bestille", "Tilaaminen"),
            say("Order once and be sure", "Beställa en gång och vara säker", "Bestille én gang og være trygg",
                "Bestille én gang og være sikker", "Tilata kerran ja luottaa siihen"),
            {"placing": say("Placing the order", "Beställningen", "Bestillingen", "Bestillingen", "Tilauksen teko"),
             "confirmation": say("The confirmation", "Bekräftelsen", "Bekreftelsen", "Bekræftelsen",
                                 "Tilausvahvistus")},
        ),
        StageTemplate(
            "deliver", say("Delivery", "Leverans", "Leveranse", "Levering", "Toimitus"),
            say("Get the right thing on the day agreed", "Få rätt sak på avtalad dag", "Få rett vare på avtalt dag",
                "Få den rigtige vare på den aftalte dag", "Saada oikea tuote sovittuna päivänä"),
            {"delivery": say("Delivery on time", "Leverans i tid", "Levering i tide", "Levering til tiden",
                             "Toimitus ajallaan"),
             "goods": say("What was delivered", "Det som levererades", "Det som ble levert", "Det leverede",
                          "Toimituksen sisältö")},
        ),
        StageTemplate(
            "run", say("In use", "I drift", "I drift", "I drift", "Käytössä"),
            say("Reach somebody who knows us", "Nå någon som känner oss", "Nå noen som kjenner oss",
                "Få fat i nogen, der kender os", "Tavoittaa joku, joka tuntee meidät"),
            {"b2b-support": say("Support", "Support", "Support", "Support", "Tuki"),
             "invoice": say("The invoice", "Fakturan", "Fakturaen", "Fakturaen", "Lasku")},
        ),
        StageTemplate(
            "renew", say("Renewal", "Förnyelse", "Fornyelse", "Fornyelse", "Uusiminen"),
            say("See what it was worth to us", "Se vad det var värt för oss", "Se hva det var verdt for oss",
                "Se, hvad det var værd for os", "Nähdä mitä hyötyä siitä oli meille"),
            {"review": say("Review with the account manager", "Genomgång med kundansvarig",
                           "Gjennomgang med kundeansvarlig", "Gennemgang med den kundeansvarlige",
                           "Katselmus asiakasvastaavan kanssa")},
        ),
    ),
)  # fmt: skip

PUBLIC = JourneyTemplate(
    code="public",
    names=say("A matter with a public authority", "Ett ärende hos en myndighet", "En sak hos en offentlig etat",
              "En sag hos en offentlig myndighed", "Asiointi viranomaisessa"),
    about=say("From finding out to the decision", "Från att ta reda på till beslutet",
              "Fra å finne ut til vedtaket", "Fra at finde ud af det til afgørelsen", "Tiedonhausta päätökseen"),
    key="form", survey="effort",
    customer_words=say("citizen", "invånare", "innbygger", "borger", "asukas"),
    stages=(
        StageTemplate(
            "find-out", say("Finding out", "Ta reda på", "Finne ut", "Finde ud af", "Tiedonhaku"),
            say("Know what applies to me", "Veta vad som gäller för mig", "Vite hva som gjelder for meg",
                "Vide, hvad der gælder for mig", "Tietää mikä minua koskee"),
            {"information": say("Information on the website", "Information på webbplatsen",
                                "Informasjon på nettstedet", "Information på hjemmesiden", "Tieto verkkosivuilla"),
             "guidance": say("Guidance by phone or at the desk", "Vägledning per telefon eller på plats",
                             "Veiledning på telefon eller i skranken", "Vejledning på telefon eller ved skranken",
                             "Neuvonta puhelimessa tai paikan päällä")},
        ),
        StageTemplate(
            "file", say("Applying", "Ansöka", "Søke", "Ansøge", "Hakeminen"),
            say("Get it right the first time", "Göra rätt första gången", "Gjøre det rett første gang",
                "Gøre det rigtigt første gang", "Onnistua kerralla"),
            {"form": say("The form", "Blanketten", "Skjemaet", "Blanketten", "Lomake"),
             "documents": say("Sending documents", "Skicka handlingar", "Sende dokumenter", "Sende dokumenter",
                              "Asiakirjojen toimittaminen")},
        ),
        StageTemplate(
            "wait", say("Waiting", "Vänta", "Vente", "Vente", "Odottaminen"),
            say("Know that something is happening", "Veta att något händer", "Vite at noe skjer",
                "Vide, at der sker noget", "Tietää että asia etenee"),
            {"status": say("News of the matter", "Besked om ärendet", "Beskjed om saken", "Besked om sagen",
                           "Tieto asian vaiheesta"),
             "handling-time": say("Time until the decision", "Handläggningstiden", "Saksbehandlingstiden",
                                  "Sagsbehandlingstiden", "Käsittelyaika")},
        ),
        StageTemplate(
            "decide", say("The decision", "Beslutet", "Vedtaket", "Afgørelsen", "Päätös"),
            say("Understand the decision and what I can do", "Förstå beslutet och vad jag kan göra",
                "Forstå vedtaket og hva jeg kan gjøre", "Forstå afgørelsen, og hvad jeg kan gøre",
                "Ymmärtää päätös ja mitä voin tehdä"),
            {"letter": say("The decision in writing", "Beslutsbrevet", "Vedtaksbrevet", "Afgørelsesbrevet",
                           "Kirjallinen päätös"),
             "questions": say("Asking about the decision", "Frågor om beslutet", "Spørsmål om vedtaket",
                              "Spørgsmål om afgørelsen", "Päätöksestä kysyminen")},
        ),
    ),
)  # fmt: skip

FLIGHT = JourneyTemplate(
    code="flight",
    names=say("A flight", "En flygresa", "En flyreise", "En flyrejse", "Lentomatka"),
    about=say("From booking to the bag at the belt", "Från bokning till väskan på bandet",
              "Fra bestilling til kofferten på båndet", "Fra booking til kufferten på båndet",
              "Varauksesta matkatavarahihnalle"),
    key="security", survey="relationship",
    customer_words=say("passenger", "resenär", "reisende", "passager", "matkustaja"),
    stages=(
        StageTemplate(
            "plan", say("Planning", "Planera", "Planlegge", "Planlægge", "Suunnittelu"),
            say("Know what the trip costs and includes", "Veta vad resan kostar och innehåller",
                "Vite hva reisen koster og inneholder", "Vide, hvad rejsen koster og indeholder",
                "Tietää mitä matka maksaa ja sisältää"),
            {"flight-booking": say("Booking", "Bokning", "Bestilling", "Booking", "Varaus"),
             "check-in": say("Check-in", "Incheckning", "Innsjekking", "Check-in", "Lähtöselvitys")},
        ),
        StageTemplate(
            "airport", say("At the airport", "På flygplatsen", "På flyplassen", "I lufthavnen", "Lentoasemalla"),
            say("Reach the gate in good time and calm", "Komma till gaten i god tid och lugn",
                "Komme til gaten i god tid og i ro", "Komme til gaten i god tid og ro",
                "Päästä portille ajoissa ja rauhassa"),
            {"bag-drop": say("Bag drop", "Bagageinlämning", "Bagasjeinnlevering", "Bagageaflevering",
                             "Matkatavaroiden jättö"),
             "security": say("Security check", "Säkerhetskontroll", "Sikkerhetskontroll", "Sikkerhedskontrol",
                             "Turvatarkastus"),
             "gate": say("Waiting at the gate", "Väntan vid gaten", "Venting ved gaten", "Ventetid ved gaten",
                         "Odotus portilla")},
        ),
        StageTemplate(
            "fly", say("On board", "Ombord", "Om bord", "Om bord", "Koneessa"),
            say("Travel safely and in comfort", "Resa tryggt och bekvämt", "Reise trygt og behagelig",
                "Rejse trygt og behageligt", "Matkustaa turvallisesti ja mukavasti"),
            {"boarding": say("Boarding", "Ombordstigning", "Ombordstigning", "Boarding", "Koneeseen nousu"),
             "crew": say("Cabin crew", "Kabinpersonalen", "Kabinpersonalet", "Kabinepersonalet",
                         "Matkustamohenkilökunta")},
        ),
        StageTemplate(
            "arrive", say("Arriving", "Komma fram", "Ankomme", "Ankomme", "Perillä"),
            say("Get on without waiting", "Komma vidare utan väntan", "Komme videre uten å vente",
                "Komme videre uden at vente", "Päästä eteenpäin odottamatta"),
            {"baggage": say("Baggage reclaim", "Bagageutlämning", "Bagasjeutlevering", "Bagageudlevering",
                            "Matkatavaroiden nouto"),
             "onward": say("Onward transport", "Vidare transport", "Videre transport", "Videre transport",
                           "Jatkoyhteys")},
        ),
        StageTemplate(
            "disruption", say("When it goes wrong", "När det går fel", "Når det går galt", "Når det går galt",
                              "Kun kaikki ei suju"),
            say("Know at once what happens and who helps", "Få veta genast vad som händer och vem som hjälper",
                "Få vite straks hva som skjer og hvem som hjelper",
                "Få straks at vide, hvad der sker, og hvem der hjælper",
                "Tietää heti mitä tapahtuu ja kuka auttaa"),
            {"delay": say("Information about delays", "Information vid försening", "Informasjon ved forsinkelse",
                          "Information ved forsinkelse", "Tiedotus viivästyksistä")},
        ),
    ),
)  # fmt: skip

JOURNEYS: dict[str, JourneyTemplate] = {
    template.code: template for template in (RETAIL, VISIT, BANK, B2B, PUBLIC, FLIGHT)
}
