"""What another system says of one answer, and how it becomes a submission."""

from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from django.utils.translation import gettext as _
from msgspec import Meta

from cxprogram import languages
from cxprogram.access import Right, can
from cxprogram.api_senders import Sender, moment
from feedback.services import surveys
from feedback.services.responses import Submission
from feedback.services.surveys import Door, SurveyClosedError
from journeys.services import customers


class CustomerBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who answered, as a source knows them: made when first met, found again by source and external id."""

    external_id: Annotated[str, Meta(min_length=1, max_length=200)]
    source: Annotated[str, Meta(max_length=60, description="The answer's source, if not given.")] = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    language: Annotated[str, Meta(max_length=10)] = ""
    is_fictitious: bool = False


class ResponseBody(msgspec.Struct, forbid_unknown_fields=True):
    """One person's answers to one survey. (`source`, `external_id`) is the key: the same key twice is one answer."""

    survey: Annotated[str, Meta(max_length=50, description="Short name of the survey.")]
    source: Annotated[str, Meta(min_length=1, max_length=60, description="The system that sends it.")]
    external_id: Annotated[str, Meta(min_length=1, max_length=200, description="Its key in that system.")]
    answers: Annotated[
        dict[str, Any],
        Meta(
            description="By question code: a whole number, a list of them, text, null for left blank, or "
            '"not_applicable".'
        ),
    ]
    answered_at: Annotated[
        str | None,
        Meta(description="ISO 8601; without an offset, in the program's time zone. Now, if not given."),
    ] = None
    unit: Annotated[str, Meta(max_length=40, description="Code of the unit; the root, if not given.")] | None = None
    channel: Annotated[str, Meta(max_length=20)] = "api"
    language: Annotated[str, Meta(max_length=10)] = ""
    weight: Annotated[float, Meta(ge=0)] = 1.0
    customer: CustomerBody | None = None
    attributes: dict[str, str | int | float | bool | None] = {}


def _whole(value: Any) -> Any:
    """9.0 as 9: JSON has one kind of number, and some senders write every one with a point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value


@dataclass
class Desk(Sender):
    """Turns bodies into submissions for one sender, reading each survey and unit once.

    `presumes`: a survey that this process knows is not read; what is written asks whether it is still the same.
    """

    presumes: bool = False
    doors: dict[str, Door | SurveyClosedError] = field(default_factory=dict)

    def door(self, slug: str) -> Door:
        """The survey's door; a survey of a program to which the sender may not write does not exist."""
        if slug not in self.doors:
            try:
                door = surveys.presumed_door(slug) if self.presumes else surveys.door(slug)
                if self.presumes and not self._may_send(door):
                    door = surveys.door(slug)
            except SurveyClosedError as error:
                self.doors[slug] = error
            else:
                allowed = self._may_send(door)
                self.doors[slug] = door if allowed else SurveyClosedError(_("There is no such survey."))
        found = self.doors[slug]
        if isinstance(found, SurveyClosedError):
            raise found
        return found

    def _may_send(self, door: Door) -> bool:
        return can(self.user, Right.SEND_ANSWERS, program=door.survey.program_id)

    def submission(self, body: ResponseBody) -> tuple[Door, Submission]:
        door = self.door(body.survey)
        program = door.survey.program
        languages.told(body.language)  # kept as it was sent: it is part of what tells a repeat from another answer
        return door, Submission(
            source=body.source,
            external_id=body.external_id,
            answers={code: value if type(value) is int else _whole(value) for code, value in body.answers.items()},
            answered_at=None
            if body.answered_at is None
            else moment(body.answered_at, program.zone, code="answered-at-invalid"),
            unit=self.unit(program, body.unit),
            channel=body.channel,
            language=body.language,
            weight=body.weight,
            customer=customers.told(body.customer, source=body.source),
            attributes=body.attributes,
        )
