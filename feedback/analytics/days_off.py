"""Days on which people in a Nordic country are off: by law, and the eves on which nobody works, law or not."""

from datetime import date
from functools import lru_cache

import holidays

# The categories that the package keeps such days in, beside those by law. Sweden's `bank` and `optional` days are
# working days with an early end; Iceland's and the Faroes' half days are eves and feasts.
CATEGORIES = {"SE": ("de_facto",), "DK": ("optional",), "IS": ("half_day",), "FO": ("half_day",)}
# (month, day): the package knows Norway's holidays by law alone.
EVES = {"NO": ((12, 24), (12, 31))}


@lru_cache(maxsize=64)
def days_off(country: str, year: int) -> frozenset[date]:
    """The days off of a year, by ISO code of the country."""
    known = holidays.country_holidays(country, years=year, categories=("public", *CATEGORIES.get(country, ())))
    return frozenset(known) | {date(year, month, day) for month, day in EVES.get(country, ())}
