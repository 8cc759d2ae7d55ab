"""Driver studies and their runs, to look at; the form on the page of the drivers has them made."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from cxprogram.admin_base import ReadOnlyAdmin
from feedback.models import DriverStudy, StudyRun


@admin.register(DriverStudy)
class DriverStudyPage(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("program", "period", "outcome", "n", "answered", "r2", "is_current")}),
        (
            gettext_lazy("Drivers"),
            {"fields": ("drivers",), "description": gettext_lazy("Association, not proof of cause.")},
        ),
        (gettext_lazy("How"), {"fields": ("method", "resamples", "seed", "computed_at")}),
    )
    list_display = ("outcome", "period", "n", "r2", "method", "is_current", "computed_at")
    list_filter = ("is_current", "outcome", "period")
    search_fields = ("outcome", "period")
    ordering = ("-pk",)
    list_before_template = "feedback/admin_new_study.html"


@admin.register(StudyRun)
class StudyRunPage(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("program", "period", "outcome", "drivers", "by", "asked_at")}),
        (
            gettext_lazy("What became of it"),
            {"fields": ("status", "finished_at", "study", "code", "facts", "attempts")},
        ),
    )
    list_display = ("outcome", "period", "status", "code", "by", "asked_at", "finished_at")
    list_filter = ("status", "outcome")
    list_select_related = ("by",)
    search_fields = ("outcome", "period", "code")
    ordering = ("-pk",)
    list_before_template = "feedback/admin_new_study.html"
