"""Improvement projects, their gates and effects in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from actions.choices import GateDecision
from actions.models import EffectStudy, Gate, ImprovementProject
from actions.services import gates
from cxprogram.admin_base import ProgramAdmin, ProgramInline, ReadOnlyAdmin, ReadOnlyInline, ResponsibilityInline


class GateInline(ProgramInline):
    """Gates are planned here; they are decided on their own page."""

    model = Gate
    fields = ("position", "name", "due_on", "decision", "decided_by")
    readonly_fields = ("decision", "decided_by")
    ordering = ("position",)


class EffectInline(ReadOnlyInline):
    model = EffectStudy
    fields = ("before_period", "after_period", "kpi_code", "difference", "low", "high", "method")
    ordering = ("-pk",)


@admin.register(ImprovementProject)
class ProjectPage(ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "name", "names", "code", "status")}),
        (gettext_lazy("Why and what"), {"fields": ("touchpoint", "problem", "idea")}),
        (gettext_lazy("Who and where"), {"fields": ("responsible", "unit")}),
        (gettext_lazy("Cost and time"), {"fields": ("cost_amount", "started_on", "is_illustrative")}),
    )
    list_display = ("name", "status", "touchpoint", "unit", "responsible", "cost_amount", "started_on", "open_gates")
    list_select_related = ("touchpoint", "unit", "responsible")
    list_filter = ("status", "unit", "touchpoint", "is_illustrative")
    search_fields = ("name", "code", "problem", "idea", "responsible__name")
    autocomplete_fields = ("touchpoint", "unit", "responsible")
    ordering = ("-pk",)
    inlines = (GateInline, EffectInline, ResponsibilityInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(open_n=Count("gates", filter=Q(gates__decision="")))

    @admin.display(description=gettext_lazy("gates not decided"), ordering="open_n")
    def open_gates(self, project: Any) -> int:
        return project.open_n

    def view_on_site(self, obj: ImprovementProject) -> str:
        return reverse("actions:project-detail", args=[obj.pk])


@admin.register(Gate)
class GatePage(ProgramAdmin):
    """Whoever decides is written down with the decision."""

    fieldsets = (
        (None, {"fields": ("project", "position", "name", "names", "due_on")}),
        (gettext_lazy("The decision"), {"fields": ("decision", "decided_by", "decided_at")}),
    )
    readonly_fields = ("decided_by", "decided_at")
    list_display = ("name", "project", "position", "due_on", "decision", "decided_by", "decided_at")
    list_select_related = ("project", "decided_by")
    list_filter = ("decision", "project")
    search_fields = ("name", "project__name", "project__code")
    autocomplete_fields = ("project",)
    ordering = ("due_on", "project_id", "position")

    def save_model(self, request: HttpRequest, obj: Gate, form: Any, change: bool) -> None:
        decision = obj.decision
        obj.decision = form.initial.get("decision", GateDecision.WAITING) if change else GateDecision.WAITING
        super().save_model(request, obj, form, change)
        gates.decide(obj, decision, by=request.user, at=timezone.now())


@admin.register(EffectStudy)
class EffectStudyPage(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("project", "kpi_code", "question_code")}),
        (gettext_lazy("Before and after"), {"fields": ("before_period", "before_value", "before_n")}),
        (None, {"fields": ("after_period", "after_value", "after_n")}),
        (gettext_lazy("The difference"), {"fields": ("difference", "low", "high", "p_value")}),
        (gettext_lazy("How"), {"fields": ("method", "is_causal", "computed_at")}),
    )
    list_display = ("project", "kpi_code", "before_period", "after_period", "difference", "low", "high", "is_causal")
    list_select_related = ("project",)
    list_filter = ("method", "project")
    search_fields = ("project__name", "project__code", "question_code")
    ordering = ("-pk",)
