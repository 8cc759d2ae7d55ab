"""Editing a map: nothing is lost between two editors, and everything can be taken back."""

import copy
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import Program, User
from journeys.models import Journey, Stage, Touchpoint
from journeys.services import documents, map_history, maps, new_journeys
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    return factories.make_program()


@pytest.fixture
def journey(program: Program) -> Journey:
    journey = factories.make_journey(program)
    arrive, wait = journey.stages.all()
    for stage, code in ((arrive, "road"), (arrive, "desk"), (wait, "shop"), (wait, "gate")):
        factories.make_touchpoint(stage, code)
    return journey


@pytest.fixture
def ann(program: Program) -> User:
    return factories.make_user("owner", factories.root_of(program), email="ann@example.org", name="Ann")


@pytest.fixture
def bo(program: Program) -> User:
    return factories.make_user("analyst", factories.root_of(program), email="bo@example.org", name="Bo")


def point(code: str) -> Touchpoint:
    return Touchpoint.objects.select_related("stage__journey__program").get(code=code)


def stage(code: str) -> Stage:
    return Stage.objects.select_related("journey__program").get(code=code)


def outline(journey: Journey) -> dict[str, list[str]]:
    """What stands on the map, by stage; positions run from 1 without a gap."""
    found = {}
    for number, each in enumerate(journey.stages.on_map().order_by("position"), start=1):
        assert each.position == number
        points = list(each.touchpoints.on_map().order_by("position"))
        assert [row.position for row in points] == list(range(1, len(points) + 1))
        found[each.code] = [row.code for row in points]
    return found


def test_it_changes_adds_moves_and_takes_off(journey: Journey, ann: User) -> None:
    maps.change(point("desk"), {"name": "Check-in", "channels": ["counter"]}, seen=0, by=ann, at=NOON)
    maps.add_stage(journey, "Fly", after=stage("wait"), by=ann, at=NOON)
    maps.add_touchpoint(stage("fly"), "On board", after=None, by=ann, at=NOON)
    maps.move_touchpoint(point("gate"), stage=stage("fly"), after=None, by=ann, at=NOON)
    maps.move_stage(stage("wait"), after=None, by=ann, at=NOON)
    maps.take_off(point("road"), by=ann, at=NOON)
    assert outline(journey) == {"wait": ["shop"], "arrive": ["desk"], "fly": ["gate", "on-board"]}
    assert (point("desk").name, point("desk").revision) == ("Check-in", 1)
    maps.put_back(point("road"), by=ann, at=NOON)
    assert outline(journey)["arrive"] == ["desk", "road"]


def test_a_stage_goes_with_its_touchpoints_and_what_hangs_on_them_stays(journey: Journey, ann: User) -> None:
    factories.make_expectation(point("desk"), 4.0)
    maps.take_off(stage("arrive"), by=ann, at=NOON)
    assert outline(journey) == {"wait": ["shop", "gate"]}
    assert point("desk").expectations.count() == 1
    with pytest.raises(DomainError) as refused:
        maps.put_back(point("desk"), by=ann, at=NOON)
    assert refused.value.code == "map-stage-off"
    map_history.undo(journey, by=ann, at=NOON)
    assert outline(journey) == {"arrive": ["road", "desk"], "wait": ["shop", "gate"]}


def test_what_was_found_at_a_touchpoint_goes_off_and_comes_back_with_it(journey: Journey, ann: User) -> None:
    finding = factories.make_finding(point("desk"))
    before = documents.dump(journey)
    maps.take_off(point("desk"), by=ann, at=NOON)
    off = documents.dump(journey)
    assert documents.read(off).findings == []
    assert point("desk").findings.get() == finding
    told = documents.differences(*(each.document for each in journey.versions.order_by("number")))
    assert [(each.part, each.code) for each in told] == [("touchpoint", "desk")]
    map_history.undo(journey, by=ann, at=NOON)
    assert documents.dump(journey) == before
    maps.take_off(point("desk"), by=ann, at=NOON)
    maps.put_back(point("desk"), by=ann, at=NOON)
    assert point("desk").findings.get() == finding


