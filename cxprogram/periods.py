"""Periods of reporting: a year, a month, or everything. Days are days in the program's own time zone."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
_YEAR = re.compile(r"(19|2\d)\d\d")
_MONTH = re.compile(r"((?:19|2\d)\d\d)-(0[1-9]|1[0-2])")


class PeriodError(DomainError):
    code = "period-unknown"
    status = 400


@dataclass(frozen=True, order=True)
class Period:
    """A span of days, both ends included, with the code under which it is asked for."""

    start: date
    end: date
    code: str

    def __str__(self) -> str:
        return self.code

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def is_year(self) -> bool:
        return len(self.code) == 4

    @property
    def is_month(self) -> bool:
        return len(self.code) == 7

    @property
    def label(self) -> str:
        if self.code == "all":
            return _("All time")
        if self.is_year:
            return self.code
        return date_format(self.start, "F Y")

    @property
    def parent(self) -> "Period | None":
        """The period that this one is a part of: the year of a month, everything of a year."""
        if self.code == "all":
            return None
        return parse(self.code[:4]) if self.is_month else ALL

    def previous(self) -> "Period | None":
        """The period of the same length just before; none before everything."""
        if self.code == "all":
            return None
        if self.is_year:
            return parse(str(int(self.code) - 1))
        year, month = self.start.year, self.start.month - 1
        return parse(f"{year - 1}-12" if month == 0 else f"{year}-{month:02}")


ALL = Period(FIRST_DAY, LAST_DAY, "all")


def parse(code: str) -> Period:
    """`YYYY`, `YYYY-MM` or `all`; raises PeriodError (`period-unknown`) for anything else."""
    if code == "all":
        return ALL
    if _YEAR.fullmatch(code):
        return Period(date(int(code), 1, 1), date(int(code), 12, 31), code)
    if match := _MONTH.fullmatch(code):
        year, month = int(match[1]), int(match[2])
        return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), code)
    raise PeriodError(_("Write the period as 2017, 2017-05 or all."))
