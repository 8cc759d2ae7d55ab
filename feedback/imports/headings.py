"""What columns are called in the five languages of the house, where nothing but the heading tells what they are.

A tool is known by its structure and its ids. A list of people, of units, of scores or of reviews that somebody wrote
out by hand has neither: a role and a unit are words like any others. So these few headings are read; what is called
otherwise is left to a person.
"""

import re
from collections.abc import Sequence

HUMP = re.compile(r"(?<=[a-zåäöæø])(?=[A-ZÅÄÖÆØ])")
NOT_LETTERS = re.compile(r"[\W_]+")
# Special categories of personal data. What may be one is never defined in passing.
SENSITIVE = re.compile(
    r"health|disease|diagnos|illness|allerg|disab|pregnan|religi|ethnic|\brace\b|sexual|politic|trade union|biometr"
    r"|genetic"
    r"|hälsa|sjuk|funktionsneds|etni|sexuell|politi|facklig|fackförbund|helse|helbred|sykdom|sygdom|handi[ck]ap|seksu"
    r"|fagforening|terve|sairau|vamma|uskon|poliit|ammattiliit|raskau|gravid"
)
KEY = re.compile(
    r"(?:^| )(?:id|uid|uuid|guid|key|nr|no|number|ref|reference|code|kod|kode|koodi|tunnus|numero)$"
    r"|(?:nummer|nr|numero|nyckel|nøkkel|nøgle|tunnus)$"
)
# Where somebody lives and is called is called a number as well.
PLACE_OR_PHONE = re.compile(r"post|zip|phone|tele|mobil|puhelin|fax")
# What is numbered so is no person: a place, an order, a seat. Two rows of a short list may well differ in it.
OF_A_THING = re.compile(
    r"(?:^| )(?:(?:land|maa|hus|rum|rom|huone|gate|gata|seat|plats|plass|paikka|area)(?:s|n)?"
    r"(?:$| |id|k[oø]d|koodi|n[ru])"
    r"|order (?:id|n|k|c|ref)|order(?:n|id)|ordren|beställning|bestilling|tilaus|invoice|faktur|lasku"
    r"|booking|bokning|reserv|varaus|ticket|biljet|bill?et|lippu|flight|flyg|flyvn|lento"
    r"|discount|rabat|alennus|coupon|kupon|promo|campaign|kampan|voucher|product|produkt|artikel|tuote"
    r"|countr|house|talo|street|room|region|store |shop|butik|myymälä|currency|valut|language|språk|sprog|kieli"
    r"|unit|enhet|enhed|yksikkö|department|avdel|afdel|osasto|status|version)"
)
LIKELIHOOD = re.compile(r"\brecommend|rekommender|anbefal|suosittel")

Headings = dict[str, frozenset[str]]


def _named(**words: str) -> Headings:
    return {role: frozenset(plain(word) for word in names.split(",")) for role, names in words.items()}


def plain(heading: str) -> str:
    """A heading without case, signs and runs of spaces: `Review_Text ` and `ReviewText` are one."""
    return NOT_LETTERS.sub(" ", HUMP.sub(" ", heading).casefold()).strip()


