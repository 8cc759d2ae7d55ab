"""What every door of the API shares: tokens, JSON, problems (RFC 9457), pages by cursor, the program asked for."""

import math
from typing import Any

import msgspec
import pghistory
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as DrfSessionAuthentication
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from cxprogram.access import Right, can, has_right
from cxprogram.errors import DomainError, NotFoundError
from cxprogram.models import ApiToken, OrgUnit, Program
from cxprogram.models.token import token_digest

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_encoder = msgspec.json.Encoder()


def finite(value: Any) -> Any:
    """The value with every NaN and infinity as None: JSON has neither."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


class Renderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else _encoder.encode(data)


class Parser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return msgspec.json.decode(stream.read())
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise exceptions.ParseError(_("The body is not JSON.")) from error


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; the token is looked up by its hash."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _sep, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise exceptions.AuthenticationFailed(_("Write the header as Authorization: Bearer TOKEN."))
        token = ApiToken.objects.select_related("user").filter(digest=token_digest(secret.strip())).first()
        if token is None or not token.is_valid(timezone.now()) or not token.user.is_active:
            raise exceptions.AuthenticationFailed(_("The token is unknown, expired or revoked."))
        pghistory.context(user=token.user_id, token=token.pk)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionAuthentication(DrfSessionAuthentication):
    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "cxprogram.api_base.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "cxprogram.api_base.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class HasRight(BasePermission):
    """The view's `right` (and `write_right` for changes), and the token's scope."""

    def has_permission(self, request: Request, view: Any) -> bool:
        is_read = request.method in READ_METHODS
        if isinstance(request.auth, ApiToken) and ("read" if is_read else "write") not in request.auth.scopes:
            return False
        right: Right = view.right if is_read else getattr(view, "write_right", view.right)
        return has_right(request.user, right)


class Pages(CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = "pk"


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
    exceptions.NotAcceptable: "media-type-not-supported",
    exceptions.Throttled: "too-many-requests",
    exceptions.ValidationError: "invalid",
}


def problem_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Every refusal as `application/problem+json` with a stable `code`."""
    if isinstance(error, DomainError):
        set_rollback()
        return problem(error.code, str(error.detail), status=error.status, **error.extra)
    response = exception_handler(error, context)
    if response is None:
        return None
    code = next((name for kind, name in CODES.items() if isinstance(error, kind)), "not-found")
    extra: dict[str, Any] = {}
    if isinstance(response.data, dict) and "detail" in response.data:
        detail = str(response.data["detail"])
    else:
        detail, extra = _("Some values are not valid."), {"errors": response.data}
    answer = problem(code, detail, status=response.status_code, **extra)
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
        raise DomainError(_("Name the program: ?program=…"), code="program-missing", status=400)
    if not found or not can(request.user, right, program=found[0]):
        raise NotFoundError(_("There is no such program for you."))
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


__all__ = ["HasRight", "Pages", "Response", "asked_program", "asked_unit", "finite", "problem"]
