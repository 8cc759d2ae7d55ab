"""What is said without being asked, as one list: in public, to the helpdesk, in chats and mails, by employees."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import ngettext

from cxprogram.models import Program
from cxprogram.page_base import number_in
from feedback.services.voice import MODELS, TEXTS
from journeys import source_words
from journeys.models import Touchpoint
from journeys.source_words import SourceNames

PAGE_SIZE = 30
KINDS = tuple(MODELS)


@dataclass(frozen=True)
class Spoken:
    """One thing said, whatever its kind. `scale` is empty where the source gives none."""

    row: Any
    kind: str
    source: str
    title: str
    rating: str
    scale: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class VoiceList:
    spoken: Sequence[Spoken]
    kinds: Sequence[tuple[str, Any]]
    sources: Sequence[tuple[str, str]]
    places: Sequence[tuple[str, str]]
    kind: str
    source: str
    touchpoint: str
    words: str
    next_url: str
    is_filtered: bool


def voice_list(user: Any, program: Program, asked: Mapping[str, str]) -> VoiceList:
    """The newest first, by kind, source, touchpoint and words; a constant number of queries."""
    kind = asked.get("kind", "") if asked.get("kind", "") in KINDS else ""
    words = asked.get("q", "").replace("\x00", "").strip()[:100]
    visible = {code: MODELS[code].objects.visible_to(user).filter(program=program) for code in KINDS}
    met = {each for rows in visible.values() for each in rows.order_by().values_list("source", "touchpoint").distinct()}
    names = sorted({name for name, _touchpoint in met})
    places = list(Touchpoint.objects.filter(pk__in={place for _name, place in met if place}).order_by("code"))
    where = next((each for each in places if each.code == asked.get("touchpoint", "")), None)
    called = SourceNames(program)
    source = asked.get("source", "") if asked.get("source", "") in names else ""
    after = _place(asked.get("after", ""))
    found: list[list[tuple[tuple[float, int, int], str, Any]]] = []
    for place, (code, rows) in enumerate(visible.items()):
        if kind and code != kind:
            continue
        if source:
            rows = rows.filter(source=source)
        if where is not None:
            rows = rows.filter(touchpoint=where)
        if words:
            title = "subject" if "subject" in TEXTS[code] else "title"
            rows = rows.filter(Q(text__icontains=words) | Q(**{f"{title}__icontains": words}))
        if after:
            at, kind_place, number = after
            here = Q(at=at, pk__lt=number) if place == kind_place else Q(at=at) if place > kind_place else Q(pk=None)
            rows = rows.filter(Q(at__lt=at) | here)
        newest = rows.select_related("customer", "unit", "touchpoint").order_by(F("at").desc(), "-pk")[: PAGE_SIZE + 1]
        found.append([((-row.at.timestamp(), place, -row.pk), code, row) for row in newest])
    listed = list(islice(merge(*found, key=lambda each: each[0]), PAGE_SIZE + 1))
    more, listed = len(listed) > PAGE_SIZE, listed[:PAGE_SIZE]
    touchpoint = where.code if where else ""
    told = {"kind": kind, "source": source, "touchpoint": touchpoint, "q": words}
    kept = {name: value for name, value in told.items() if value}
    if more:
        (_at, place, number), _code, last = listed[-1]
        kept["after"] = f"{last.at.isoformat()}~{place}~{-number}"
    return VoiceList(
        spoken=[_spoken(row, called.of(row.source)) for _order, _code, row in listed],
        kinds=[(code, capfirst(str(MODELS[code]._meta.verbose_name_plural))) for code in KINDS],
        sources=[(name, called.of(name)) for name in names],
        kind=kind,
        places=[(each.code, each.label) for each in places],
        source=source,
        touchpoint=touchpoint,
        words=words,
        next_url=f"?{urlencode(kept)}" if more else "",
        is_filtered=any(told.values()),
    )


def _place(cursor: str) -> tuple[datetime, int, int] | None:
    """Where the page before ended: moment, place of the kind, number of the row; None for what is no cursor."""
    at, _tilde, rest = cursor.partition("~")
    place, _tilde, number = rest.partition("~")
    try:
        moment = parse_datetime(at)
    except ValueError:
        return None
    kind, row = number_in(place), number_in(number)
    return (moment, kind, row) if moment and moment.tzinfo and kind is not None and row is not None else None


def _voted(votes: int) -> tuple[str, ...]:
    return (ngettext("%(n)s vote", "%(n)s votes", votes) % {"n": votes},) if votes else ()


def _facts(row: Any) -> Iterator[str]:
    """What the source says beside it, in words."""
    yield source_words.channel(getattr(row, "channel", ""))
    yield getattr(row, "author", "")
    yield source_words.state(getattr(row, "status", ""))
    yield source_words.urgency(getattr(row, "priority", ""))


def _spoken(row: Any, source: str) -> Spoken:
    rating = getattr(row, "rating", None)
    low, high = getattr(row, "rating_low", None), getattr(row, "rating_high", None)
    votes = getattr(row, "votes", 0)
    return Spoken(
        row=row,
        kind=capfirst(str(row._meta.verbose_name)),
        source=source,
        title=getattr(row, "title", "") or getattr(row, "subject", ""),
        rating=f"{rating.normalize():f}" if rating is not None else "",
        scale=f"{low.normalize():f}–{high.normalize():f}" if low is not None and high is not None else "",
        facts=(*filter(None, _facts(row)), *_voted(votes)),
    )
