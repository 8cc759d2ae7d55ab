"""When people are off: every Nordic country, its eves too."""

from datetime import date

import pytest

from feedback.analytics.days_off import days_off

# From the calendars of 2026: Midsummer Eve is 19 June, Maundy Thursday 2 April, the First Day of Summer 23 April.
OFF = {
    "SE": ["12-24", "12-25", "12-31", "06-19", "06-06"],
    "NO": ["12-24", "12-25", "12-31", "05-17", "04-02"],
    "DK": ["12-24", "12-25", "12-31", "06-05", "04-02"],
    "FI": ["12-24", "12-25", "06-19", "12-06"],
    "IS": ["12-24", "12-25", "12-31", "06-17", "04-23"],
    "AX": ["12-24", "12-25", "06-19", "06-09"],
    "FO": ["12-24", "12-25", "12-31", "07-29", "04-02"],
}
WORKING = {
    "SE": ["12-23", "06-18", "05-13"],
    "NO": ["12-23", "06-19", "05-13"],
    "DK": ["12-23", "06-19", "05-15"],
    "FI": ["12-23", "12-31", "02-05"],
    "IS": ["12-23", "06-19"],
    "AX": ["12-23", "02-05"],
    "FO": ["12-23", "06-19"],
}


@pytest.mark.parametrize("country", sorted(OFF))
def test_a_country_is_off_on_its_holidays_and_eves_and_works_on_other_days(country: str) -> None:
    found = days_off(country, 2026)
    assert [day for day in OFF[country] if date.fromisoformat(f"2026-{day}") not in found] == []
    assert [day for day in WORKING[country] if date.fromisoformat(f"2026-{day}") in found] == []
