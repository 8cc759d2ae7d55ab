"""The bases of every admin page: what it shows, what it offers, and what happened before.

Who may open it, and with which rows, is the rule of `admin_scope`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path, quote, unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from cxprogram import history
from cxprogram.access import Right, defined_programs
from cxprogram.admin_fields import CodesField, DocumentField, LanguagesField, TranslationsField
from cxprogram.admin_scope import defines, program_id_of, program_path, right_of, scoped
from cxprogram.errors import DomainError
from cxprogram.models import Program, User

SHORT_HISTORY, LONG_HISTORY = 5, 200


class NamedAutocomplete(AutocompleteSelect):
    """Without a word in the empty field a screen reader finds no name for it."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        return super().build_attrs(base_attrs, extra_attrs) | {"data-placeholder": _("Choose")}


def person(request: HttpRequest) -> User:
    """Who is at work: nobody reaches the admin without a log-in."""
    return cast(User, request.user)


def is_list(request: HttpRequest) -> bool:
    """Whether the page is a list of many rows."""
    return bool(request.resolver_match and (request.resolver_match.url_name or "").endswith("changelist"))


class OwnRelatedFilter(admin.RelatedFieldListFilter):
    """A list filter that offers the rows of the own programs only."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        model = field.remote_field.model
        rows = scoped(model._default_manager.all(), request.user)
        page = model_admin.admin_site._registry.get(model)
        if page is not None and not isinstance(page.list_select_related, bool):
            rows = rows.select_related(*page.list_select_related)  # what their names are made of
        return [(row.pk, str(row)) for row in rows]


class ProgramForm(forms.ModelForm):
    """A form whose parts all belong to the same program."""

    def _get_validation_exclusions(self) -> set[str]:
        """What is unique within a program is checked on pages that do not ask for the program, too."""
        left_out = super()._get_validation_exclusions()  # type: ignore[misc]
        return left_out - {"program"} if getattr(self.instance, "program_id", None) else left_out

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, field in self.fields.items():
            if isinstance(field, TranslationsField) and name in data:
                data[name] = field.kept(getattr(self.instance, name, None), data[name])
        own = data.get("program") or data.get(program_path(self._meta.model).split("__")[0])
        program_id = program_id_of(own) if isinstance(own, models.Model) else program_id_of(self.instance)
        if program_id is not None:
            for name, value in list(data.items()):
                theirs = program_id_of(value) if isinstance(value, models.Model) else None
                if theirs is not None and theirs != program_id:
                    self.add_error(name, ValidationError(_("This belongs to another program."), code="other-program"))
        return data


class Scoped:
    """What pages and inlines share: rows of the own programs, choices of the own programs, fields for JSON."""

    model: type[models.Model]
    form = ProgramForm
    can_add = can_change = can_delete = True
    # Fields with texts by language (the value: whether the texts are long), and the other kinds of JSON.
    texts: dict[str, bool] = {"names": False}
    codes: dict[str, dict[str, Any]] = {}
    languages: tuple[str, ...] = ()
    documents: dict[str, Callable[[Any], None] | None] = {}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return scoped(super().get_queryset(request), request.user)  # type: ignore[misc]

    def is_locked(self, thing: Any) -> bool:
        """Whether a rule of the program keeps this row (for an inline: its parent) as it is."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return defines(request.user, self.model)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return defines(request.user, self.model, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_add and not (obj and self.is_locked(obj)) and defines(request.user, self.model, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_change and not (obj and self.is_locked(obj)) and defines(request.user, self.model, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_delete and not (obj and self.is_locked(obj)) and defines(request.user, self.model, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "queryset" not in kwargs:
            kwargs["queryset"] = scoped(db_field.remote_field.model._default_manager.all(), request.user)
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = NamedAutocomplete(db_field, self.admin_site)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        name = db_field.name
        facts = {
            "label": capfirst(db_field.verbose_name),
            "required": not db_field.blank,
            "help_text": db_field.help_text,
        }
        if db_field.has_default():
            facts["initial"] = db_field.get_default()
        if name in self.texts and isinstance(db_field, models.JSONField):
            if name == "names":
                facts["help_text"] = _("Where it is empty, the name itself is shown.")
            return TranslationsField(is_long=self.texts[name], **(facts | {"required": False}))
        if name in self.codes:
            facts["help_text"] = facts["help_text"] or _("With commas between them.")
            return CodesField(**facts, **self.codes[name])
        if name in self.languages:
            return LanguagesField(**facts)
        if name in self.documents:
            return DocumentField(check=self.documents[name], **facts)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


