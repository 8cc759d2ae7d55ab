"""Answers in the admin, one by one and counted.

Score cells are listed so that an owner finds every model, with their counts hidden as everywhere: a cell of fewer
answers than the program's smallest group, and the neighbours from which it could be computed, show no number.
"""

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxprogram.admin_base import ManyRows, ReadOnlyAdmin
from cxprogram.suppression import hidden_cells
from feedback.models import FoldState, Response, ScoreCell, ScoreMonth


class SuspectedFilter(admin.SimpleListFilter):
    """Answers that look like a robot's, or the others."""

    title = gettext_lazy("suspected robot")
    parameter_name = "suspected"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.suspected()
        return queryset.unsuspected() if self.value() == "no" else queryset


@admin.register(Response)
class ResponsePage(ManyRows, ReadOnlyAdmin):
    """Answers of single people: they need the right to the voice of the customer, which the queryset asks for."""

    fieldsets = (
        (None, {"fields": ("program", "survey_version", "answered_at", "unit", "touchpoint", "channel", "language")}),
        (gettext_lazy("What was said"), {"fields": ("answers", "missing", "customer", "attributes", "weight")}),
        (gettext_lazy("Where it came from"), {"fields": ("source", "external_id", "received_at")}),
    )
    list_display = ("id", "answered_at", "survey_version", "unit", "channel", "language", "source", "external_id")
    list_select_related = ("survey_version__survey", "unit")
    list_filter = ("survey_version", "unit", "channel", "language", SuspectedFilter)
    search_fields = ("=external_id",)
    ordering = ("-pk",)


class CountedPage(ManyRows, ReadOnlyAdmin):
    """Counts of answers in a span of time, with small numbers hidden."""

    list_select_related = ("question", "unit", "touchpoint", "program")
    list_filter = ("question", "unit", "missing")
    ordering = ("-pk",)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Marks the rows of the page that are hidden: one query for all their neighbours."""
        page = super().get_changelist_instance(request)
        page.result_list = list(page.result_list)
        _mark_hidden(self.model, page.result_list)
        return page

    @admin.display(description=gettext_lazy("answers"))
    def answers(self, row: Any) -> str:
        if not hasattr(row, "is_hidden"):
            _mark_hidden(self.model, [row])
        return _("fewer than %(n)s, or protecting such") % {"n": row.program.min_n} if row.is_hidden else str(row.n)


@admin.register(ScoreCell)
class ScoreCellPage(CountedPage):
    fieldsets = (
        (None, {"fields": ("program", "question", "code", "missing")}),
        (gettext_lazy("Where and when"), {"fields": ("unit", "touchpoint", "channel", "day")}),
        (gettext_lazy("How many"), {"fields": ("answers",)}),
    )
    list_display = ("question", "code", "missing", "unit", "touchpoint", "channel", "day", "answers")


@admin.register(ScoreMonth)
class ScoreMonthPage(CountedPage):
    fieldsets = (
        (None, {"fields": ("program", "question", "code", "missing")}),
        (gettext_lazy("Where and when"), {"fields": ("unit", "touchpoint", "channel", "month")}),
        (gettext_lazy("How many"), {"fields": ("answers",)}),
    )
    list_display = ("question", "code", "missing", "unit", "touchpoint", "channel", "month", "answers")


def _mark_hidden(model: Any, rows: list[Any]) -> None:
    """The rows of one question, unit, touchpoint, channel and time are a table whose small numbers are hidden."""
    span = "month" if model is ScoreMonth else "day"
    near = {f"{name}__in": {getattr(row, name) for row in rows} for name in ("question_id", "unit_id", "channel", span)}
    tables: dict[tuple, dict[tuple, int]] = defaultdict(dict)
    for row in model.objects.filter(**near):
        tables[_table_of(row, span)][row.code, row.missing] = row.n
    for row in rows:
        hidden = hidden_cells(tables[_table_of(row, span)], minimum=row.program.min_n)
        row.is_hidden = (row.code, row.missing) in hidden


def _table_of(row: Any, span: str) -> tuple:
    return row.question_id, row.unit_id, row.touchpoint_id, row.channel, getattr(row, span)


@admin.register(FoldState)
class FoldStatePage(ReadOnlyAdmin):
    """How far the answers of each program are counted into cells."""

    fieldsets = ((None, {"fields": ("program", "watermark_xid", "folded_at", "cluster")}),)
    list_display = ("program", "watermark_xid", "folded_at")
    list_select_related = ("program",)
    ordering = ("program",)
