"""The public survey: no log-in, no cookie, no JavaScript; a repeat is answered as a repeat."""

import secrets
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cxprogram.errors import ConflictError
from feedback.models import Response, Survey, SurveyVersion
from feedback.pages import survey as pages
from feedback.services import responses, surveys

MAX_BODY = 64 * 1024
# Stands in the rendered page where each visit gets its own key.
KEY_PLACE = "cx-key-of-this-visit"


def _answer(text: str, *, status: int = 200, language: str) -> HttpResponse:
    return HttpResponse(text, status=status, headers={"Cache-Control": "no-store", "Content-Language": language})


def _frame(survey: Survey, language: str, *, path: str) -> dict[str, Any]:
    """What the frame of every page of the survey says."""
    names = dict(settings.LANGUAGES)
    return {
        "survey": survey,
        "organisation": survey.program.label,
        "languages": [
            (code, names[code], f"{path}?lang={code}", code == language) for code in pages.languages_of(survey)
        ],
    }


def _form(
    survey: Survey, page: pages.SurveyPage, language: str, *, sent: pages.Sent | None = None, problem: str = ""
) -> str:
    path = reverse("feedback:survey", args=[survey.slug])
    context = _frame(survey, language, path=path) | {
        "page": page,
        "shown": pages.shown(page, sent),
        "errors": [item for item in pages.shown(page, sent) if item.error],
        "problem": problem,
        "action": f"{path}?lang={language}",
        "key": KEY_PLACE,
        "honeypot": pages.HONEYPOT,
        "max_typed": pages.MAX_TYPED,
        "min_n": survey.program.min_n,
    }
    return loader.render_to_string("feedback/survey_form.html", context)


@lru_cache(maxsize=256)
def _page(version_id: int, language: str, stamp: str) -> pages.SurveyPage:
    """Read once for each stamp of the door: a corrected wording makes a new one."""
    return pages.survey_page(SurveyVersion.objects.select_related("survey").get(pk=version_id))


@lru_cache(maxsize=256)
def _blank(version_id: int, language: str, stamp: str) -> str:
    """The empty form, rendered once for each stamp; `KEY_PLACE` is replaced for each visit."""
    survey = Survey.objects.select_related("program").get(versions=version_id)
    return _form(survey, _page(version_id, language, stamp), language)


def _fresh(page: str) -> str:
    return page.replace(KEY_PLACE, secrets.token_urlsafe(24))


def _message(survey: Survey, template: str, language: str, *, status: int) -> HttpResponse:
    path = reverse("feedback:survey", args=[survey.slug])
    return _answer(
        loader.render_to_string(template, _frame(survey, language, path=path)), status=status, language=language
    )


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, and take the answer in."""
    if request.method == "POST" and int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        return _too_large(request)
    door = surveys.door(slug)
    language = pages.choose_language(
        door.survey, asked=request.GET.get("lang", ""), accepted=request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    )
    with translation.override(language):
        if request.method == "POST":
            return _take_in(request, door, language, at=timezone.now())
        if not door.survey.is_open:
            return _message(door.survey, "feedback/survey_closed.html", language, status=410)
        return _answer(_fresh(_blank(door.version_id, language, door.stamp)), language=language)


def _take_in(request: HttpRequest, door: surveys.Door, language: str, *, at: datetime) -> HttpResponse:
    page = _page(door.version_id, language, door.stamp)
    sent = pages.read_form(page, request.POST)
    source = f"web:{door.survey.slug}"
    done = reverse("feedback:survey-done", args=[door.survey.slug])
    if language != pages.choose_language(door.survey, asked="", accepted=request.META.get("HTTP_ACCEPT_LANGUAGE", "")):
        done += f"?{urlencode({'lang': language})}"  # the browser alone would choose another
    if not door.survey.is_open:
        # An answer that was taken in before the survey closed stays taken in.
        is_known = "\x00" not in sent.key and Response.objects.filter(
            program=door.survey.program, source=source, external_id=sent.key
        )
        if sent.key and is_known and is_known.exists():
            return HttpResponse(status=303, headers={"Location": done, "Cache-Control": "no-store"})
        return _message(door.survey, "feedback/survey_closed.html", language, status=410)
    problem = _("Answer at least one question.") if sent.is_empty and not sent.errors else ""
    if not sent.errors and not problem:
        submission = responses.Submission(
            source=source,
            external_id=sent.key,
            answers=sent.answers,
            language=language,
            attributes={"suspected_robot": True} if sent.is_suspect else {},
        )
        try:
            responses.record(door, submission, at=at)
        except ConflictError:
            return _message(door.survey, "feedback/survey_answered.html", language, status=409)
        except responses.AnswerError as error:
            name = error.extra.get("question", "")
            if name in sent.answers:
                sent.errors[name] = _("Choose one of the answers below.")
            else:
                problem = _("Part of this page was missing. It is complete now: send it again.")
        else:
            return HttpResponse(status=303, headers={"Location": done, "Cache-Control": "no-store"})
    text = _form(door.survey, page, language, sent=sent, problem=problem)
    return _answer(_fresh(text), status=422, language=language)


def _too_large(request: HttpRequest) -> HttpResponse:
    language = translation.get_language() or settings.LANGUAGE_CODE
    return _answer(loader.render_to_string("feedback/survey_too_large.html"), status=413, language=language)


@require_safe
def survey_done(request: HttpRequest, slug: str) -> HttpResponse:
    """Thank the customer; the page knows nothing of what was answered."""
    door = surveys.door(slug)
    language = pages.choose_language(
        door.survey, asked=request.GET.get("lang", ""), accepted=request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    )
    with translation.override(language):
        context = _frame(door.survey, language, path=reverse("feedback:survey-done", args=[slug]))
        return _answer(loader.render_to_string("feedback/survey_done.html", context), language=language)
