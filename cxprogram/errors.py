"""Errors that a person or a program can act on: a stable `code`, a sentence, an HTTP status."""

from typing import Any

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule of the program refused the request; the subclass or the caller names the code."""

    code = "refused"
    status = 422

    def __init__(
        self, detail: str | Promise, *, code: str | None = None, status: int | None = None, **extra: Any
    ) -> None:
        super().__init__(str(detail))
        self.detail = detail
        self.code = code or self.code
        self.status = status or self.status
        self.extra = extra


class NotFoundError(DomainError):
    """The thing does not exist, or the asker may not know whether it does."""

    code = "not-found"
    status = 404


class NotAllowedError(DomainError):
    code = "not-allowed"
    status = 403


class ConflictError(DomainError):
    code = "conflict"
    status = 409
