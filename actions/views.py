"""Improvement projects: a list and one page a project."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from actions.forms import DecisionForm
from actions.models import Gate, ImprovementProject
from actions.pages import projects as pages
from actions.services import projects
from cxprogram.access import Right
from cxprogram.errors import DomainError
from cxprogram.page_base import Visit, member_page


@require_safe
@member_page(Right.SEE_PROJECTS)
def project_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    found = pages.visible(visit.user, visit.program, today=visit.today)
    return render(request, "actions/project_list.html", {"views": found, "program": visit.program})


def _find(visit: Visit, code: str) -> pages.ProjectView:
    rows = ImprovementProject.objects.visible_to(visit.user).filter(program=visit.program, code=code)
    found = pages.views(visit.user, visit.program, rows, today=visit.today)
    if not found:
        raise Http404
    return found[0]


def _show(
    request: HttpRequest, visit: Visit, view: pages.ProjectView, *, form: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    may_decide = view.current is not None and projects.may_decide(visit.user, view.project)
    if view.current is not None and may_decide and form is None:
        form = DecisionForm(initial={"gate": view.current.gate.pk})
    context = {
        "view": view,
        "form": form,
        "crumbs": [(_("Projects"), reverse("actions:project-list")), (view.project.label, "")],
    }
    return render(request, "actions/project_detail.html", context, status=status)


@require_safe
@member_page(Right.SEE_PROJECTS)
def project_detail(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    return _show(request, visit, _find(visit, code))


@require_POST
@member_page(Right.SEE_PROJECTS)
def project_decide(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """Decide on a gate; who may not is refused."""
    view = _find(visit, code)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, visit, view, form=form, status=422)
    gate = Gate.objects.filter(project=view.project, pk=form.cleaned_data["gate"]).first()
    if gate is None:
        raise Http404
    try:
        projects.decide_gate(gate, decision=form.cleaned_data["decision"], by=visit.user, at=visit.at)
    except DomainError as error:
        form.add_error(None, str(error.detail))
        return _show(request, visit, view, form=form, status=error.status)
    messages.success(request, _("Your decision is kept."))
    return HttpResponse(status=303, headers={"Location": reverse("actions:project-detail", args=[code])})
