from django.db import models
from django.utils.translation import gettext_lazy as _


class QuestionKind(models.TextChoices):
    NPS = "nps", _("Likelihood to recommend, 0–10")
    RATING = "rating", _("Rating")
    CSAT = "csat", _("Satisfaction")
    CES = "ces", _("Effort")
    GRID = "grid", _("Rating grid")
    SINGLE = "single", _("One choice")
    MULTIPLE = "multiple", _("Several choices")
    TEXT = "text", _("Text")
    NUMBER = "number", _("Whole number")
    DATE = "date", _("Date")
    CONSENT = "consent", _("Consent")


# Answered by one point of a scale. A grid has the scale of its rows; the rows are answered.
SCALE_KINDS = (QuestionKind.NPS, QuestionKind.RATING, QuestionKind.CSAT, QuestionKind.CES)


class AskChannel(models.TextChoices):
    """The way by which a customer is asked."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    LINK = "link", _("Link")
    QR = "qr", _("QR code")
    EMBED = "embed", _("Widget")
    PAPER = "paper", _("Paper")


class InvitationStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")
    BOUNCED = "bounced", _("Came back")
    ANSWERED = "answered", _("Answered")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


class Missing(models.TextChoices):
    """Why an answer has no value; the two are never added together."""

    BLANK = "blank", _("Left blank")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class TicketStatus(models.TextChoices):
    OPEN = "open", _("Not taken")
    TAKEN = "taken", _("Taken")
    CLOSED = "closed", _("Closed")


class TicketReason(models.TextChoices):
    LOW_SCORE = "low_score", _("Low score")
    PROBLEM_MET = "problem_met", _("Problem met")


class TicketAct(models.TextChoices):
    OPENED = "opened", _("Opened")
    TAKEN = "taken", _("Taken")
    NOTED = "noted", _("Note")
    CLOSED = "closed", _("Closed")
