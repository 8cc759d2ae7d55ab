"""How a cell is read as a number."""

import re

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:\.0{1,9})?")


def whole_number(cell: str) -> int | None:
    """5, 05 and 5.0 (as spreadsheets write it); nothing else that Python would take for a number."""
    if not WHOLE_NUMBER.fullmatch(cell):
        return None
    return int(cell.partition(".")[0])


def with_point(cell: str, decimal: str) -> str:
    """A number of a file with decimal commas as the others write it; one that has a point has no such comma."""
    return cell.replace(",", ".") if decimal == "," and "." not in cell else cell
