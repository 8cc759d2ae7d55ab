"""When messages may go out: a table of Nordic nights, holidays and clock changes, and what holds of every moment."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.analytics.send_windows import NoWindowError, SendWindow, clock_change

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HELSINKI = ZoneInfo("Europe/Helsinki")
WORKING = frozenset(range(5))
# From the Swedish and the Finnish calendar: Christmas Eve is no holiday by law in either, midsummer moves.
SWEDEN = {date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1), date(2026, 6, 20)}
DAYTIME = SendWindow(STOCKHOLM, time(8), time(20), WORKING, SWEDEN)
EVENING = SendWindow(HELSINKI, time(18), time(1))


def local(text: str, zone: ZoneInfo = STOCKHOLM, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("window", "at", "opens"),
    [
        (DAYTIME, "2026-11-25 08:00", "2026-11-25 08:00"),
        (DAYTIME, "2026-11-25 07:59", "2026-11-25 08:00"),
        (DAYTIME, "2026-11-25 19:59", "2026-11-25 19:59"),
        (DAYTIME, "2026-11-25 20:00", "2026-11-26 08:00"),
        (DAYTIME, "2026-11-27 21:00", "2026-11-30 08:00"),  # Friday night to Monday
        (DAYTIME, "2026-12-24 20:00", "2026-12-28 08:00"),  # two holidays, then a Sunday
        (DAYTIME, "2026-12-31 23:00", "2027-01-04 08:00"),
        (DAYTIME, "2026-03-27 20:00", "2026-03-30 08:00"),  # over the day the clocks go forward
        (EVENING, "2026-11-25 00:59", "2026-11-25 00:59"),
        (EVENING, "2026-11-25 01:00", "2026-11-25 18:00"),
        (SendWindow(STOCKHOLM, time(2, 30), time(4)), "2026-03-29 01:00", "2026-03-29 03:00"),  # 2:30 never comes
        (SendWindow(STOCKHOLM, time(2, 30), time(4)), "2026-10-25 02:10", "2026-10-25 02:30"),
        (SendWindow(STOCKHOLM, weekdays=WORKING), "2026-11-28 12:00", "2026-11-30 00:00"),
        (SendWindow(STOCKHOLM), "2026-11-28 03:12", "2026-11-28 03:12"),
    ],
)
def test_what_may_not_go_out_now_goes_out_at_the_next_opening(window: SendWindow, at: str, opens: str) -> None:
    zone = window.zone
    assert window.next_open(local(at, zone)).astimezone(zone).replace(tzinfo=None) == datetime.fromisoformat(opens)


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    window = SendWindow(STOCKHOLM, time(2, 30), time(4))
    second = local("2026-10-25 02:10", fold=1).astimezone(UTC)
    assert not window.is_open(second)
    assert window.next_open(second) == local("2026-10-25 02:30", fold=1).astimezone(UTC)


def test_the_clocks_change_where_they_change() -> None:
    assert clock_change(date(2026, 3, 29), STOCKHOLM) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert clock_change(date(2026, 10, 25), STOCKHOLM) == datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert clock_change(date(2026, 10, 26), STOCKHOLM) is None


def test_a_year_of_closed_days_is_named() -> None:
    with pytest.raises(NoWindowError):
        SendWindow(STOCKHOLM, weekdays=frozenset()).next_open(local("2026-11-25 12:00"))


clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@settings(max_examples=150)
@given(
    opens=clock_times,
    closes=clock_times,
    weekdays=st.frozensets(st.integers(0, 6), min_size=4),
    at=st.sampled_from(["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25", "2026-12-24"]),
    minutes=st.integers(0, 24 * 60),
)
def test_no_open_moment_is_missed(opens: time, closes: time, weekdays: frozenset[int], at: str, minutes: int) -> None:
    window = SendWindow(STOCKHOLM, opens, closes, weekdays, SWEDEN)
    start = local(at).astimezone(UTC) + timedelta(minutes=minutes)
    found = window.next_open(start)
    assert window.is_open(found)
    step = start
    while step < found:
        assert not window.is_open(step), step
        step += timedelta(minutes=15) - timedelta(minutes=step.minute % 15)
