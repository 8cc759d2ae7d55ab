"""What the demonstration's map tells besides the survey, all of it made up: people, what they do and think, what is
promised to them, studies and their findings, and the life cycle above the journey."""

from datetime import date

from cxprogram.models.translated import say
from journeys.choices import Channel
from journeys.journey_templates import tones

PERSONAS = {
    "works-on-the-way": (
        say("Works on the way", "Arbetar på vägen", "Jobber underveis", "Arbejder undervejs", "Tekee töitä matkalla"),
        say("Flies every week with hand luggage", "Flyger varje vecka med handbagage",
            "Flyr hver uke med håndbagasje", "Flyver hver uge med håndbagage", "Lentää viikoittain käsimatkatavaroin"),
        say("No surprises before the gate", "Inga överraskningar före gaten", "Ingen overraskelser før gaten",
            "Ingen overraskelser før gaten", "Ei yllätyksiä ennen porttia"),
    ),
    "travels-with-children": (
        say("Travels with children", "Reser med barn", "Reiser med barn", "Rejser med børn", "Matkustaa lasten kanssa"),
        say("Flies once or twice a year, much to carry", "Flyger en eller två gånger om året, mycket att bära",
            "Flyr en eller to ganger i året, mye å bære", "Flyver en eller to gange om året, meget at bære",
            "Lentää kerran tai kaksi vuodessa, paljon kannettavaa"),
        say("Find the way and a place to sit", "Hitta vägen och någonstans att sitta",
            "Finne veien og et sted å sitte", "Finde vej og et sted at sidde", "Löytää perille ja istumapaikka"),
    ),
}  # fmt: skip
# Stage -> (what they do, what they think).
SAYS = {
    "getting-here": (
        say("Looks up the way, parks or takes the train", "Slår upp vägen, parkerar eller tar tåget",
            "Slår opp veien, parkerer eller tar toget", "Slår vejen op, parkerer eller tager toget",
            "Katsoo reitin, pysäköi tai tulee junalla"),
        say("Shall I be there in time?", "Hinner jag?", "Rekker jeg det?", "Når jeg det?", "Ehdinkö ajoissa?"),
    ),
    "finding-the-way": (
        say("Reads signs and asks", "Läser skyltar och frågar", "Leser skilt og spør", "Læser skilte og spørger",
            "Lukee opasteita ja kysyy"),
        say("Which way now?", "Åt vilket håll nu?", "Hvilken vei nå?", "Hvilken vej nu?", "Mihin päin nyt?"),
    ),
    "security": (
        say("Drops bags, stands in line, is screened", "Lämnar väskor, köar, kontrolleras",
            "Leverer bagasje, står i kø, blir kontrollert", "Afleverer bagage, står i kø, bliver kontrolleret",
            "Jättää laukut, jonottaa, tarkastetaan"),
        say("Let it be quick, and fair", "Låt det gå snabbt, och rättvist", "La det gå raskt, og rettferdig",
            "Lad det gå hurtigt, og retfærdigt", "Kunpa se kävisi nopeasti ja reilusti"),
    ),
    "waiting": (
        say("Looks for food, a seat and a socket, shops, looks around",
            "Letar mat, sittplats och eluttag, handlar, ser sig om",
            "Leter etter mat, sitteplass og strøm, handler, ser seg om",
            "Finder mad, siddeplads og strøm, handler, ser sig om",
            "Etsii ruokaa, paikan ja pistorasian, ostaa, katselee"),
        say("Have I time for a meal?", "Hinner jag äta?", "Rekker jeg å spise?", "Når jeg at spise?", "Ehdinkö syödä?"),
    ),
    "boarding": (
        say("Checks the screens, walks to the gate, waits, boards",
            "Kollar skärmarna, går till gaten, väntar, går ombord",
            "Sjekker skjermene, går til gaten, venter, går om bord",
            "Tjekker skærmene, går til gaten, venter, går om bord",
            "Tarkistaa näytöt, kävelee portille, odottaa, nousee koneeseen"),
        say("Is it still this gate?", "Är det fortfarande den här gaten?", "Er det fortsatt denne gaten?",
            "Er det stadig denne gate?", "Onko portti yhä tämä?"),
    ),
}  # fmt: skip
# Touchpoint -> (promise, tone of voice, channels).
LANES = {
    "getting-to-the-airport": (
        say("The way and the time it takes, told before you leave", "Vägen och restiden innan du åker",
            "Veien og reisetiden før du drar", "Vejen og rejsetiden, før du tager af sted",
            "Reitti ja kesto ennen lähtöä"),
        tones.PLAIN, (Channel.WEB, Channel.APP),
    ),
    "road-signs": (
        say("You know your lane before you need it", "Du vet din fil innan du behöver den",
            "Du vet feltet ditt før du trenger det", "Du kender din bane, før du skal bruge den",
            "Tiedät kaistasi ennen kuin tarvitset sen"),
        tones.BRIEF, (Channel.SIGN,),
    ),
    "parking": (
        say("A free space and its price shown at the entrance", "Ledig plats och pris visas vid infarten",
            "Ledig plass og pris vises ved innkjøringen", "Ledig plads og pris vises ved indkørslen",
            "Vapaa paikka ja hinta näkyvät sisäänajossa"),
        tones.EXACT, (Channel.MACHINE, Channel.PAYMENT, Channel.SIGN),
    ),
    "long-term-parking": (
        say("A bus every ten minutes, day and night", "En buss var tionde minut, dag och natt",
            "En buss hvert tiende minutt, dag og natt", "En bus hvert tiende minut, dag og nat",
            "Bussi kymmenen minuutin välein, yötä päivää"),
        tones.EXACT, (Channel.MACHINE, Channel.PAYMENT),
    ),
    "airtrain": (
        say("Every four minutes, to every terminal", "Var fjärde minut, till varje terminal",
            "Hvert fjerde minutt, til alle terminaler", "Hvert fjerde minut, til alle terminaler",
            "Neljän minuutin välein, joka terminaaliin"),
        tones.BRIEF, (Channel.IN_PERSON, Channel.SIGN),
    ),
    "rental-cars": (
        say("From the car to the terminal in fifteen minutes", "Från bilen till terminalen på en kvart",
            "Fra bilen til terminalen på et kvarter", "Fra bilen til terminalen på et kvarter",
            "Autolta terminaaliin vartissa"),
        tones.FRIENDLY, (Channel.COUNTER,),
    ),
    "signs-inside": (
        say("One sign ahead wherever you must choose", "En skylt i tid vid varje vägval",
            "Et skilt i tide ved hvert veivalg", "Et skilt i tide ved hvert vejvalg",
            "Opaste ajoissa joka risteyksessä"),
        tones.PLAIN, (Channel.SIGN,),
    ),
    "finding-your-way": (
        say("Lost for a minute at most", "Vilse en minut som mest", "På villspor ett minutt på det meste",
            "Faret vild et minut højst", "Eksyksissä enintään minuutin"),
        tones.HELPFUL, (Channel.SIGN, Channel.APP, Channel.IN_PERSON),
    ),
    "information-arrivals": (
        say("A person who answers, not a leaflet", "En människa som svarar, inte en broschyr",
            "Et menneske som svarer, ikke en brosjyre", "Et menneske, der svarer, ikke en brochure",
            "Ihminen joka vastaa, ei esite"),
        tones.WARM, (Channel.COUNTER, Channel.SIGN),
    ),
    "information-departures": (
        say("A person who answers, not a leaflet", "En människa som svarar, inte en broschyr",
            "Et menneske som svarer, ikke en brosjyre", "Et menneske, der svarer, ikke en brochure",
            "Ihminen joka vastaa, ei esite"),
        tones.WARM, (Channel.COUNTER, Channel.SIGN),
    ),
    "passing-security": (
        say("You know beforehand how long it takes", "Du vet i förväg hur lång tid det tar",
            "Du vet på forhånd hvor lang tid det tar", "Du ved på forhånd, hvor lang tid det tager",
            "Tiedät etukäteen, kauanko siinä menee"),
        tones.CALM, (Channel.IN_PERSON, Channel.SIGN),
    ),
    "feeling-safe": (
        say("Staff in sight, and told what happens", "Personal i närheten, och besked om vad som händer",
            "Ansatte i nærheten, og beskjed om hva som skjer", "Personale i nærheden, og besked om, hvad der sker",
            "Henkilökunta näkyvissä, ja tieto mitä tapahtuu"),
        tones.CALM, (Channel.IN_PERSON,),
    ),
    "check-in": (
        say("Rid of the bag within ten minutes", "Av med väskan inom tio minuter",
            "Kvitt bagasjen innen ti minutter", "Af med bagagen inden for ti minutter",
            "Laukku jätetty kymmenessä minuutissa"),
        tones.BRIEF, (Channel.COUNTER, Channel.MACHINE, Channel.APP),
    ),
    "restaurants": (
        say("Something good at any hour, at street prices", "Något gott när som helst, till vanliga priser",
            "Noe godt til enhver tid, til vanlige priser", "Noget godt på alle tider, til almindelige priser",
            "Jotakin hyvää mihin aikaan tahansa, tavalliseen hintaan"),
        tones.FRIENDLY, (Channel.SHOP,),
    ),
    "shops": (
        say("What you forgot, at the price in town", "Det du glömde, till priset i stan",
            "Det du glemte, til prisen i byen", "Det, du glemte, til prisen i byen",
            "Unohtunut tavara kaupungin hintaan"),
        tones.FRIENDLY, (Channel.SHOP,),
    ),
    "art": (
        say("Something worth a stop on every way", "Något värt ett stopp på varje väg",
            "Noe verdt et stopp på hver vei", "Noget, der er et stop værd, på hver vej",
            "Pysähtymisen arvoista joka reitillä"),
        tones.EXPERT, (Channel.IN_PERSON,),
    ),
    "wifi": (
        say("Free, fast, one tap", "Gratis, snabbt, ett tryck", "Gratis, raskt, ett trykk",
            "Gratis, hurtigt, ét tryk", "Ilmainen, nopea, yhdellä painalluksella"),
        tones.PLAIN, (Channel.WEB, Channel.APP),
    ),
    "restrooms": (
        say("Cleaned every half hour, and it shows", "Städat varje halvtimme, och det syns",
            "Rengjort hver halvtime, og det synes", "Rengjort hver halve time, og det ses",
            "Siivottu puolen tunnin välein, ja sen näkee"),
        tones.BRIEF, (Channel.IN_PERSON,),
    ),
    "cleanliness": (
        say("As clean at night as in the morning", "Lika rent på kvällen som på morgonen",
            "Like rent om kvelden som om morgenen", "Lige så rent om aftenen som om morgenen",
            "Yhtä puhdasta illalla kuin aamulla"),
        tones.BRIEF, (Channel.IN_PERSON,),
    ),
    "screens": (
        say("Your gate and the minutes to walk there", "Din gate och minuterna dit", "Gaten din og minuttene dit",
            "Din gate og minutterne derhen", "Porttisi ja kävelyaika minuutteina"),
        tones.EXACT, (Channel.SIGN,),
    ),
    "escalators": (
        say("Running, or the way round shown", "I gång, eller vägen runt visas", "I gang, eller omveien vises",
            "I gang, eller omvejen vises", "Käynnissä, tai kiertotie näkyvissä"),
        tones.BRIEF, (Channel.SIGN,),
    ),
    "boarding-areas": (
        say("A clean seat for everyone who waits", "En ren plats till alla som väntar",
            "Et rent sete til alle som venter", "Et rent sæde til alle, der venter",
            "Puhdas istuin jokaiselle odottajalle"),
        tones.BRIEF, (Channel.IN_PERSON,),
    ),
    "gate-changes": (
        say("A new gate told on your phone before the screen", "Ny gate i mobilen före skärmen",
            "Ny gate på mobilen før skjermen", "Ny gate på mobilen før skærmen",
            "Uusi portti puhelimeen ennen näyttöä"),
        tones.OPEN, (Channel.APP, Channel.SMS, Channel.SIGN),
    ),
}  # fmt: skip
# Set by a person: why it is a moment of truth.
CONFIRMED = ("passing-security", "Everybody passes here, and who is late for a flight is late from here on.")
STUDIES = {
    "gate-interviews": (
        say("Interviews at the gate", "Intervjuer vid gaten", "Intervjuer ved gaten", "Interview ved gaten",
            "Haastattelut portilla"),
        "interview", date(2017, 3, 14), 12,
    ),
    "kerb-watching": (
        say("Watching at the kerb", "Observation vid avlämningen", "Observasjon ved avsetningen",
            "Observation ved afsætningen", "Havainnointi jättöpaikalla"),
        "observation", date(2017, 4, 4), 40,
    ),
}  # fmt: skip
# (study, stage, touchpoint, kind, texts, value, effort)
FINDINGS = (
    ("gate-interviews", "security", "passing-security", "pain_point",
     say("Nobody says how long the line is until one stands in it", "Ingen säger hur lång kön är förrän man står i den",
         "Ingen sier hvor lang køen er før man står i den", "Ingen siger, hvor lang køen er, før man står i den",
         "Kukaan ei kerro jonon pituutta ennen kuin siinä seisoo"), 5, 2),
    ("gate-interviews", "security", "passing-security", "opportunity",
     say("Tell the waiting time at the entrance and in the app", "Visa väntetiden vid entrén och i appen",
         "Vis ventetiden ved inngangen og i appen", "Vis ventetiden ved indgangen og i appen",
         "Näytä odotusaika sisäänkäynnillä ja sovelluksessa"), 5, 2),
    ("gate-interviews", "waiting", "restaurants", "need",
     say("Something warm after nine in the evening", "Något varmt efter nio på kvällen",
         "Noe varmt etter ni på kvelden", "Noget varmt efter klokken ni om aftenen",
         "Jotakin lämmintä iltayhdeksän jälkeen"), 3, 3),
    ("kerb-watching", "getting-here", "road-signs", "pain_point",
     say("Drivers slow down where the lanes part", "Förare bromsar där filerna delar sig",
         "Bilister bremser der feltene deler seg", "Bilister bremser, hvor banerne deler sig",
         "Ajajat jarruttavat, kun kaistat eroavat"), 4, 3),
    ("gate-interviews", "waiting", "restaurants", "opportunity",
     say("Order ahead and collect near the gate", "Beställ i förväg och hämta nära gaten",
         "Bestill på forhånd og hent nær gaten", "Bestil på forhånd og hent nær gaten",
         "Tilaa ennakkoon ja nouda läheltä porttia"), 4, 3),
    ("gate-interviews", "boarding", "gate-changes", "pain_point",
     say("Passengers learn of a new gate from one another", "Resenärer får veta om ny gate av varandra",
         "Reisende får vite om ny gate av hverandre", "Passagerer hører om en ny gate af hinanden",
         "Matkustajat kuulevat uudesta portista toisiltaan"), 5, 3),
    ("gate-interviews", "boarding", "gate-changes", "opportunity",
     say("Send the new gate to the phone at once", "Skicka ny gate till mobilen genast",
         "Send ny gate til mobilen straks", "Send den nye gate til mobilen straks",
         "Lähetä uusi portti heti puhelimeen"), 5, 2),
    ("kerb-watching", "finding-the-way", "signs-inside", "need",
     say("Know the way before the escalator, not after it", "Veta vägen före rulltrappan, inte efter",
         "Vite veien før rulletrappen, ikke etter", "Kende vejen før rulletrappen, ikke efter",
         "Tietää suunta ennen liukuportaita, ei niiden jälkeen"), 4, 2),
)  # fmt: skip
LIFE = (
    ("consider",
     say("Choosing an airport", "Välja flygplats", "Velge flyplass", "Vælge lufthavn", "Lentoaseman valinta"),
     (("routes",
       say("Routes and prices", "Linjer och priser", "Ruter og priser", "Ruter og priser", "Reitit ja hinnat"), ""),)),
    ("travel", say("Travelling", "Resa", "Reise", "Rejse", "Matkustaminen"),
     (("departing", say("Departing", "Avresa", "Avreise", "Afrejse", "Lähtö"), "departure"),
      ("coming-home", say("Coming home", "Komma hem", "Komme hjem", "Komme hjem", "Kotiinpaluu"), ""))),
    ("afterwards", say("Afterwards", "Efteråt", "Etterpå", "Bagefter", "Jälkeenpäin"),
     (("put-right", say("Something to put right", "Något att rätta till", "Noe å rette opp", "Noget at rette op",
                        "Jotakin korjattavaa"), ""),)),
)  # fmt: skip
