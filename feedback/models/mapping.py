from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from feedback.models.survey import SurveyVersion
from feedback.querysets import ImportMappingQuerySet


@audited()
class ImportMapping(models.Model):
    """One saved mapping: what each column of a source's file becomes."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    slug = models.SlugField(_("short name"))
    survey_version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT)
    definition = models.JSONField(_("mapping"))

    objects = ImportMappingQuerySet.as_manager()

    class Meta:
        verbose_name = _("import mapping")
        verbose_name_plural = _("import mappings")
        constraints = [models.UniqueConstraint(fields=["program", "slug"], name="import_mapping_once")]

    def __str__(self) -> str:
        return self.slug
