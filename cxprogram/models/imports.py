from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.choices import ImportStatus
from cxprogram.models.program import Program
from cxprogram.querysets import AdminOnlyQuerySet


class ImportRun(models.Model):
    """One import of one file, with the account of every row.

    A file that came in through the pages lies in the data folder under `stored_name` until its import has ended;
    `definition` and `options` say how it is read. The work is claimed by `attempts` and `leased_until`; `done_rows`
    are the rows whose batches are committed, `rows_total` is known once every row has been looked at. `updated` are
    those of the imported rows that changed what was here.
    """

    program = models.ForeignKey(Program, on_delete=models.CASCADE)
    kind = models.CharField(_("kind"), max_length=40)
    mapping = models.CharField(_("mapping"), max_length=100)
    file_name = models.CharField(_("file"), max_length=255)
    file_sha256 = models.CharField(max_length=64, blank=True)
    stored_name = models.CharField(max_length=60, blank=True, editable=False)
    file_bytes = models.BigIntegerField(_("bytes"), default=0)
    definition = models.JSONField(_("mapping as used"), default=dict)
    options = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    done_rows = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=ImportStatus.choices, default=ImportStatus.STARTED)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    imported = models.PositiveIntegerField(_("imported"), default=0)
    updated = models.PositiveIntegerField(_("changed"), default=0)
    repeated = models.PositiveIntegerField(_("repeated"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    skipped = models.PositiveIntegerField(_("left out"), default=0)
    errors = models.JSONField(_("errors"), default=list)
    notes = models.JSONField(_("notes"), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = AdminOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        indexes = [
            # The sweep: what waits or was left behind.
            models.Index(
                fields=["leased_until"],
                name="import_run_waiting",
                condition=models.Q(status__in=[ImportStatus.QUEUED, ImportStatus.RUNNING]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.get_status_display()}"

    @property
    def is_over(self) -> bool:
        return self.status in (ImportStatus.DONE, ImportStatus.REFUSED, ImportStatus.FAILED)

    @property
    def created(self) -> int:
        return self.imported - self.updated

    @property
    def progress(self) -> int | None:
        """Percent of the rows that are in; None until their number is known."""
        return 100 * self.done_rows // self.rows_total if self.rows_total else None
