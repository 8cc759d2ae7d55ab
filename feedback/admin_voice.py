"""What is said elsewhere, in the admin: found there, as its source told it. Registered by being imported."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy

from cxprogram.admin_base import ManyRows, ReadOnlyAdmin
from feedback.models import Conversation, EmployeeRemark, FeatureRequest, Mention, SupportCase


class VoicePage(ManyRows, ReadOnlyAdmin):
    """It needs the right to the voice of the customer, which the queryset asks for."""

    list_select_related = ("unit",)
    ordering = ("-pk",)
    facts: tuple[str, ...] = ()

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        return (
            (None, {"fields": ("program", "at", *self.facts, "text")}),
            (gettext_lazy("Who and where"), {"fields": ("customer", "unit", "touchpoint", "attributes")}),
            (gettext_lazy("Where it came from"), {"fields": ("source", "external_id", "received_at")}),
        )


@admin.register(Mention)
class MentionPage(VoicePage):
    facts = ("title", "rating", "rating_low", "rating_high", "channel", "author", "url", "language")
    list_display = ("__str__", "at", "rating", "channel", "source", "unit")
    list_filter = ("source", "channel")
    search_fields = ("=external_id", "title")


@admin.register(SupportCase)
class SupportCasePage(VoicePage):
    facts = ("subject", "status", "priority", "channel", "rating", "closed_at")
    list_display = ("__str__", "at", "status", "priority", "channel", "closed_at", "source", "unit")
    list_filter = ("source", "status", "channel")
    search_fields = ("=external_id", "subject")


@admin.register(FeatureRequest)
class FeatureRequestPage(VoicePage):
    facts = ("title", "status", "votes")
    list_display = ("__str__", "at", "status", "votes", "source", "unit")
    list_filter = ("source", "status")
    search_fields = ("=external_id", "title")


@admin.register(Conversation)
class ConversationPage(VoicePage):
    facts = ("subject", "channel", "language", "rating")
    list_display = ("__str__", "at", "channel", "rating", "source", "unit")
    list_filter = ("source", "channel")
    search_fields = ("=external_id", "subject")


@admin.register(EmployeeRemark)
class EmployeeRemarkPage(VoicePage):
    facts = ("title", "rating", "rating_low", "rating_high")
    list_display = ("__str__", "at", "rating", "source", "unit")
    list_filter = ("source",)
    search_fields = ("=external_id", "title")
