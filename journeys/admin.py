"""Journeys in the admin; the other pages of the room are registered by being imported."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from cxprogram.admin_base import ProgramAdmin
from cxprogram.admin_fields import check_problems
from cxprogram.admin_inlines import ProgramInline, ReadOnlyInline, ResponsibilityInline
from journeys import admin_customers, admin_knowledge, admin_kpis, truth_words  # noqa: F401 (the three register pages)
from journeys.admin_maps import MapPartForm, OfMapMixin
from journeys.models import (
    Expectation,
    Journey,
    JourneyPersona,
    Stage,
    Touchpoint,
    TouchpointStream,
)


class StageInline(ProgramInline):
    model = Stage
    fields = ("position", "code", "name", "goal_evidence")
    ordering = ("position",)


class PersonaInline(ProgramInline):
    model = JourneyPersona
    fields = ("persona",)
    autocomplete_fields = ("persona",)
    show_change_link = False


@admin.register(Journey)
class JourneyPage(OfMapMixin, ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "name", "names", "code", "level", "description")}),
        (gettext_lazy("How we know"), {"fields": ("evidence", "evidence_note")}),
    )
    texts = {"names": False, "evidence_note": False}
    list_display = ("name", "code", "level", "evidence", "stage_count", "touchpoint_count", "retired_at")
    list_filter = ("level", "evidence")
    search_fields = ("name", "code")
    ordering = ("program_id", "code")
    inlines = (StageInline, PersonaInline, ResponsibilityInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.annotate(
            stage_n=Count("stages", distinct=True), touchpoint_n=Count("stages__touchpoints", distinct=True)
        )

    @admin.display(description=gettext_lazy("stages"), ordering="stage_n")
    def stage_count(self, journey: Any) -> int:
        return journey.stage_n

    @admin.display(description=gettext_lazy("touchpoints"), ordering="touchpoint_n")
    def touchpoint_count(self, journey: Any) -> int:
        return journey.touchpoint_n

    def view_on_site(self, obj: Journey) -> str:
        return reverse("journeys:map")


class TouchpointInline(ReadOnlyInline):
    model = Touchpoint
    fields = ("position", "code", "name", "question_code", "truth", "team")
    ordering = ("position",)


@admin.register(Stage)
class StagePage(OfMapMixin, ProgramAdmin):
    form = MapPartForm
    fieldsets = (
        (None, {"fields": ("journey", "position", "code", "name", "names")}),
        (gettext_lazy("What the customer wants"), {"fields": ("goals", "goal_evidence")}),
        (gettext_lazy("What the customer does and thinks"), {"fields": ("actions", "thoughts")}),
        (gettext_lazy("What goes wrong"), {"fields": ("problem_question", "problems")}),
    )
    texts = {"names": False, "goals": False, "actions": False, "thoughts": False}
    documents = {"problems": check_problems}
    list_display = ("name", "journey", "position", "code", "goal_evidence", "touchpoint_count")
    list_select_related = ("journey",)
    list_filter = ("journey", "goal_evidence")
    search_fields = ("name", "code")
    autocomplete_fields = ("journey",)
    ordering = ("journey_id", "position")
    inlines = (TouchpointInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(touchpoint_n=Count("touchpoints"))

    @admin.display(description=gettext_lazy("touchpoints"), ordering="touchpoint_n")
    def touchpoint_count(self, stage: Any) -> int:
        return stage.touchpoint_n


class ExpectationInline(ProgramInline):
    model = Expectation
    fields = ("value", "is_measured", "valid_from")
    ordering = ("-valid_from",)


class StreamInline(ProgramInline):
    model = TouchpointStream
    fields = ("stream",)
    autocomplete_fields = ("stream",)
    show_change_link = False


@admin.register(Touchpoint)
class TouchpointPage(OfMapMixin, ProgramAdmin):
    form = MapPartForm
    fieldsets = (
        (None, {"fields": ("program", "stage", "position", "code", "name", "names")}),
        (gettext_lazy("Measurement"), {"fields": ("question_code", "aspect", "problem_codes")}),
        (
            gettext_lazy("Meaning"),
            {
                "fields": ("truth", "truth_reason", "team"),
                "description": gettext_lazy("Only a person confirms a moment of truth."),
            },
        ),
        (gettext_lazy("Expectation"), {"fields": ("expectation_question", "expectation_form")}),
        (
            gettext_lazy("How we meet"),
            {"fields": ("channels", "initiator", "receiver", "receiver_name", "promises", "tones")},
        ),
        (gettext_lazy("What it opens into"), {"fields": ("opens",)}),
    )
    texts = {"names": False, "promises": True, "tones": False}
    codes = {"problem_codes": {"of": int}, "channels": {}}
    list_display = ("name", "stage", "position", "question_code", "aspect", "truth", "why", "team")
    list_select_related = ("stage",)
    list_filter = ("stage", "truth", "aspect")
    search_fields = ("name", "code", "question_code", "team")
    autocomplete_fields = ("stage", "opens")
    ordering = ("stage__journey_id", "stage__position", "position")
    inlines = (ExpectationInline, StreamInline, ResponsibilityInline)

    @admin.display(description=gettext_lazy("why it is a moment of truth"), ordering="truth_reason")
    def why(self, touchpoint: Touchpoint) -> str:
        return truth_words.why(touchpoint)


@admin.register(Expectation)
class ExpectationPage(ProgramAdmin):
    fieldsets = ((None, {"fields": ("touchpoint", "value", "is_measured", "valid_from")}),)
    list_display = ("touchpoint", "value", "is_measured", "valid_from")
    list_select_related = ("touchpoint",)
    list_filter = ("is_measured", "touchpoint__stage")
    search_fields = ("touchpoint__name", "touchpoint__code")
    autocomplete_fields = ("touchpoint",)
    ordering = ("touchpoint__name", "-valid_from")
