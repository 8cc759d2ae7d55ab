"""How a cell is read as a number."""

import re

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:\.0{1,9})?")


def whole_number(cell: str) -> int | None:
    """5, 05 and 5.0 (as spreadsheets write it); nothing else that Python would take for a number."""
    if not WHOLE_NUMBER.fullmatch(cell):
        return None
    return int(cell.partition(".")[0])
