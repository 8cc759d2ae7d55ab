"""The poster of a placement: the question as an invitation, a QR code, and the address in words, in one language."""

from dataclasses import dataclass

import segno
from django.conf import settings
from django.template import loader
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cxprogram import pdf
from feedback.models import Placement, SurveyVersion
from feedback.pages import survey as pages
from feedback.services import surveys


@dataclass(frozen=True)
class Poster:
    """Everything on one poster; `code` is a drawing made by us."""

    language: str
    organisation: str
    title: str
    intro: str
    place: str
    url: str
    short_url: str
    code: SafeString


def address(placement: Placement) -> str:
    return (
        f"{settings.BASE_URL.rstrip('/')}{reverse('feedback:survey', args=[placement.survey.slug])}?p={placement.code}"
    )


def drawing(url: str, *, label: str) -> SafeString:
    """The QR code as one path; a quarter of it may be dirty or torn and it still reads."""
    code = segno.make(url, error="q", micro=False)
    text = code.svg_inline(border=4, dark="#16232c", light="#ffffff", title=label, omitsize=True, svgclass="cx-qr")
    return mark_safe(text)  # noqa: S308 (drawn by segno, which escapes the title)


def poster(placement: Placement, *, language: str) -> Poster:
    """The poster in one language of the survey, the program's if it lacks the one asked for."""
    survey = placement.survey
    spoken = pages.choose_language(survey, asked=language or survey.program.language, accepted="")
    door = surveys.door(survey.slug)
    with translation.override(spoken):
        page = pages.survey_page(SurveyVersion.objects.select_related("survey").get(pk=door.version_id))
        url = address(placement)
        return Poster(
            language=spoken,
            organisation=survey.program.label,
            title=page.title,
            intro=page.intro,
            place=" · ".join(part.label for part in (placement.unit, placement.touchpoint) if part is not None)
            or placement.name,
            url=url,
            short_url=url.split("://", 1)[-1],
            code=drawing(url, label=_("QR code with the address of the survey")),
        )


def poster_pdf(placement: Placement, *, language: str) -> bytes:
    """A4, PDF/UA-1. Raises PdfError."""
    made = poster(placement, language=language)
    with translation.override(made.language):
        return pdf.make_pdf(loader.render_to_string("feedback/poster_print.html", {"poster": made, "is_print": True}))
