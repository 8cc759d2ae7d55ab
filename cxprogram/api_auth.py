"""Who asks, by key or by session, and the one way in which the API writes. Named in the settings."""

import base64
import binascii
from typing import Any

import msgspec
import pghistory
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as DrfSessionAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from cxprogram.models import ApiToken
from cxprogram.services import tokens

_encoder = msgspec.json.Encoder()


class Renderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else _encoder.encode(data)


class OneAnswer(BaseContentNegotiation):
    """Each door has one media type: what the client says it accepts changes nothing."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; a token reaches its own program and no other."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _sep, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise exceptions.AuthenticationFailed(_("Write the header as Authorization: Bearer TOKEN."))
        token = tokens.find(secret.strip(), at=timezone.now())
        if token is None:
            raise exceptions.AuthenticationFailed(_("The token is unknown, expired or revoked."))
        pghistory.context(user=token.user_id, token=token.pk)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class WriteKeyAuthentication(TokenAuthentication):
    """`Authorization: Basic`, the token as user name and no password: how tracking clients write their key."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        scheme, _sep, coded = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "basic":
            return super().authenticate(request)
        try:
            key = base64.b64decode(coded.strip(), validate=True).decode("ascii").partition(":")[0]
        except (binascii.Error, ValueError):
            key = ""
        token = tokens.find(key, at=timezone.now()) if key else None
        if token is None:
            raise exceptions.AuthenticationFailed(_("The token is unknown, expired or revoked."))
        pghistory.context(user=token.user_id, token=token.pk)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="api"'


class SessionAuthentication(DrfSessionAuthentication):
    """The log-in of the pages; changes need the CSRF token then."""

    def enforce_csrf(self, request: Request) -> None:
        """Look for the token in Django's own request: the framework's would read the body to find a form in it."""
        super().enforce_csrf(request._request)  # type: ignore[arg-type]

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "cxprogram.api_auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class WriteKeyScheme(OpenApiAuthenticationExtension):
    target_class = "cxprogram.api_auth.WriteKeyAuthentication"
    name = "writeKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "basic"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "cxprogram.api_auth.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
