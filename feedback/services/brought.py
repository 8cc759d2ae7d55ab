"""What an answer brings beside itself: a word about consent, and ratings of us and others on one scale.

Written in the answer's own transaction, once: with a repeat nothing is brought. A survey that asks neither pays for
neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback.services.surveys import Asked, Door
from journeys.choices import Purpose
from journeys.models import CompetitorRating, ConsentText, Customer
from journeys.services import consents


@dataclass(frozen=True)
class Answered:
    """One answer that was just written."""

    external_id: str
    at: datetime
    channel: str
    unit_id: int
    answers: Mapping[str, Any]
    customer: Customer | None


def is_asked_for(door: Door, answers: Mapping[str, Any]) -> bool:
    return any(code in answers for code in (*door.consents, *door.rivals))


def write(door: Door, source: str, answered: Sequence[Answered]) -> None:
    """Write what these answers bring.

    - a tick at a consent question grants its purpose to the text in force, an empty box denies it; where no text is
      in force there is nothing to agree to, and the customer stays as they were;
    - the rows of a grid in which some row names a competitor are one sitting: a row without a competitor is us.
    """
    for each in answered:
        if each.customer is not None:
            _consent(door, each, each.customer)
    ratings = [
        _rating(door, source, each, question)
        for each in answered
        for code, question in door.rivals.items()
        if isinstance(each.answers.get(code), int)
    ]
    CompetitorRating.objects.bulk_create(ratings, ignore_conflicts=True)


def _consent(door: Door, answered: Answered, customer: Customer) -> None:
    for code, question in door.consents.items():
        if code not in answered.answers:
            continue
        facts: dict[str, Any] = {"channel": answered.channel, "at": answered.at}
        purpose = Purpose(question.consent_purpose)
        if not answered.answers[code]:
            consents.deny(customer, purpose, **facts)
        elif text := ConsentText.objects.in_force(purpose, answered.at).filter(program=customer.program_id).first():
            consents.give(customer, purpose, text=text, **facts)


def _rating(door: Door, source: str, answered: Answered, question: Asked) -> CompetitorRating:
    assert question.scale is not None
    return CompetitorRating(
        program_id=door.survey.program_id,
        source=source,
        external_id=answered.external_id,
        competitor_id=question.competitor_id,
        touchpoint_id=question.touchpoint_id,
        customer=answered.customer,
        unit_id=answered.unit_id,
        rating=answered.answers[question.code],
        scale_low=question.scale[0],
        scale_high=question.scale[1],
        at=answered.at,
    )
