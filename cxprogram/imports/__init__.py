"""Files in (CSV, TSV, XLSX, JSON, XES): a table of unknown origin, read row by row. No Django, no room's words.

with read_table(path) as table:
    for line, row in table.rows:        # {column: cell}, or a RowError when the row could not be cut
        …
"""

from cxprogram.imports.errors import ImportFileError, RowError, shown
from cxprogram.imports.reader import Table, read_table
from cxprogram.imports.source import Limits

__all__ = ["ImportFileError", "Limits", "RowError", "Table", "read_table", "shown"]
