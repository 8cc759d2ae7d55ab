from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from feedback.models.survey import SurveyVersion
from feedback.querysets import ImportMappingQuerySet


@audited()
class ImportMapping(models.Model):
    """One saved mapping: what each column of a source's file becomes. `kind` is what its rows are, as in `ImportRun`;
    answers belong to a version of a survey, interactions to the stream in `options`."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    slug = models.SlugField(_("short name"))
    kind = models.CharField(_("kind"), max_length=40, default="responses")
    survey_version = models.ForeignKey(
        SurveyVersion, on_delete=models.PROTECT, null=True, blank=True, help_text=_("Of answers only.")
    )
    definition = models.JSONField(_("mapping"))
    options = models.JSONField(default=dict, blank=True, editable=False)

    objects = ImportMappingQuerySet.as_manager()

    class Meta:
        verbose_name = _("import mapping")
        verbose_name_plural = _("import mappings")
        constraints = [
            models.UniqueConstraint(fields=["program", "slug"], name="import_mapping_once"),
            models.CheckConstraint(
                condition=models.Q(kind="responses", survey_version__isnull=False)
                | (~models.Q(kind="responses") & models.Q(survey_version=None)),
                name="import_mapping_survey_of_answers",
                violation_error_message=_("A mapping of answers names the version of their survey, no other does."),
            ),
        ]

    def __str__(self) -> str:
        return self.slug
