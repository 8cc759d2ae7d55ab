"""What other systems say in codes of their own, in the reader's words; the code itself where no word is known."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxprogram.models import Program
from journeys.choices import Channel
from journeys.models import DataStream

_CHANNELS: dict[str, Any] = dict[str, Any](Channel.choices) | {
    "e_mail": Channel.E_MAIL.label,
    "mail": Channel.E_MAIL.label,
    "telephone": Channel.PHONE.label,
    "call": Channel.PHONE.label,
    "website": Channel.WEB.label,
    "store": Channel.SHOP.label,
    "kiosk": Channel.MACHINE.label,
    "link": _("Link"),
    "qr": _("QR code"),
    "embed": _("Widget"),
    "paper": _("Paper"),
    "review": _("Review"),
    "post": _("Post"),
    "forum": _("Forum"),
    "article": _("Article"),
    "survey": _("Survey"),
}
_STATES = {
    "new": _("Just come in"),
    "open": _("Open"),
    "pending": _("Waiting for an answer"),
    "waiting": _("Waiting for an answer"),
    "hold": _("On hold"),
    "on_hold": _("On hold"),
    "in_progress": _("Being worked on"),
    "solved": _("Solved"),
    "resolved": _("Solved"),
    "closed": _("Closed"),
    "planned": _("Planned"),
    "under_review": _("Being looked at"),
    "done": _("Done"),
    "completed": _("Done"),
    "declined": _("Declined"),
}
_URGENCIES = {
    "low": _("Not urgent"),
    "normal": _("Usual urgency"),
    "medium": _("Usual urgency"),
    "high": _("Urgent"),
    "urgent": _("Very urgent"),
    "critical": _("Very urgent"),
}
_EVENTS = {
    "step": _("Step of a journey"),
    "page": _("Page seen"),
    "screen": _("Screen of the app seen"),
    "visit": _("Visit"),
    "arrival": _("Arrival"),
    "departure": _("Departure"),
    "booking": _("Booking"),
    "order": _("Order"),
    "purchase": _("Purchase"),
    "payment": _("Payment"),
    "delivery": _("Delivery"),
    "return": _("Return"),
    "call": _("Call"),
    "contact": _("Contact"),
    "complaint": _("Complaint"),
    "login": _("Log-in"),
    "sign_up": _("Registration"),
    "signup": _("Registration"),
    "cancellation": _("Cancellation"),
    "cancelled": _("Cancellation"),
}
# The names of products are the same in every language.
_SOURCES: dict[str, Any] = _CHANNELS | {
    "crm": "CRM",
    "helpdesk": _("Helpdesk"),
    "zendesk": "Zendesk",
    "hubspot": "HubSpot",
    "salesforce": "Salesforce",
    "segment": "Segment",
    "qualtrics": "Qualtrics",
    "surveymonkey": "SurveyMonkey",
    "limesurvey": "LimeSurvey",
    "typeform": "Typeform",
    "demo": _("Demonstration"),
}


def _word(words: Mapping[str, Any], code: str) -> str:
    return str(words.get(code.strip().casefold().replace("-", "_").replace(" ", "_"), code))


def channel(code: str) -> str:
    return _word(_CHANNELS, code)


def state(code: str) -> str:
    return _word(_STATES, code)


def urgency(code: str) -> str:
    return _word(_URGENCIES, code)


def event(code: str) -> str:
    return _word(_EVENTS, code)


class SourceNames:
    """How the sources of a program are called: a stream by its label. One query, made with the first name."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._streams: dict[str, str] | None = None

    def of(self, code: str) -> str:
        if self._streams is None:
            self._streams = {row.code: row.label for row in DataStream.objects.filter(program=self._program)}
        return self._streams.get(code) or _word(_SOURCES, code)
