"""Who is asked, from the plan to the ledger: waves, events, reminders, hours, consent, two workers at once."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from cxprogram.errors import ConflictError
from cxprogram.models import Program
from feedback import delivery
from feedback.choices import InvitationStatus
from feedback.models import (
    ContactDecision,
    ContactGroup,
    ContactRule,
    Invitation,
    PlannedAsk,
    SamplingPlan,
    Survey,
)
from feedback.services import decisions, draws, not_drawn, plans, sending
from journeys.models import Customer, Segment
from journeys.services import consents, interactions
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Happening
from tests import factories

# A Tuesday, ten in Stockholm.
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_plan(survey: Survey, **fields: Any) -> SamplingPlan:
    always = {"opens_at": time(0), "closes_at": time(0), "weekdays": [0, 1, 2, 3, 4, 5, 6]}
    defaults = {"name": "Everyone", "is_active": True, "worth_hours": 2000} | always
    return SamplingPlan.objects.create(program=survey.program, survey=survey, **(defaults | fields))


def make_rule(survey: Survey, code: str = "month", **fields: Any) -> ContactRule:
    defaults = {"name": code.capitalize(), "at_most": 1, "window_hours": 30 * 24}
    return ContactRule.objects.create(program=survey.program, code=code, **(defaults | fields))


@pytest.fixture
def survey(db: None) -> Survey:
    program = factories.make_program("nordic", time_zone="Europe/Stockholm", language="sv")
    factories.make_consent_text(program)
    return factories.make_survey(program, "stay", has_rules=False)


def make_base(survey: Survey, n: int, **fields: Any) -> list[Customer]:
    return [
        factories.make_customer(survey.program, attributes={"tier": "gold" if i % 3 == 0 else "plain"}, **fields)
        for i in range(n)
    ]


def happen(program: Program, kind: str, *, at: datetime = TUESDAY, **fields: Any) -> None:
    what = Happening("orders", "shop", f"{kind} {at} {sorted(fields)}", at, kind, **fields)
    interactions.record(interactions.door(program), what, at=at)


def ledger(**filters: Any) -> Counter:
    rows = ContactDecision.objects.filter(**filters)
    return Counter(rows.values_list("kind", "outcome", "reason", "rule__code"))


def run(plan: SamplingPlan, at: datetime) -> None:
    plans.start_wave(plan, at=at)
    sending.decide_due(at=at)


def test_every_customer_of_a_wave_has_a_row_that_says_why(survey: Survey) -> None:
    base = make_base(survey, 8)
    make_rule(survey)
    pause = make_rule(
        survey, "pause", at_most=None, window_hours=None, pause_hours=48, refusal="delay", attributes={"tier": ["gold"]}
    )
    asked_before, withdrawn, without_address, erased, bounced = base[1], base[2], base[4], base[5], base[7]
    factories.make_invitation(survey, customer=asked_before, at=TUESDAY - 10 * DAY)
    consents.withdraw(withdrawn, "survey", channel="web", at=TUESDAY - DAY)
    Customer.objects.filter(pk=without_address.pk).update(email="")
    Customer.objects.filter(pk=erased.pk).update(name="", email="", attributes={}, erased_at=TUESDAY)
    decisions.StoppedAddress.objects.create(
        program=survey.program, address_hash=decisions.address_hash(bounced.email.upper()), kind="hard",
        first_at=TUESDAY, last_at=TUESDAY,
    )  # fmt: skip
    plan = make_plan(survey, hold_out_share=0.0)
    wave = plans.start_wave(plan, at=TUESDAY)
    dry = plans.dry_run(plan, at=TUESDAY)
    assert (wave.population, wave.drawn) == (7, 7)  # the erased one is nobody
    sending.decide_due(at=TUESDAY)
    assert ledger() == {
        ("invitation", "asked", "", None): 3,
        ("invitation", "skipped", "rule", "month"): 1,
        ("invitation", "skipped", "consent-withdrawn", None): 1,
        ("invitation", "skipped", "address-missing", None): 1,
        ("invitation", "skipped", "address-stopped", None): 1,
    }
    refused = ContactDecision.objects.get(customer=asked_before)
    assert refused.eligible_at == TUESDAY + 20 * DAY
    assert {(line.outcome, line.reason, line.n) for line in dry.lines} == {
        (outcome, reason, n) for (_kind, outcome, reason, _rule), n in ledger().items()
    }
    # Asked and all that goes with it is one transaction: as many invitations as rows that say so.
    assert Invitation.objects.filter(status="planned").count() == 3
    assert not Invitation.objects.filter(customer__in=[withdrawn, without_address, bounced]).exists()
    # A day later the gold ones must wait, the others are skipped for the month; then the delayed are asked again.
    later = TUESDAY + DAY
    month = ContactRule.objects.get(code="month")
    month.attributes = {"tier": ["plain"]}
    month.save()
    run(plan, later)
    delayed = ContactDecision.objects.filter(outcome="delayed")
    assert {(row.rule, row.eligible_at) for row in delayed} == {(pause, TUESDAY + 2 * DAY)}
    assert set(PlannedAsk.objects.filter(status="waiting").values_list("due_at", flat=True)) == {TUESDAY + 2 * DAY}
    sending.decide_due(at=TUESDAY + 2 * DAY - timedelta(seconds=1))
    assert ContactDecision.objects.filter(outcome="asked").count() == 3
    sending.decide_due(at=TUESDAY + 2 * DAY)
    assert ContactDecision.objects.filter(outcome="asked").count() == 3 + delayed.count()


def test_a_dry_run_says_what_the_run_then_does_and_writes_nothing(survey: Survey) -> None:
    make_base(survey, 40)
    make_rule(survey)
    group = ContactGroup.objects.create(program=survey.program, code="all", name="All")
    group.surveys.add(survey)
    make_rule(survey, "group", scope="survey_group", group=group, window_hours=48, refusal="delay")
    plan = make_plan(survey, method="random", sample_size=15, hold_out_share=0.2)
    for at in (TUESDAY, TUESDAY + DAY, TUESDAY + 40 * DAY):
        before = ContactDecision.objects.count()
        dry = plans.dry_run(plan, at=at)
        assert ContactDecision.objects.count() == before
        run(plan, at)
        number = plans.next_number(plan) - 1
        rows = ContactDecision.objects.filter(wave__number=number)
        real = Counter((row.outcome, row.reason, row.rule) for row in rows)
        assert {(line.outcome, line.reason, line.rule): line.n for line in dry.lines} == real
        assert sum(real.values()) == dry.drawn == 15
    sending.decide_due(at=TUESDAY)
    assert ContactDecision.objects.count() == 45


def test_a_wave_is_drawn_once_and_the_sweep_leaves_out_what_it_missed(survey: Survey) -> None:
    make_base(survey, 2)
    plan = make_plan(survey, first_wave_at=TUESDAY, wave_every_days=7)
    assert plans.start_due_waves(at=TUESDAY - HOUR) == 0
    assert plans.start_due_waves(at=TUESDAY) == 1
    assert plans.start_due_waves(at=TUESDAY + DAY) == 0
    assert plans.start_due_waves(at=TUESDAY + 22 * DAY) == 1
    assert list(plan.waves.values_list("number", "drawn")) == [(1, 2), (4, 2)]
    assert plans.start_wave(plan, at=TUESDAY, number=4).drawn == 2
    with pytest.raises(ConflictError, match="later wave"):
        plans.start_wave(plan, at=TUESDAY, number=2)
    plan.is_active = False
    plan.save()
    with pytest.raises(ConflictError, match="does not run"):
        plans.start_wave(plan, at=TUESDAY)


def test_samples_are_as_large_as_asked_for_and_hold_the_same_people_out(survey: Survey) -> None:
    base = make_base(survey, 90)
    gold = {customer.pk for customer in base if customer.attributes["tier"] == "gold"}

    def drawn(number: int = 1, **fields: Any) -> set[int]:
        plan = SamplingPlan(program=survey.program, survey=survey, group_by="tier", **fields)
        plan.pk = 1
        return set(draws.draw(plan, number, at=TUESDAY).rows.values_list("pk", flat=True))

    first = drawn(method="random", sample_size=30)
    assert len(first) == 30 == len(drawn(2, method="random", sample_size=30))
    assert first == drawn(method="random", sample_size=30)
    assert first != drawn(2, method="random", sample_size=30)
    assert len(drawn(method="stratified", sample_size=10) & gold) == 3
    assert len(drawn(method="stratified", sample_size=10)) == 10
    quota = drawn(method="quota", quotas={"gold": 5, "plain": 7, "none": 9})
    assert (len(quota & gold), len(quota - gold)) == (5, 7)
    assert 20 < len(drawn(method="share", sample_share=0.5)) < 70
    assert drawn(method="share", sample_share=0.2) < drawn(method="share", sample_share=0.6)
    assert len(drawn(method="share", sample_share=1.0)) == 90
    plan = SamplingPlan(program=survey.program, survey=survey, hold_out_share=0.1)
    some = set(draws.held_out(plan, Customer.objects.all()).values_list("pk", flat=True))
    plan.hold_out_share = 0.3
    assert some < set(draws.held_out(plan, Customer.objects.all()).values_list("pk", flat=True))


@pytest.mark.parametrize(
    "how",
    [
        {"method": "all"},
        {"method": "random", "sample_size": 8},
        {"method": "share", "sample_share": 1.0},
        {"method": "stratified", "sample_size": 8},
        {"method": "quota", "quotas": {"gold": 99, "plain": 99}},
    ],
    ids=lambda how: how["method"],
)
def test_a_sample_of_a_segment_is_of_those_in_it(survey: Survey, how: dict[str, Any]) -> None:
    """Counted rules and attributes: what a segment adds to the query is nothing that a draw counts by."""
    factories.make_attribute(survey.program, "tier")
    inside = {customer.pk for customer in make_base(survey, 12, language="sv") if customer.attributes["tier"] == "gold"}
    inside |= {customer.pk for customer in make_base(survey, 4, language="fi")}
    rules = [
        {"any": [{"attribute": "tier", "is": "gold"}, {"field": "language", "is": "fi"}]},
        {"interaction": {"type": "visit"}, "at_most": 3},
    ]
    segment = Segment.objects.create(program=survey.program, code="some", name="Some", definition={"all": rules})
    plan = make_plan(survey, group_by="tier", segment=segment, **how)
    drawn = draws.draw(plan, 1, at=TUESDAY)
    assert set(drawn.rows.values_list("pk", flat=True)) == inside and len(inside) == 8
    assert draws.population(plan, TUESDAY).count() == 8 == len(not_drawn.base(draws.population(plan, TUESDAY)))


@pytest.mark.parametrize(
    ("fields", "at", "eligible"),
    [
        ({}, "2026-11-24 07:00", "2026-11-24 08:00"),
        ({}, "2026-11-24 20:00", "2026-11-25 08:00"),
        ({}, "2026-11-27 20:00", "2026-11-30 08:00"),
        ({"holidays_of": "SE"}, "2027-01-05 20:00", "2027-01-07 08:00"),  # Epiphany
        ({"holidays_of": "NO"}, "2027-01-05 20:00", "2027-01-06 08:00"),
        ({"holidays_of": "NO"}, "2027-05-14 20:00", "2027-05-18 08:00"),  # 17 May, with Whit Monday on it
        ({"holidays_of": "DK"}, "2027-03-24 20:00", "2027-03-30 08:00"),  # Maundy Thursday to Easter Monday
        ({"holidays_of": "FI"}, "2026-12-04 20:00", "2026-12-07 08:00"),
        ({"weekdays": [6]}, "2026-11-24 12:00", "2026-11-29 08:00"),
        ({}, "2027-03-26 20:00", "2027-03-29 08:00"),  # the clocks go forward on the Sunday
    ],
)
def test_nobody_is_asked_at_night_or_on_a_day_off(survey: Survey, fields: dict, at: str, eligible: str) -> None:
    make_base(survey, 1)
    zone = survey.program.zone
    moment = datetime.fromisoformat(at).replace(tzinfo=zone).astimezone(UTC)
    working = {"weekdays": [0, 1, 2, 3, 4], "opens_at": time(8), "closes_at": time(20)}
    run(make_plan(survey, **(working | fields)), moment)
    decision = ContactDecision.objects.get()
    assert (decision.outcome, decision.reason) == ("delayed", "quiet-hours")
    assert decision.eligible_at.astimezone(zone).replace(tzinfo=None) == datetime.fromisoformat(eligible)
    sending.decide_due(at=decision.eligible_at)
    assert ContactDecision.objects.filter(outcome="asked", at=decision.eligible_at).count() == 1


def test_reminders_go_to_those_who_did_not_answer(survey: Survey) -> None:
    make_rule(survey)
    silent, answering, unsubscribing, withdrawing = make_base(survey, 4)
    plan = make_plan(survey, reminders=2, reminder_after_days=5)
    run(plan, TUESDAY)
    Invitation.objects.update(status="sent", sent_at=TUESDAY)
    factories.make_response(survey, at=TUESDAY + DAY)
    of = {row.customer_id: row for row in Invitation.objects.all()}
    Invitation.objects.filter(pk=of[answering.pk].pk).update(status="answered", answered_at=TUESDAY + DAY)
    Invitation.objects.filter(pk=of[unsubscribing.pk].pk).update(unsubscribed_at=TUESDAY + DAY)
    consents.withdraw(withdrawing, "survey", channel="web", at=TUESDAY + DAY)
    sending.decide_due(at=TUESDAY + 5 * DAY)
    sending.decide_due(at=TUESDAY + 5 * DAY)
    reminded = ContactDecision.objects.filter(kind="reminder").values_list("customer", "outcome", "reason")
    assert set(reminded) == {
        (silent.pk, "asked", ""),
        (answering.pk, "skipped", "answered"),
        (unsubscribing.pk, "skipped", "unsubscribed"),
        (withdrawing.pk, "skipped", "consent-withdrawn"),
    }
    waiting = Invitation.objects.get(status="planned")
    assert (waiting.customer_id, waiting.sent_at) == (silent.pk, TUESDAY)
    sending.decide_due(at=TUESDAY + 30 * DAY)
    assert ContactDecision.objects.filter(kind="reminder", customer=silent).count() == 2
    assert Invitation.objects.count() == 4


def test_an_event_makes_one_ask_however_often_it_is_seen(survey: Survey) -> None:
    program = survey.program
    (customer,) = make_base(survey, 1)
    stage = factories.make_journey(program).stages.first()
    touchpoint = factories.make_touchpoint(stage, "desk")
    factories.make_stream(program)
    delivered = make_plan(survey, trigger="event", event="interaction", event_type="delivered", delay_hours=24)
    make_plan(survey, trigger="event", event="stage", stage=stage, is_active=False)
    facts = CustomerFacts("crm", customer.identities.get(source="crm").value)
    happen(program, "delivered", customer=facts, touchpoint="desk")
    happen(program, "ordered", customer=facts)
    happen(program, "delivered")
    happen(program, "delivered", customer=facts, at=TUESDAY - 400 * DAY)
    for _again in range(3):
        plans.react_to_interactions(program, at=TUESDAY + HOUR)
    ask = PlannedAsk.objects.get()
    assert (ask.plan, ask.due_at, ask.touchpoint) == (delivered, TUESDAY + DAY, touchpoint)
    assert plans.dry_run(delivered, at=TUESDAY + HOUR).count("asked") == 1
    sending.decide_due(at=TUESDAY + DAY)
    invitation = Invitation.objects.get()
    assert (invitation.customer, invitation.touchpoint, invitation.status) == (
        customer, touchpoint, InvitationStatus.PLANNED,
    )  # fmt: skip


def test_a_batch_takes_a_constant_number_of_queries_to_judge(survey: Survey) -> None:
    make_rule(survey)
    plan = make_plan(survey, hold_out_share=0.1)
    counts = []
    for n in (3, 30):
        make_base(survey, n)
        with CaptureQueriesContext(connection) as caught:
            plans.dry_run(plan, at=TUESDAY)
        counts.append(len(caught))
    assert counts[0] == counts[1]


def at_once(work: Callable[[], object], *, workers: int = 4) -> None:
    barrier = threading.Barrier(workers)

    def begin() -> None:
        barrier.wait()
        work()
        connections.close_all()

    threads = [threading.Thread(target=begin) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_ask_one_customer_once_and_send_one_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    program = factories.make_program("nordic")
    factories.make_consent_text(program)
    surveys = [factories.make_survey(program, slug, has_rules=False) for slug in ("stay", "visit", "call", "desk")]
    base = make_base(surveys[0], 12)
    make_rule(surveys[0])
    for survey in surveys:
        plans.start_wave(make_plan(survey), at=TUESDAY)
    at_once(lambda: sending.decide_due(at=TUESDAY, batch=3))
    sending.decide_due(at=TUESDAY)
    assert Counter(Invitation.objects.values_list("customer", flat=True)) == {customer.pk: 1 for customer in base}
    assert ledger() == {
        ("invitation", "asked", "", None): 12,
        ("invitation", "skipped", "rule", "month"): 36,
    }
    at_once(lambda: delivery.deliver_due(at=TUESDAY))
    assert sorted(to for mail in django_mail.outbox for to in mail.to) == sorted(customer.email for customer in base)
