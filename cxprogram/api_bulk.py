"""What every door for many rows shares: what it takes, what it refuses as a whole, and the account of every row."""

from collections import Counter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cxprogram import api_schema
from cxprogram.errors import DomainError

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


def account(rows: list[BulkRow]) -> BulkAccount:
    counts = Counter(row.status for row in rows)
    return BulkAccount(counts["created"], counts["repeated"], counts["rejected"], rows)


def newest_account(rows: list[NewestRow]) -> NewestAccount:
    counts = Counter(row.status for row in rows)
    return NewestAccount(counts["created"], counts["updated"], counts["repeated"], counts["rejected"], rows)
