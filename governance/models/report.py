import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.models import OrgUnit, Program
from governance.choices import ReportKind
from governance.querysets import ReportQuerySet


class Report(models.Model):
    """One report as it was given out: its frozen inputs, their place in the chain, and the file.

    `inputs_sha256` is over the previous report's hash and the canonical JSON of the inputs. The same inputs give
    the same bytes under the same lock and the bundled fonts.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    kind = models.CharField(_("kind"), max_length=20, choices=ReportKind.choices)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, verbose_name=_("unit"))
    period = models.CharField(_("period"), max_length=7)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    inputs = models.TextField()
    inputs_sha256 = models.CharField(max_length=64, unique=True)
    previous_sha256 = models.CharField(max_length=64, blank=True)
    pdf = models.BinaryField()
    pdf_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("made by")
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-pk"]
        constraints = [
            # One successor a report: two written at once cannot fork the chain.
            models.UniqueConstraint(fields=["program", "previous_sha256"], name="report_chain_no_fork")
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period}"
