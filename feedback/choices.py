from django.db import models
from django.utils.translation import gettext_lazy as _


class QuestionKind(models.TextChoices):
    NPS = "nps", _("Likelihood to recommend, 0–10")
    RATING = "rating", _("Rating")
    SINGLE = "single", _("One choice")
    MULTIPLE = "multiple", _("Several choices")
    TEXT = "text", _("Text")


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
