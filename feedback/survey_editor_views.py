"""The one place where a survey is edited: its draft, with the page as a customer will see it beside it.

What is published stays: editing makes a draft, publishing replaces the version that is asked.
"""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxprogram.access import Right, can
from cxprogram.errors import DomainError
from cxprogram.languages import OURS
from cxprogram.page_base import Visit, member_page, number_in
from feedback import survey_desk
from feedback.grid_forms import GridForm, NewGridForm
from feedback.models import Question, Survey, SurveyItem, SurveyVersion
from feedback.pages import survey as pages
from feedback.pages import survey_editor, survey_steps
from feedback.services import survey_drafting, survey_grids, survey_words
from feedback.survey_forms import LanguagesForm, NewQuestionForm, TextsForm
from feedback.survey_item_form import ItemForm
from feedback.survey_templates import TEMPLATES


def _defining(visit: Visit) -> None:
    """Definitions belong to the whole program: a role at a part of it defines nothing."""
    if not visit.defines:
        raise Http404


def _survey(visit: Visit, slug: str) -> Survey:
    _defining(visit)
    rows = Survey.objects.visible_to(visit.user).filter(program=visit.program, slug=slug)
    survey = rows.select_related("program").first()
    if survey is None:
        raise Http404
    return survey


def _to(survey: Survey, fragment: str = "") -> HttpResponse:
    address = reverse("feedback:survey-edit", args=[survey.slug]) + (f"#{fragment}" if fragment else "")
    return HttpResponse(status=303, headers={"Location": address})


@require_safe
@member_page(Right.DEFINE)
def survey_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The program's surveys, and the templates to begin with."""
    _defining(visit)
    with_state = survey_editor.surveys_of(visit.program)
    return render(request, "feedback/survey_list.html", {"surveys": with_state, "templates": survey_editor.templates()})


