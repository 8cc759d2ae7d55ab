"""What stands in a column of consent: a customer's word, in the five languages of the house. Nothing else is one."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedback.imports.dates import DateRule
from feedback.imports.headings import plain
from feedback.imports.rules import Part

WORDS = {
    "granted": (
        "granted,given,yes,y,true,1,accepted,opted in,opt in,subscribed,"
        "ja,j,beviljat,beviljad,givet,lämnat,samtycker,gitt,innvilget,samtykker,godkänt,godkjent,godkendt,"
        "kyllä,k,annettu,myönnetty,hyväksytty,suostunut"
    ),
    "denied": (
        "denied,refused,declined,no,n,false,0,not given,"
        "nej,nekat,nekad,avböjt,nei,nektet,avslått,nægtet,afslået,afvist,"
        "ei,e,evätty,kielletty,kieltäytynyt,ei annettu"
    ),
    "withdrawn": (
        "withdrawn,revoked,unsubscribed,"
        "återkallat,återkallad,återtaget,tilbakekalt,trukket,trukket tilbake,trukket tilbage,tilbagekaldt,"
        "peruttu,peruutettu"
    ),
}
_STATES = {plain(word): state for state, words in WORDS.items() for word in words.split(",")}


class ConsentRule(Part, frozen=True):
    """The column with the word, and what the file does not say: for which purpose, to which text, and when.

    A grant needs one of the texts: `text_version` is ours, `reference` what the source calls its own.
    """

    column: str
    purpose: str
    at: DateRule
    text_version: int | None = None
    reference: str = ""


@dataclass(frozen=True)
class Consenting:
    """What a person says once of all the consents in a file."""

    purpose: str
    text_version: int | None = None
    reference: str = ""


def state_of(cell: str) -> str | None:
    """The state that the word means; None for what is no such word."""
    return _STATES.get(plain(cell))


def are_words(cells: Mapping[str, int], filled: int) -> bool:
    """Whether more than half of the filled cells, counted by what stands in them, are words of consent. What else
    stands there is an odd word, and its row is refused: it is no reason to take the others for no consent."""
    return sum(n for cell, n in cells.items() if state_of(cell)) > filled / 2
