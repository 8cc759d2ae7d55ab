from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from governance.querysets import CharterQuerySet, SignOffQuerySet


@audited()
class Charter(models.Model):
    """The mandate of a program: who wants it, who runs it, what it is for. What is missing is a defect."""

    program = models.OneToOneField(Program, on_delete=models.PROTECT)
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sponsor"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("program owner"),
    )
    owner_time_share = models.PositiveSmallIntegerField(
        _("share of the owner's time, per cent"), default=0, help_text=_("A dedicated owner has 100.")
    )
    objective = models.TextField(_("objective"), blank=True)
    customer_definition = models.TextField(_("who the customer is"), blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CharterQuerySet.as_manager()

    class Meta:
        verbose_name = _("charter")
        verbose_name_plural = _("charters")

    def __str__(self) -> str:
        return str(self.program)


@audited()
class SignOff(models.Model):
    """One person's signature under the charter; empty until it is given."""

    charter = models.ForeignKey(Charter, on_delete=models.CASCADE, related_name="sign_offs")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, verbose_name=_("person"))
    capacity = models.CharField(_("as"), max_length=100)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        constraints = [models.UniqueConstraint(fields=["charter", "person"], name="sign_off_once")]

    def __str__(self) -> str:
        return f"{self.person}, {self.capacity}"
