"""Random tallies for property tests."""

from hypothesis import strategies as st

from cxprogram.stats.tally import Tally


def answers(low: int = 0, high: int = 10, *, min_size: int = 1):
    """Lists of (code, weight), one per answer."""
    weight = st.floats(0.01, 100, allow_nan=False)
    return st.lists(st.tuples(st.integers(low, high), weight), min_size=min_size, max_size=60)


def tally_of(rows) -> Tally:
    return Tally.from_cells((code, 1, weight, weight**2) for code, weight in rows)
