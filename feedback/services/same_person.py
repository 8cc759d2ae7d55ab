"""Rows of one file that are of one customer: told, and taken as the one thing that they say together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext_noop

from cxprogram.imports.errors import Told, told
from journeys.services import identities
from journeys.services.identities import WEAK, Key
from journeys.services.people import PersonFacts

MAX_TOLD = 15
MAX_REMEMBERED = 1_000_000  # identities of one file: some 120 MB
SAME = gettext_noop("Line %(line)s is the same person as line %(first)s: where they differ, the later value holds.")
MORE = gettext_noop("%(count)s more rows are of people who stand further up in the file.")
UNTOLD = gettext_noop("From line %(line)s on, people who were not met before are not compared any more.")
_BITS = 32


class Standing:
    """Who stood in the rows so far. Of a whole file a number for each identity is remembered, and not the identity:
    files are long.

    A person is known again by a source's own key; by an address where one of the two rows has no such key.
    """

    def __init__(self, remembered: Callable[[Key], int | Key] = hash) -> None:
        self._seen: dict[int | Key, int] = {}
        self._remembered = remembered
        self.forgot_at = 0

    def meet(self, keys: Iterable[Key], place: int, said: int = 0) -> tuple[int, int] | None:
        """The place at which the person stood first, and what was said there; None for who is met first."""
        keys = tuple(keys)
        has_none = all(source in WEAK for source, _value in keys)
        found = None
        for key in keys:
            before = self._seen.get(mark := self._remembered(key))
            if before is None and len(self._seen) < MAX_REMEMBERED:
                self._seen[mark] = (place << 1 | has_none) << _BITS | said
            elif before is None:
                self.forgot_at = self.forgot_at or place
            elif found is None and (key[0] not in WEAK or has_none or before >> _BITS & 1):
                found = before
        return None if found is None else (found >> _BITS + 1, found & (1 << _BITS) - 1)


class Remarks:
    """What is to be said of rows that are of a person further up in the file and say something else."""

    def __init__(self) -> None:
        self._standing = Standing()
        self._told: list[Told] = []
        self._more = 0

    def take(self, facts: PersonFacts, line: int, keys: Iterable[Key]) -> None:
        said = hash(_frozen(facts)) & (1 << _BITS) - 1
        before = self._standing.meet(keys, line, said)
        if before is None or before[1] == said:
            return
        if len(self._told) < MAX_TOLD:
            self._told.append(told(SAME, line=str(line), first=str(before[0])))
        else:
            self._more += 1

    def told(self) -> list[Told]:
        more = [told(MORE, count=self._more)] if self._more else []
        untold = [told(UNTOLD, line=str(self._standing.forgot_at))] if self._standing.forgot_at else []
        return [*self._told, *more, *untold]


def _keys(facts: PersonFacts) -> tuple[Key, ...]:
    return identities.keys(facts.identities, email=facts.email, phone=facts.phone)


def _frozen(facts: PersonFacts) -> str:
    unit = facts.unit.pk if facts.unit else None
    return repr((facts.identities, facts.name, facts.email, facts.phone, facts.language, facts.account, unit,
                 sorted(facts.attributes.items())))  # fmt: skip


def together(rows: Sequence[PersonFacts]) -> dict[int, list[int]]:
    """The places of the rows of each person of whom there are several, by the first of them."""
    standing = Standing(lambda key: key)
    groups: dict[int, list[int]] = {}
    firsts: dict[int, int] = {}
    for place, facts in enumerate(rows):
        before = standing.meet(_keys(facts), place)
        if before is not None:
            first = firsts[place] = firsts.get(before[0], before[0])
            groups.setdefault(first, [first]).append(place)
    return groups


def as_one(rows: Iterable[PersonFacts]) -> PersonFacts:
    """What several rows say of one person: of each field the last that says anything; the unit stays the first."""
    first, *later = rows
    for facts in later:
        first = replace(
            first,
            identities=tuple(dict.fromkeys((*first.identities, *facts.identities))),
            name=facts.name.strip() or first.name,
            email=facts.email.strip() or first.email,
            phone=facts.phone.strip() or first.phone,
            language=facts.language or first.language,
            account=facts.account or first.account,
            unit=first.unit or facts.unit,
            attributes={**first.attributes, **facts.attributes},
        )
    return first
