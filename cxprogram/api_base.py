"""What every door of the API shares: the right, problems (RFC 9457), lists by cursor, the program asked for."""

import base64
import binascii
import logging
import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView, exception_handler, set_rollback

from cxprogram.access import Right, can, has_right
from cxprogram.errors import DomainError, NotFoundError
from cxprogram.middleware import unavailable
from cxprogram.models import ApiToken, OrgUnit, Program

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PAGE_SIZE, MAX_PAGE_SIZE = 50, 500
log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()
_CURSOR = re.compile(rb"([np])([1-9]\d{0,17})")


class ParameterError(DomainError):
    """A value in the address that cannot be read."""

    code = "parameter-invalid"
    status = 400


def finite(value: Any) -> Any:
    """The value with every NaN and infinity as None: JSON has neither."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


class HasRight(BasePermission):
    """The view's `right`, and the token's scope."""

    def has_permission(self, request: Request, view: Any) -> bool:
        scope = "read" if request.method in READ_METHODS else "write"
        if isinstance(request.auth, ApiToken) and scope not in request.auth.scopes:
            return False
        return has_right(request.user, view.right)


class ApiView(APIView):
    """A door of the API: needs `right`, and an address that the database can hold."""

    right: Right
    permission_classes = (HasRight,)
    metadata_class = None
    # What `Allow` says: no door answers OPTIONS.
    http_method_names = ("get", "post", "put", "patch", "delete", "head")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.META.get("QUERY_STRING", ""):
            raise ParameterError(_("The address holds characters that cannot be stored."), code="text-not-storable")


def reply(data: Any, *, status: int = 200) -> HttpResponse:
    return HttpResponse(_encoder.encode(data), status=status, content_type="application/json")


def problem(code: str, detail: str, *, status: int, **extra: Any) -> HttpResponse:
    body = {"type": "about:blank", "title": code.replace("-", " ").capitalize(), "status": status}
    body |= {"code": code, "detail": detail, **extra}
    return HttpResponse(_encoder.encode(body), status=status, content_type="application/problem+json")


CODES = {
    exceptions.ParseError: "body-not-json",
    exceptions.NotAuthenticated: "not-authenticated",
    exceptions.AuthenticationFailed: "not-authenticated",
    exceptions.PermissionDenied: "not-allowed",
    exceptions.NotFound: "not-found",
    exceptions.MethodNotAllowed: "method-not-allowed",
    exceptions.UnsupportedMediaType: "media-type-not-supported",
    exceptions.Throttled: "too-many-requests",
}


def problem_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Every refusal as `application/problem+json` with a stable `code`.

    A database that is out of reach is a 503 with Retry-After: the sender keeps the answer and sends it again.
    """
    if isinstance(error, DomainError):
        set_rollback()
        return problem(error.code, str(error.detail), status=error.status, **error.extra)
    if isinstance(error, OperationalError | InterfaceError):
        log.error("%s: the database is away: %s", context["request"].path, error)
        set_rollback()
        return unavailable(context["request"])
    if isinstance(error, BadRequest | SuspiciousOperation | MultiPartParserError):
        return problem("request-invalid", _("The request cannot be read."), status=400)
    response = exception_handler(error, context)
    if response is None:
        return None
    code = next((name for kind, name in CODES.items() if isinstance(error, kind)), "not-found")
    answer = problem(code, str(response.data["detail"]), status=response.status_code)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            answer.headers[name] = response.headers[name]
    return answer


def asked_program(request: Request | HttpRequest, right: Right) -> Program:
    """The program of `?program=slug`; the only one the asker has, if none is named."""
    programs = Program.objects.visible_to(request.user).order_by("pk")
    if slug := request.GET.get("program"):
        programs = programs.filter(slug=slug)
    found = list(programs[:2])
    if len(found) == 2:
        raise ParameterError(_("Name the program: ?program=…"), code="program-missing")
    if not found or not can(request.user, right, program=found[0]):
        raise NotFoundError(_("There is no such program for you."), code="program-unknown")
    return found[0]


