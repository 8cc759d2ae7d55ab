from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.choices import ImportStatus
from cxprogram.models.program import Program
from cxprogram.querysets import AdminOnlyQuerySet


class ImportRun(models.Model):
    """One import of one file, with the account of every row."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE)
    kind = models.CharField(_("kind"), max_length=40)
    mapping = models.CharField(_("mapping"), max_length=100)
    file_name = models.CharField(_("file"), max_length=255)
    file_sha256 = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=ImportStatus.choices, default=ImportStatus.STARTED)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    imported = models.PositiveIntegerField(_("imported"), default=0)
    repeated = models.PositiveIntegerField(_("repeated"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    errors = models.JSONField(_("errors"), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = AdminOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.get_status_display()}"
