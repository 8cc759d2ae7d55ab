"""Editing a journey's map in its page, its versions, and new journeys. Everything works as plain forms."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cxprogram.access import Right
from cxprogram.errors import ConflictError, DomainError, NotFoundError
from cxprogram.models.translated import in_language
from cxprogram.page_base import Visit, member_page, number_in
from journeys import journey_templates
from journeys.map_forms import NameForm, NewForm, PutAwayForm, form_of
from journeys.models import Journey, JourneyVersion, Stage, Touchpoint
from journeys.pages import map_editor
from journeys.services import map_history, maps, new_journeys, shelf
from journeys.services.maps import EditedMeanwhileError


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def map_edit(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?journey=CODE`; a POST says in `do` what is done."""
    journey = _journey(request, visit)
    if request.method != "POST":
        return _show(request, visit, journey)
    try:
        return _act(request, visit, journey, request.POST.get("do", ""))
    except DomainError as error:
        messages.error(request, str(error.detail))
        return _show(request, visit, journey, status=error.status)


def _who(visit: Visit) -> dict[str, Any]:
    return {"by": visit.user, "at": visit.at}


def _journey(request: HttpRequest, visit: Visit) -> Journey:
    rows = Journey.objects.on_map().filter(program=visit.program).select_related("program").order_by("pk")
    code = request.GET.get("journey", "")
    journey = rows.filter(code=code).first() if code else rows.first()
    if journey is None:
        raise Http404
    return journey


def _show(
    request: HttpRequest,
    visit: Visit,
    journey: Journey,
    *,
    status: int = 200,
    away_form: PutAwayForm | None = None,
    **refused: Any,
) -> HttpResponse:
    context = {
        "page": map_editor.build(journey, user=visit.user, **refused),
        "away_form": away_form or PutAwayForm(auto_id="away-%s"),
        "crumbs": [(_("Journey map"), f"{reverse('journeys:map')}?journey={journey.code}"), (_("Edit"), "")],
    }
    return render(request, "journeys/map_edit.html", context, status=status)


def _act(request: HttpRequest, visit: Visit, journey: Journey, do: str) -> HttpResponse:
    who = _who(visit)
    anchor = ""
    if do in ("stage", "touchpoint"):
        row = _row(journey, do, request.POST.get("code", ""))
        form = form_of(row, request.POST, program=journey.program)
        if not form.is_valid():
            return _show(request, visit, journey, status=422, refused=form, at=row)
        try:
            maps.change(row, form.values(), seen=form.cleaned_data["revision"], base=form.seen(), **who)
        except EditedMeanwhileError as told:
            messages.error(request, _told(told))
            current = _row(journey, do, row.code)
            again = form_of(current, form.caught_up(current), program=journey.program)
            return _show(request, visit, journey, status=409, refused=again, at=current, clashes=told.clashes)
        anchor = f"{do}-{row.code}"
        messages.success(request, _("Saved."))
    elif do in ("add-stage", "add-touchpoint"):
        new = NameForm(request.POST)
        if not new.is_valid():
            raise maps.MapError(_("Give it a name."), code="map-name-missing")
        anchor = _add(journey, do, new.cleaned_data["name"], request.POST.get("after", ""), who)
    elif do in ("move-stage", "move-touchpoint"):
        anchor = _move(journey, do, request.POST.get("code", ""), request.POST.get("place", ""), who)
    elif do in ("off-stage", "off-touchpoint"):
        row = _row(journey, do.removeprefix("off-"), request.POST.get("code", ""))
        maps.take_off(row, **who)
        messages.success(request, _("%(name)s is off the map. Undo brings it back.") % {"name": row.label})
    elif do == "back":
        row = Touchpoint.objects.filter(stage__journey=journey, code=request.POST.get("code", "")).first()
        if row is None:
            raise Http404
        maps.put_back(row, **who)
        anchor = f"touchpoint-{row.code}"
    elif do == "back-stage":
        stage = Stage.objects.select_related("journey__program").filter(
            journey=journey, code=request.POST.get("code", "")
        ).first()  # fmt: skip
        if stage is None:
            raise Http404
        maps.put_stage_back(stage, **who)
        anchor = f"stage-{stage.code}"
    elif do == "undo":
        map_history.undo(journey, **who)
        messages.success(request, _("Your last edit was taken back."))
    else:
        raise Http404
    return _back(journey, anchor)


def _back(journey: Journey, anchor: str = "") -> HttpResponse:
    address = f"{reverse('journeys:map-edit')}?journey={journey.code}"
    response = redirect(f"{address}#{anchor}" if anchor else address)
    response.status_code = 303
    return response


def _told(told: EditedMeanwhileError) -> str:
    return _("%(name)s has changed this meanwhile. Below stands what both of you wrote: save again to keep yours.") % {
        "name": told.by or _("Somebody")
    }


def _row(journey: Journey, kind: str, code: str) -> Any:
    """A part of the journey that stands on the map. Raises NotFoundError (`map-part-unknown`)."""
    rows: Any = (
        journey.stages.on_map() if kind == "stage" else Touchpoint.objects.on_map().filter(stage__journey=journey)
    )
    related = "journey__program" if kind == "stage" else "stage__journey__program"
    row = rows.select_related(related).filter(code=code).first()
    if row is None:
        raise NotFoundError(_("This is no longer on the map."), code="map-part-unknown")
    return row


