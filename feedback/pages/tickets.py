"""The list of tickets: what is to do, what is mine, what is closed, at any size of history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from cxprogram import periods
from cxprogram.access import Right, can
from cxprogram.errors import NotFoundError
from cxprogram.figures import figure
from cxprogram.models import OrgUnit, Program, User
from cxprogram.periods import Period
from feedback import ticket_words
from feedback.choices import TicketReason, TicketStatus
from feedback.models import Ticket
from feedback.querysets import TicketQuerySet

# What a list is in order by, and the number of the ticket.
Key = tuple[Any, int]
PAGE = 50
# Beyond this many a list says "1,000+": nobody works through them by number, and counting on would read them all.
COUNTED = 1_000
STATUSES = {
    "todo": (TicketStatus.OPEN, TicketStatus.TAKEN),
    "mine": (TicketStatus.TAKEN,),
    "closed": (TicketStatus.CLOSED,),
}
# By what a list is in order, and whether the newest stand first.
ORDER = {"todo": ("due_at", False), "mine": ("due_at", False), "closed": ("opened_on", True)}


@dataclass(frozen=True)
class TicketCard:
    """One ticket as a card. `is_late` as `Ticket.is_overdue`."""

    number: int
    url: str
    title: str
    score: int | None
    scale: ticket_words.ScoreScale
    place: tuple[str, ...]
    due_at: datetime
    is_late: bool
    first_contact_at: datetime | None
    closed_at: datetime | None
    state: str
    is_fictitious: bool


def card(ticket: Ticket, words: ticket_words.TicketWords, user: User, at: datetime) -> TicketCard:
    return TicketCard(
        number=ticket.pk,
        url=reverse("feedback:ticket-detail", args=[ticket.pk]),
        title=words.title(ticket),
        score=ticket.score,
        scale=words.scale(ticket),
        place=tuple(ticket_words.place(ticket.response.attributes)),
        due_at=ticket.due_at,
        is_late=ticket.is_overdue(at),
        first_contact_at=ticket.first_contact_at,
        closed_at=ticket.closed_at,
        state=ticket_words.state(ticket, user),
        is_fictitious=bool(ticket.customer and ticket.customer.is_fictitious),
    )


@dataclass(frozen=True)
class TicketFilter:
    """Which tickets are asked for; it lives in the address."""

    which: str
    unit: OrgUnit | None
    period: Period | None
    reason: str
    after: Key | None

    def query(self, **changes: str) -> str:
        facts = {
            "list": self.which if self.which != "todo" else "",
            "unit": self.unit.code if self.unit else "",
            "period": self.period.code if self.period else "",
            "reason": self.reason,
        }
        return urlencode({name: value for name, value in (facts | changes).items() if value})


def units_of(user: User, program: Program) -> list[OrgUnit]:
    """The units whose tickets the person works on, in the order of the tree."""
    units = OrgUnit.objects.filter(program=program).order_by("path")
    return [unit for unit in units if can(user, Right.WORK_TICKETS, program=program, unit=unit)]


def read_filter(asked: Any, units: Sequence[OrgUnit]) -> TicketFilter:
    """The filter of the address.

    Raises NotFoundError for a list or a unit that the person does not have, PeriodError for what is no period.
    """
    which, code = asked.get("list", "") or "todo", asked.get("unit", "")
    if which not in STATUSES:
        raise NotFoundError(_("There is no such list."))
    unit = next((each for each in units if each.code.lower() == code.lower()), None)
    if code and unit is None:
        raise NotFoundError(_("There is no such unit for you."), code="unit-unknown")
    period = asked.get("period", "")
    return TicketFilter(
        which=which,
        unit=unit,
        period=periods.parse(period) if period and period != "all" else None,
        reason=asked.get("reason", "")[:20].replace("\x00", ""),
        after=_cursor(which, asked.get("after", "")),
    )


def _cursor(which: str, text: str) -> Key | None:
    """Where the page before ended; anything else begins at the top."""
    place, _sep, number = text.rpartition("_")
    try:
        at: Any = parse_date(place) if ORDER[which][0] == "opened_on" else parse_datetime(place)
        is_place = at is not None and getattr(at, "tzinfo", True) and abs(int(number)) < 2**63
        return (at, int(number)) if is_place else None
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Segment:
    """One of the three lists, with how many tickets are in it."""

    which: str
    label: str
    count: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class TicketList:
    """One page of tickets. `more` is how many the next page shows."""

    filter: TicketFilter
    place: str
    open: str
    overdue: str
    segments: tuple[Segment, ...]
    cards: tuple[TicketCard, ...]
    more: int
    more_url: str
    units: tuple[OrgUnit, ...]
    periods: tuple[Period, ...]
    reasons: tuple[tuple[str, str], ...]

    @property
    def is_filtered(self) -> bool:
        return bool(self.filter.unit or self.filter.period or self.filter.reason)

    @property
    def has_fictitious(self) -> bool:
        return any(each.is_fictitious for each in self.cards)


def scoped(user: User, program: Program, units: Sequence[OrgUnit], asked: TicketFilter) -> TicketQuerySet:
    """The person's tickets under the filter, whatever their state."""
    rows = Ticket.objects.visible_to(user).filter(program=program)
    if asked.unit is not None:
        rows = rows.filter(unit__in=[unit.pk for unit in units if unit.path.startswith(asked.unit.path)])
    elif not any(unit.parent_id is None for unit in units):
        # By number instead of by path: a single unit is then read in the order of its index.
        rows = rows.filter(unit__in=[unit.pk for unit in units])
    if asked.period:
        rows = rows.in_period(asked.period)
    if asked.reason:
        rows = rows.filter(reasons__contains=[asked.reason])
    return rows


