"""What is saved of a journey's map in the admin: alone at the journey, and kept as a version as the map's page does."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from cxprogram.admin_base import ProgramForm
from journeys.kpis import questions
from journeys.models import Journey
from journeys.services import map_history, openings


class MapPartForm(ProgramForm):
    """Of a stage or a touchpoint.

    - A question that is written anew is one that the program has; what a file brought before its survey may stay.
    - From here to the end of the admin's transaction nobody else changes what opens into what, so that the row's own
      check, which follows, still holds when it is saved.
    """

    QUESTIONS = ("question_code", "expectation_question", "problem_question")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        journey = data["stage"].journey if data.get("stage") else data.get("journey")
        if journey is None and self.instance.pk:
            journey = map_history.journey_of(self.instance)
        if journey is None:
            return data
        openings.hold(journey)
        named = {name: data[name] for name in self.QUESTIONS if name in self.changed_data and data.get(name)}
        unknown = questions.unknown(journey.program, named.values())
        for name, code in named.items():
            if code in unknown:
                self.add_error(name, forms.ValidationError(questions.no_such(code), code="map-question-unknown"))
        opened = data.get("opens")
        if opened is not None and opened.retired_at is not None and "opens" in self.changed_data:
            self.add_error("opens", forms.ValidationError(_("The journey is put away: bring it back first.")))
        return data


class OfMapMixin:
    """For the admin page of a journey, a stage or a touchpoint; the admin's own transaction holds both ends."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not isinstance(obj, Journey) or change:
            map_history.begin_elsewhere(map_history.journey_of(obj), at=timezone.now())
        if change:
            # Whoever has the row open in the map's page is told that it has changed.
            obj.revision = type(obj).objects.values_list("revision", flat=True).get(pk=obj.pk) + 1
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        map_history.end_elsewhere(map_history.journey_of(form.instance), by=request.user, at=timezone.now())  # type: ignore[arg-type]
