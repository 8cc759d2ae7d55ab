"""A file read as it is proposed: what of its rows is understood, skipped and refused."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from cxprogram.imports import read_table
from feedback.imports.decisions import mapping_of
from feedback.imports.layouts import find_layout
from feedback.imports.profile import profiles_of
from feedback.imports.proposals import propose_answers
from feedback.imports.record_decisions import record_mapping_of
from feedback.imports.record_proposals import guess_target, propose_records
from feedback.imports.records import Record, map_record
from feedback.imports.rows import MappedResponse, RowKeys, SkippedRow, map_row
from tests.shared import shared_file

OWN = Path(__file__).parents[2] / "data" / "imports"
UTC = ZoneInfo("UTC")


def sample(name: str) -> Path:
    own = OWN / Path(name).name
    return own if own.exists() else shared_file(f"imports/{name}")


@dataclass
class Taken:
    """What became of one file: rows understood, skipped and refused, with the proposal it was read by."""

    layout: str
    target: str
    understood: list = field(default_factory=list)
    skipped: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    proposal: object = None
    mapping: object = None

    def answers(self, question: str) -> Counter:
        counts: Counter = Counter()
        for row in self.understood:
            value = row.answers.get(question)
            for each in value if isinstance(value, list) else [value]:
                counts[each] += 1
        return counts


def take(path: Path, *, target: str = "", keeps_tests: bool = True, **options) -> Taken:
    layout = find_layout(path, **options)
    header = {"header_rows": layout.header.rows, "naming": layout.header.names}
    with read_table(path, **header, **options) as table:
        profiles = profiles_of(table.header, table.rows)
    target = target or guess_target(layout, profiles)
    taken = Taken(layout.format, target)
    keys = RowKeys()
    if target == "responses":
        proposal = propose_answers(layout, table, profiles)
        column = proposal.column_of("date")
        form = (proposal.date_formats.get(column) or [None])[0] if column else None
        mapping = mapping_of(
            proposal, survey="s", source="f", zone="UTC", date_format=form, day="2024-05-31", keeps_tests=keeps_tests
        )
        results = [map_row(mapping, row, line, keys) for line, row in read_table(path, **header, **options).rows]
    else:
        proposal = propose_records(layout, table, profiles, target)
        form = (proposal.date_formats.get(proposal.column_of("at")) or [None])[0]
        constants = {"type": "thing"} if target == "interactions" and not proposal.column_of("type") else None
        mapping = record_mapping_of(
            proposal, source="f", zone="UTC", date_format=form, day="2024-05-31", constants=constants
        )
        rows = read_table(path, **header, **options).rows
        results = [map_record(mapping, row, line, keys, zone=UTC) for line, row in rows]
    taken.proposal, taken.mapping = proposal, mapping
    taken.understood = [each for each in results if isinstance(each, MappedResponse | Record)]
    taken.skipped = [each for each in results if isinstance(each, SkippedRow)]
    taken.refused = [each[0] for each in results if isinstance(each, list)]
    return taken