def counted(rows: TicketQuerySet) -> str:
    n = rows.order_by()[: COUNTED + 1].count()
    return f"{figure(COUNTED, 'count')}+" if n > COUNTED else figure(n, "count")


def keys(
    rows: TicketQuerySet, which: str, *, after: Key | None = None, limit: int, statuses: Sequence[str] = ()
) -> list[Key]:
    """(due time, id) of what is to do, the soonest first; (day, id) of what is closed, the newest first.

    Each state is read in the order of its index and stopped at the limit.
    """
    field, newest_first = ORDER[which]
    if after:
        past, same = ("lt", "lte") if newest_first else ("gt", "gte")
        beyond = Q(**{f"{field}__{past}": after[0]}) | Q(**{field: after[0], f"pk__{past}": after[1]})
        rows = rows.filter(beyond, **{f"{field}__{same}": after[0]})
    order = (f"-{field}", "-pk") if newest_first else (field, "pk")
    found: list[Key] = []
    for status in statuses or STATUSES[which]:
        found += rows.filter(status=status).order_by(*order).values_list(field, "pk")[:limit]
    return sorted(found, reverse=newest_first)[:limit]


def cards_of(
    numbers: Sequence[int], words: ticket_words.TicketWords, user: User, at: datetime
) -> tuple[TicketCard, ...]:
    """The cards in the order of their numbers; one query."""
    rows = (
        Ticket.objects.filter(pk__in=numbers)
        .select_related("response", "owner", "customer")
        .only(
            "score", "reasons", "problem_codes", "status", "due_at", "first_contact_at", "closed_at", "owner",
            "owner__name", "owner__email", "response__attributes", "response__answers", "customer__is_fictitious",
        )
    )  # fmt: skip
    by_number = {ticket.pk: ticket for ticket in rows}
    return tuple(card(by_number[number], words, user, at) for number in numbers if number in by_number)


def ticket_list(user: User, program: Program, asked: Any, at: datetime) -> TicketList:
    """One page of the list; a constant number of queries."""
    units = units_of(user, program)
    wanted = read_filter(asked, units)
    rows = scoped(user, program, units, wanted)
    path = reverse("feedback:ticket-list")
    counts = {
        "todo": counted(rows.unfinished()),
        "mine": counted(rows.owned_by(user).filter(status=TicketStatus.TAKEN)),
        "closed": counted(rows.filter(status=TicketStatus.CLOSED)),
    }
    labels = {"todo": _("To do"), "mine": _("Mine"), "closed": _("Closed")}
    shown = rows.owned_by(user) if wanted.which == "mine" else rows
    found = keys(shown, wanted.which, after=wanted.after, limit=2 * PAGE)
    page = found[:PAGE]
    last = page[-1] if page else None
    return TicketList(
        filter=wanted,
        place=wanted.unit.label if wanted.unit else (units[0].label if units else program.label),
        open=counts["todo"],
        overdue=counted(rows.overdue(at)),
        segments=tuple(
            Segment(which, labels[which], n, f"{path}?{wanted.query(list=which)}", which == wanted.which)
            for which, n in counts.items()
        ),
        cards=cards_of([number for _at, number in page], ticket_words.words_of(program), user, at),
        more=max(0, len(found) - PAGE),
        more_url=f"{path}?{wanted.query(after=f'{last[0].isoformat()}_{last[1]}')}" if last else "",
        units=tuple(units),
        periods=_periods(program, wanted.period, at),
        reasons=tuple((code, str(label)) for code, label in TicketReason.choices),
    )


def _periods(program: Program, chosen: Period | None, at: datetime) -> tuple[Period, ...]:
    """This month and the one before, this year and those back to the program's first ticket."""
    today = at.astimezone(program.zone).date()
    month = periods.parse(f"{today:%Y-%m}")
    oldest = [
        Ticket.objects.filter(program=program, status=status).order_by("due_at", "pk").values_list("opened_on")[:1]
        for status in TicketStatus.values
    ]
    firsts = [day for (day,) in oldest[0].union(*oldest[1:], all=True)]
    first = min(firsts, default=today).year
    years = [periods.parse(str(year)) for year in range(today.year, max(first, today.year - 30) - 1, -1)]
    before = month.previous()
    offered = [month, *([before] if before else []), *years]
    return tuple(offered if chosen is None or chosen in offered else [*offered, chosen])
