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


class StudyStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Given up")


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


# --- who is asked -----------------------------------------------------------------------------
class ContactKind(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    REMINDER = "reminder", _("Reminder")
    TRANSACTIONAL = "transactional", _("Message about a matter of theirs")


class RuleClock(models.TextChoices):
    INVITATION = "invitation", _("since they were invited")
    RESPONSE = "response", _("since they answered")


class RuleScope(models.TextChoices):
    SURVEY = "survey", _("the same survey")
    SURVEY_GROUP = "survey_group", _("the same group of surveys")
    TOUCHPOINT_GROUP = "touchpoint_group", _("the same group of touchpoints")
    CHANNEL = "channel", _("the same channel")
    PROGRAM = "program", _("the whole program")


class RuleRefusal(models.TextChoices):
    SKIP = "skip", _("do not ask")
    DELAY = "delay", _("ask later")


class DecisionOutcome(models.TextChoices):
    ASKED = "asked", _("Asked")
    SKIPPED = "skipped", _("Not asked")
    DELAYED = "delayed", _("Later")


class DecisionReason(models.TextChoices):
    """Why a customer was not asked, or not yet. Those of consent are the codes of `consents.may_contact`."""

    NONE = "", _("nothing stood against it")
    RULE = "rule", _("a contact rule")
    NO_BASIS = "no-basis", _("no basis for the purpose")
    BASIS_MISSING = "basis-missing", _("the program has no text for the purpose")
    CONSENT_MISSING = "consent-missing", _("no consent")
    CONSENT_DENIED = "consent-denied", _("consent denied")
    CONSENT_WITHDRAWN = "consent-withdrawn", _("consent withdrawn")
    CUSTOMER_ERASED = "customer-erased", _("the customer was erased")
    CUSTOMER_MERGED = "customer-merged", _("the customer is another one")
    ADDRESS_MISSING = "address-missing", _("no address for any channel of the plan")
    ADDRESS_STOPPED = "address-stopped", _("mail to the address comes back")
    NOT_DRAWN = "not-drawn", _("not drawn")
    HOLD_OUT = "hold-out", _("held out for comparison")
    NOT_IN_POPULATION = "not-in-population", _("no longer in the population")
    QUOTA_FULL = "quota-full", _("enough answers of this group")
    QUIET_HOURS = "quiet-hours", _("quiet hours or a day off")
    TOO_LATE = "too-late", _("too late to ask")
    ANSWERED = "answered", _("answered already")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    INVITATION_OVER = "invitation-over", _("the invitation takes no answer any more")
    SURVEY_CLOSED = "survey-closed", _("the survey is closed")
    PLAN_STOPPED = "plan-stopped", _("the plan was stopped")
    ERROR = "error", _("it failed on our side")


class PlanTrigger(models.TextChoices):
    WAVE = "wave", _("in waves")
    EVENT = "event", _("after an event")


class PlanAudience(models.TextChoices):
    CUSTOMERS = "customers", _("customers")
    LIST = "list", _("people on a list who are no customers")


class PlanMethod(models.TextChoices):
    ALL = "all", _("everyone")
    RANDOM = "random", _("a random number")
    SHARE = "share", _("a random share")
    STRATIFIED = "stratified", _("a random number, shared out by group")
    QUOTA = "quota", _("until each group has its number of answers")


class PlanEvent(models.TextChoices):
    INTERACTION = "interaction", _("something that happened")
    STAGE = "stage", _("a stage was reached")
    TICKET_CLOSED = "ticket_closed", _("a ticket was closed")
    CASE_CLOSED = "case_closed", _("a support case was closed")


# How helpdesks call a case that is over: it says so where the source tells no time at which it was closed.
CLOSED_WORDS = frozenset(
    {
        "closed", "solved", "resolved", "done", "completed",
        "stängd", "stängt", "löst", "avslutad", "avslutat", "klar",
        "lukket", "løst", "avsluttet", "afsluttet",
        "suljettu", "ratkaistu", "valmis", "päätetty",
    }
)  # fmt: skip


class AskStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ASKED = "asked", _("Asked")
    SKIPPED = "skipped", _("Not asked")
    FAILED = "failed", _("Given up")


class BounceKind(models.TextChoices):
    HARD = "hard", _("The address does not exist")
    SOFT = "soft", _("For the time being")
    COMPLAINT = "complaint", _("Reported as unwanted")


class Country(models.TextChoices):
    """Countries whose holidays we keep."""

    NONE = "", _("no holidays")
    SWEDEN = "SE", _("Sweden")
    NORWAY = "NO", _("Norway")
    DENMARK = "DK", _("Denmark")
    FINLAND = "FI", _("Finland")
    ICELAND = "IS", _("Iceland")
    ALAND = "AX", _("Åland")
    FAROES = "FO", _("Faroe Islands")


# Each has a clock of its own.
COUNTRY_OF_ZONE = {
    "Europe/Stockholm": Country.SWEDEN,
    "Europe/Oslo": Country.NORWAY,
    "Europe/Copenhagen": Country.DENMARK,
    "Europe/Helsinki": Country.FINLAND,
    "Atlantic/Reykjavik": Country.ICELAND,
    "Europe/Mariehamn": Country.ALAND,
    "Atlantic/Faroe": Country.FAROES,
}
