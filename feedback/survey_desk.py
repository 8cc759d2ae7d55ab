"""What every door of the survey page shares: the page is rendered once and kept, the form is read and answered.

The kept page holds places that differ between visits: its address, what follows it, the visit's key, and where the
person who was invited asks to be asked no more.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.template import loader
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cxprogram import languages
from cxprogram.middleware import language_of
from cxprogram.models import Program
from feedback.models import Survey, SurveyVersion
from feedback.pages import survey as pages
from feedback.pages import survey_steps
from feedback.services import answer_checks, surveys

MAX_BODY = 64 * 1024
KEY_PLACE, PATH_PLACE, QUERY_PLACE = "cx-key-of-this-visit", "cx-path-of-this-visit", "cx-query-of-this-visit"
WAY_OUT_PLACE = "cx-way-out-of-this-visit"


@dataclass(frozen=True)
class Way:
    """How a visitor came to the form, and what becomes of what they send.

    record   writes the answer; raises what refuses it
    keep     writes down what was typed so far, and the page to go on with; returns the query of the address that opens
             that page, empty where nothing was kept
    known    answers that came from a system
    way_out  the address at which an invited person is asked no more; empty for others
    """

    path: str
    record: Callable[[pages.Sent], None]
    keep: Callable[[pages.Sent, int], str]
    query: str = ""
    is_personal: bool = False
    way_out: str = ""
    known: Mapping[str, Any] = field(default_factory=dict)


def answer(text: str, *, status: int = 200, language: str) -> HttpResponse:
    return HttpResponse(text, status=status, headers={"Cache-Control": "no-store", "Content-Language": language})


def frame(
    survey: Survey, language: str, *, path: str, query: str = "", draft: SurveyVersion | None = None
) -> dict[str, Any]:
    """What the frame of every page of the survey says."""
    return _masthead(survey.program) | {
        "survey": survey,
        "languages": [
            (code, languages.NAMES[code], f"{path}?lang={code}{query}", code == language)
            for code in pages.languages_of(survey, draft)
        ],
    }


def _masthead(program: Program) -> dict[str, Any]:
    return {
        "branding": getattr(program, "branding", None),
        "brand_slug": program.slug,
        "organisation": program.label,
    }


def house_frame(language: str) -> dict[str, Any]:
    """The frame of a page that may not tell whether its address is known: by name where one program alone is here."""
    programs = list(Program.objects.select_related("branding").order_by("pk")[:2])
    offered = [(code, name, f"?lang={code}", code == language) for code, name in languages.OURS.items()]
    return (_masthead(programs[0]) if len(programs) == 1 else {}) | {"languages": offered}


def form(
    survey: Survey,
    page: pages.SurveyPage,
    language: str,
    *,
    step: survey_steps.Step | None = None,
    problem: str = "",
    is_personal: bool = False,
    draft: SurveyVersion | None = None,
) -> str:
    """The form with the places of the visit still open; a draft's is a preview."""
    step = step or survey_steps.step_of(page)
    begun = "" if is_personal or step.is_first else f"&key={KEY_PLACE}"
    context = frame(survey, language, path=PATH_PLACE, query=begun + QUERY_PLACE, draft=draft) | {
        "page": page,
        "step": step,
        "errors": step.errors,
        "problem": problem,
        "action": f"{PATH_PLACE}?lang={language}{QUERY_PLACE}",
        "later": f"{PATH_PLACE}?lang={language}&key={KEY_PLACE}{QUERY_PLACE}",
        "key": KEY_PLACE,
        "honeypot": pages.HONEYPOT,
        "max_typed": pages.MAX_TYPED,
        "min_n": survey.program.min_n,
        "is_personal": is_personal,
        "way_out": WAY_OUT_PLACE if is_personal else "",
        "is_preview": draft is not None,
    }
    return loader.render_to_string("feedback/survey_form.html", context)


@lru_cache(maxsize=256)
def page_of(version_id: int, language: str, stamp: str) -> pages.SurveyPage:
    """Read once for each stamp of the door: a version that is published makes a new one."""
    return pages.survey_page(SurveyVersion.objects.select_related("survey").get(pk=version_id))


