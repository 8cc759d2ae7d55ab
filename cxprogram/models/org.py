from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.choices import Duty, Role
from cxprogram.models.program import Program
from cxprogram.models.translated import Named
from cxprogram.querysets import MembershipQuerySet, OrgUnitQuerySet, ResponsibilityQuerySet

FIRST_DAY = date(2000, 1, 1)


@audited()
class OrgUnit(Named):
    """One unit of the organisation in one span of time; the tree's root is the whole program."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(_("code"), max_length=40)
    path = models.CharField(max_length=255, editable=False, default="")
    valid_from = models.DateField(_("valid from"), default=FIRST_DAY)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = OrgUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["program_id", "path"]
        constraints = [
            models.UniqueConstraint("program", Lower("code"), name="org_unit_code_once"),
            models.UniqueConstraint("program", condition=Q(parent=None), name="org_unit_one_root"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="org_unit_ends_after_start",
            ),
        ]
        # Subtrees are read by prefix of the path: the pattern operator class makes LIKE 'x%' use the index.
        indexes = [models.Index(fields=["path"], name="org_unit_path", opclasses=["varchar_pattern_ops"])]

    def clean(self) -> None:
        if self.parent and self.parent.program_id != self.program_id:
            raise ValidationError({"parent": _("The unit above belongs to another program.")})
        if self.pk and self.parent and self.parent.path.startswith(self.path):
            raise ValidationError({"parent": _("A unit cannot lie below itself.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the path, and those of the subtree, in step with the parent."""
        if self.pk is None:
            super().save(*args, **kwargs)
            kwargs = {}
        before, self.path = self.path, f"{self.parent.path if self.parent else '/'}{self.pk}/"
        super().save(force_insert=False, update_fields=None)
        if before and before != self.path:
            for unit in OrgUnit.objects.filter(path__startswith=before).exclude(pk=self.pk):
                OrgUnit.objects.filter(pk=unit.pk).update(path=self.path + unit.path[len(before) :])


@audited()
class Membership(models.Model):
    """One person in one role at one unit, and its subtree, for a span of time."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    valid_from = models.DateField(_("valid from"), default=FIRST_DAY)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "unit", "role"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.unit}"

    def clean(self) -> None:
        if self.unit_id and self.program_id and self.unit.program_id != self.program_id:
            raise ValidationError({"unit": _("The unit belongs to another program.")})


@audited()
class Responsibility(models.Model):
    """One person's duty for one object: a unit, a touchpoint, a KPI, a project."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    duty = models.CharField(_("duty"), max_length=12, choices=Duty.choices, default=Duty.RESPONSIBLE)
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, verbose_name=_("kind of object"))
    object_id = models.PositiveBigIntegerField(_("object"))
    thing = GenericForeignKey("content_type", "object_id")

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        constraints = [
            models.UniqueConstraint(fields=["content_type", "object_id", "user", "duty"], name="responsibility_once"),
            # One person is responsible, one accountable; many may be consulted or informed.
            models.UniqueConstraint(
                fields=["content_type", "object_id", "duty"],
                condition=Q(duty__in=["responsible", "accountable"]),
                name="responsibility_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_duty_display()}, {self.thing}"
