from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.colours import validate_brand
from cxprogram.models import Program
from feedback.querysets import BrandingQuerySet


@audited(exclude=("logo",))
class Branding(models.Model):
    """How one program looks to its customers: one colour that can be read, and a logo or none."""

    program = models.OneToOneField(Program, on_delete=models.PROTECT, related_name="branding")
    brand = models.CharField(
        _("colour"),
        max_length=7,
        validators=[validate_brand],
        help_text=_("As in #0a4d68; white text must be readable on it."),
    )
    logo = models.BinaryField(_("logo"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = BrandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("branding")
        verbose_name_plural = _("brandings")

    def __str__(self) -> str:
        return f"{self.program}: {self.brand}"

    @property
    def stamp(self) -> str:
        """Changes with every change, so that browsers may keep what they have."""
        return f"{self.changed_at.timestamp():.0f}"
