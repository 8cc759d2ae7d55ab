from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import OrgUnit, Program
from journeys.querysets import CustomerQuerySet


@audited()
class Customer(models.Model):
    """One person or account that the organisation serves."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("unit that met them")
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, blank=True)
    is_fictitious = models.BooleanField(
        _("fictitious"),
        default=False,
        help_text=_("Made up for a demonstration: no person stands behind it."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.name or self.email or f"{_('customer')} {self.pk}"


class CustomerIdentityQuerySet(CustomerQuerySet):
    program_lookup = "program"
    unit_lookup = "customer__unit"


class CustomerIdentity(models.Model):
    """One name under which one source knows a customer."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    source = models.CharField(_("source"), max_length=60)
    value = models.CharField(_("identity"), max_length=200)

    objects = CustomerIdentityQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer identity")
        verbose_name_plural = _("customer identities")
        constraints = [models.UniqueConstraint(fields=["program", "source", "value"], name="customer_identity_once")]

    def __str__(self) -> str:
        return f"{self.source}: {self.value}"
