"""What each room holds of a person, declared once: merging, erasure, export and the time line go through here.

A room registers its holdings in `AppConfig.ready()`; whatever points at a customer must be among them, which a test
asks of every foreign key. So a lower room reaches the rows of higher ones without knowing them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from journeys import namings


@dataclass(frozen=True)
class Traces:
    """Who is to be forgotten: the customer's numbers (with those merged into it), every text that names the person,
    without capitals, and the moment."""

    customers: tuple[int, ...]
    texts: frozenset[str]
    at: datetime

    @cached_property
    def pattern(self) -> str:
        """What finds the person in texts of others (`journeys.namings`)."""
        return namings.pattern(self.texts)

    @cached_property
    def names(self) -> re.Pattern[str]:
        return namings.whole(self.pattern)

    def are_in(self, text: str) -> bool:
        """Whether a text of their own holds one of these, as part of a word too."""
        folded = text.casefold()
        return any(trace in folded for trace in self.texts) or self.names.search(folded) is not None


@dataclass(frozen=True)
class Entry:
    """One line of a customer's story. `tone` is empty, `good`, `bad` or `quiet`."""

    at: datetime
    kind: str | Promise
    title: str
    detail: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Holding:
    """The rows of one model that belong to customers.

    `lookup` leads from the row to the customer. `moves`: the row follows its customer in a merge. `export` says what
    the rows hold, as plain values; `erase` takes out what names the person and returns how many rows it changed;
    `story` tells the newest rows among those that the reader may see.
    """

    code: str
    model: type[Model]
    export: Callable[[QuerySet], Iterable[dict[str, Any]]]
    erase: Callable[[QuerySet, Traces], int]
    lookup: str = "customer"
    moves: bool = True
    story: Callable[[QuerySet, int], Iterable[Entry]] | None = None

    def rows(self, customers: Sequence[int]) -> QuerySet:
        return self.model._default_manager.filter(**{f"{self.lookup}__in": customers})


@dataclass(frozen=True)
class Imprint:
    """A place that knows no customer, only texts: mails, logs. `erase` takes out those that name the person."""

    code: str
    erase: Callable[[int, Traces], int]  # program, traces
    export: Callable[[int, Traces], Iterable[dict[str, Any]]] | None = None


@dataclass(frozen=True)
class Tale:
    """What no row of the customer's tells: entries by the customer's numbers, the newest first."""

    code: str
    story: Callable[[Sequence[int], int], Iterable[Entry]]


_tales: dict[str, Tale] = {}
_holdings: dict[str, Holding] = {}
_imprints: dict[str, Imprint] = {}


def register(*held: Holding | Imprint | Tale) -> None:
    for each in held:
        place: Any = {Holding: _holdings, Imprint: _imprints, Tale: _tales}[type(each)]
        place[each.code] = each


def holdings() -> Sequence[Holding]:
    return tuple(_holdings.values())


def holding(code: str) -> Holding:
    return _holdings[code]


def imprints() -> Sequence[Imprint]:
    return tuple(_imprints.values())


def tales() -> Sequence[Tale]:
    return tuple(_tales.values())


def kept(rows: QuerySet, traces: Traces) -> int:
    """For what names nobody: the row stays as it is, with the emptied customer."""
    return 0