# --- pages ------------------------------------------------------------------------------------
class ProgramAdmin(Scoped, ModelAdmin):
    """One model of a program. Its actions are offered on the row's own page too."""

    list_per_page = 50
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_sheet = False
    change_form_outer_before_template = "cxprogram/admin/object_actions.html"
    change_form_outer_after_template = "cxprogram/admin/changes.html"
    # Fields that say who a customer is or what they wrote: they need the right to the voice of the customer.
    voice_fields: tuple[str, ...] = ()

    # Which fields and columns
    def sees_voice(self, request: HttpRequest, obj: Any = None) -> bool:
        """In the row's program; without a row, in every program whose rows are listed."""
        if request.user.is_superuser:
            return True
        heard = defined_programs(request.user, Right.SEE_VOICE)
        return program_id_of(obj) in heard if obj else defined_programs(request.user, right_of(self.model)) <= heard

    def _without_voice(self, names: Iterable[Any]) -> list[Any]:
        silent = set(self.voice_fields)
        return [name for name in names if not (isinstance(name, str) and name.lstrip("^=@").split("__")[0] in silent)]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if not self.voice_fields or self.sees_voice(request, obj):
            return fieldsets
        return [(title, {**parts, "fields": self._without_voice(parts["fields"])}) for title, parts in fieldsets]

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = list(super().get_list_display(request))
        if self.voice_fields and not self.sees_voice(request):
            columns = self._without_voice(columns)
        program = program_path(self.model)
        if program != "pk" and self._has_program() and _has_several_programs(request):
            columns.append(program)
        return columns

    def get_search_fields(self, request: HttpRequest) -> Any:
        fields = super().get_search_fields(request)
        return fields if not self.voice_fields or self.sees_voice(request) else self._without_voice(fields)

    def get_list_select_related(self, request: HttpRequest) -> Any:
        related = super().get_list_select_related(request)
        program = program_path(self.model)
        if isinstance(related, bool) or program == "pk" or not self._has_program():
            return related
        return [*related, program] if _has_several_programs(request) else related

    def _has_program(self) -> bool:
        return program_path(self.model) != "program" or any(f.name == "program" for f in self.model._meta.fields)

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [
            (name, OwnRelatedFilter)
            if isinstance(name, str) and get_fields_from_path(self.model, name)[-1].is_relation
            else name
            for name in super().get_list_filter(request)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A row stays in its program."""
        fixed = list(super().get_readonly_fields(request, obj))
        return [*fixed, "program"] if obj and self._has_own_program() else fixed

    def _has_own_program(self) -> bool:
        return program_path(self.model) == "program" and self._has_program()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        if self._has_own_program():
            initial.setdefault("program", Program.objects.filter(pk__in=defined_programs(request.user)).first())
        return initial

    # What is not there, or not theirs
    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    # Actions
    def offers(self, action: str, obj: Any) -> bool:
        """Whether the action makes sense for the row: its button is shown on the row's page."""
        return True

    def has_define_permission(self, request: HttpRequest) -> bool:
        """What actions that call a service ask for, on rows that are otherwise read-only."""
        return self.has_view_permission(request)

    def get_actions(self, request: HttpRequest) -> Any:
        """Rows are removed one by one, after a look at what hangs on them."""
        return {name: facts for name, facts in super().get_actions(request).items() if name != "delete_selected"}

    def carry_out(
        self, request: HttpRequest, rows: Iterable[Any], act: Callable[[Any], object], *, done: Callable[[int], str]
    ) -> int:
        """Call a service for each row; tell how many succeeded, and why the others did not."""
        succeeded, refused = 0, defaultdict(list)
        for row in rows:
            try:
                act(row)
            except DomainError as error:
                refused[str(error.detail)].append(str(row))
            else:
                succeeded += 1
        if succeeded:
            self.message_user(request, done(succeeded), messages.SUCCESS)
        for reason, names in refused.items():
            text = ngettext("%(names)s: %(reason)s", "%(count)s rows (%(names)s): %(reason)s", len(names))
            shown = ", ".join(names[:5]) + ("…" if len(names) > 5 else "")
            facts = {"names": shown, "reason": reason, "count": len(names)}
            self.message_user(request, text % facts, messages.ERROR)
        return succeeded

    def get_urls(self) -> list[Any]:
        info = self.model._meta.app_label, self.model._meta.model_name
        view = self.admin_site.admin_view(self.act_view)
        return [path("<path:object_id>/do/<slug:action>/", view, name="{}_{}_act".format(*info)), *super().get_urls()]

    def act_view(self, request: HttpRequest, object_id: str, action: str) -> HttpResponse:
        """One action for one row, from the button on its page."""
        if request.method != "POST":
            raise Http404
        obj = self.get_object(request, unquote(object_id))
        known = self.get_actions(request).get(action)
        if obj is None or known is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        response = known[0](self, request, self.get_queryset(request).filter(pk=obj.pk))
        return response or redirect(self.url_of(obj))

    def url_of(self, obj: models.Model) -> str:
        meta = obj._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[quote(obj.pk)])

    # The page of one row
    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        if obj is not None and obj.pk:
            info = obj._meta.app_label, obj._meta.model_name
            context["object_actions"] = [
                (reverse("admin:{}_{}_act".format(*info), args=[quote(obj.pk), name]), capfirst(label % _words(obj)))
                for name, (_call, _name, label) in self.get_actions(request).items()
                if self.offers(name, obj)
            ]
            if history.is_audited(self.model):
                context["changes"] = self._changes(request, obj, SHORT_HISTORY)
        return super().render_change_form(request, context, *args, **kwargs)

    def _changes(self, request: HttpRequest, obj: Any, limit: int) -> list[history.Change]:
        hidden = () if self.sees_voice(request, obj) else self.voice_fields
        return history.changes(obj, limit=limit, without=hidden)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The audit's events where the model has them; otherwise what was done in the admin."""
        if not history.is_audited(self.model):
            return super().history_view(request, object_id, extra_context)
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change history: %s") % obj,
            "opts": self.opts,
            "object": obj,
            "changes": self._changes(request, obj, LONG_HISTORY),
            "is_whole": True,
        }
        return TemplateResponse(request, "cxprogram/admin/history.html", context)


def _words(obj: models.Model) -> dict[str, Any]:
    """Django's own actions name the model in their label."""
    return {"verbose_name": obj._meta.verbose_name, "verbose_name_plural": obj._meta.verbose_name_plural}


def _has_several_programs(request: Any) -> bool:
    if not hasattr(request, "_cx_several"):
        user = request.user
        request._cx_several = (Program.objects.count() if user.is_superuser else len(defined_programs(user))) > 1
    return request._cx_several


class ReadOnlyAdmin(ProgramAdmin):
    """Rows that a rule writes: they are looked at here, and changed by the services that their actions call."""

    can_add = can_change = can_delete = False
    warn_unsaved_form = False


class ManyRows(ProgramAdmin):
    """A table that grows with every answer: pages without counting the whole."""

    paginator = InfinitePaginator
    show_full_result_count = False


def with_request(form: Any, request: HttpRequest) -> Any:
    """The form class with the request in it, for rules that ask who is acting."""
    return type(form.__name__, (form,), {"request": request})