EMAIL = (
    "email,e-mail,mail,email address,e-mail address,work email,customer email,contact email,person email,"
    "epost,e-post,e-postadress,mejl,mejladress,mailadress,e-postadresse,epostadresse,mailadresse,e-mailadresse,"
    "sähköposti,sähköpostiosoite"
)
NAME = (
    "name,full name,display name,employee name,customer name,contact name,person name,"
    "namn,hela namnet,för- och efternamn,kundens namn,navn,fullt navn,fulde navn,kundens navn,nimi,koko nimi,"
    "asiakkaan nimi"
)
FIRST = "first name,firstname,given name,förnamn,tilltalsnamn,fornavn,etunimi"
LAST = "last name,lastname,surname,family name,efternamn,etternavn,efternavn,sukunimi"
EMPLOYEE = (
    "employee id,employee number,employee no,staff id,personnel number,anställningsnummer,anställnings-id,anställd id,"
    "ansattnummer,ansatt-id,ansattnr,medarbejdernummer,medarbejder-id,medarbejdernr,henkilöstönumero,työntekijänumero,"
    "työntekijä id,henkilönumero"
)
PEOPLE = _named(
    external_id=EMPLOYEE,
    email=EMAIL,
    name=NAME,
    first_name=FIRST,
    last_name=LAST,
    role="role,roll,rolle,rooli",
    unit=(
        "unit,unit code,org unit,organisational unit,organizational unit,department,enhet,enhetskod,organisationsenhet,"
        "avdelning,enhetskode,avdeling,enhed,enhedskode,afdeling,yksikkö,yksikkökoodi,yksikön koodi,osasto"
    ),
    manager=(
        "manager,line manager,reports to,supervisor,manager email,chef,närmaste chef,leder,nærmeste leder,"
        "nærmeste chef,esihenkilö,lähiesihenkilö,esimies,lähiesimies"
    ),
)
UNITS = _named(
    external_id=(
        "code,unit code,unit id,kod,enhetskod,enhets-id,kode,enhetskode,enhedskode,enheds-id,koodi,yksikkökoodi,"
        "yksikön koodi"
    ),
    name="name,unit name,unit,namn,enhetsnamn,enhet,navn,enhetsnavn,enhedsnavn,enhed,nimi,yksikön nimi,yksikkö",
    parent=(
        "parent,parent code,parent unit,unit above,överordnad,överordnad enhet,ovanliggande enhet,förälder,tillhör,"
        "overordnet,overordnet enhet,overordnet enhed,hører under,forelder,yläyksikkö,ylempi yksikkö,ylätaso,emoyksikkö"
    ),
)
CUSTOMERS = _named(
    email=EMAIL,
    name=NAME,
    first_name=FIRST,
    last_name=LAST,
    phone=(
        "phone,phone number,mobile,mobile phone,telephone,telefon,telefonnummer,mobil,mobilnummer,mobiltelefon,puhelin,"
        "puhelinnumero"
    ),
    language="language,språk,sprog,kieli",
    consent=(
        "consent,consent state,consent status,consent given,opt in,optin,opted in,marketing consent,email consent,"
        "email opt in,marketing opt in,samtycke,samtycke givet,samtycken,marknadsföringssamtycke,samtykke,"
        "samtykkestatus,samtykke gitt,samtykke givet,markedsføringssamtykke,"
        "suostumus,suostumuksen tila,markkinointisuostumus"
    ),
    consent_at=(
        "consent date,consent time,consent at,consented at,opt in date,opt in time,opted in at,samtyckesdatum,"
        "datum för samtycke,samtykkedato,dato for samtykke,suostumuksen päivä,suostumuspäivä,suostumuksen päivämäärä"
    ),
)
# The state's number of a person: it opens doors, and no survey needs it.
NATIONAL_ID = _named(
    number="personnummer,personnr,person-nr,samordningsnummer,fødselsnummer,fødselsnr,cpr,cpr-nummer,cpr-nr,"
    "henkilötunnus,hetu,social security number,social security no,ssn,national id,national identity number,"
    "personal identity number,personal number,passport,passport number,passport no,passnummer,passnr,passinumero"
)["number"]
COMMENT = (
    "comment,comments,feedback,verbatim,kommentar,kommentarer,tilbakemelding,tilbagemelding,kommentti,kommentit,palaute"
)
SCORES = _named(
    key="id,response id,survey response id,svars-id,svar-id,besvarelses-id,vastaus-id,vastaustunnus",
    date=(
        "date,created at,created,submitted at,response date,responded at,survey date,answered at,datum,svarsdatum,dato,"
        "svardato,svarsdato,päivämäärä,pvm,vastauspäivä"
    ),
    score=(
        "score,nps,nps score,nps rating,rating,poäng,nps-poäng,betyg,poeng,nps-poeng,vurdering,karakter,point,"
        "nps-point,bedømmelse,pisteet,nps-pisteet,arvosana"
    ),
    comment=COMMENT,
    customer_id=(
        "person id,customer id,customer number,customer no,customer nr,customer key,contact id,client id,client number,"
        "client no,member id,member number,member no,membership number,"
        "kund-id,kundnr,kund nr,kundnummer,kundens nummer,kundnyckel,medlems-id,medlemsnr,medlemsnummer,"
        "kunde-id,kundenr,kunde nr,kundenummer,kundens nummer,kundenøkkel,kundenøgle,"
        "asiakas-id,asiakasnro,asiakas nro,asiakasnumero,asiakkaan numero,asiakastunnus,"
        "jäsen-id,jäsennro,jäsennumero,jäsentunnus"
    ),
    email=EMAIL,
    name=NAME,
    first_name=FIRST,
    last_name=LAST,
    channel="survey channel,channel,kanal,kanava",
    permalink="permalink,permanent link,response url,url,link,länk,lenke,linkki",
    updated="updated at,last updated",
)
REVIEWS = _named(
    external_id="review id,recension id,anmeldelse id,arvostelu id",
    rating="rating,stars,star rating,overall rating,betyg,vurdering,karakter,bedømmelse,stjerner,arvosana,tähdet",
    text="review text,review,review body,review content,recension,anmeldelse,arvostelu",
    title="title,review title,headline,rubrik,overskrift,titel,tittel,otsikko",
    author=(
        "user nickname,nickname,author,reviewer,reviewer name,author name,recensent,anmelder,arvostelija,nimimerkki"
    ),
    url="review url,url,permalink,link",
    at=("submission time,submission date,review date,date,created at,published at,published,datum,dato,päivämäärä"),
    language="language,locale,språk,sprog,kieli",
    product="product id,product name,produkt,produkt-id,produktnamn,produktnavn,tuote,tuotetunnus",
)
CASES = _named(
    external_id=(
        "case,case id,case number,ticket id,ticket number,ärende,ärendenummer,ärende-id,sak,saksnummer,sag,sagsnummer,"
        "tapaus,tapausnumero,tukipyyntö"
    ),
    subject="subject,title,ticket name,ämne,rubrik,emne,tittel,titel,aihe,otsikko",
    text="description,ticket description,beskrivning,beskrivelse,kuvaus",
    status="status,state,ticket status,tillstånd,tilstand,tila",
    priority="priority,ticket priority,urgency,prioritet,prioriteetti",
    channel="channel,source,ticket source,kanal,kanava",
    at="created,created at,create date,opened,opened at,skapad,öppnad,opprettet,åpnet,oprettet,åbnet,luotu,avattu",
    closed_at="closed,closed at,close date,solved at,stängd,avslutad,lukket,avsluttet,afsluttet,suljettu",
    changed_at=(
        "updated,updated at,last updated,modified,modified at,last modified,last modified date,"
        "uppdaterad,ändrad,senast ändrad,oppdatert,endret,sist endret,opdateret,ændret,senest ændret,"
        "päivitetty,muutettu,muokattu"
    ),
)
# What somebody is at work: it tells nothing of what they may see.
TITLES = _named(
    title="title,job title,position,titel,befattning,jobbtitel,yrkestitel,tittel,stilling,stillingsbetegnelse,nimike,"
    "tehtävänimike"
)["title"]
# Where a person works or buys: a list that has it is one of customers, whatever their titles are.
COMPANY = _named(
    company=(
        "company,company name,account,customer,associated company,associated company domain,lifecycle stage,företag,"
        "kund,firma,kunde,bedrift,virksomhed,yritys,asiakas"
    )
)["company"]
REMARKS = SCORES["comment"]
# Who said it, or how they are reached: no question of any survey.
WHO = NATIONAL_ID.union(
    *(CUSTOMERS[role] for role in ("email", "name", "first_name", "last_name", "phone")), SCORES["customer_id"]
)
# Of what is called so no cell is anybody's name.
NO_NAMES = (
    REMARKS | REVIEWS["text"] | REVIEWS["product"] | REVIEWS["rating"] | SCORES["score"]
    | PEOPLE["role"] | PEOPLE["unit"] | PEOPLE["manager"] | PEOPLE["external_id"]
)  # fmt: skip


