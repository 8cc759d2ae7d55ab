"""The public survey: no log-in, no cookie, no JavaScript; a repeat is answered as a repeat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cxprogram.errors import ConflictError
from feedback import robots, survey_desk
from feedback.choices import AskChannel
from feedback.models import Placement, Response
from feedback.pages import survey as pages
from feedback.pages import survey_steps
from feedback.services import answer_checks, drafts, hidden_fields, placements, responses, surveys

# What the widget is told in place of a page; it needs no more than to know whether to send again.
WORDS = {303: "stored", 200: "incomplete", 422: "invalid", 409: "answered", 410: "closed", 413: "too-large"}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, and take the answer in; the widget of another site sends its answer here too."""
    if survey_desk.is_too_large(request):
        return survey_desk.too_large(request)
    reply = _survey(request, slug)
    if request.method == "POST" and request.POST.get("via") == "widget":
        return _to_widget(reply)
    return reply


def _survey(request: HttpRequest, slug: str) -> HttpResponse:
    door = surveys.door(slug)
    language = pages.choose_language(
        door.survey, asked=request.GET.get("lang", ""), accepted=request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    )
    place = placements.find(door.survey, request.GET["p"]) if "p" in request.GET else None
    said = hidden_fields.said(door, request.GET.dict())
    carried = ({"p": place.code} if place else {}) | said
    known = hidden_fields.known(door, said)
    path, query = reverse("feedback:survey", args=[slug]), escape(f"&{urlencode(carried)}") if carried else ""
    with translation.override(language):
        if request.method == "POST":
            coming = Coming(place, carried, known, path, query)
            return _take_in(request, door, language, coming, at=timezone.now())
        if not door.survey.is_open:
            return survey_desk.message(door.survey, "feedback/survey_closed.html", language, status=410)
        key = request.GET.get("key", "")
        if answer_checks.is_key(key) and (draft := drafts.find(door, key=key)):
            page = survey_desk.page_of(door.version_id, language, door.stamp)
            step = survey_steps.resumed(page, draft.typed, draft.page, said=request.GET.get("page", ""), known=known)
            text = survey_desk.form(door.survey, page, language, step=step)
            return survey_desk.answer(survey_desk.fresh(text, path=path, query=query, key=key), language=language)
        if _is_taken_in(door, key):
            return survey_desk.done(request, door.survey, language)
        text = survey_desk.blank(door.version_id, language, door.stamp, known=known)
        return survey_desk.answer(survey_desk.fresh(text, path=path, query=query), language=language)


def _source(door: surveys.Door) -> str:
    return f"web:{door.survey.slug}"


def _is_taken_in(door: surveys.Door, key: str) -> bool:
    """Whether the answer of this visit is here already."""
    rows = Response.objects.filter(program=door.survey.program, source=_source(door), external_id=key)
    return answer_checks.is_key(key) and rows.exists()


@dataclass(frozen=True)
class Coming:
    """How somebody came: the place where the survey hangs, and what the address says of its hidden fields.

    `carried` is what every address of this visit repeats, `query` the same as it follows `?lang=…` in a page.
    """

    place: Placement | None
    carried: Mapping[str, str]
    known: Mapping[str, Any]
    path: str
    query: str


def _take_in(request: HttpRequest, door: surveys.Door, language: str, coming: Coming, *, at: datetime) -> HttpResponse:
    place = coming.place
    is_widget = request.POST.get("via") == "widget"
    channel = place.channel if place else AskChannel.EMBED if is_widget else "web"

    def record(sent: pages.Sent) -> None:
        signs = robots.answer_signs(has_filled_trap=sent.has_filled_trap, opened_at=None, at=at)
        submission = responses.Submission(
            source=_source(door),
            external_id=sent.key,
            answers={**coming.known, **sent.answers},
            language=language,
            channel=channel,
            unit=place.unit if place else None,
            touchpoint_id=place.touchpoint_id if place else None,
            attributes=robots.marks(signs) | ({"placement": place.code} if place else {}),
        )
        responses.record(door, submission, at=at)
        if is_stepped:
            drafts.drop(key=sent.key)

    def keep(sent: pages.Sent, number: int) -> str:
        if not answer_checks.is_key(sent.key):
            return ""
        drafts.keep(door, sent.typed, key=sent.key, page=number, language=language, at=at)
        # The widget has no next page to go to: it is told that the answer is not complete.
        return "" if is_widget else urlencode({"lang": language, "key": sent.key, "page": number, **coming.carried})

    is_stepped = survey_desk.page_of(door.version_id, language, door.stamp).has_steps
    way = survey_desk.Way(coming.path, record, keep, query=coming.query, known=coming.known)
    sent = survey_desk.read(request.POST, door, language, way)
    if not door.survey.is_open:
        # An answer that was taken in before the survey closed stays taken in.
        if _is_taken_in(door, sent.key):
            return survey_desk.done(request, door.survey, language)
        return survey_desk.message(door.survey, "feedback/survey_closed.html", language, status=410)
    try:
        return survey_desk.receive(request, door, language, way, sent)
    except ConflictError:
        return survey_desk.message(door.survey, "feedback/survey_answered.html", language, status=409)


def _to_widget(reply: HttpResponse) -> HttpResponse:
    """The same outcome as data that any site's page may read; nothing in it but the outcome."""
    status = 200 if reply.status_code == 303 else 422 if reply.status_code == 200 else reply.status_code
    found = JsonResponse({"status": WORDS.get(reply.status_code, "refused")}, status=status)
    found["Access-Control-Allow-Origin"] = "*"
    found["Cache-Control"] = "no-store"
    return found


@require_safe
def survey_done(request: HttpRequest, slug: str) -> HttpResponse:
    """Thank the customer; the page knows nothing of what was answered."""
    door = surveys.door(slug)
    language = pages.choose_language(
        door.survey, asked=request.GET.get("lang", ""), accepted=request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    )
    with translation.override(language):
        context = survey_desk.frame(door.survey, language, path=reverse("feedback:survey-done", args=[slug]))
        return survey_desk.answer(loader.render_to_string("feedback/survey_done.html", context), language=language)