def asked_unit(request: Request | HttpRequest, program: Program) -> OrgUnit:
    """The unit of `?unit=code` in the asker's scope; the root, whose totals everyone in the program may see."""
    code = request.GET.get("unit")
    if not code:
        return OrgUnit.objects.get(program=program, parent=None)
    unit = OrgUnit.objects.filter(program=program, code__iexact=code).first()
    if unit is None or (
        unit.parent_id is not None and not can(request.user, Right.SEE_SCORES, program=program, unit=unit)
    ):
        raise NotFoundError(_("There is no such unit for you."), code="unit-unknown")
    return unit


def asked_flag(request: Request | HttpRequest, name: str, *, default: bool = False) -> bool:
    """`?name=true` or `false`; raises ParameterError (`parameter-invalid`) for anything else."""
    value = request.GET.get(name)
    if not value:
        return default
    if value.lower() in {"true", "1"}:
        return True
    if value.lower() in {"false", "0"}:
        return False
    raise ParameterError(_("Write %(name)s as true or false.") % {"name": name}, parameter=name)


def asked_number(request: Request | HttpRequest, name: str) -> int | None:
    """`?name=3`; None if it is not asked for. Raises ParameterError (`parameter-invalid`) for anything else."""
    value = request.GET.get(name)
    if not value:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,3}", value):
        raise ParameterError(_("Write %(name)s as a whole number.") % {"name": name}, parameter=name)
    return int(value)


def _page_size(request: Request) -> int:
    asked = request.GET.get("page_size")
    if not asked:
        return PAGE_SIZE
    if not re.fullmatch(r"[0-9]{1,9}", asked) or not 1 <= int(asked) <= MAX_PAGE_SIZE:
        raise ParameterError(
            _("Write page_size as a number from 1 to %(limit)s.") % {"limit": MAX_PAGE_SIZE}, parameter="page_size"
        )
    return int(asked)


def _cursor(request: Request) -> tuple[str, int] | None:
    """The direction and the row from which the page goes on; raises ParameterError (`cursor-invalid`)."""
    asked = request.GET.get("cursor")
    if not asked:
        return None
    try:
        match = _CURSOR.fullmatch(base64.urlsafe_b64decode(asked.encode("ascii")))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        match = None
    if match is None:
        raise ParameterError(_("The cursor is not one of ours."), code="cursor-invalid")
    return match[1].decode(), int(match[2])


def page(request: Request, rows: QuerySet, present: Callable[[Any], Any], *, newest_first: bool = True) -> HttpResponse:
    """One page of a list, `{next, previous, results}`: rows in the order of their ids, which never move.

    The cursor names the row beside the page, so rows that come or go meanwhile are neither skipped nor doubled.
    """
    size, cursor = _page_size(request), _cursor(request)
    is_back = cursor is not None and cursor[0] == "p"
    falls = newest_first != is_back  # whether the ids fall in the direction of reading
    if cursor is not None:
        rows = rows.filter(**{"pk__lt" if falls else "pk__gt": cursor[1]})
    found = list(rows.order_by("-pk" if falls else "pk")[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if is_back:
        found.reverse()
    has_next, has_previous = (bool(found), has_more) if is_back else (has_more, cursor is not None and bool(found))
    return reply(
        {
            "next": _beside(request, "n", found[-1].pk) if has_next else None,
            "previous": _beside(request, "p", found[0].pk) if has_previous else None,
            "results": [present(row) for row in found],
        }
    )


def _beside(request: Request, direction: str, pk: int) -> str:
    query = request.GET.copy()
    query["cursor"] = base64.urlsafe_b64encode(f"{direction}{pk}".encode()).decode()
    return request.build_absolute_uri(f"{request.path}?{urlencode(list(query.lists()), doseq=True)}")
