"""Two editors of one touchpoint: what each wrote stays unless the other saw it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxprogram.models import Program
from journeys.models import Touchpoint
from journeys.services import documents, maps, new_journeys
from journeys.services.map_merging import Merged, merge
from tests import factories
from tests.factories import NOON


@pytest.mark.parametrize(
    ("seen", "mine", "now", "becomes"),
    [
        ("a", "a", "a", Merged("a", False)),
        ("a", "a", "b", Merged("b", False)),
        ("a", "b", "a", Merged("b", False)),
        ("a", "b", "b", Merged("b", False)),
        ("a", "b", "c", Merged("b", True)),
        (["x"], ["x", "y"], ["x"], Merged(["x", "y"], False)),
        ({"en": "a"}, {"en": "b"}, {"en": "a", "sv": "c"}, Merged({"en": "b", "sv": "c"}, False)),
        ({"en": "a", "sv": "b"}, {"sv": "b"}, {"en": "a", "sv": "c"}, Merged({"sv": "c"}, False)),
        ({}, {"fi": "a"}, {"sv": "c"}, Merged({"sv": "c", "fi": "a"}, False)),
    ],
)
def test_what_is_left_alone_stays_as_the_other_wrote_it(seen: Any, mine: Any, now: Any, becomes: Merged) -> None:
    assert merge(seen=seen, mine=mine, now=now) == becomes


def test_texts_clash_only_in_the_language_that_both_changed() -> None:
    assert merge(seen={"en": "a"}, mine={"en": "b"}, now={"en": "c"}).is_clash
    assert merge(seen={"en": "a"}, mine={}, now={"en": "c"}).is_clash
    assert not merge(seen={"en": "a"}, mine={"en": "a"}, now={}).is_clash


FIELDS = ("name", "team", "question_code")
turns = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.one_of(
            st.none(), st.just({}), st.dictionaries(st.sampled_from(FIELDS), st.sampled_from("abcd"), min_size=1)
        ),
    ),
    max_size=16,
)


@pytest.mark.django_db
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns)
def test_however_two_editors_take_turns_nothing_is_lost_and_the_later_is_told(
    shared_program: Program, acts: list[tuple[int, dict[str, str] | None]]
) -> None:
    """None opens the page anew; a dictionary is typed into the page as it was opened last, and saved; an empty one
    stands for taking the touchpoint off the map and putting it back."""
    journey = new_journeys.begin(shared_program, "J", by=None, at=NOON)  # type: ignore[arg-type]
    people = [shared_program.membership_set.get(user__email=f"{who}@example.org").user for who in ("ann", "bo")]
    row = maps.add_touchpoint(journey.stages.get(), "Desk", after=None, by=people[0], at=NOON)
    stands = {"name": "Desk", "team": "", "question_code": ""}
    finding = factories.make_finding(row)
    pages = [(row.revision, dict(stands))] * 2
    for who, typed in acts:
        if typed is None:
            pages[who] = (Touchpoint.objects.get(pk=row.pk).revision, dict(stands))
            continue
        if not typed:
            maps.take_off(row, by=people[who], at=NOON)
            assert "findings" not in documents.dump(journey)
            maps.put_back(row, by=people[who], at=NOON)
            assert documents.dump(journey)["findings"]
            continue
        revision, base = pages[who]
        mine = base | typed
        touched = {name for name in FIELDS if mine[name] != base[name]}
        expected = {name for name in touched if stands[name] not in (base[name], mine[name])}
        told: set[str] = set()
        fresh = Touchpoint.objects.select_related("stage__journey__program").get(pk=row.pk)
        try:
            maps.change(fresh, mine, seen=revision, base=base, by=people[who], at=NOON)
        except maps.EditedMeanwhileError as error:
            told = {clash.field for clash in error.clashes}
        assert told == expected
        if not told:
            stands |= {name: mine[name] for name in touched}
        now = Touchpoint.objects.get(pk=row.pk)
        assert {name: getattr(now, name) for name in FIELDS} == stands
    assert row.findings.get() == finding


@pytest.fixture
def shared_program() -> Program:
    program = factories.make_program()
    for code in "abcd":
        factories.make_question(program, code)
    for who in ("ann", "bo"):
        factories.make_user("analyst", factories.root_of(program), email=f"{who}@example.org", name=who.capitalize())
    return program
