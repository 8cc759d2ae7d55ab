"""Every customer of a wave's base is told why they were not asked: by a decision, or because they were not drawn."""

import random
from typing import Any

import pytest
from django.urls import reverse

from feedback.analytics import bits
from feedback.models import NotDrawn, PlannedAsk, SamplingPlan
from feedback.pages import plans as plan_pages
from feedback.services import not_drawn, plans
from journeys.models import Customer, Segment
from journeys.pages import customers as customer_pages
from journeys.services import merges, subjects
from tests import factories
from tests.factories import NOON


@pytest.fixture
def plan(db: None) -> SamplingPlan:
    program = factories.make_program()
    factories.make_consent_text(program)
    factories.make_attribute(program, "tier")
    survey = factories.make_survey(program, "stay", has_rules=False)
    for number in range(30):
        factories.make_customer(program, unit=factories.root_of(program), attributes={"tier": "ab"[number % 2]})
    facts: dict[str, Any] = {"method": "random", "sample_size": 10, "is_active": True, "worth_hours": 2000}
    return SamplingPlan.objects.create(program=program, survey=survey, name="Some", **facts)


def explained(wave: Any) -> tuple[set[int], set[int]]:
    drawn = set(PlannedAsk.objects.filter(wave=wave).values_list("customer_id", flat=True))
    every = Customer.objects.values_list("pk", flat=True)
    return drawn, {pk for pk in every if wave in not_drawn.waves([pk], limit=9)}


def test_bits_are_where_the_database_looks_for_them() -> None:
    rng = random.Random(5)
    numbers = {*rng.sample(range(1, bits.BLOCK - 1), 900), 0, bits.BLOCK - 1, 3 * bits.BLOCK + 7}
    words: dict[int, dict[int, int]] = {}
    for number in numbers:
        block, place = bits.block_of(number)
        word = words.setdefault(block, {})
        word[place // 64] = word.get(place // 64, 0) | 1 << place % 64
    written = {
        block: b"".join(place.to_bytes(2) + found[place].to_bytes(8) for place in rng.sample(sorted(found), len(found)))
        for block, found in words.items()
    }
    found = bits.Numbers(written.items())
    assert set(written) == {0, 3} and len(found) == len(numbers) == 903

    def told() -> set[int]:
        blocks = [(number, block) for number, block in found.blocks() if len(block) == 8192]
        return {
            number * bits.BLOCK + n for number, block in blocks for n in range(bits.BLOCK) if block[n // 8] >> n % 8 & 1
        }

    assert told() == numbers
    gone = {0, bits.BLOCK - 1, 3 * bits.BLOCK + 7, *rng.sample(range(bits.BLOCK), 500)}
    found.remove([*gone, 9 * bits.BLOCK])
    assert told() == numbers - gone and len(found) == len(numbers - gone)


@pytest.mark.parametrize("method", [
    {"method": "random", "sample_size": 10}, {"method": "share", "sample_share": 0.4},
    {"method": "stratified", "sample_size": 8, "group_by": "tier"},
    {"method": "quota", "quotas": {"a": 3}, "group_by": "tier"}, {"method": "all"},
])  # fmt: skip
def test_drawn_and_not_drawn_are_the_base_and_a_dry_run_agrees(plan: SamplingPlan, method: dict[str, Any]) -> None:
    for name, value in method.items():
        setattr(plan, name, value)
    plan.save()
    dry = plans.dry_run(plan, at=NOON)
    told = [effect.n for effect in plan_pages.plan_page(plan, at=NOON).effects if effect.why == "Not drawn"]
    wave = plans.start_wave(plan, at=NOON)
    drawn, missed = explained(wave)
    assert (len(drawn), len(missed)) == (dry.drawn, dry.not_drawn) and drawn | missed == set(
        Customer.objects.values_list("pk", flat=True)
    )
    assert told == ([len(missed)] if missed else []) and not drawn & missed
    assert plans.start_wave(plan, at=NOON, number=1) == wave and explained(wave) == (drawn, missed)


def test_it_stays_true_when_segment_and_customers_change_and_outsiders_are_told_nothing(plan: SamplingPlan) -> None:
    program = plan.program
    plan.segment = Segment.objects.create(
        program=program, code="a", name="A", definition={"attribute": "tier", "is": "a"}
    )
    plan.save()
    base = set(Customer.objects.filter(attributes__tier="a").values_list("pk", flat=True))
    wave = plans.start_wave(plan, at=NOON)
    drawn, missed = explained(wave)
    assert drawn | missed == base and len(missed) == 5
    Customer.objects.update(attributes={"tier": "b"})
    Segment.objects.update(definition={"attribute": "tier", "is": "b"})
    newcomer = factories.make_customer(program, unit=factories.root_of(program))
    assert explained(wave) == (drawn, missed)
    assert not_drawn.waves([newcomer.pk], limit=9) == [] == not_drawn.waves([2**40], limit=9)
    # Two that were one: who was drawn under either number was drawn.
    kept, gone = (Customer.objects.get(pk=min(each)) for each in (missed, drawn))
    assert not_drawn.waves([kept.pk], limit=9) == [wave]
    merges.merge(kept, gone, rule=merges.BY_HAND, at=NOON)
    assert not_drawn.waves(subjects.selves(kept), limit=9) == []


def test_the_customers_page_and_the_api_say_it_to_those_who_may_see_the_customer(
    plan: SamplingPlan, client: Any
) -> None:
    wave = plans.start_wave(plan, at=NOON)
    _drawn, missed = explained(wave)
    customer = Customer.objects.get(pk=min(missed))
    owner = factories.make_user("owner", factories.root_of(plan.program))
    entries = [entry for entry in customer_pages.story(owner, customer) if entry.detail]
    assert [(entry.at, entry.detail) for entry in entries] == [(NOON, "Not drawn in wave 1 of Some")]
    client.force_login(owner)
    assert "Not drawn in wave 1 of Some" in client.get(f"/customers/{customer.pk}/").content.decode()
    url = reverse("api:not-drawn-list")
    assert client.get(url, {"customer": customer.pk}).json() == {
        "results": [
            {
                "at": "2017-05-15T19:00:00Z", "customer": customer.pk, "outcome": "skipped", "reason": "not-drawn",
                "plan": plan.pk, "wave": 1, "survey": "stay",
            }
        ]
    }  # fmt: skip
    assert client.get(url, {"customer": "x"}).json()["code"] == "parameter-invalid"
    assert client.get(url, {"customer": 2**62}).json()["code"] == "customer-unknown"
    document = subjects.export(customer, at=NOON)
    assert document["not_drawn"] == [{"at": NOON, "plan": "Some", "wave": 1, "reason": "not-drawn"}]
    subjects.erase(customer, at=NOON)
    assert NotDrawn.objects.count() == 1 and not_drawn.waves([customer.pk], limit=1) == [wave]