def roles_of(header: Sequence[str], known: Headings) -> dict[str, str]:
    """The role of each column that is called as one of these is; a role is given once, to the first."""
    roles: dict[str, str] = {}
    for name in header:
        word = plain(name)
        role = next((role for role, names in known.items() if word in names and role not in roles.values()), None)
        if role is not None:
            roles[name] = role
    return roles


def is_key(heading: str) -> bool:
    """Whether the heading calls its cells keys: ids, numbers, codes; a postcode and a telephone number are none."""
    word = plain(heading)
    return bool(KEY.search(word)) and not PLACE_OR_PHONE.search(word)


def is_of_a_thing(heading: str) -> bool:
    """Whether what the heading numbers is a place or something that people have, and not themselves."""
    word = plain(heading)
    return bool(OF_A_THING.search(word) or PLACE_OR_PHONE.search(word))


def is_national_id(heading: str) -> bool:
    """Whether the heading is what a state calls the number of a person."""
    return plain(heading) in NATIONAL_ID


def is_sensitive(heading: str) -> bool:
    """Whether the heading may name something of a special category: health, belief, origin."""
    return bool(SENSITIVE.search(plain(heading)))


def is_personal(heading: str) -> bool:
    """Whether the heading is what people call a name, an address, a phone or a customer number."""
    return plain(heading) in WHO


def is_customer_number(heading: str) -> bool:
    """Whether the heading is what people call the number of a customer."""
    return plain(heading) in SCORES["customer_id"]


def is_likelihood(heading: str) -> bool:
    """Whether the heading asks how likely somebody would recommend us."""
    return bool(LIKELIHOOD.search(heading.casefold()))
