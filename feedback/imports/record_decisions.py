"""From a proposal of records and what a person said to it: the mapping by which a file is read."""

from feedback.imports.consent_words import Consenting, ConsentRule
from feedback.imports.dates import DateRule, date_rule
from feedback.imports.record_proposals import RecordProposal
from feedback.imports.records import FIELDS, TIMED, RecordMapping


def record_mapping_of(
    proposal: RecordProposal,
    *,
    source: str,
    zone: str,
    date_format: str | None = None,
    day: str | None = None,
    constants: dict[str, str] | None = None,
    consenting: Consenting | None = None,
) -> RecordMapping:
    """The mapping that a proposal amounts to. Raises ValueError with the code, or the sentence, of what is missing."""
    table = proposal.table
    known = set(FIELDS[proposal.target][0])
    return RecordMapping(
        target=proposal.target,
        source=source,
        table=proposal.table_name if proposal.column_of("external_id") else "",
        fields={column.role: column.name for column in proposal.columns if column.role in known},
        constants=proposal.constants | (constants or {}),
        codes={name: codes for name, codes in proposal.codes.items() if proposal.column_of(name)},
        at=_rule(proposal, "at", zone, date_format, day) if proposal.target in TIMED else None,
        closed_at=_rule(proposal, "closed_at", zone, date_format, None) if proposal.column_of("closed_at") else None,
        changed_at=_rule(proposal, "changed_at", zone, date_format, None) if proposal.column_of("changed_at") else None,
        consent=_consent(proposal, zone, date_format, day, consenting),
        brands=[column.name for column in proposal.columns if column.role == "brand"],
        attributes=attribute_columns(proposal),
        skip=proposal.skip,
        ignored=[column.name for column in proposal.columns if column.role in ("ignore", "personal")],
        encoding=table.encoding or None if table.kind == "delimited" else None,
        delimiter=table.delimiter or None,
        decimal="," if proposal.decimal == "," else ".",
        sheet=table.sheet or None,
        header=proposal.layout.header,
        format=proposal.layout.format,
    )


def attribute_columns(proposal: RecordProposal) -> dict[str, str]:
    """By the heading, and by the name that no other column has where a heading comes twice."""
    columns: dict[str, str] = {}
    for column in proposal.columns:
        if column.role == "attribute":
            label = column.label[:100]
            columns[column.name[:100] if label in columns else label] = column.name
    return columns


def _consent(
    proposal: RecordProposal, zone: str, form: str | None, day: str | None, said: Consenting | None
) -> ConsentRule | None:
    columns = [column.name for column in proposal.columns if column.role == "consent"]
    if not columns:
        if proposal.column_of("consent_at"):
            raise ValueError("consent-missing")
        return None
    if len(columns) > 1:
        raise ValueError("consent-twice")
    if said is None or not said.purpose:
        raise ValueError("consent-purpose")
    return ConsentRule(
        column=columns[0],
        purpose=said.purpose,
        at=_rule(proposal, "consent_at", zone, form, day),
        text_version=said.text_version,
        reference=said.reference,
    )


def _rule(proposal: RecordProposal, role: str, zone: str, form: str | None, day: str | None) -> DateRule:
    column = proposal.column_of(role)
    formats = proposal.date_formats.get(column or "", [])
    needs_order = "date-order" in proposal.asks
    return date_rule(column, formats, form=form, needs_order=needs_order, zone=proposal.zone or zone, day=day)
