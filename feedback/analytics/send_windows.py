"""When messages may go out: not in quiet hours, on the days of the week that are wanted, not on holidays.

All of it is meant in local time, and holds through the days on which the clocks change.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

# A year of closed days means that no day was left open.
HORIZON_DAYS = 370


class NoWindowError(ValueError):
    """The hours and days leave no moment in a year."""


@dataclass(frozen=True)
class SendWindow:
    """Open from `opens` to `closes` local time (equal: all day) on the `weekdays` (Monday is 0) but not on `closed`.

    A span over midnight (opens 20, closes 2) belongs to the day of each of its moments.
    """

    zone: tzinfo
    opens: time = time(0)
    closes: time = time(0)
    weekdays: frozenset[int] = frozenset(range(7))
    closed: Container[date] = ()

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        return self._is_day(local.date()) and self._is_hour(local.time())

    def _is_day(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.closed

    def _is_hour(self, hour: time) -> bool:
        if self.opens == self.closes:
            return True
        if self.opens < self.closes:
            return self.opens <= hour < self.closes
        return hour >= self.opens or hour < self.closes

    def next_open(self, at: datetime) -> datetime:
        """The first moment from `at` on that is open; raises NoWindowError if there is none in a year."""
        if self.is_open(at):
            return at
        first = at.astimezone(self.zone).date()
        for offset in range(HORIZON_DAYS):
            day = first + timedelta(days=offset)
            if not self._is_day(day):
                continue
            for moment in self._starts(day):
                if moment > at and self.is_open(moment):
                    return moment.astimezone(at.tzinfo)
        raise NoWindowError("no day of the year is open")

    def _starts(self, day: date) -> list[datetime]:
        """Moments of the day at which a closed span may end, in order.

        Midnight and the opening hour: one that comes twice, when the clocks go back, is there twice; one that never
        comes, when they go forward, is lost. The moment of the change may open without being named by either.
        """
        moments = {
            datetime.combine(day, hour, self.zone).replace(fold=fold).astimezone(UTC)
            for hour in (time(0), self.opens)
            for fold in (0, 1)
        }
        change = clock_change(day, self.zone)
        return sorted(moments | {change} if change else moments)


def clock_change(day: date, zone: tzinfo) -> datetime | None:
    """The moment of a local day at which the clocks change, to the minute; None on nearly all days."""
    low = datetime.combine(day, time(0), zone).astimezone(UTC)
    high = datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == before:
        return None
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
