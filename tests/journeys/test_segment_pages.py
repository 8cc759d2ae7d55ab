"""Segments are made, counted and changed on a page, rule by rule; a plan asks those who are in."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback.models import SamplingPlan
from journeys.models import Customer, Segment
from journeys.segment_rules import document, rows_of
from tests import factories


@pytest.fixture
def program(db: None) -> Any:
    program = factories.make_program()
    factories.make_attribute(program, "tier")
    factories.make_attribute(program, "spend", type="number")
    factories.make_stream(program, "orders", name="Orders")
    for number in range(20):
        customer = factories.make_customer(program, unit=factories.root_of(program))
        facts = {"tier": "gold" if number < 8 else "steel", "spend": number}
        Customer.objects.filter(pk=customer.pk).update(language="sv" if number < 2 else "en", attributes=facts)
    return program


@pytest.fixture
def owner(client: Any, program: Any) -> Any:
    client.force_login(factories.make_user("owner", factories.root_of(program)))
    return client


def rules(*rows: tuple[str, str, str]) -> dict[str, str]:
    parts = [zip(("subject", "word", "value"), row, strict=True) for row in rows]
    return {f"rule{n}-{name}": value for n, row in enumerate(parts) for name, value in row}


def test_a_segment_is_counted_while_it_is_written_saved_and_changed_without_javascript(
    owner: Any, program: Any
) -> None:
    page = owner.get("/segments/new/").content.decode()
    assert 'value="attribute:tier"' in page and 'value="stream:orders"' in page and "<script" not in page
    said = {"name": "Gold ones", "joined": "all"} | rules(("attribute:tier", "is", "gold"))
    counted = owner.post("/segments/new/", said | {"do": "count"}).content.decode()
    assert "<b>8</b>" in counted.replace("\n", "") and not Segment.objects.exists()
    assert owner.post("/segments/new/", said).status_code == 303
    made = Segment.objects.get()
    assert (made.code, made.definition) == ("gold-ones", {"all": [{"attribute": "tier", "is": "gold"}]})
    either = {"name": "Gold or big", "joined": "any"} | rules(
        ("attribute:tier", "is", "gold"), ("attribute:spend", "at_least", "14")
    )
    assert owner.post("/segments/gold-ones/", either).status_code == 303
    made.refresh_from_db()
    assert (made.name, made.code, len(made.definition["any"])) == ("Gold or big", "gold-ones", 2)
    factories.make_asking(program)
    SamplingPlan.objects.update(segment=made)
    listed = owner.get("/segments/").content.decode()
    assert 'num">14' in listed and "plans of whom to ask: 1" in listed
    again = owner.get("/segments/gold-ones/").content.decode()
    assert 'value="attribute:spend" selected' in again and 'value="14"' in again


@pytest.mark.parametrize(("value", "shown"), [("2", False), ("17", False), ("10", True)])
def test_a_count_that_tells_of_few_who_are_in_or_left_out_is_hidden(owner: Any, value: str, shown: bool) -> None:
    said = {"name": "Few", "joined": "all", "do": "count"} | rules(("attribute:spend", "below", value))
    page = owner.post("/segments/new/", said).content.decode()
    assert ("cx-sup" not in page) is shown and (f"<b>{value}</b>" in page.replace("\n", "")) is shown


def test_what_is_no_filter_is_refused_at_its_rule_and_what_was_typed_stays(owner: Any, program: Any) -> None:
    bad = (
        ("attribute:spend", "at_least", "much"), ("attribute:tier", "above", "gold"), ("field:unit", "is", "nowhere"),
        ("field:created", "is", "soon"), ("stream:orders", "at_least", "often"), ("consent:survey", "is", "perhaps"),
        ("field:is_customer", "known", "x"), ("attribute:none", "is", "x"), ("field:kind", "in", " , "),
    )  # fmt: skip
    for row in bad:
        said = {"name": "Bad", "joined": "all"} | rules(("attribute:tier", "is", "gold"), row)
        answer = owner.post("/segments/new/", said)
        page = answer.content.decode()
        assert answer.status_code == 422 and "Rule 2:" in page and 'value="gold"' in page, row
    assert owner.post("/segments/new/", {"name": "", "joined": "all"}).status_code == 422
    assert owner.get("/segments/nothing/").status_code == 404
    assert not Segment.objects.exists()


def test_a_filter_of_several_layers_keeps_them_and_one_that_broke_says_so(owner: Any, program: Any) -> None:
    deep = {"all": [{"not": {"attribute": "tier", "is": "gold"}}]}
    Segment.objects.create(program=program, code="deep", name="Deep", definition=deep)
    Segment.objects.create(program=program, code="broken", name="Broken", definition={"attribute": "gone", "is": "x"})
    page = owner.get("/segments/deep/").content.decode()
    assert "/admin/journeys/segment/" in page and "rule0-subject" not in page and "<b>12</b>" in page.replace("\n", "")
    assert owner.post("/segments/deep/", {"name": "Deeper", "joined": "all"}).status_code == 303
    assert Segment.objects.get(code="deep").definition == deep
    assert "The filter names what is no more" in owner.get("/segments/").content.decode()
    assert owner.get("/segments/broken/").status_code == 200


def test_rules_are_the_same_after_they_were_rows(program: Any) -> None:
    said = {
        "any": [
            {"field": "language", "in": ["sv", "fi"]}, {"field": "is_customer", "is": True},
            {"attribute": "spend", "known": False}, {"consent": "survey", "allowed": False},
            {"interaction": {"stream": "orders"}, "days": 90, "at_most": 2},
            {"field": "created", "at_least": "2026-01-01"},
        ]
    }  # fmt: skip
    found = rows_of(said)
    assert found is not None and document(*found, program) == said
    for deep in (
        {"all": [{"any": [{"field": "language", "is": "sv"}]}]}, {"not": {"field": "language", "is": "sv"}},
        {"interaction": {"stream": "orders", "type": "x"}}, {"field": "account", "is": 3},
    ):  # fmt: skip
        assert rows_of(deep) is None


def test_the_list_asks_one_question_a_segment_and_few_others(owner: Any, program: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            owner.get("/segments/")
        return len(asked)

    for number in range(2):
        Segment.objects.create(program=program, code=f"s{number}", name="S")
    before = queries()
    for number in range(2, 6):
        Segment.objects.create(program=program, code=f"s{number}", name="S")
    assert queries() <= before + 4
