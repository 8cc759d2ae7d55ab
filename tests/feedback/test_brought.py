"""What an answer brings beside itself: words about consent, ratings of us and others; once, and only if asked."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cxprogram.models import Program
from cxprogram.periods import ALL
from feedback.models import Survey
from feedback.services import responses, surveys
from journeys.insight import competitors
from journeys.models import CompetitorRating, Consent
from journeys.services import consents
from journeys.services.customers import CustomerFacts
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ANN = CustomerFacts("crm", "1", name="Ann")


@pytest.fixture
def program() -> Program:
    program = factories.make_program()
    factories.make_consent_text(program, "marketing", legal_basis="consent")
    return program


@pytest.fixture
def survey(program: Program) -> Survey:
    """A recommendation, a consent, and a grid of us and Oakland on one scale, at no touchpoint."""
    rival = factories.make_competitor(program, "oak")
    grid = factories.make_question(program, "ALL", kind="grid", scale_low=1, scale_high=5)
    factories.make_question(program, "US", grid=grid)
    factories.make_question(program, "OAK", grid=grid, competitor=rival)
    factories.make_question(program, "OTHER")
    factories.make_question(
        program, "YES", kind="consent", consent_purpose="marketing", scale_low=None, scale_high=None
    )
    return factories.make_survey(program, questions=("NETPRO", "YES", "US", "OAK", "OTHER"), has_rules=False)


def words(program: Program) -> list[tuple[str, str, str]]:
    rows = Consent.objects.filter(program=program).order_by("pk")
    return [(row.purpose, row.state, row.channel) for row in rows]


def answer(survey: Survey, key: str = "r-1", **answers: Any) -> Any:
    return factories.make_response(survey, {"NETPRO": 9} | answers, external_id=key, customer=ANN, channel="email")


def test_a_tick_grants_and_an_empty_box_denies(program: Program, survey: Survey) -> None:
    given = answer(survey, YES=1)
    assert words(program) == [("marketing", "granted", "email")]
    assert Consent.objects.get().text.purpose == "marketing"
    assert consents.may_contact(given.customer, purpose="marketing", at=NOON).is_allowed
    answer(survey, "r-2", YES=0)
    assert words(program)[1:] == [("marketing", "denied", "email")]
    assert not consents.may_contact(given.customer, purpose="marketing", at=NOON + timedelta(1)).is_allowed


def test_who_was_not_asked_or_is_not_known_says_nothing(program: Program, survey: Survey) -> None:
    answer(survey)
    factories.make_response(survey, {"NETPRO": 9, "YES": 1})
    assert words(program) == []


def test_a_repeat_brings_nothing_again(program: Program, survey: Survey) -> None:
    for _turn in range(2):
        answer(survey, YES=1, US=4, OAK=3)
    assert len(words(program)) == 1
    assert CompetitorRating.objects.count() == 2


def test_without_a_text_in_force_nothing_is_agreed_to(program: Program, survey: Survey) -> None:
    program.consenttext_set.update(valid_from=NOON + timedelta(days=1))
    answer(survey, YES=1)
    assert words(program) == []


def test_a_survey_that_asks_for_a_consent_without_a_text_is_not_published(program: Program, survey: Survey) -> None:
    version = survey.versions.get()
    surveys.check_draft(version)
    program.consenttext_set.all().delete()
    with pytest.raises(surveys.DraftError) as refused:
        surveys.check_draft(version)
    assert refused.value.extra["question"] == "YES"


def test_the_rows_of_a_grid_with_a_competitor_are_one_sitting(program: Program, survey: Survey) -> None:
    for number in range(6):
        answer(survey, f"r-{number}", US=4, OAK=3, OTHER=1)
    answer(survey, "half", OAK=2)
    found = competitors.compare(program, program.orgunit_set.get(parent=None), ALL)
    oak = next(brand for brand in found.brands if not brand.is_us)
    assert (oak.relative.n, oak.relative.difference) == (6, pytest.approx(25))
    assert found.n == 7  # the one who knows only Oakland, too


def test_many_at_once_bring_the_same(program: Program, survey: Survey) -> None:
    door, at = surveys.door(survey.slug), timezone.now()
    rows = [
        responses.prepare(door, responses.Submission("file", f"f-{n}", {"US": 4, "OAK": 3}, NOON), at=at)
        for n in range(5)
    ]
    for _turn in range(2):
        responses.record_many(door, "file", rows, opens_tickets=False)
    assert CompetitorRating.objects.filter(source="file").count() == 10


def test_a_survey_that_asks_neither_pays_for_neither(program: Program) -> None:
    plain = factories.make_survey(program, "plain", questions=("NETPRO",), has_rules=False)
    factories.make_response(plain, {"NETPRO": 9})
    with CaptureQueriesContext(connection) as queries:
        responses.record(surveys.door("plain"), responses.Submission("test", "x", {"NETPRO": 9}, NOON), at=NOON)
    assert len(queries) == 2  # the door's stamp, and the answer