def test_what_is_found_while_the_touchpoint_is_off_the_map_is_in_a_version(journey: Journey, ann: User) -> None:
    maps.take_off(point("desk"), by=ann, at=NOON)
    factories.make_finding(point("desk"), "Nobody came.")
    first = journey.versions.order_by("number").first()
    map_history.restore(first, by=ann, at=NOON)
    assert not point("desk").findings.exists()
    kept = journey.versions.get(label="Changed outside the map")
    map_history.restore(kept, by=ann, at=NOON)
    assert point("desk").findings.get().texts == {"en": "Nobody came."}
    maps.put_back(point("desk"), by=ann, at=NOON)
    assert documents.dump(journey)["findings"][0]["touchpoint"] == "desk"


# --- two editors ------------------------------------------------------------------------------
def test_the_later_one_is_told_what_both_wrote_and_nothing_is_written_over(
    journey: Journey, ann: User, bo: User
) -> None:
    seen = point("desk")
    maps.change(seen, {"name": "Check-in"}, seen=0, by=ann, at=NOON)
    with pytest.raises(maps.EditedMeanwhileError) as told:
        maps.change(seen, {"name": "Bag drop", "team": ""}, seen=0, by=bo, at=NOON)
    (clash,) = told.value.clashes
    assert (clash.field, clash.theirs, clash.mine, told.value.by) == ("name", "Check-in", "Bag drop", ann)
    assert point("desk").name == "Check-in"
    maps.change(point("desk"), {"name": "Bag drop"}, seen=1, by=bo, at=NOON)  # having seen it
    assert point("desk").name == "Bag drop"


def test_it_names_who_changed_this_row_and_not_who_edited_the_map_last(journey: Journey, ann: User, bo: User) -> None:
    maps.change(point("desk"), {"name": "Check-in"}, seen=0, by=ann, at=NOON)
    maps.change(point("road"), {"name": "Way here"}, seen=0, by=bo, at=NOON + timedelta(minutes=1))
    with pytest.raises(maps.EditedMeanwhileError) as told:
        maps.change(point("desk"), {"name": "Bag drop"}, seen=0, by=bo, at=NOON + timedelta(minutes=2))
    assert (told.value.by, told.value.at) == (ann, NOON)
    maps.move_touchpoint(point("desk"), stage=stage("wait"), after=None, by=bo, at=NOON + timedelta(minutes=3))
    with pytest.raises(maps.EditedMeanwhileError) as told:
        maps.change(point("desk"), {"name": "Bag drop"}, seen=1, by=ann, at=NOON + timedelta(minutes=4))
    assert told.value.by == bo


def test_an_undo_leaves_alone_what_was_written_outside_the_map(journey: Journey, ann: User) -> None:
    maps.change(point("desk"), {"name": "Check-in"}, seen=0, by=ann, at=NOON)
    Touchpoint.objects.filter(code="shop").update(name="Shops and cafés")
    maps.move_stage(stage("wait"), after=None, by=ann, at=NOON)
    map_history.undo(journey, by=ann, at=NOON)
    assert list(outline(journey)) == ["arrive", "wait"]
    assert point("shop").name == "Shops and cafés"
    map_history.undo(journey, by=ann, at=NOON)
    assert (point("desk").name, point("shop").name) == ("Desk", "Shops and cafés")


def test_two_that_edit_different_things_both_get_their_way(journey: Journey, ann: User, bo: User) -> None:
    maps.change(point("desk"), {"name": "Check-in"}, seen=0, by=ann, at=NOON)
    maps.change(point("shop"), {"name": "Shops"}, seen=0, by=bo, at=NOON)
    maps.move_touchpoint(point("gate"), stage=stage("wait"), after=None, by=ann, at=NOON)
    maps.move_touchpoint(point("road"), stage=stage("wait"), after=point("shop"), by=bo, at=NOON)
    assert outline(journey) == {"arrive": ["desk"], "wait": ["gate", "shop", "road"]}


def test_writing_what_stands_already_is_no_clash_and_no_edit(journey: Journey, ann: User, bo: User) -> None:
    maps.change(point("desk"), {"name": "Check-in"}, seen=0, by=ann, at=NOON)
    n = journey.versions.count()
    maps.change(point("desk"), {"name": "Check-in"}, seen=0, by=bo, at=NOON)
    assert journey.versions.count() == n


