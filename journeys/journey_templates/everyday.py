"""Journeys of customers who buy, visit and bank."""

from cxprogram.models.translated import say
from journeys.journey_templates.shapes import CUSTOMER, JourneyTemplate, StageTemplate

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
