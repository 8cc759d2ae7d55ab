"""What a table of unknown origin means: mapped row by row to responses. Pure: no Django, no database.

table = read_table(path, encoding=mapping.encoding, delimiter=mapping.delimiter)      (cxprogram.imports)
gone = missing_columns(mapping, table.header)
for line, row in table.rows:
    result = map_row(mapping, row, line)    # MappedResponse or list[RowError]
"""

from cxprogram.imports.errors import MappingError, RowError
from feedback.imports.mapping import Mapping, columns, load_mapping, missing_columns
from feedback.imports.rows import MappedResponse, map_row

__all__ = [
    "MappedResponse",
    "Mapping",
    "MappingError",
    "RowError",
    "columns",
    "load_mapping",
    "map_row",
    "missing_columns",
]