def test_what_was_taken_off_meanwhile_is_not_edited(journey: Journey, ann: User, bo: User) -> None:
    seen = point("desk")
    maps.take_off(seen, by=ann, at=NOON)
    for act in (
        lambda: maps.change(seen, {"name": "x"}, seen=0, by=bo, at=NOON),
        lambda: maps.move_touchpoint(point("road"), stage=stage("arrive"), after=seen, by=bo, at=NOON),
        lambda: maps.take_off(seen, by=bo, at=NOON),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "map-part-unknown"
    assert outline(journey)["arrive"] == ["road"]


def test_a_field_that_decides_figures_in_another_way_is_not_edited_here(journey: Journey, ann: User) -> None:
    with pytest.raises(maps.MapError):
        maps.change(point("desk"), {"program_id": 7}, seen=0, by=ann, at=NOON)


# --- taking back ------------------------------------------------------------------------------
def test_each_undo_takes_back_one_edit_more(journey: Journey, ann: User) -> None:
    for name in ("one", "two", "three"):
        maps.change(point("desk"), {"name": name}, seen=point("desk").revision, by=ann, at=NOON)
    names = []
    for _turn in range(3):
        map_history.undo(journey, by=ann, at=NOON)
        names.append(point("desk").name)
    assert names == ["two", "one", "Desk"]
    with pytest.raises(ConflictError) as refused:
        map_history.undo(journey, by=ann, at=NOON)
    assert refused.value.code == "map-nothing-to-undo"


def test_an_undo_leaves_alone_what_others_did(journey: Journey, ann: User, bo: User) -> None:
    maps.change(point("desk"), {"name": "Check-in"}, seen=0, by=ann, at=NOON)
    maps.change(point("shop"), {"name": "Shops"}, seen=0, by=bo, at=NOON)
    map_history.undo(journey, by=ann, at=NOON)
    assert (point("desk").name, point("shop").name) == ("Desk", "Shops")


def test_what_others_built_on_is_not_taken_back_but_can_be_restored(journey: Journey, ann: User, bo: User) -> None:
    maps.change(point("desk"), {"name": "Check-in"}, seen=0, by=ann, at=NOON)
    maps.change(point("desk"), {"name": "Bag drop"}, seen=1, by=bo, at=NOON)
    with pytest.raises(ConflictError) as refused:
        map_history.undo(journey, by=ann, at=NOON)
    assert refused.value.code == "map-edited-since"
    first = journey.versions.order_by("number").first()
    map_history.restore(first, by=ann, at=NOON)
    assert point("desk").name == "Desk"
    assert [each.document for each in journey.versions.order_by("number")][-1] == first.document


def test_a_version_says_who_when_and_what(journey: Journey, ann: User) -> None:
    maps.change(point("desk"), {"name": "Check-in"}, seen=0, by=ann, at=NOON)
    before, after = journey.versions.order_by("number")
    assert (before.author, after.author, after.at, after.kind) == (None, ann, NOON, "edit")
    (told,) = documents.differences(before.document, after.document)
    assert (told.part, told.code, told.field, told.before, told.after) == (
        "touchpoint",
        "desk",
        "name",
        "Desk",
        "Check-in",
    )
    kept = map_history.keep(journey, "As agreed", by=ann, at=NOON)
    assert (kept.number, kept.label, kept.sha256) == (3, "As agreed", after.sha256)


# --- new journeys -----------------------------------------------------------------------------
def test_a_copy_is_the_same_map_with_touchpoints_of_its_own(journey: Journey, ann: User) -> None:
    factories.make_finding(point("desk"))
    made = new_journeys.copy(journey, "Night flights", by=ann, at=NOON)
    assert (made.code, made.name) == ("night-flights", "Night flights")
    assert outline(made) == {"arrive": ["road-2", "desk-2"], "wait": ["shop-2", "gate-2"]}
    assert made.findings.get().touchpoint.code == "desk-2"
    assert outline(journey) == {"arrive": ["road", "desk"], "wait": ["shop", "gate"]}


def test_a_copy_leaves_out_what_was_found_off_the_map(journey: Journey, ann: User) -> None:
    factories.make_finding(point("desk"))
    maps.take_off(point("desk"), by=ann, at=NOON)
    assert not new_journeys.copy(journey, "Night flights", by=ann, at=NOON).findings.exists()


DOCUMENT = {
    "format": "cx-journey", "version": 1, "code": "visit", "name": "A visit", "level": "life_cycle",
    "description": "In short", "evidence": "researched", "evidence_note": {"en": "Seen"},
    "stages": [{"code": "arrive", "name": "Arriving"}],
}  # fmt: skip


@pytest.mark.parametrize("way", ["begin", "copy", "file", "replaced", "restored"])
def test_the_version_of_a_journey_that_is_made_says_what_stands(program: Program, ann: User, way: str) -> None:
    who = {"by": ann, "at": NOON}
    if way == "begin":
        made = new_journeys.begin(program, "A visit", **who)
    else:
        made = new_journeys.from_document(program, copy.deepcopy(DOCUMENT), **who)
    if way == "copy":
        made = new_journeys.copy(Journey.objects.get(pk=made.pk), "Again", **who)
    elif way == "replaced":
        new_journeys.take_in(program, made, DOCUMENT | {"description": "Otherwise", "name": "Visit"}, **who)
    elif way == "restored":
        new_journeys.take_in(program, made, DOCUMENT | {"description": "Otherwise"}, **who)
        map_history.restore(made.versions.get(number=1), **who)
    newest = made.versions.order_by("-number").first()
    stands = documents.dump(Journey.objects.get(pk=made.pk))
    assert newest is not None and newest.document == stands
    if way != "begin":
        wanted = "Otherwise" if way == "replaced" else "In short"
        assert (stands["description"], stands["level"], stands["evidence"]) == (wanted, "life_cycle", "researched")
    maps.add_stage(made, "Leave", after=None, **who)
    assert not made.versions.filter(label="Changed outside the map").exists()


def test_an_empty_journey_begins_with_one_stage(program: Program, ann: User) -> None:
    made = new_journeys.begin(program, "Ännu en resa", by=ann, at=NOON)
    again = new_journeys.begin(program, "Ännu en resa", by=ann, at=NOON)
    assert (made.code, again.code) == ("annu-en-resa", "annu-en-resa-2")
    assert outline(made) == {"stage-1": []}


# --- what opens into what ---------------------------------------------------------------------
@pytest.mark.parametrize("whole_stage", [False, True])
def test_what_would_by_now_open_into_itself_is_not_put_back(
    program: Program, journey: Journey, ann: User, whole_stage: bool
) -> None:
    other = factories.make_journey(program, "boarding", stages=("board",))
    Touchpoint.objects.filter(code="desk").update(opens=other)
    maps.take_off(stage("arrive") if whole_stage else point("desk"), by=ann, at=NOON)
    factories.make_touchpoint(other.stages.first(), "again", opens=journey)
    with pytest.raises(maps.MapError) as refused:
        if whole_stage:
            maps.put_stage_back(stage("arrive"), by=ann, at=NOON)
        else:
            maps.put_back(point("desk"), by=ann, at=NOON)
    assert refused.value.code == "journey-loop"
    assert "Boarding → Departure" in str(refused.value.detail)
    assert point("desk").retired_at is not None
    with pytest.raises(DomainError) as refused_too:
        map_history.undo(journey, by=ann, at=NOON)
    assert refused_too.value.code == "journey-loop"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_let_two_journeys_open_into_each_other_at_once_the_later_is_refused(program: Program) -> None:
    ways = (("a", "b"), ("b", "a"))
    rows = {code: factories.make_journey(program, code) for code in "ab"}
    written = {code: documents.dump(row) for code, row in rows.items()}
    both = Barrier(2)

    def opened(own: str, other: str) -> str:
        document = copy.deepcopy(written[own])
        document["stages"][0]["touchpoints"] = [{"code": f"door-{own}", "name": "Door", "opens": other}]
        both.wait(10)
        try:
            documents.apply(rows[own], document, at=NOON)
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda way: opened(*way), ways))
    assert sorted(told) == ["", "journey-loop"]
    assert Touchpoint.objects.filter(opens__isnull=False).count() == 1


# --- what measures it ------------------------------------------------------------------------
def test_only_a_question_that_the_program_has_measures_a_touchpoint(
    program: Program, journey: Journey, ann: User
) -> None:
    def measure(code: str) -> None:
        maps.change(point("desk"), {"question_code": code}, seen=point("desk").revision, by=ann, at=NOON)

    factories.make_question(factories.make_program("other"), "NOPE")
    with pytest.raises(maps.MapError) as refused:
        measure("NOPE")
    assert refused.value.code == "map-question-unknown"
    factories.make_question(program, "Q1")
    for code in ("Q1", ""):
        measure(code)
        assert point("desk").question_code == code