@require_POST
@member_page(Right.DEFINE)
def survey_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make a survey from a template, as a closed draft."""
    _defining(visit)
    code = request.POST.get("template", "")
    if code not in TEMPLATES:
        raise Http404
    version = survey_drafting.from_template(visit.program, code, languages=list(OURS), on=visit.today)
    return _to(version.survey)


def _page(
    request: HttpRequest,
    version: SurveyVersion,
    *,
    texts: TextsForm | None = None,
    languages_form: LanguagesForm | None = None,
    item: ItemForm | None = None,
    new: NewQuestionForm | None = None,
    new_grid: NewGridForm | None = None,
    grid: GridForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = survey_editor.editor(version, bad_item=item, bad_grid=grid)
    languages, language = page.languages, survey_editor.first_language(version)
    context = {
        "page": page,
        "hears": can(request.user, Right.SEE_VOICE, program=version.survey.program_id),
        "languages_form": languages_form or LanguagesForm(languages),
        "texts_form": texts or TextsForm(version, languages),
        "new_form": new or NewQuestionForm(version, language),
        "shows_new": new is not None,
        "grid_form": new_grid or NewGridForm(version, language),
        "shows_grid": new_grid is not None,
        "crumbs": [(_("Surveys"), reverse("feedback:survey-list")), (version.survey.label, "")],
    }
    return render(request, "feedback/survey_edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def survey_edit(request: HttpRequest, visit: Visit, slug: str) -> HttpResponse:
    """See the draft, or change one thing of it: what `do` names in ACTS."""
    survey = _survey(visit, slug)
    version = survey_drafting.newest_of(survey) if survey.versions.exists() else survey_drafting.draft_of(survey)
    if request.method != "POST":
        return _page(request, version)
    do = ACTS.get(request.POST.get("do", ""))
    if do is None:
        raise Http404
    try:
        return do(request, visit, version)
    except DomainError as error:
        messages.error(request, str(error.detail))
        return _page(request, version, status=error.status)


def _item(request: HttpRequest, version: SurveyVersion) -> SurveyItem:
    number = number_in(request.POST.get("item", "")) or 0
    found = survey_words.items(version, pk=number)
    if not found:
        raise Http404
    return found[0]


def _save_texts(request: HttpRequest, visit: Visit, version: SurveyVersion) -> HttpResponse:
    form = TextsForm(version, pages.languages_of(version.survey, version), request.POST)
    if not form.is_valid():
        return _page(request, version, texts=form, status=422)
    survey_drafting.save_texts(
        version, titles=form.texts("title", version.titles), intros=form.texts("intro", version.intros)
    )
    return _to(version.survey, "texts")


def _save_languages(request: HttpRequest, visit: Visit, version: SurveyVersion) -> HttpResponse:
    form = LanguagesForm(pages.languages_of(version.survey, version), request.POST)
    if not form.is_valid():
        return _page(request, version, languages_form=form, status=422)
    survey_drafting.save_languages(version, form.chosen())
    return _to(version.survey, "texts")


def _save_item(request: HttpRequest, visit: Visit, version: SurveyVersion) -> HttpResponse:
    item = _item(request, version)
    earlier = survey_editor.before(version, item)
    spoken = pages.languages_of(version.survey, version)
    form = ItemForm(item, spoken, earlier, survey_editor.touchpoints_of(version), request.POST)
    if not form.is_valid():
        return _page(request, version, item=form, status=422)
    try:
        survey_drafting.save_item(item, form.facts())
    except DomainError as error:
        form.add_error(None, str(error.detail))
        return _page(request, version, item=form, status=error.status)
    return _to(version.survey, f"item-{item.pk}")


def _move(by: int) -> Callable[..., HttpResponse]:
    def act(request: HttpRequest, visit: Visit, version: SurveyVersion) -> HttpResponse:
        item = _item(request, version)
        survey_drafting.move(item, by=by)
        return _to(version.survey, f"item-{item.pk}")

    return act


def _remove(request: HttpRequest, visit: Visit, version: SurveyVersion) -> HttpResponse:
    survey_drafting.remove(_item(request, version))
    return _to(version.survey, "questions")


def _add(request: HttpRequest, visit: Visit, version: SurveyVersion) -> HttpResponse:
    form = NewQuestionForm(version, survey_editor.first_language(version), request.POST)
    if not form.is_valid():
        return _page(request, version, new=form, status=422)
    chosen = form.cleaned_data["question"]
    item = survey_drafting.add(version, chosen) if chosen else survey_drafting.add_new(version, form.new())
    return _to(version.survey, f"item-{item.pk}")


def _add_grid(request: HttpRequest, visit: Visit, version: SurveyVersion) -> HttpResponse:
    form = NewGridForm(version, survey_editor.first_language(version), request.POST)
    if not form.is_valid():
        return _page(request, version, new_grid=form, status=422)
    first, *_others = survey_grids.add(version, form.new())
    return _to(version.survey, f"grid-{first.question.grid_id}")


def _save_grid(request: HttpRequest, visit: Visit, version: SurveyVersion) -> HttpResponse:
    number = number_in(request.POST.get("grid", "")) or 0
    asked = Question.objects.filter(rows__surveyitem__version=version, pk=number)
    if (grid := asked.first()) is None:
        raise Http404
    form = GridForm(
        version, survey_words.spoken(version, grid), pages.languages_of(version.survey, version), request.POST
    )
    if not form.is_valid():
        return _page(request, version, grid=form, status=422)
    try:
        meaning = form.cleaned_data.get("meaning", "")
        survey_grids.save(version, grid, wordings=form.texts("wording"), ends=form.ends(), meaning=meaning)
    except DomainError as error:
        form.add_error(None, str(error.detail))
        return _page(request, version, grid=form, status=error.status)
    if form.cleaned_data["row"]:
        language = survey_editor.first_language(version)
        survey_grids.add_row(version, grid, form.cleaned_data["row"], language=language)
    return _to(version.survey, f"grid-{grid.pk}")


def _publish(request: HttpRequest, visit: Visit, version: SurveyVersion) -> HttpResponse:
    survey_drafting.publish(version, at=visit.at)
    messages.success(request, _("The survey is published and open. Its address is below."))
    return _to(version.survey)


def _begin(request: HttpRequest, visit: Visit, version: SurveyVersion) -> HttpResponse:
    survey_drafting.draft_of(version.survey)
    return _to(version.survey)


ACTS: dict[str, Callable[..., HttpResponse]] = {
    "begin": _begin,
    "texts": _save_texts,
    "languages": _save_languages,
    "item": _save_item,
    "up": _move(-1),
    "down": _move(1),
    "remove": _remove,
    "add": _add,
    "grid": _save_grid,
    "add_grid": _add_grid,
    "publish": _publish,
}


@require_safe
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})
@member_page(Right.DEFINE)
def survey_preview(request: HttpRequest, visit: Visit, slug: str) -> HttpResponse:
    """The draft as its customers will see it, one page of it, in one language; every question of it is shown."""
    survey = _survey(visit, slug)
    version = survey_drafting.newest_of(survey)
    language = pages.choose_language(survey, asked=request.GET.get("in", ""), accepted="", draft=version)
    with translation.override(language):
        page = pages.survey_page(version)
        sent: Any = pages.Sent(key="", asked=[ask.name for ask in page.asks])
        step = survey_steps.step_of(page, number_in(request.GET.get("step", "")), sent)
        text = survey_desk.form(survey, page, language, step=step, draft=version)
    path = reverse("feedback:survey-preview", args=[slug])
    return survey_desk.answer(survey_desk.fresh(text, path=path, key="preview"), language=language)
