"""What is known of a journey and how it is measured, in the admin: research, plans, uses, competitors, counts."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from cxprogram.admin_base import ManyRows, ProgramAdmin, ReadOnlyAdmin
from cxprogram.admin_inlines import ProgramInline
from journeys.kpis import counted
from journeys.models import (
    Competitor,
    CompetitorRating,
    Finding,
    JourneyPersona,
    JourneyVersion,
    KpiCell,
    KpiFill,
    Measurement,
    Persona,
    Study,
    TouchpointStream,
    UseCase,
    UseCaseStream,
)


# --- who, and what was learned of them --------------------------------------------------------
@admin.register(Persona)
class PersonaPage(ProgramAdmin):
    fieldsets = ((None, {"fields": ("program", "code", "name", "names", "descriptions", "goals", "segment")}),)
    texts = {"names": False, "descriptions": True, "goals": True}
    list_display = ("name", "code", "segment")
    list_select_related = ("segment",)
    search_fields = ("name", "code")
    autocomplete_fields = ("segment",)
    ordering = ("program_id", "code")


@admin.register(JourneyPersona)
class JourneyPersonaPage(ProgramAdmin):
    fieldsets = ((None, {"fields": ("journey", "persona")}),)
    list_display = ("journey", "persona")
    list_select_related = ("journey", "persona")
    list_filter = ("journey", "persona")
    autocomplete_fields = ("journey", "persona")
    ordering = ("journey_id", "pk")


@admin.register(JourneyVersion)
class JourneyVersionPage(ManyRows, ReadOnlyAdmin):
    """A journey as it stood; restored from its map."""

    fieldsets = (
        (None, {"fields": ("journey", "number", "kind", "label", "author", "at")}),
        (gettext_lazy("What it said"), {"fields": ("document", "sha256")}),
    )
    list_display = ("journey", "number", "kind", "label", "author", "at")
    list_select_related = ("journey", "author")
    list_filter = ("journey", "kind")
    ordering = ("-pk",)


@admin.register(Study)
class StudyPage(ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "code", "name", "names")}),
        (gettext_lazy("How it was done"), {"fields": ("method", "done_on", "participants")}),
        (gettext_lazy("What it says"), {"fields": ("summaries", "link")}),
    )
    texts = {"names": False, "summaries": True}
    list_display = ("name", "code", "method", "done_on", "participants")
    list_filter = ("method",)
    search_fields = ("name", "code")
    ordering = ("program_id", "-done_on")


@admin.register(Finding)
class FindingPage(ProgramAdmin):
    """Without a study behind it a finding is an assumption, and the map says so."""

    fieldsets = (
        (None, {"fields": ("program", "journey", "stage", "touchpoint", "kind", "texts")}),
        (gettext_lazy("How we know"), {"fields": ("study",)}),
        (gettext_lazy("What it is worth"), {"fields": ("value", "effort", "state")}),
    )
    texts = {"texts": True}
    list_display = ("text", "kind", "journey", "stage", "touchpoint", "study", "value", "effort", "state")
    list_select_related = ("journey", "stage", "touchpoint", "study")
    list_filter = ("kind", "state", "journey", "study")
    search_fields = ("texts", "touchpoint__name", "stage__name")
    autocomplete_fields = ("journey", "stage", "touchpoint", "study")
    ordering = ("journey_id", "pk")


@admin.register(TouchpointStream)
class TouchpointStreamPage(ProgramAdmin):
    fieldsets = ((None, {"fields": ("touchpoint", "stream")}),)
    list_display = ("touchpoint", "stream")
    list_select_related = ("touchpoint", "stream")
    list_filter = ("stream",)
    autocomplete_fields = ("touchpoint", "stream")
    ordering = ("touchpoint_id", "pk")


# --- what it is measured for ------------------------------------------------------------------
class UseCaseStreamInline(ProgramInline):
    model = UseCaseStream
    fields = ("stream",)
    autocomplete_fields = ("stream",)
    show_change_link = False


@admin.register(UseCase)
class UseCasePage(ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "code", "name", "names", "kind")}),
        (gettext_lazy("What for"), {"fields": ("concepts", "decisions", "touchpoint", "is_quick_win")}),
        (gettext_lazy("On which ground"), {"fields": ("consent_purpose",)}),
        (gettext_lazy("Who"), {"fields": ("responsible", "status")}),
    )
    texts = {"names": False, "concepts": True, "decisions": True}
    list_display = ("name", "code", "kind", "touchpoint", "status", "is_quick_win", "responsible")
    list_select_related = ("touchpoint", "responsible")
    list_filter = ("status", "kind", "is_quick_win")
    search_fields = ("name", "code")
    autocomplete_fields = ("touchpoint", "responsible")
    ordering = ("program_id", "code")
    inlines = (UseCaseStreamInline,)


@admin.register(UseCaseStream)
class UseCaseStreamPage(ProgramAdmin):
    fieldsets = ((None, {"fields": ("use_case", "stream")}),)
    list_display = ("use_case", "stream")
    list_select_related = ("use_case", "stream")
    list_filter = ("stream",)
    autocomplete_fields = ("use_case", "stream")
    ordering = ("use_case_id", "pk")


@admin.register(Measurement)
class MeasurementPage(ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "touchpoint", "whats", "kpi_code", "question_code")}),
        (gettext_lazy("Of whom, when and how"), {"fields": ("segment", "channels", "when", "method", "stream")}),
        (gettext_lazy("What for"), {"fields": ("decisions", "decided_by", "needed_on")}),
        (gettext_lazy("State"), {"fields": ("state",)}),
    )
    texts = {"whats": False, "decisions": True}
    codes: dict[str, dict[str, Any]] = {"channels": {}}
    list_display = ("what", "touchpoint", "method", "kpi_code", "segment", "needed_on", "state")
    list_select_related = ("touchpoint", "segment")
    list_filter = ("state", "method", "touchpoint__stage")
    search_fields = ("whats", "kpi_code", "question_code", "touchpoint__name")
    autocomplete_fields = ("touchpoint", "segment", "stream", "decided_by")
    ordering = ("touchpoint_id", "pk")


# --- competitors ------------------------------------------------------------------------------
@admin.register(Competitor)
class CompetitorPage(ProgramAdmin):
    fieldsets = ((None, {"fields": ("program", "code", "name", "names", "is_active")}),)
    list_display = ("name", "code", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "code")
    ordering = ("program_id", "code")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its ratings would lose whom they rate."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.competitorrating_set.exists())


@admin.register(CompetitorRating)
class CompetitorRatingPage(ManyRows, ReadOnlyAdmin):
    """Appended by surveys, API and files."""

    fieldsets = (
        (None, {"fields": ("program", "source", "external_id", "at")}),
        (gettext_lazy("Who rates whom"), {"fields": ("customer", "competitor", "touchpoint", "unit", "context")}),
        (gettext_lazy("Rating"), {"fields": ("rating", "scale_low", "scale_high")}),
    )
    list_display = ("competitor", "touchpoint", "rating", "scale_low", "scale_high", "context", "at")
    list_select_related = ("competitor", "touchpoint", "program")
    list_filter = ("competitor", "touchpoint")
    ordering = ("-pk",)


# --- what is counted --------------------------------------------------------------------------
@admin.register(KpiFill)
class KpiFillPage(ManyRows, ReadOnlyAdmin):
    """Which months of which KPI are counted, and up to when."""

    fieldsets = ((None, {"fields": ("kpi", "month", "state", "counted_at", "received_before")}),)
    list_display = ("kpi", "month", "state", "counted_at", "received_before")
    list_select_related = ("kpi",)
    list_filter = ("state", "kpi")
    ordering = ("-pk",)


@admin.register(KpiCell)
class KpiCellPage(ManyRows, ReadOnlyAdmin):
    """Counts and sums of KPIs that nobody is asked for, by unit and month.

    Left out is what would tell of few: what is asked, what is about a population, and each month of which a unit has
    too few, so that the rest of the month does not tell them.
    """

    fieldsets = (
        (None, {"fields": ("kpi", "unit", "month")}),
        (gettext_lazy("Counts"), {"fields": ("n", "hits", "total", "total_sq")}),
    )
    list_display = ("kpi", "unit", "month", "n", "hits", "total")
    list_select_related = ("kpi", "unit")
    list_filter = ("kpi", "unit")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        least = Greatest("kpi__program__min_n", Coalesce("kpi__min_n", 0))
        of_few = Q(n__gt=0, n__lt=least) | Q(kpi__collector__in=counted.with_people(), hits__gt=0, hits__lt=least)
        few = KpiCell.objects.filter(of_few, kpi=OuterRef("kpi"), month=OuterRef("month"))
        rows = super().get_queryset(request).filter(kpi__question_code="", kpi__population=None)
        return rows.exclude(Exists(few))
