"""Improvement projects, their gates and effects in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from actions.choices import GateDecision, ProjectStatus
from actions.models import EffectStudy, Gate, ImprovementProject
from actions.services import projects
from cxprogram.admin_base import ProgramAdmin, ReadOnlyAdmin, person
from cxprogram.admin_inlines import ProgramInline, ReadOnlyInline, ResponsibilityInline

ENDED = (ProjectStatus.DONE, ProjectStatus.STOPPED)


class GateInline(ProgramInline):
    """Gates are planned here; they are decided on their own page."""

    model = Gate
    fields = ("position", "name", "due_on", "decision", "decided_by")
    readonly_fields = ("decision", "decided_by")
    ordering = ("position",)
    can_delete = False


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

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Where there are gates, their decisions say how the project stands."""
        fixed = list(super().get_readonly_fields(request, obj))
        return [*fixed, "status"] if obj and obj.gates.exists() else fixed

    def view_on_site(self, obj: ImprovementProject) -> str:
        return reverse("actions:project-detail", args=[obj.pk])


@admin.register(Gate)
class GatePage(ProgramAdmin):
    """Gates are decided in their order, by those who fund the project; who decided is written down with it."""

    fieldsets = (
        (None, {"fields": ("project", "position", "name", "names", "due_on")}),
        (gettext_lazy("The decision"), {"fields": ("decision", "decided_by", "decided_at")}),
    )
    readonly_fields = ("decision", "decided_by", "decided_at")
    list_display = ("name", "project", "position", "due_on", "decision", "decided_by", "decided_at")
    list_select_related = ("project", "decided_by")
    list_filter = ("decision", "project")
    search_fields = ("name", "project__name", "project__code")
    autocomplete_fields = ("project",)
    ordering = ("due_on", "project_id", "position")
    actions = ("go_on", "change_first", "stop")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.decision)

    def offers(self, action: str, obj: Gate) -> bool:
        gates = obj.project.gates.order_by("position")
        return obj == projects.current_gate(gates) and obj.project.status not in ENDED

    def _decide(self, request: HttpRequest, rows: QuerySet, decision: GateDecision) -> None:
        at = timezone.now()
        self.carry_out(
            request,
            rows.order_by("project_id", "position"),
            lambda gate: projects.decide_gate(gate, decision=decision, by=person(request), at=at),
            done=lambda n: ngettext("The gate is decided.", "%(n)s gates are decided.", n) % {"n": n},
        )

    @admin.action(description=gettext_lazy("Decide: go on"), permissions=["define"])
    def go_on(self, request: HttpRequest, rows: QuerySet) -> None:
        self._decide(request, rows, GateDecision.GO)

    @admin.action(description=gettext_lazy("Decide: change first"), permissions=["define"])
    def change_first(self, request: HttpRequest, rows: QuerySet) -> None:
        self._decide(request, rows, GateDecision.CHANGE)

    @admin.action(description=gettext_lazy("Decide: stop"), permissions=["define"])
    def stop(self, request: HttpRequest, rows: QuerySet) -> None:
        self._decide(request, rows, GateDecision.STOP)


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
