"""Surveys in the admin; answers, tickets, plans and doors for customers stand in `admin_….py`, registered by being
imported here.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxprogram.admin_base import ProgramAdmin, ProgramForm
from cxprogram.admin_fields import check_options
from cxprogram.admin_inlines import ProgramInline, ReadOnlyInline
from cxprogram.imports.errors import MappingError
from feedback import (
    admin_answers,  # noqa: F401 its pages register themselves
    admin_plans,  # noqa: F401
    admin_studies,  # noqa: F401
    admin_voice,  # noqa: F401
    show_if,
)
from feedback.admin_doors import PlacementInline
from feedback.admin_tickets import RuleInline
from feedback.models import ImportMapping, Question, Survey, SurveyItem, SurveyVersion
from feedback.services import saved_mappings, survey_words, surveys


# --- questions --------------------------------------------------------------------------------
class QuestionForm(ProgramForm):
    """What a published version asks stays as it was asked; translations may be added."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.instance.pk and survey_words.is_asked(self.instance):
            before = Question.objects.get(pk=self.instance.pk)
            if not _keeps(before.wordings, data.get("wordings", before.wordings)):
                self._refuse("wordings")
            if not _keeps(before.options, data.get("options", before.options)):
                self._refuse("options")
        return data

    def _refuse(self, name: str) -> None:
        text = _("A published survey asks this question: add languages, but leave the words that were asked.")
        self.add_error(name, forms.ValidationError(text, code="question-asked"))


def _keeps(before: Any, after: Any) -> bool:
    """Whether everything that was said before is still said: texts may only be added, answer codes not at all."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return before == after
    if any(isinstance(part, dict) for part in before.values()) and before.keys() != after.keys():
        return False
    return all(name in after and _keeps(part, after[name]) for name, part in before.items())


@admin.register(Question)
class QuestionPage(ProgramAdmin):
    form = QuestionForm
    fieldsets = (
        (None, {"fields": ("program", "code", "name", "names")}),
        (gettext_lazy("The question"), {"fields": ("wordings", "kind", "scale_low", "scale_high")}),
        (
            gettext_lazy("The answers"),
            {
                "fields": ("options",),
                "description": gettext_lazy(
                    'For example {"1": {"title": {"en": "Long lines", "sv": "Långa köer"}}}. '
                    'The two ends of a scale are called "low" and "high".'
                ),
            },
        ),
        (gettext_lazy("What it measures"), {"fields": ("touchpoint", "grid", "competitor", "succeeds")}),
        (gettext_lazy("Consent"), {"fields": ("consent_purpose",)}),
    )
    texts = {"names": False, "wordings": True}
    documents = {"options": check_options}
    list_display = ("code", "name", "kind", "scale_low", "scale_high", "touchpoint", "survey_count")
    list_select_related = ("touchpoint",)
    list_filter = ("kind", "touchpoint")
    search_fields = ("code", "name")
    autocomplete_fields = ("touchpoint", "grid", "succeeds")
    ordering = ("program_id", "code")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(survey_n=Count("surveyitem__version__survey", distinct=True))

    @admin.display(description=gettext_lazy("surveys"), ordering="survey_n")
    def survey_count(self, question: Any) -> int:
        return question.survey_n

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = list(super().get_readonly_fields(request, obj))
        if obj and survey_words.is_asked(obj):
            fixed += ["code", "kind", "scale_low", "scale_high", "grid"]
        return fixed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and survey_words.is_asked(obj))


# --- surveys ----------------------------------------------------------------------------------
class VersionInline(ReadOnlyInline):
    model = SurveyVersion
    fields = ("number", "published_at")
    readonly_fields = ("number", "published_at")
    ordering = ("-number",)


@admin.register(Survey)
class SurveyPage(ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "name", "names", "slug", "editing")}),
        (gettext_lazy("For whom and what for"), {"fields": ("purpose", "languages", "is_open", "is_demo")}),
    )
    languages = ("languages",)
    list_display = ("name", "slug", "is_open", "version_count", "published", "purpose", "editing")
    readonly_fields = ("editing",)
    list_filter = ("is_open",)
    search_fields = ("name", "slug", "purpose")
    ordering = ("program_id", "slug")
    inlines = (VersionInline, PlacementInline, RuleInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.annotate(version_n=Count("versions"), published_last=Max("versions__published_at"))

    @admin.display(description=gettext_lazy("its questions"))
    def editing(self, survey: Any) -> str:
        """The page where the questions are edited."""
        if not survey.slug:
            return ""
        return format_html(
            '<a href="{}">{}</a>', reverse("feedback:survey-edit", args=[survey.slug]), _("Edit the questions")
        )

    @admin.display(description=gettext_lazy("versions"), ordering="version_n")
    def version_count(self, survey: Any) -> int:
        return survey.version_n

    @admin.display(description=gettext_lazy("newest published"), ordering="published_last")
    def published(self, survey: Any) -> Any:
        return survey.published_last

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Addresses that were given out stay."""
        fixed = list(super().get_readonly_fields(request, obj))
        return [*fixed, "slug"] if obj and obj.versions.filter(published_at__isnull=False).exists() else fixed

    def view_on_site(self, obj: Survey) -> str:
        return reverse("feedback:survey", args=[obj.slug])