def blank(
    version_id: int, language: str, stamp: str, *, is_personal: bool = False, known: Mapping[str, Any] | None = None
) -> str:
    """The empty form; what is known beforehand matters where it decides what is asked."""
    page = page_of(version_id, language, stamp)
    if known and page.has_steps:
        survey = Survey.objects.select_related("program__branding").get(versions=version_id)
        return form(survey, page, language, step=survey_steps.step_of(page, known=known), is_personal=is_personal)
    return _blank(version_id, language, stamp, is_personal=is_personal)


@lru_cache(maxsize=256)
def _blank(version_id: int, language: str, stamp: str, *, is_personal: bool = False) -> str:
    """Rendered once for each stamp."""
    survey = Survey.objects.select_related("program__branding").get(versions=version_id)
    return form(survey, page_of(version_id, language, stamp), language, is_personal=is_personal)


def new_key() -> str:
    return secrets.token_urlsafe(24)


def fresh(text: str, *, path: str, query: str = "", key: str = "", way_out: str = "") -> str:
    """The page of one visit; `query` follows `?lang=…` and is safe in an attribute."""
    text = text.replace(PATH_PLACE, path).replace(QUERY_PLACE, query).replace(WAY_OUT_PLACE, way_out)
    return text.replace(KEY_PLACE, key or new_key())


def message(survey: Survey, template: str, language: str, *, status: int) -> HttpResponse:
    path = reverse("feedback:survey", args=[survey.slug])
    return answer(
        loader.render_to_string(template, frame(survey, language, path=path)), status=status, language=language
    )


def is_too_large(request: HttpRequest) -> bool:
    return request.method == "POST" and int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY


def too_large(request: HttpRequest) -> HttpResponse:
    language = language_of(request)
    with translation.override(language):
        return answer(loader.render_to_string("feedback/survey_too_large.html"), status=413, language=language)


def done(request: HttpRequest, survey: Survey, language: str) -> HttpResponse:
    """On to the thanks, in the language of the form."""
    path = reverse("feedback:survey-done", args=[survey.slug])
    if language != pages.choose_language(survey, asked="", accepted=request.META.get("HTTP_ACCEPT_LANGUAGE", "")):
        path += f"?{urlencode({'lang': language})}"  # the browser alone would choose another
    return _see_other(path)


def _see_other(address: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def read(posted: QueryDict, door: surveys.Door, language: str, way: Way) -> pages.Sent:
    return pages.read_form(page_of(door.version_id, language, door.stamp), posted, known=way.known)


def receive(request: HttpRequest, door: surveys.Door, language: str, way: Way, sent: pages.Sent) -> HttpResponse:
    """Take in what was sent: on to the next page of the form or to the thanks, or the same page with what is wrong.

    The next page has an address of its own, so that the browser's way back sends nothing again.
    """
    page = page_of(door.version_id, language, door.stamp)
    number = survey_steps.after(page, sent, request.POST)
    status, problem = 200, ""
    if number is None and sent.is_empty:
        number, problem = page.numbers[-1], _("Answer at least one question.")
    if number is None:
        try:
            way.record(sent)
        except answer_checks.AnswerError as error:
            number, problem = _refused(page, sent, error)
        else:
            return done(request, door.survey, language)
    elif page.has_steps and not problem:
        query = way.keep(sent, number)
        if query and not sent.errors:
            return _see_other(f"{way.path}?{query}")
    if sent.errors or problem:
        status = 422
    step = survey_steps.step_of(page, number, sent)
    text = form(door.survey, page, language, step=step, problem=problem, is_personal=way.is_personal)
    key = sent.key if step.has_steps and answer_checks.is_key(sent.key) else ""
    return answer(
        fresh(text, path=way.path, query=way.query, key=key, way_out=way.way_out), status=status, language=language
    )


def _refused(page: pages.SurveyPage, sent: pages.Sent, error: answer_checks.AnswerError) -> tuple[int, str]:
    """Where the intake found something wrong that the form did not: the page of the question, and what to say."""
    name = error.extra.get("question", "")
    for ask in page.asks:
        if ask.name == name:
            sent.errors[name] = _("Choose one of the answers below.")
            return ask.page, ""
    return page.numbers[-1], _("Part of this page was missing. It is complete now: send it again.")
