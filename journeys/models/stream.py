from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from cxprogram.models.translated import Named, in_language
from journeys.choices import LegalBasis, Purpose, StreamKind, StreamStatus, UseCaseKind, UseCaseState
from journeys.querysets import DataStreamQuerySet, UseCasePartQuerySet, UseCaseQuerySet


@audited()
class DataStream(Named):
    """One source of what happens to customers: what it is for, on which legal basis, who answers for it.

    A stream without purpose, legal basis or use case stays a draft, and a draft takes nothing in.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    kind = models.CharField(_("kind"), max_length=20, choices=StreamKind.choices)
    purpose = models.TextField(_("purpose"), blank=True, help_text=_("Which use it serves."))
    legal_basis = models.CharField(_("legal basis"), max_length=20, choices=LegalBasis.choices, blank=True)
    is_special_category = models.BooleanField(
        _("sensitive"), default=False, help_text=_("Taken in only from customers who explicitly consent.")
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )
    cadence_hours = models.PositiveIntegerField(
        _("hours between deliveries"), null=True, blank=True, help_text=_("Older than this is not fresh.")
    )
    retention_days = models.PositiveIntegerField(
        _("days kept"), null=True, blank=True, help_text=_("Empty: kept until someone decides.")
    )
    cost_amount = models.DecimalField(
        _("cost a year"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("In the program's currency."),
    )
    status = models.CharField(_("state"), max_length=10, choices=StreamStatus.choices, default=StreamStatus.DRAFT)

    objects = DataStreamQuerySet.as_manager()

    class Meta:
        verbose_name = _("data stream")
        verbose_name_plural = _("data streams")
        ordering = ["program_id", "code"]
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="data_stream_code_once"),
            models.CheckConstraint(
                condition=~Q(status=StreamStatus.ACTIVE) | (~Q(purpose="") & ~Q(legal_basis="")),
                name="data_stream_active_has_purpose",
            ),
            models.CheckConstraint(
                condition=Q(is_special_category=False) | Q(legal_basis__in=["", LegalBasis.CONSENT]),
                name="data_stream_sensitive_by_consent",
            ),
        ]

    def clean(self) -> None:
        if self.status == StreamStatus.ACTIVE and not (self.purpose and self.legal_basis):
            raise ValidationError({"status": _("Without purpose and legal basis it stays a draft.")})
        if self.status == StreamStatus.ACTIVE and not self.is_used:
            raise ValidationError({"status": _("No active use case needs it, so it stays a draft.")})
        if self.is_special_category and self.legal_basis not in ("", LegalBasis.CONSENT):
            raise ValidationError({"legal_basis": _("Sensitive data stand on consent alone.")})

    @property
    def is_used(self) -> bool:
        """Whether an active use case needs it."""
        # Not filtered in SQL: where many streams are told of, their use cases have been read already.
        return self.pk is not None and any(each.status == UseCaseState.ACTIVE for each in self.use_cases.all())

    @property
    def lacks(self) -> list[str]:
        """What stands between a draft and taking data in, in sentences."""
        if self.status == StreamStatus.ACTIVE:
            return []
        found = []
        if not self.purpose:
            found.append(gettext("It has no purpose yet."))
        if not self.legal_basis:
            found.append(gettext("It has no legal basis yet."))
        if not self.is_used:
            found.append(gettext("No active use case needs it yet."))
        return found or [gettext("Nobody has made it active yet.")]


@audited()
class UseCase(Named):
    """One use of what we know: the decision it serves, the streams it needs, the consent it stands on.

    A stream that no active use case needs stays a draft.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    kind = models.CharField(_("kind"), max_length=12, choices=UseCaseKind.choices)
    concepts = models.JSONField(_("what the customer meets"), default=dict, blank=True)
    decisions = models.JSONField(_("which decision it serves"), default=dict, blank=True)
    consent_purpose = models.CharField(
        _("consent"),
        max_length=20,
        choices=Purpose.choices,
        blank=True,
        help_text=_("Empty: the legal basis of its streams is enough."),
    )
    streams = models.ManyToManyField(
        DataStream, through="UseCaseStream", blank=True, related_name="use_cases", verbose_name=_("data streams")
    )
    touchpoint = models.ForeignKey(
        "journeys.Touchpoint",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="use_cases",
        verbose_name=_("touchpoint"),
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )
    is_quick_win = models.BooleanField(_("quick win"), default=False)
    status = models.CharField(_("state"), max_length=10, choices=UseCaseState.choices, default=UseCaseState.PROPOSED)

    objects = UseCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use case")
        verbose_name_plural = _("use cases")
        ordering = ["program_id", "code"]
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="use_case_code_once")]

    def clean(self) -> None:
        if self.pk is not None and self.status != UseCaseState.ACTIVE and (left := self.left_without_use()):
            names = ", ".join(stream.label for stream in left)
            raise ValidationError({"status": _("Nothing else uses %(names)s: stop them first.") % {"names": names}})

    def left_without_use(self) -> list[DataStream]:
        """The active streams that this use case alone needs."""
        others = UseCase.objects.filter(status=UseCaseState.ACTIVE).exclude(pk=self.pk)
        return list(DataStream.objects.active().filter(use_cases=self).exclude(use_cases__in=others))

    @property
    def concept(self) -> str:
        return in_language(self.concepts)

    @property
    def decision(self) -> str:
        return in_language(self.decisions)


@audited()
class UseCaseStream(models.Model):
    """One data stream that a use case needs."""

    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE)
    stream = models.ForeignKey(DataStream, on_delete=models.CASCADE)

    objects = UseCasePartQuerySet.as_manager()

    class Meta:
        verbose_name = _("stream of a use case")
        verbose_name_plural = _("streams of use cases")
        constraints = [models.UniqueConstraint(fields=["use_case", "stream"], name="use_case_stream_once")]

    def __str__(self) -> str:
        return str(self.stream)
