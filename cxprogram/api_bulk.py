"""What every door for many rows shares: what it takes, what it refuses as a whole, and the account of every row."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from cxprogram import api_schema
from cxprogram.errors import DomainError
from cxprogram.models import Program

Row = TypeVar("Row")

REFUSALS = {
    400: ("body-not-json", "body-not-gzip"),
    413: ("body-too-large", "too-many-rows"),
    415: ("media-type-not-supported",),
    503: ("unavailable",),
}


class BulkRow(msgspec.Struct):
    """What became of one row; `code` and `detail` say why it was rejected."""

    index: Annotated[int, Meta(description="Place in the body, from 0.")]
    status: Literal["created", "repeated", "rejected"] = "rejected"
    id: int | None = None
    code: str | None = None
    detail: str | None = None


class BulkAccount(msgspec.Struct):
    """The account of a bulk request: every row is created, repeated or rejected."""

    created: int
    repeated: int
    rejected: int
    rows: list[BulkRow]


class NewestRow(msgspec.Struct):
    """As BulkRow, of a thing whose newest word counts."""

    index: Annotated[int, Meta(description="Place in the body, from 0.")]
    status: Literal["created", "updated", "repeated", "rejected"] = "rejected"
    id: int | None = None
    code: str | None = None
    detail: str | None = None


class NewestAccount(msgspec.Struct):
    """The account of a bulk request: every row is created, updated, repeated or rejected."""

    created: int
    updated: int
    repeated: int
    rejected: int
    rows: list[NewestRow]


def body(item: type[msgspec.Struct]) -> dict[str, Any]:
    """What a door for many of these takes, for the schema."""
    return {
        "application/json": {"type": "array", "maxItems": 10_000, "items": api_schema.ref(item)},
        "application/x-ndjson": {"type": "string"},
    }


def reject(row: BulkRow | NewestRow, error: DomainError) -> None:
    """Say why; of a body of another shape also what is wrong with it, as the door for one does."""
    reason = error.extra.get("reason")
    row.code, row.detail = error.code, f"{error.detail} {reason}" if reason else str(error.detail)


def by_program(
    account: Sequence[BulkRow | NewestRow], rows: Sequence[Any], read: Callable[[Any], tuple[Program, Row]]
) -> list[tuple[Program, list[tuple[int, Row]]]]:
    """What can be read of the rows, each with its place, by program; of the others the account says why not.

    `read` checks one row and raises DomainError. Programs come in one order, so that two requests do not wait for each
    other in a circle.
    """
    groups: dict[int, tuple[Program, list[tuple[int, Row]]]] = {}
    for index, raw in enumerate(rows):
        try:
            program, row = read(raw)
        except DomainError as error:
            reject(account[index], error)
            continue
        groups.setdefault(program.pk, (program, []))[1].append((index, row))
    return [group for _number, group in sorted(groups.items())]


def account(rows: list[BulkRow]) -> BulkAccount:
    counts = Counter(row.status for row in rows)
    return BulkAccount(counts["created"], counts["repeated"], counts["rejected"], rows)


def newest_account(rows: list[NewestRow]) -> NewestAccount:
    counts = Counter(row.status for row in rows)
    return NewestAccount(counts["created"], counts["updated"], counts["repeated"], counts["rejected"], rows)
