import hashlib

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import OrgUnit, Program
from feedback.choices import AskChannel, InvitationStatus
from feedback.models.response import Response
from feedback.models.survey import Survey, SurveyVersion
from feedback.querysets import EmailClickQuerySet, InvitationQuerySet, PlacementQuerySet, SurveyDraftQuerySet
from journeys.models import Customer, Touchpoint


def token_hash(token: str) -> bytes:
    """What is stored of a token: whoever reads the database can answer for nobody."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@audited()
class Placement(models.Model):
    """One place where a survey hangs for everybody: a poster, a page with the widget. Its answers carry the place."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, verbose_name=_("survey"))
    code = models.CharField(_("code in the address"), max_length=16, unique=True)
    name = models.CharField(_("where it hangs"), max_length=200)
    channel = models.CharField(_("channel"), max_length=10, choices=AskChannel.choices, default=AskChannel.QR)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("unit"))
    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("touchpoint")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(_("taken down"), null=True, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")

    def __str__(self) -> str:
        return f"{self.survey}: {self.name}"


class Invitation(models.Model):
    """One person asked to answer one survey once, by one channel; the key of the address is stored as a hash alone.

    `address` is an e-mail address or a telephone number, empty after erasure and where nothing is sent.
    `context` goes into the answer's attributes. The row is work as well: planned, claimed under a lease, sent.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, verbose_name=_("survey"))
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("customer"))
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("key in the source"), max_length=200)
    address = models.CharField(_("address"), max_length=254, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=AskChannel.choices)
    language = models.CharField(_("language"), max_length=10, blank=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("unit"))
    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("touchpoint")
    )
    event_key = models.CharField(_("event"), max_length=200, blank=True)
    context = models.JSONField(_("context"), default=dict, blank=True)
    status = models.CharField(
        _("state"), max_length=10, choices=InvitationStatus.choices, default=InvitationStatus.PLANNED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(_("made"))
    send_at = models.DateTimeField(_("to be sent"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    response = models.OneToOneField(
        Response, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitation"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=["program", "source", "external_id"], name="invitation_once"),
            models.CheckConstraint(
                condition=~Q(status="answered") | Q(answered_at__isnull=False), name="invitation_answered_has_time"
            ),
        ]
        indexes = [
            # The sender looks for what is due or whose lease ran out.
            models.Index(fields=["send_at"], condition=Q(status__in=["planned", "sending"]), name="invitation_due"),
            # Contact rules: when was this customer asked last?
            models.Index(fields=["customer", "sent_at"], name="invitation_customer_sent"),
            # Reminders, expiry and the figures of a survey.
            models.Index(fields=["survey", "status", "sent_at"], name="invitation_survey_status"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class EmailClick(models.Model):
    """One opening of a one-click address, kept apart from the answers: it counts only when a person confirms it."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="clicks")
    at = models.DateTimeField(_("time"))
    method = models.CharField(max_length=4)
    question_code = models.CharField(_("question"), max_length=60, blank=True)
    score = models.SmallIntegerField(_("score"), null=True)
    user_agent = models.CharField(_("program that opened it"), max_length=200, blank=True)
    is_suspect = models.BooleanField(_("suspected robot"), default=False)
    reasons = models.JSONField(_("why"), default=list)

    objects = EmailClickQuerySet.as_manager()

    class Meta:
        verbose_name = _("click in a mail")
        verbose_name_plural = _("clicks in mails")
        indexes = [
            # Were many links of one mail opened within a second?
            models.Index(fields=["invitation", "at"], name="email_click_invitation")
        ]

    def __str__(self) -> str:
        return f"{self.invitation_id} {self.at:%Y-%m-%d %H:%M} {self.score}"


class SurveyDraft(models.Model):
    """Answers typed so far on a survey of several pages, until they are sent; found by invitation or by the key.

    `typed` holds what was typed by question code, as lists of strings: drafts are not checked, answers are.
    """

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE)
    version = models.ForeignKey(SurveyVersion, on_delete=models.CASCADE)
    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, null=True, blank=True, related_name="draft")
    key_hash = models.BinaryField(max_length=32, unique=True)
    typed = models.JSONField(_("typed so far"), default=dict)
    page = models.PositiveSmallIntegerField(_("page"), default=1)
    language = models.CharField(_("language"), max_length=10, blank=True)
    created_at = models.DateTimeField(_("begun"))
    updated_at = models.DateTimeField(_("last typed"))

    objects = SurveyDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("unfinished answer")
        verbose_name_plural = _("unfinished answers")
        indexes = [
            # The sweep forgets what was left behind.
            models.Index(fields=["updated_at"], name="survey_draft_updated")
        ]

    def __str__(self) -> str:
        return f"{self.survey} {self.updated_at:%Y-%m-%d}"
