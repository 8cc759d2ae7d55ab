"""The widget for other sites.

The page that holds the widget lists our address in `script-src` and `connect-src`. Its answer is posted to the survey's
own page, `/s/<survey>/`, as a plain form with `via=widget`: no preflight, no cookie, no permission is asked, and any
origin may read the outcome, for an open survey takes answers from anybody. No other door says so.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import survey_desk
from feedback.models import Survey, SurveyItem
from feedback.pages import survey as pages
from feedback.pages.ask_message import OURS, brand_of
from feedback.services import surveys

STATIC = Path(settings.BASE_DIR) / "cxprogram" / "static" / "cxprogram"


def _questions(page: pages.SurveyPage) -> tuple[pages.Ask | None, pages.Ask | None]:
    """The question on a scale that the widget asks, and the text it offers; none where that would not be an answer."""
    free = [ask for ask in page.asks if ask.rule is None]
    scale = next((ask for ask in free if ask.look == "scale"), None)
    text = next((ask for ask in free if ask.look == "text"), None)
    if any(ask.is_required and ask not in (scale, text) for ask in free) or (text and text.is_required):
        return None, None
    return scale, text


def _words(page: pages.SurveyPage) -> dict[str, Any]:
    scale, text = _questions(page)
    return {
        "title": page.title,
        "dir": "rtl" if get_language_bidi() else "ltr",
        "question": scale.wording if scale else "",
        "low": scale.low_end if scale else "",
        "high": scale.high_end if scale else "",
        "choices": [[choice.value, choice.label] for choice in scale.choices] if scale else [],
        "comment": text.wording if scale and text else "",
        "hint": _("Optional.") + " " + _("Do not write names, telephone numbers or anything about health."),
        "send": _("Send the answer"),
        "choose": _("Choose one of the answers below."),
        "thanks": _("Thank you") + ". " + _("Your answer has reached us. You can close this page."),
        "waiting": _("Thank you. We keep your answer here and send it as soon as you are online."),
        "refused": _("It takes no more answers. Thank you for wanting to tell us."),
    }


@lru_cache(maxsize=64)
def _script(version_id: int, stamp: str) -> str:
    survey = Survey.objects.select_related("program__branding").get(versions=version_id)
    hidden = SurveyItem.objects.filter(version=version_id, is_hidden=True).order_by("position")
    texts = {}
    scale = text = None
    for language in pages.languages_of(survey):
        with translation.override(language):
            page = survey_desk.page_of(version_id, language, stamp)
            texts[language] = _words(page)
            scale, text = _questions(page)
    facts = {
        "slug": survey.slug,
        "isOpen": survey.is_open,
        "origin": settings.BASE_URL.rstrip("/"),
        "question": scale.name if scale else "",
        "comment": text.name if text else "",
        "fields": list(hidden.values_list("question__code", flat=True)),
        "language": pages.choose_language(survey, asked="", accepted=""),
        "texts": texts,
        "style": (STATIC / "widget.css").read_text().replace(OURS, brand_of(survey.program)),
    }
    return (STATIC / "widget.js").read_text().replace("CX_SURVEY", msgspec.json.encode(facts).decode())


@require_safe
def widget(request: HttpRequest, slug: str) -> HttpResponse:
    """The script with the survey's question in all its languages."""
    door = surveys.door(slug)
    reply = HttpResponse(_script(door.version_id, door.stamp), content_type="text/javascript; charset=utf-8")
    reply["Cache-Control"] = "public, max-age=60"
    reply["Access-Control-Allow-Origin"] = "*"
    reply["Cross-Origin-Resource-Policy"] = "cross-origin"
    return reply
