"""The audit of the measurement, on answers made so that what is measured twice is known beforehand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from math import isclose

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxprogram.choices import Role
from feedback.frames import people_frame, told_frame
from feedback.measurement_audit import Audit, build_audit
from feedback.models import Question, Survey
from feedback.services import responses, surveys
from journeys.models import Interaction, Measurement
from journeys.services import customers, interactions
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Happening
from tests import factories
from tests.factories import NOON, House
from tests.factories.people import numbers

pytestmark = pytest.mark.django_db
WORDS = {
    "TASTE": "How did the food taste to you?",
    "FLAVOUR": "How did our food taste to you?",
    "TILLS": "Were there enough tills open?",
    "UNASKED": "Would you come again?",
}


@pytest.fixture
def house() -> House:
    return factories.make_house()


@pytest.fixture
def survey(house: House) -> Survey:
    """Fifty people: taste, tills and the whole vary freely of each other, flavour is always as taste."""
    for code, words in WORDS.items():
        factories.make_question(house.program, code, wordings={"en": words}, name=code.capitalize())
    survey = factories.make_survey(house.program, "meals", questions=("TASTE", "FLAVOUR", "TILLS", "Q7ALL"))
    answer(
        survey,
        [
            {"TASTE": taste, "FLAVOUR": taste, "TILLS": tills, "Q7ALL": whole}
            for taste, tills, whole in product(range(1, 6), range(1, 6), (2, 4))
        ],
    )
    return survey


def answer(survey: Survey, rows: list[dict[str, int]], people: Sequence[CustomerFacts | None] | None = None) -> None:
    door = surveys.door(survey.slug)
    made = []
    for row, who in zip(rows, people or [None] * len(rows), strict=True):
        said = responses.Submission(
            source="audit", external_id=f"a-{next(numbers)}", answers=row, answered_at=NOON, customer=who
        )
        known = customers.upsert(survey.program, who) if who else None
        made.append(replace(responses.prepare(door, said, at=NOON), customer=known))
    responses.record_many(door, "audit", made, opens_tickets=False)


def audit(house: House) -> Audit:
    return build_audit(house.program, at=NOON)


def test_what_two_questions_both_tell_is_dropped_once_without_loss(house: House, survey: Survey) -> None:
    found = audit(house)
    assert {part.n for part in found.parts} == {50}
    assert [(part.question.code, round(part.drop or 0, 9)) for part in found.drops] == [("FLAVOUR", 0)]
    assert {part.question.code: round(part.lost, 9) for part in found.parts} == {
        "TASTE": 0, "FLAVOUR": 0, "TILLS": 1, "Q7ALL": 1,
    }  # fmt: skip
    assert isclose(found.lost, 0, abs_tol=1e-9) and "NETPRO" in [question.code for question in found.apart]
    assert {part.question.code for part in found.parts if part.is_needed} == {"Q7ALL"}
    pairs = {(pair.first.code, pair.second.code): pair for pair in found.overlaps}
    assert set(pairs) == {("FLAVOUR", "TASTE")}
    assert pairs["FLAVOUR", "TASTE"].correlation.n == 50 and isclose(pairs["FLAVOUR", "TASTE"].correlation.r or 0, 1)
    assert 0.7 < pairs["FLAVOUR", "TASTE"].likeness < 1
    page = as_(house, Role.ANALYST).get("/audit/").content.decode()
    assert "Drop 1 question, lose 0.0\u00a0% of the information, save 0 invitations" in page


def test_questions_that_others_answer_are_told_by_what_those_answer(house: House, survey: Survey) -> None:
    codes = ("ROOM", "BED", "VIEW")
    factories.make_survey(house.program, "nights", questions=codes)
    nights = Survey.objects.get(slug="nights")
    answer(nights, [dict(zip(codes, (room, room, view), strict=True)) for room in range(1, 6) for view in range(1, 6)
                    for _time in range(2)])  # fmt: skip
    found = audit(house)
    assert {part.question.code for part in found.drops} == {"FLAVOUR", "BED"}
    assert len(found.parts) == 7 and isclose(found.lost, 0, abs_tol=1e-9)


def test_a_question_of_a_moment_of_truth_is_kept_whatever_repeats_it(house: House, survey: Survey) -> None:
    house.touchpoint.question_code, house.touchpoint.truth = "FLAVOUR", "confirmed"
    house.touchpoint.save()
    assert [part.question.code for part in audit(house).drops] == ["TASTE"]


def test_invitations_are_saved_where_nothing_is_left_to_ask_of_people_who_are_asked_elsewhere(
    house: House, survey: Survey
) -> None:
    alone = factories.make_survey(house.program, "alone", questions=("FLAVOUR", "COMMENT"), has_rules=False)
    ann, bob, eve = (factories.make_customer(house.program) for _time in range(3))
    lately, long_ago = NOON - timedelta(days=9), NOON - timedelta(days=400)
    for asked, customer, at in (
        (alone, ann, lately), (alone, ann, lately), (survey, ann, lately),
        (alone, bob, lately),
        (alone, eve, long_ago), (survey, eve, lately),
    ):  # fmt: skip
        factories.make_invitation(asked, at=at, customer=customer)
    assert audit(house).invitations == 2, "bob is asked nowhere else, eve’s is more than a year ago"


def test_one_person_counts_once_with_the_newest_answer(house: House, survey: Survey) -> None:
    ada = CustomerFacts("crm", "ada")
    answer(survey, [{"TASTE": 1, "TILLS": 2}], [ada])
    answer(survey, [{"TASTE": 5}], [ada])
    frame = people_frame(house.program, ["TASTE", "TILLS"], most=1_000)
    known = frame[frame.index > 0]
    (row,) = known[known["TASTE"].notna()].itertuples(index=False)
    assert tuple(row) == (5, 2)
    assert len(people_frame(house.program, ["TASTE"], most=3)) <= 3


def test_a_stream_that_tells_of_the_whole_complements_and_one_that_does_not_is_chance(house: House) -> None:
    program, people = house.program, [CustomerFacts("crm", f"c{n}") for n in range(40)]
    survey = factories.make_survey(program, "whole", questions=("Q7ALL",))
    answer(survey, [{"Q7ALL": 1 + n % 5} for n in range(40)], people)
    telling, mute, same = (factories.make_stream(program, code) for code in ("telling", "mute", "same"))
    door = interactions.door(program)
    values = {telling: lambda n: n % 5, mute: lambda n: n // 5 % 2, same: lambda n: 1}
    rows = [
        interactions.prepare(
            door,
            Happening(stream.code, "t", f"{stream.code}{n}", NOON, "visit", customer=people[n], value=value(n)),
            at=NOON,
        )
        for stream, value in values.items() for n in range(40)
    ]  # fmt: skip
    interactions.record_many(door, rows, at=NOON)
    assert Interaction.objects.filter(program=program).exclude(value=None).count() == 120
    found = audit(house)
    assert found.outcome is not None and found.outcome.code == "Q7ALL" and found.customers == 40
    told = {row.stream.code: row for row in found.complements}
    assert isclose(told["telling"].unique, 1) and (told["telling"].p_adjusted or 1) < 1e-6
    assert isclose(told["mute"].unique, 0, abs_tol=1e-9)
    assert told["same"].p_adjusted is None, "it never varies"
    frame = told_frame([1, 2], [telling.pk])
    assert frame[telling.pk].to_numpy().tolist() == [[0, 0], [0, 0]], "of strangers nothing is told"


def test_what_is_asked_or_counted_for_nothing_is_named(house: House, survey: Survey) -> None:
    program = house.program
    idle = factories.make_stream(program, "idle")
    for code, facts in {
        "read": {}, "decided": {}, "unread": {},
    }.items():  # fmt: skip
        factories.make_kpi(program, code, collector="mean", question_code="Q7ALL", **facts)
    factories.make_target(house.root, 4, author=house.people["owner"], kpi_code="read", question_code="")
    Measurement.objects.create(
        program=program, touchpoint=house.touchpoint, whats={"en": "x"}, method="survey", kpi_code="decided",
        decisions={"en": "Whom to hire"}, question_code="TILLS",
    )  # fmt: skip
    found = audit(house)
    assert found.idle == (idle,)
    unread = {kpi.code for kpi in found.unread}
    assert "unread" in unread and not unread & {"read", "decided", "nps"}
    assert [question.code for question in found.unused] == ["FLAVOUR", "TASTE"]
    assert {kpi.code for same in found.doubles for kpi in same} == {"mean", "top2", "read", "decided", "unread"}


def test_a_source_without_fresh_figures_is_stale(house: House, survey: Survey) -> None:
    stream = factories.make_stream(house.program, "silent")
    draft = factories.make_stream(house.program, "draft", status="draft")
    found = audit(house).stale
    streams = [row.stream for row in found if row.stream]
    assert stream in streams and draft not in streams
    assert "Q7ALL" not in [row.question.code for row in found if row.question]
    later = build_audit(house.program, at=NOON + timedelta(days=800)).stale
    assert ("Q7ALL", 2017) in [(row.question.code, row.since) for row in later if row.question]


def test_a_program_without_answers_is_audited_too(house: House) -> None:
    found = audit(house)
    assert (found.parts, found.overlaps, found.complements, found.invitations) == ((), (), (), 0)
    assert Question.objects.filter(program=house.program).exists()


def test_the_audit_takes_as_many_queries_for_many_questions_as_for_few(house: House, survey: Survey) -> None:
    audit(house)
    with CaptureQueriesContext(connection) as few:
        audit(house)
    more = tuple(f"MORE{number}" for number in range(6))
    other = factories.make_survey(house.program, "more", questions=more)
    answer(other, [dict.fromkeys(more, 1 + number % 5) for number in range(60)])
    with CaptureQueriesContext(connection) as many:
        audit(house)
    assert len(many) == len(few)


def as_(house: House, role: str) -> Client:
    client = Client()
    client.force_login(house.people[role])
    return client


def test_whoever_may_see_drivers_reads_the_audit(house: House, survey: Survey) -> None:
    assert as_(house, Role.EXECUTIVE).get("/audit/").status_code == 200
    assert as_(house, Role.FRONTLINE).get("/audit/").status_code == 404
