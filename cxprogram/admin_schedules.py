"""The schedules of the worker in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from django_celery_beat import admin as beat_admin  # its import registers what is registered anew below
from django_celery_beat import models as beat
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from cxprogram.admin_scope import defines
from cxprogram.models import Program


class SchedulePage(ModelAdmin):
    """Schedules belong to the house, not to a program: those who define may look, a superuser may change."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return defines(request.user, Program)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return defines(request.user, Program)

    def _may(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_add_permission = has_change_permission = has_delete_permission = _may  # type: ignore[assignment]


class TaskSelect(UnfoldAdminSelectWidget, beat_admin.TaskSelectWidget):
    pass


class ScheduleForm(beat_admin.PeriodicTaskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "task" in self.fields:
            self.fields["task"].widget = UnfoldAdminTextInputWidget()
            self.fields["regtask"].widget = TaskSelect()


for _model in (
    beat.PeriodicTask,
    beat.IntervalSchedule,
    beat.CrontabSchedule,
    beat.SolarSchedule,
    beat.ClockedSchedule,
):
    admin.site.unregister(_model)


@admin.register(beat.PeriodicTask)
class PeriodicTaskPage(SchedulePage):
    form = ScheduleForm
    fieldsets = (
        (None, {"fields": ("name", "regtask", "task", "enabled", "description")}),
        (
            gettext_lazy("When"),
            {"fields": ("interval", "crontab", "solar", "clocked", "start_time", "one_off", "last_run_at")},
        ),
        (gettext_lazy("Arguments"), {"fields": ("args", "kwargs")}),
        (
            gettext_lazy("Sending"),
            {"fields": ("expires", "expire_seconds", "queue", "exchange", "routing_key", "priority", "headers")},
        ),
    )
    readonly_fields = ("last_run_at",)
    list_display = ("name", "enabled", "task", "interval", "last_run_at", "total_run_count")
    list_select_related = ("interval", "crontab", "solar", "clocked")
    search_fields = ("name", "task")
    ordering = ("name",)


@admin.register(beat.IntervalSchedule, beat.CrontabSchedule, beat.SolarSchedule, beat.ClockedSchedule)
class TimesPage(SchedulePage):
    """When something runs; what runs then is a periodic task."""
