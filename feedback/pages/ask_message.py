"""The message that asks one person: a mail with the first question in it, or a text with one link.

A score in the mail is a link; it opens the form with the score chosen, and counts when the form is sent.
"""

from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from django.conf import settings
from django.template import loader
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cxprogram.mail import Message
from cxprogram.models import Program
from cxprogram.sms import Text, fitted
from feedback.models import Invitation, SurveyVersion
from feedback.pages import ask_reason
from feedback.pages import survey as pages
from feedback.services import invitations
from feedback.services.surveys import Door


@dataclass(frozen=True)
class Score:
    """One cell of the scale in the mail."""

    label: str
    url: str


@dataclass(frozen=True)
class Asked:
    """What a message says, in the language of its reader; `scores` is empty where the first question has no scale."""

    language: str
    organisation: str
    title: str
    question: str
    reason: str
    low_end: str
    high_end: str
    scores: tuple[Score, ...]
    url: str
    unsubscribe_url: str
    brand: str
    logo: str
    is_reminder: bool


def _absolute(name: str, *args: str | int) -> str:
    return settings.BASE_URL.rstrip("/") + reverse(name, args=args)


def way_out(invitation: Invitation, token: str) -> str:
    """The path to being asked no more. It says the purpose itself, so that its page tells nothing of the token."""
    return f"{reverse('feedback:unsubscribe', args=[token])}?for={invitations.purpose_of(invitation)}"


def asked(invitation: Invitation, door: Door, token: str, *, is_reminder: bool = False) -> Asked:
    """The parts of the message, in the active language."""
    page = pages.survey_page(SurveyVersion.objects.select_related("survey__program").get(pk=door.version_id))
    first = page.asks[0] if page.asks else None
    is_scale = first is not None and first.look == "scale"
    return Asked(
        language=translation.get_language() or "en",
        organisation=door.survey.program.label,
        title=page.title,
        question=first.wording if first and is_scale else "",
        reason=ask_reason.reason(invitation),
        low_end=first.low_end if first else "",
        high_end=first.high_end if first else "",
        scores=tuple(
            Score(choice.label, _absolute("feedback:invited-score", token, int(choice.value)))
            for choice in (first.choices if first and is_scale else ())
            if int(choice.value) >= 0
        ),
        url=_absolute("feedback:invited", token),
        unsubscribe_url=settings.BASE_URL.rstrip("/") + way_out(invitation, token),
        is_reminder=is_reminder,
        brand=brand_of(door.survey.program),
        logo=logo_of(door.survey.program),
    )


OURS = "#0a4d68"


def brand_of(program: Program) -> str:
    """The program's own colour, else ours."""
    branding = getattr(program, "branding", None)
    return branding.brand if branding else OURS


def logo_of(program: Program) -> str:
    """The address of the program's own logo, one for all readers, so that it tells of none who opened; else empty."""
    branding = getattr(program, "branding", None)
    if branding is None or not branding.logo:
        return ""
    return f"{_absolute('feedback:brand-logo', program.slug)}?{branding.stamp}"


def language_of(invitation: Invitation, program: Program) -> str:
    """The language of the message: the invitation's if the survey has it, else the program's, else the first."""
    return pages.choose_language(invitation.survey, asked=invitation.language or program.language, accepted="")


def mail(invitation: Invitation, door: Door, token: str, *, is_reminder: bool = False) -> Message:
    """The mail with the first question in it, HTML and plain text, and how to be asked no more (RFC 8058)."""
    with translation.override(language_of(invitation, door.survey.program)):
        parts = asked(invitation, door, token, is_reminder=is_reminder)
        context = {"asked": parts}
        kind = "reminder" if is_reminder else "invitation"
        return Message(
            key=f"{kind}:{invitation.program_id}:{invitation.source}:{invitation.external_id}",
            to=invitation.address,
            subject=_("Reminder: %(title)s") % {"title": parts.title} if is_reminder else parts.title,
            text=loader.render_to_string("feedback/mail/ask.txt", context),
            html=loader.render_to_string("feedback/mail/ask.html", context),
            sender=parts.organisation,
            headers={
                "List-Unsubscribe": f"<{parts.unsubscribe_url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "List-Id": f"<{quote(door.survey.slug)}.{quote(door.survey.program.slug)}.invalid>",
                "Auto-Submitted": "auto-generated",
            },
        )


def text(invitation: Invitation, door: Door, token: str, *, is_reminder: bool = False) -> Text:
    """The text message: who asks, what, where to answer and where to be asked no more. The question gives way where
    all of it would take more parts than `sms.MOST_PARTS`."""
    with translation.override(language_of(invitation, door.survey.program)):
        parts = asked(invitation, door, token, is_reminder=is_reminder)
        kind = "reminder" if is_reminder else "invitation"
        return Text(
            key=f"{kind}:{invitation.program_id}:{invitation.source}:{invitation.external_id}",
            to=invitation.address,
            text=fitted(parts.question or parts.title, partial(_in_a_text, parts)),
        )


def _in_a_text(parts: Asked, question: str) -> str:
    """The whole text message around these words, in the active language."""
    said = {"organisation": parts.organisation, "url": parts.url, "way_out": parts.unsubscribe_url}
    return _("%(organisation)s: %(question)s Answer here: %(url)s No more surveys: %(way_out)s") % (
        said | {"question": question}
    )
