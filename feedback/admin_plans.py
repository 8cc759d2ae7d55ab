"""Who is asked, in the admin: plans, rules and groups are made here; waves, asks and decisions are read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from cxprogram.admin_base import ManyRows, ProgramAdmin, ReadOnlyAdmin
from cxprogram.admin_inlines import ReadOnlyInline
from cxprogram.models import Program
from feedback import contact_words
from feedback.choices import COUNTRY_OF_ZONE, Country
from feedback.models import (
    ContactDecision,
    ContactGroup,
    ContactRule,
    EventCursor,
    NotDrawn,
    PlannedAsk,
    SamplingPlan,
    StoppedAddress,
    Wave,
)
from feedback.services import bounces


class WaveInline(ReadOnlyInline):
    model = Wave
    fields = ("number", "at", "population", "drawn")
    readonly_fields = fields
    ordering = ("-number",)


@admin.register(SamplingPlan)
class SamplingPlanPage(ProgramAdmin):
    """Its page for everyday work, with what it would do, is the one that "View on site" leads to."""

    fieldsets = (
        (None, {"fields": ("program", "name", "names", "survey", "touchpoint", "purpose", "is_active")}),
        (
            gettext_lazy("Who is asked"),
            {
                "fields": (
                    "audience", "segment", "method", "sample_size", "sample_share", "group_by", "quotas",
                    "hold_out_share", "seed",
                )
            },
        ),
        (gettext_lazy("In waves"), {"fields": ("trigger", "first_wave_at", "wave_every_days")}),
        (gettext_lazy("After an event"), {"fields": ("event", "event_type", "stage", "delay_hours")}),
        (
            gettext_lazy("How and when"),
            {
                "fields": (
                    "channels", "worth_hours", "answer_days", "reminders", "reminder_after_days", "opens_at",
                    "closes_at", "weekdays", "holidays_of",
                )
            },
        ),
    )  # fmt: skip
    documents = {"quotas": None, "channels": None, "weekdays": None}
    list_display = ("name", "survey", "is_active", "trigger", "method", "hold_out_share")
    list_select_related = ("survey",)
    list_filter = ("is_active", "trigger", "survey")
    search_fields = ("name", "survey__name", "survey__slug")
    autocomplete_fields = ("survey", "touchpoint")
    ordering = ("program_id", "id")
    inlines = (WaveInline,)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The holidays are those of the program's country, which its clock tells."""
        initial = super().get_changeform_initial_data(request)
        program = initial.get("program")
        zone = program.time_zone if isinstance(program, Program) else ""
        return {"holidays_of": COUNTRY_OF_ZONE.get(zone, Country.NONE), **initial}

    def view_on_site(self, obj: SamplingPlan) -> str:
        return reverse("feedback:plan-detail", args=[obj.pk])

    def is_locked(self, thing: SamplingPlan) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has asked somebody stays: the ledger names it."""
        return super().has_delete_permission(request, obj) and not (obj and obj.asks.exists())


@admin.register(ContactRule)
class ContactRulePage(ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "code", "name", "names", "is_active")}),
        (gettext_lazy("What is counted"), {"fields": ("clock", "scope", "survey", "group", "channel")}),
        (gettext_lazy("How often"), {"fields": ("at_most", "window_hours", "pause_hours", "refusal")}),
        (gettext_lazy("For whom"), {"fields": ("attributes",)}),
    )
    documents = {"attributes": None}
    list_display = ("name", "sentence", "refusal", "is_active")
    list_select_related = ("survey", "group")
    list_filter = ("is_active", "scope", "clock")
    search_fields = ("code", "name")
    autocomplete_fields = ("survey", "group")
    ordering = ("program_id", "code")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A rule limits something: once in thirty days, until somebody says otherwise."""
        return {"at_most": 1, "window_hours": 30 * 24, **super().get_changeform_initial_data(request)}

    @admin.display(description=gettext_lazy("rule"))
    def sentence(self, rule: ContactRule) -> str:
        return contact_words.rule_sentence(rule)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A rule that made a decision is put out of force, not removed: the ledger names it."""
        return super().has_delete_permission(request, obj) and not (
            obj and ContactDecision.objects.filter(rule=obj).exists()
        )


@admin.register(ContactGroup)
class ContactGroupPage(ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "code", "name", "names")}),
        (gettext_lazy("Counted together"), {"fields": ("surveys", "touchpoints")}),
    )
    list_display = ("name", "code")
    search_fields = ("code", "name")
    autocomplete_fields = ("surveys", "touchpoints")
    ordering = ("program_id", "code")


@admin.register(Wave)
class WavePage(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("plan", "number", "at", "population", "drawn", "groups")}),)
    list_display = ("plan", "number", "at", "population", "drawn")
    list_select_related = ("plan",)
    list_filter = ("plan",)
    ordering = ("-pk",)


@admin.register(PlannedAsk)
class PlannedAskPage(ManyRows, ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("plan", "wave", "cause", "reminder", "status")}),
        (gettext_lazy("When"), {"fields": ("due_at", "until", "attempts")}),
        (gettext_lazy("About whom"), {"fields": ("customer", "unit", "touchpoint", "context", "invitation")}),
    )
    voice_fields = ("customer", "context", "invitation")
    list_display = ("id", "plan", "cause", "reminder", "status", "due_at")
    list_select_related = ("plan",)
    list_filter = ("status", "plan")
    search_fields = ("=cause",)
    ordering = ("-pk",)


@admin.register(ContactDecision)
class ContactDecisionPage(ManyRows, ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("program", "at", "customer", "outcome", "reason", "rule", "broken", "eligible_at")}),
        (gettext_lazy("What was wished"), {"fields": ("kind", "survey", "touchpoint", "channel", "purpose")}),
        (gettext_lazy("Where it came from"), {"fields": ("plan", "wave", "cause", "invitation")}),
    )
    list_display = ("id", "at", "customer", "kind", "outcome", "reason", "rule", "eligible_at", "plan")
    list_select_related = ("customer", "rule", "plan")
    list_filter = ("outcome", "reason", "kind", "plan")
    search_fields = ("=customer__email", "=cause")
    ordering = ("-pk",)


@admin.register(StoppedAddress)
class StoppedAddressPage(ReadOnlyAdmin):
    """An address is known by its hash alone; a person looks it up by searching for what they have."""

    fieldsets = ((None, {"fields": ("program", "kind", "bounces", "is_stopped", "detail", "first_at", "last_at")}),)
    list_display = ("__str__", "kind", "bounces", "is_stopped", "last_at")
    list_filter = ("is_stopped", "kind")
    ordering = ("-pk",)
    actions = ("try_again",)

    def offers(self, action: str, obj: StoppedAddress) -> bool:
        return obj.is_stopped

    @admin.action(description=gettext_lazy("Let messages go there again"), permissions=["define"])
    def try_again(self, request: HttpRequest, rows: QuerySet) -> None:
        self.carry_out(
            request,
            rows,
            bounces.try_again,
            done=lambda n: ngettext(
                "The address takes messages again.", "%(n)s addresses take messages again.", n
            ) % {"n": n},
        )  # fmt: skip


@admin.register(EventCursor)
class EventCursorPage(ReadOnlyAdmin):
    """How far what happened has been looked at for events."""

    fieldsets = ((None, {"fields": ("program", "low_id", "mark_id", "mark_xid")}),)
    list_display = ("program", "low_id", "mark_id")
    list_select_related = ("program",)
    ordering = ("program",)


@admin.register(NotDrawn)
class NotDrawnPage(ReadOnlyAdmin):
    """Whom waves did not draw, as bits; a customer's page says it in words."""

    fieldsets = ((None, {"fields": ("wave", "block")}),)
    list_display = ("wave", "block")
    list_select_related = ("wave__plan",)
    ordering = ("-wave", "block")
