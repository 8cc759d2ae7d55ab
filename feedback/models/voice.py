from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cxprogram import languages
from cxprogram.audit import audited
from cxprogram.models import OrgUnit, Program
from feedback.choices import CLOSED_WORDS
from feedback.querysets import VoiceQuerySet
from journeys.models import Customer, Touchpoint


class VoiceRecord(models.Model):
    """Base of what customers say elsewhere. Its natural key is (program, source, external id).

    The source may change what it says: a case is closed, a review is edited. The row is as the source said it last,
    `body_hash` tells a repeat from a change, the audit keeps what was said before.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("key in the source"), max_length=200)
    body_hash = models.BinaryField(max_length=32)
    at = models.DateTimeField(_("said"))
    received_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("customer"))
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("unit"))
    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("touchpoint")
    )
    text = models.TextField(_("text"), blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)

    objects = VoiceQuerySet.as_manager()

    class Meta:
        abstract = True


def _rules(name: str) -> dict[str, Any]:
    return {
        "constraints": [
            models.UniqueConstraint(fields=["program", "source", "external_id"], name=f"{name}_once"),
        ],
        # A program's newest.
        "indexes": [models.Index(fields=["program", "-at"], name=f"{name}_newest")],
    }


@audited()
class Mention(VoiceRecord):
    """One thing that somebody said of us in public: a review, a post, an article."""

    channel = models.CharField(_("where"), max_length=40, blank=True)
    author = models.CharField(_("who said it"), max_length=200, blank=True)
    title = models.CharField(_("title"), max_length=500, blank=True)
    url = models.CharField(_("address"), max_length=1_000, blank=True)
    language = models.CharField(_("language"), max_length=languages.MAX_CODE, blank=True)
    rating = models.DecimalField(_("rating"), max_digits=9, decimal_places=3, null=True, blank=True)
    rating_low = models.DecimalField(_("lowest rating"), max_digits=9, decimal_places=3, null=True, blank=True)
    rating_high = models.DecimalField(_("highest rating"), max_digits=9, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = _rules("mention")["constraints"]
        indexes = _rules("mention")["indexes"]

    def __str__(self) -> str:
        return self.title or f"{self.source} {self.external_id}"


@audited()
class SupportCase(VoiceRecord):
    """One case that the helpdesk had. Our own follow-ups are tickets."""

    subject = models.CharField(_("subject"), max_length=500, blank=True)
    status = models.CharField(_("state"), max_length=60, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    priority = models.CharField(_("urgency"), max_length=60, blank=True)
    rating = models.DecimalField(_("rating"), max_digits=9, decimal_places=3, null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("support case")
        verbose_name_plural = _("support cases")
        constraints = _rules("support_case")["constraints"]
        indexes = _rules("support_case")["indexes"]

    def __str__(self) -> str:
        return self.subject or f"{self.source} {self.external_id}"

    @property
    def is_closed(self) -> bool:
        """Its source says when it was closed, or calls it by a word for what is over."""
        return self.closed_at is not None or self.status.strip().casefold() in CLOSED_WORDS


@audited()
class FeatureRequest(VoiceRecord):
    """One thing that somebody asked us to make or to change."""

    title = models.CharField(_("title"), max_length=500, blank=True)
    status = models.CharField(_("state"), max_length=60, blank=True)
    votes = models.PositiveIntegerField(_("votes"), default=0)

    class Meta:
        verbose_name = _("feature request")
        verbose_name_plural = _("feature requests")
        constraints = _rules("feature_request")["constraints"]
        indexes = _rules("feature_request")["indexes"]

    def __str__(self) -> str:
        return self.title or f"{self.source} {self.external_id}"


@audited()
class Conversation(VoiceRecord):
    """One chat, mail or letter exchange of a customer with us that is no case of the helpdesk."""

    subject = models.CharField(_("subject"), max_length=500, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=languages.MAX_CODE, blank=True)
    rating = models.DecimalField(_("rating"), max_digits=9, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = _("chat or mail")
        verbose_name_plural = _("chats and mails")
        constraints = _rules("conversation")["constraints"]
        indexes = _rules("conversation")["indexes"]

    def __str__(self) -> str:
        return self.subject or f"{self.source} {self.external_id}"


@audited()
class EmployeeRemark(VoiceRecord):
    """One thing that somebody who works here said of the customers' experience, in an employee survey or elsewhere."""

    title = models.CharField(_("title"), max_length=500, blank=True)
    rating = models.DecimalField(_("rating"), max_digits=9, decimal_places=3, null=True, blank=True)
    rating_low = models.DecimalField(_("lowest rating"), max_digits=9, decimal_places=3, null=True, blank=True)
    rating_high = models.DecimalField(_("highest rating"), max_digits=9, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = _("remark of an employee")
        verbose_name_plural = _("remarks of employees")
        constraints = _rules("employee_remark")["constraints"]
        indexes = _rules("employee_remark")["indexes"]

    def __str__(self) -> str:
        return self.title or f"{self.source} {self.external_id}"
