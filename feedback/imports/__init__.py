"""Files in: a table of unknown origin, mapped row by row to responses. Pure: no Django, no database.

table = read_table(path, encoding=mapping.encoding, delimiter=mapping.delimiter)
gone = missing_columns(mapping, table.header)
for line, row in table.rows:
    result = map_row(mapping, row, line)    # MappedResponse or list[RowError]
"""

from feedback.imports.errors import ImportFileError, MappingError, RowError
from feedback.imports.mapping import Mapping, columns, load_mapping, missing_columns
from feedback.imports.reader import Table, read_table
from feedback.imports.rows import MappedResponse, map_row
from feedback.imports.source import Limits

__all__ = [
    "ImportFileError",
    "Limits",
    "MappedResponse",
    "Mapping",
    "MappingError",
    "RowError",
    "Table",
    "columns",
    "load_mapping",
    "map_row",
    "missing_columns",
    "read_table",
]