def check_show_if(written: Any) -> None:
    try:
        show_if.read(written)
    except show_if.RuleError as error:
        raise forms.ValidationError(_("This rule is not understood."), code=error.code) from error


class ItemInline(ProgramInline):
    model = SurveyItem
    fields = ("position", "page", "question", "is_required", "is_hidden", "column", "show_if", "limits")
    documents = {"show_if": check_show_if, "limits": None}
    autocomplete_fields = ("question",)
    ordering = ("position",)

    def is_locked(self, thing: SurveyVersion) -> bool:
        return thing.published_at is not None


@admin.register(SurveyVersion)
class SurveyVersionPage(ProgramAdmin):
    """A draft is edited with its questions; once published a version is as it was asked."""

    fieldsets = (
        (None, {"fields": ("survey", "number", "published_at")}),
        (gettext_lazy("What the page says"), {"fields": ("titles", "intros")}),
    )
    texts = {"titles": False, "intros": True}
    list_display = ("survey", "number", "published_at", "item_count")
    list_select_related = ("survey",)
    list_filter = ("survey", ("published_at", admin.EmptyFieldListFilter))
    search_fields = ("survey__name", "survey__slug")
    autocomplete_fields = ("survey",)
    readonly_fields = ("number", "published_at")
    ordering = ("survey_id", "-number")
    inlines = (ItemInline,)
    actions = ("publish", "copy")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(item_n=Count("items"))

    @admin.display(description=gettext_lazy("questions"), ordering="item_n")
    def item_count(self, version: Any) -> int:
        return version.item_n

    def is_locked(self, thing: SurveyVersion) -> bool:
        return thing.published_at is not None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = list(super().get_readonly_fields(request, obj))
        return [*fixed, "survey"] if obj else fixed

    def save_model(self, request: HttpRequest, obj: SurveyVersion, form: Any, change: bool) -> None:
        if not change:
            obj.number = surveys.next_number(obj.survey)
        super().save_model(request, obj, form, change)

    def offers(self, action: str, obj: SurveyVersion) -> bool:
        return (obj.published_at is None) == (action == "publish")

    def view_on_site(self, obj: SurveyVersion) -> str:
        return reverse("feedback:survey", args=[obj.survey.slug])

    @admin.action(description=gettext_lazy("Publish"), permissions=["define"])
    def publish(self, request: HttpRequest, rows: QuerySet) -> None:
        at = timezone.now()
        self.carry_out(
            request,
            rows,
            lambda version: surveys.publish(version, at=at),
            done=lambda n: ngettext("The version is published.", "%(n)s versions are published.", n) % {"n": n},
        )

    @admin.action(description=gettext_lazy("New version as copy"), permissions=["define"])
    def copy(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        made: list[SurveyVersion] = []
        self.carry_out(
            request,
            rows,
            lambda version: made.append(surveys.copy_version(version)),
            done=lambda n: ngettext("The copy is a draft.", "%(n)s copies are drafts.", n) % {"n": n},
        )
        return redirect(self.url_of(made[0])) if len(made) == 1 else None


@admin.register(SurveyItem)
class SurveyItemPage(ProgramAdmin):
    """Where each question is asked; edited on the page of the draft."""

    fieldsets = (
        (None, {"fields": ("version", "position", "question")}),
        (gettext_lazy("How"), {"fields": ("page", "is_required", "is_hidden", "column", "show_if", "limits")}),
    )
    documents = {"show_if": check_show_if, "limits": None}
    list_display = ("version", "page", "position", "question", "is_required", "is_hidden", "column")
    list_select_related = ("version__survey", "question")
    list_filter = ("version__survey", "is_hidden", "is_required")
    search_fields = ("question__code", "question__name", "column")
    ordering = ("version_id", "position")
    can_add = False

    def is_locked(self, thing: SurveyItem) -> bool:
        return thing.version.published_at is not None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("version", "question")


class MappingForm(ProgramForm):
    def clean_definition(self) -> Any:
        definition = self.cleaned_data["definition"]
        try:
            saved_mappings.load(definition)
        except MappingError as error:
            raise forms.ValidationError(str(error.detail), code=error.code) from error
        self.instance.kind = saved_mappings.kind_of(definition)
        return definition


@admin.register(ImportMapping)
class ImportMappingPage(ProgramAdmin):
    form = MappingForm
    fieldsets = (
        (None, {"fields": ("program", "slug", "survey_version")}),
        (
            gettext_lazy("The mapping"),
            {
                "fields": ("definition",),
                "description": gettext_lazy("What each column of the file becomes. A preview of an import checks it."),
            },
        ),
    )
    documents = {"definition": None}
    list_display = ("slug", "kind", "survey_version")
    list_select_related = ("survey_version__survey",)
    search_fields = ("slug",)
    autocomplete_fields = ("survey_version",)
    ordering = ("program_id", "slug")
