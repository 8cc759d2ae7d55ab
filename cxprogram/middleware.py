"""Middleware of the house: language, content-security policy, and no caching of what is private."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


class ContentSecurityPolicy(CSPMiddleware):
    """The strict policy everywhere; the admin alone adds what its theme needs."""

    def get_policy_parts(self, request: HttpRequest, response: Any, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith("/admin/") and parts.config is not None:
            config = {name: list(sources) for name, sources in parts.config.items()}
            config["script-src"].append(UNSAFE_EVAL)
            config["style-src"].append(UNSAFE_INLINE)
            parts = replace(parts, config=config)
        return parts


class UserLocale:
    """The language: asked for in the address (`?lang=`), else chosen before, else the person's, else the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if asked in LANGUAGES:
            language = asked
        elif chosen in LANGUAGES:
            language = chosen
        else:
            language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        return response


class PrivateByDefault:
    """Pages of people who are logged in are kept by no cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response