def _add(journey: Journey, do: str, name: str, after: str, who: dict[str, Any]) -> str:
    if do == "add-stage":
        made: Stage | Touchpoint = maps.add_stage(
            journey, name, after=_row(journey, "stage", after) if after else None, **who
        )
        return f"stage-{made.code}"
    stage, behind = _place(journey, after)
    made = maps.add_touchpoint(stage, name, after=behind, **who)
    return f"touchpoint-{made.code}"


def _move(journey: Journey, do: str, code: str, place: str, who: dict[str, Any]) -> str:
    if do == "move-stage":
        row = _row(journey, "stage", code)
        maps.move_stage(row, after=_row(journey, "stage", place) if place else None, **who)
        return f"stage-{code}"
    stage, behind = _place(journey, place)
    row = _row(journey, "touchpoint", code)
    if behind is None or behind.pk != row.pk:
        maps.move_touchpoint(row, stage=stage, after=behind, **who)
    return f"touchpoint-{code}"


def _place(journey: Journey, place: str) -> tuple[Stage, Touchpoint | None]:
    """`stage:after`, as the page writes places."""
    stage, _colon, after = place.partition(":")
    return _row(journey, "stage", stage), _row(journey, "touchpoint", after) if after else None


# --- versions ---------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def map_versions(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What was edited, by whom and when; keeps the journey under a name, or brings a version back."""
    journey = _journey(request, visit)
    form = NameForm(request.POST if request.POST.get("do") == "keep" else None)
    if request.method == "POST":
        who = _who(visit)
        if request.POST.get("do") == "keep":
            if form.is_valid():
                map_history.keep(journey, form.cleaned_data["name"], **who)
                messages.success(request, _("The journey is kept as it stands."))
                return _to_versions(journey)
        else:
            number = number_in(request.POST.get("number", "")) or 0
            version = JourneyVersion.objects.filter(journey=journey, number=number).first()
            if version is None:
                raise Http404
            try:
                map_history.restore(version, **who)
            except DomainError as error:
                messages.error(request, str(error.detail))
            else:
                text = _("The journey is again what version %(number)s says.") % {"number": version.number}
                messages.success(request, text)
            return _to_versions(journey)
    context = {
        "journey": journey,
        "versions": map_editor.versions(journey),
        "compared": map_editor.compare(journey, request.GET.get("from", ""), request.GET.get("to", "")),
        "form": form,
        "crumbs": [
            (_("Journey map"), f"{reverse('journeys:map')}?journey={journey.code}"),
            (_("Edit"), f"{reverse('journeys:map-edit')}?journey={journey.code}"),
            (_("Versions"), ""),
        ],
    }
    return render(request, "journeys/map_versions.html", context, status=422 if form.errors else 200)


def _to_versions(journey: Journey) -> HttpResponse:
    response = redirect(f"{reverse('journeys:map-versions')}?journey={journey.code}")
    response.status_code = 303
    return response


# --- new journeys -----------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def map_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A journey from nothing, from a template, or as a copy."""
    journeys = list(Journey.objects.on_map().filter(program=visit.program).order_by("pk"))
    templates = [(code, in_language(dict(each.names))) for code, each in journey_templates.JOURNEYS.items()]
    form = NewForm(request.POST or None, templates=templates, journeys=journeys)
    if request.method == "POST" and form.is_valid():
        kind, _colon, code = form.cleaned_data["origin"].partition(":")
        name, who = form.cleaned_data["name"], _who(visit)
        if kind == "copy":
            made = new_journeys.copy(next(each for each in journeys if each.code == code), name, **who)
        elif kind == "template":
            document = journey_templates.document(code, name=name)
            made = new_journeys.from_document(visit.program, document, **who)
        else:
            made = new_journeys.begin(visit.program, name, **who)
        return _back(made)
    context = {"form": form, "crumbs": [(_("Journey map"), reverse("journeys:map")), (_("New journey"), "")]}
    return render(request, "journeys/map_new.html", context, status=422 if form.errors else 200)


# --- journeys that are put away ---------------------------------------------------------------
@require_POST
@member_page(Right.DEFINE)
def map_put_away(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?journey=CODE`: out of every list and selector, once a person has ticked the box."""
    journey = _journey(request, visit)
    form = PutAwayForm(request.POST, auto_id="away-%s")
    if not form.is_valid():
        return _show(request, visit, journey, status=422, away_form=form)
    try:
        shelf.put_away(journey, **_who(visit))
    except ConflictError as error:
        messages.error(request, str(error.detail))
        return _show(request, visit, journey, status=error.status)
    messages.success(request, _("%(name)s is put away. Its numbers and versions stay.") % {"name": journey.label})
    return HttpResponse(status=303, headers={"Location": reverse("journeys:put-away-list")})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def put_away_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The journeys that are put away; a POST brings the one of its `code` back."""
    rows = Journey.objects.put_away().filter(program=visit.program).select_related("program")
    if request.method == "POST":
        journey = rows.filter(code=request.POST.get("code", "")).first()
        if journey is None:
            raise Http404
        shelf.bring_back(journey, **_who(visit))
        messages.success(request, _("%(name)s is back in the lists.") % {"name": journey.label})
        return _back(journey)
    context = {
        "journeys": rows.order_by("-retired_at", "pk"),
        "crumbs": [(_("Journeys"), reverse("journeys:journey-list")), (_("Put away"), "")],
    }
    return render(request, "journeys/put_away.html", context)
