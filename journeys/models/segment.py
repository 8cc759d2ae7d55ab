from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from cxprogram.models.translated import Named, in_language
from journeys.querysets import PersonaQuerySet, SegmentQuerySet


@audited()
class Segment(Named):
    """A saved filter over customers; `definition` is checked and compiled by `journeys/services/segments.py`."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    definition = models.JSONField(_("definition"), default=dict)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["program_id", "code"]
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="segment_code_once")]


@audited()
class Persona(Named):
    """One kind of customer as a person: what they want; the segment says which customers are meant."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    descriptions = models.JSONField(_("who they are"), default=dict, blank=True)
    goals = models.JSONField(_("what they want"), default=dict, blank=True)
    segment = models.ForeignKey(
        Segment, on_delete=models.SET_NULL, null=True, blank=True, related_name="personas", verbose_name=_("segment")
    )

    objects = PersonaQuerySet.as_manager()

    class Meta:
        verbose_name = _("persona")
        verbose_name_plural = _("personas")
        ordering = ["program_id", "code"]
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="persona_code_once")]

    @property
    def description(self) -> str:
        return in_language(self.descriptions)

    @property
    def goal(self) -> str:
        return in_language(self.goals)
