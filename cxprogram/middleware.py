"""Middleware of the house: language, content-security policy, refusals in words, and no caching of what is private."""

import logging
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pghistory
import pghistory.config
from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template import loader
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import defaults

from cxprogram.errors import DomainError
from cxprogram.languages import OURS
from cxprogram.logs import without_secrets

log = logging.getLogger(__name__)


class ContentSecurityPolicy(CSPMiddleware):
    """The strict policy everywhere; the admin alone adds what its theme needs."""

    def get_policy_parts(self, request: HttpRequest, response: Any, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith("/admin/"):
            # Added to the settings' policy: `config` is only set where a view brings a policy of its own.
            added = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}
            parts = replace(parts, update={**(parts.update or {}), **added})
        return parts


class KeyedRequests:
    """A request of the API that carries a key goes straight to its door.

    It has no session, no cookie, no form and no page around it, and the doors check the key themselves: the rest of
    the middleware cost as much as storing the answer. What it owes every reply is set here.
    """

    headers = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_AUTHORIZATION" not in request.META or not request.path_info.startswith("/api/v1/"):
            return self.get_response(request)
        request.resolver_match = match = resolve(request.path_info)
        if request.method in pghistory.config.middleware_methods():
            with pghistory.context(url=request.path):
                response = match.func(request, *match.args, **match.kwargs)
        else:
            response = match.func(request, *match.args, **match.kwargs)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        return response


def language_of(request: HttpRequest) -> str:
    """The language: asked for in the address (`?lang=`), else chosen before, else the browser's."""
    for language in (request.GET.get("lang", ""), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")):
        if language in OURS:
            return language
    return translation.get_language_from_request(request)


class UserLocale:
    """Every page speaks the reader's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_of(request)):
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
        # In this order: where the database is away, the person cannot be looked up for the page that says so.
        if "Cache-Control" not in response.headers and request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store"
        return response


PUBLIC = ("/s/", "/r/", "/embed/", "/unsubscribe/")
RETRY_AFTER_SECONDS = 10


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After, as a problem for programs and in words for people; needs no database."""
    if request.path_info.startswith("/api/"):
        from cxprogram.api_base import problem  # the models are loaded by now, not when middleware is listed

        # As the API's own views say it; here for what fails before or behind them.
        response = problem("unavailable", _("The database is out of reach. Please send it again."), status=503)
    else:
        is_public = request.path_info.startswith(PUBLIC)
        template = "public_503.html" if is_public else "503.html"
        response = HttpResponse(loader.render_to_string(template), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """The handler of what no view caught: middleware that looks somebody up meets an absent database too."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return defaults.server_error(request)


Refused = DomainError | OperationalError | InterfaceError


def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    """What a view could not do, in words: a rule refused it, or the database is away."""
    if not isinstance(error, DomainError):
        log.error("%s %s: the database is away: %s", request.method, request.path, error)
        return unavailable(request)
    return refused_page(request, str(error.detail), error.status)


def refused_page(request: HttpRequest, detail: str, status: int) -> HttpResponse:
    is_public = request.path_info.startswith(PUBLIC)
    template = "public_refused.html" if is_public else "refused.html"
    page = loader.render_to_string(template, {"detail": detail, "status": status})
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})


class PublicRequests:
    """A customer's page goes straight to its view.

    There is no session, no person and no message around it: to look for them cost as much as storing the answer.
    The views choose the language themselves; what a view refuses is said in the reader's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PUBLIC):
            return self.get_response(request)
        try:
            request.resolver_match = match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        try:
            with pghistory.context(url=without_secrets(request.path)) if request.method == "POST" else nullcontext():
                response = match.func(request, *match.args, **match.kwargs)
        except (DomainError, OperationalError, InterfaceError) as error:
            with translation.override(language_of(request)):
                response = refusal(request, error)
        if not getattr(response, "xframe_options_exempt", False):
            response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


class Refusals:
    """See `refusal`; and a page instead of nothing for who opens an address that only a button leads to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = refused_page(request, _("Only a button on another page leads to this address."), 405)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refusal(request, error) if isinstance(error, Refused) else None
