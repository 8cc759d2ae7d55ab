"""From empty to live in five steps: each shows what is there, takes a few words, and leads to the next.

Where a program stands is read from what it holds: whoever leaves comes back to the step that is open.
"""

from typing import Any

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as log_in
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cxprogram import password_links
from cxprogram.access import Right
from cxprogram.errors import DomainError, NotFoundError
from cxprogram.models import User
from cxprogram.page_base import Visit, member_page, visit_of
from cxprogram.preferences import remember_language
from feedback.models import Placement, Survey, Ticket
from governance.pages import start as pages
from governance.services import beginnings
from governance.start_forms import FoundingForm, JourneyForm, PeopleForm, PlaceForm, SurveyForm
from journeys.models import Journey, Touchpoint

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def login(request: HttpRequest) -> HttpResponseBase:
    """The log-in; where nobody could log in yet, the beginning."""
    if beginnings.is_empty():
        return redirect("governance:start")
    return allauth_views.login(request)


def _defining(visit: Visit) -> None:
    """Definitions belong to the whole program: a role at a part of it defines nothing."""
    if not visit.defines:
        raise Http404


def _to(number: int) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": reverse(pages.URLS[number])})


def _step(request: HttpRequest, visit: Visit | None, number: int, template: str, **context: Any) -> HttpResponse:
    found = pages.progress(visit.program) if visit else None
    form = context.get("form")
    status = 422 if form is not None and form.errors else 200
    context |= {"number": number, "steps": pages.steps(number, found), "progress": found, "visit": visit}
    return render(request, template, context, status=status)


# --- 1: you and your organisation -------------------------------------------------------------
@never_cache
@sensitive_post_parameters("password", "setup_code")
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The first step while nobody is here; afterwards the way to the step that is open."""
    if not beginnings.is_empty():
        return _go_on(request)
    accepted = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    form = FoundingForm(request.POST if request.method == "POST" else None, accepted=accepted)
    if request.method != "POST" or not form.is_valid():
        return _step(request, None, 1, "governance/start_founding.html", form=form)
    try:
        owner = beginnings.found(form.facts(), code=form.cleaned_data.get("setup_code", ""))
    except beginnings.SetupCodeError as error:
        form.add_error("setup_code", str(error.detail))
        return _step(request, None, 1, "governance/start_founding.html", form=form)
    except NotFoundError:  # somebody was quicker, or the same person's first click was
        return _go_on(request)
    log_in(request, owner, backend=BACKEND)
    answer = _to(pages.PEOPLE)
    remember_language(answer, owner.language)
    return answer


def _go_on(request: HttpRequest) -> HttpResponse:
    """To the step that is open; a form that is sent again leads there too, and changes nothing."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    visit = visit_of(request)
    if visit is None or not visit.can(Right.DEFINE):
        raise Http404
    _defining(visit)
    return redirect(pages.URLS[pages.progress(visit.program).next_step])


# --- 2: units and people ----------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def people(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Units and people, as far as they are known today, below those that are there already."""
    _defining(visit)
    form = PeopleForm(visit.program, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            new = _add(visit, form)
        except DomainError as error:
            form.add_error(None, str(error.detail))
        else:
            if form.cleaned_data["sends_links"]:
                _send_links(request, new)
            return _to(pages.JOURNEY)
    context = {"form": form, "staffed": pages.staffed(visit.program)}
    return _step(request, visit, pages.PEOPLE, "governance/start_people.html", **context)


def _add(visit: Visit, form: PeopleForm) -> list[User]:
    beginnings.add_units(visit.program, form.cleaned_data["units"])
    return beginnings.add_people(visit.program, form.people(), by=visit.user)


def _send_links(request: HttpRequest, people: list[User]) -> None:
    sent = 0
    for person in people:
        try:
            password_links.send(request, person)
            sent += 1
        except DomainError as error:
            messages.warning(request, f"{person.email}: {error.detail}")
    if sent:
        said = ngettext("%(n)s person gets a link to choose a password.",
                        "%(n)s people get a link to choose a password.", sent)  # fmt: skip
        messages.success(request, said % {"n": sent})


# --- 3: the journey ---------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def journey(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A journey from a template; the one that is there is shown, and changed in the admin."""
    _defining(visit)
    there = Journey.objects.on_map().filter(program=visit.program).order_by("pk").first()
    form = JourneyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (there is not None or form.is_valid()):
        if there is None:
            beginnings.take_journey(visit.program, form.cleaned_data["template"], by=visit.user, at=visit.at)
        return _to(pages.SURVEY)
    context = {"form": None if there else form, "journey": there, "stages": pages.stages(visit.program)}
    return _step(request, visit, pages.JOURNEY, "governance/start_journey.html", **context)


# --- 4: the survey ----------------------------------------------------------------------------
def _open_survey(visit: Visit) -> Survey | None:
    return beginnings.open_surveys(visit.program).select_related("program").order_by("pk").first()


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def survey(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A survey from a template, published at once; the one that is open is shown, and changed on its editing page."""
    _defining(visit)
    there = _open_survey(visit)
    journeys = Journey.objects.on_map().filter(program=visit.program).order_by("pk")
    journey_code = journeys.values_list("code", flat=True).first()
    form = SurveyForm(
        visit.program, request.POST if request.method == "POST" else None, journey_code=journey_code or ""
    )
    if request.method == "POST" and (there is not None or form.is_valid()):
        if there is None:
            _open(visit, form)
        return _to(pages.CHANNEL)
    context = {"form": None if there else form, "survey": there}
    return _step(request, visit, pages.SURVEY, "governance/start_survey.html", **context)


def _open(visit: Visit, form: SurveyForm) -> None:
    said = form.cleaned_data
    beginnings.open_survey(
        visit.program,
        said["template"],
        touchpoint=said["touchpoint"],
        hours=said["hours"],
        basis=said["basis"],
        by=visit.user,
        at=visit.at,
    )


# --- 5: the channel and the first answer ------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def channel(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A place to ask at: address, poster, widget; then the first answer, and whether it is counted."""
    _defining(visit)
    there = _open_survey(visit)
    if there is None:
        if request.method == "POST":
            return _to(pages.SURVEY)
        return _step(request, visit, pages.CHANNEL, "governance/start_channel.html", form=None, door=None)
    form = PlaceForm(
        visit.program, request.POST if request.method == "POST" else None, touchpoint=_asked_at(visit, there)
    )
    if request.method == "POST" and form.is_valid():
        beginnings.hang(there, **form.cleaned_data)
        return _to(pages.CHANNEL)
    placement = Placement.objects.live().filter(survey=there).select_related("survey__program").order_by("-pk").first()
    context = {
        "form": form if placement is None or form.errors else None,
        "door": pages.door(placement, origin=settings.BASE_URL) if placement else None,
        "counted": pages.counted(visit.program),
        "counted_to": pages.COUNTED_TO,
        "least": visit.program.min_n,
        "has_ticket": Ticket.objects.visible_to(visit.user).unfinished().filter(program=visit.program).exists(),
    }
    return _step(request, visit, pages.CHANNEL, "governance/start_channel.html", **context)


def _asked_at(visit: Visit, survey: Survey) -> Touchpoint | None:
    """The touchpoint that the survey measures, else the moment of truth that the journey proposes."""
    rows = Touchpoint.objects.in_use().filter(program=visit.program).order_by("stage__position", "position")
    measured = rows.filter(question__surveyitem__version__survey=survey).distinct().first()
    return measured or rows.exclude(truth="").first()
