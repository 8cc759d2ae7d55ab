"""Parts of an admin page: rows that belong to the page's row and are edited with it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import GenericTabularInline, TabularInline

from cxprogram.admin_base import Scoped
from cxprogram.admin_scope import program_id_of
from cxprogram.models import Responsibility


class Part(Scoped):
    """Rows that belong to the page's row and are edited with it; their program is that of the page's row."""

    extra = 0

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """In a table the column's head is no label: each input says what it is."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = str(field.label)
        return field

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]

        class OfTheProgram(formset):  # type: ignore[misc, valid-type]
            def _construct_form(self, i: int, **kwargs: Any) -> Any:
                form = super()._construct_form(i, **kwargs)
                if hasattr(form.instance, "program_id") and form.instance.program_id is None:
                    form.instance.program_id = program_id_of(self.instance)
                return form

        return OfTheProgram


class ProgramInline(Part, TabularInline):
    show_change_link = True


class ReadOnlyInline(ProgramInline):
    can_add = can_change = can_delete = False


class ResponsibilityInline(Part, GenericTabularInline):
    """Who is responsible, accountable, consulted, informed for the page's row."""

    model = Responsibility
    fields = ("duty", "user")
    autocomplete_fields = ("user",)


def kinds_with_duties(site: admin.AdminSite) -> Sequence[type[models.Model]]:
    """Models whose pages say who is responsible."""
    return [model for model, page in site._registry.items() if ResponsibilityInline in page.inlines]
