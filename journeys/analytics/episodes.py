"""Runs of a journey: moments that follow each other closely belong to one run."""

from collections.abc import Sequence
from datetime import datetime, timedelta


def runs(moments: Sequence[datetime], gap: timedelta) -> list[tuple[datetime, datetime]]:
    """The runs in rising moments, as (first, last): a new one begins after a pause longer than the gap.

    Raises ValueError if the moments do not rise.
    """
    found: list[tuple[datetime, datetime]] = []
    for moment in moments:
        if found and moment < found[-1][1]:
            raise ValueError("the moments must rise")
        if found and moment - found[-1][1] <= gap:
            found[-1] = (found[-1][0], moment)
        else:
            found.append((moment, moment))
    return found
