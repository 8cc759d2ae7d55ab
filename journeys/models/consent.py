from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from cxprogram.models.translated import in_language
from journeys.choices import ConsentState, LegalBasis, Purpose
from journeys.models.customer import Customer
from journeys.querysets import ConsentTextQuerySet, CustomerPartQuerySet


@audited()
class ConsentText(models.Model):
    """One version of what customers are told about one purpose, and the basis it stands on from then on."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    version = models.PositiveIntegerField(_("version"), default=1)
    legal_basis = models.CharField(_("legal basis"), max_length=20, choices=LegalBasis.choices)
    texts = models.JSONField(_("text by language"), default=dict)
    valid_from = models.DateTimeField(_("valid from"))

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        ordering = ["program_id", "purpose", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["program", "purpose", "version"], name="consent_text_once"),
            models.CheckConstraint(
                condition=~Q(purpose=Purpose.SPECIAL_CATEGORY) | Q(legal_basis=LegalBasis.CONSENT),
                name="consent_text_sensitive_by_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.version}"

    def clean(self) -> None:
        if self.purpose == Purpose.SPECIAL_CATEGORY and self.legal_basis != LegalBasis.CONSENT:
            raise ValidationError({"legal_basis": _("Sensitive data stand on consent alone.")})

    @property
    def text(self) -> str:
        return in_language(self.texts)


class Consent(models.Model):
    """One word of one customer on one purpose: the newest holds. Appended, never changed.

    (`source`, `external_id`) is its key where another system sent it; both are empty for what was said here.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="consents", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    state = models.CharField(_("state"), max_length=10, choices=ConsentState.choices)
    text = models.ForeignKey(
        ConsentText, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("text that was shown")
    )
    reference = models.CharField(
        _("text at the source"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("Under which name the source keeps the text that was shown, where it is none of ours."),
    )
    channel = models.CharField(_("channel"), max_length=20, help_text=_("Where the customer said so."))
    at = models.DateTimeField(_("said"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    source = models.CharField(_("source"), max_length=60, blank=True, default="", db_default="")
    external_id = models.CharField(_("key in the source"), max_length=200, blank=True, default="", db_default="")

    objects = CustomerPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ConsentState.GRANTED) | Q(text__isnull=False) | ~Q(reference=""),
                name="consent_granted_to_a_text",
            ),
            # A word sent twice is one word.
            models.UniqueConstraint(
                fields=["program", "source", "external_id"], condition=~Q(source=""), name="consent_key_once"
            ),
        ]
        indexes = [
            # The newest word of one customer on one purpose.
            models.Index(fields=["customer", "purpose", "-at", "-id"], name="consent_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.get_state_display()}"
