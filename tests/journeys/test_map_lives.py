"""Whatever happens to a map, no version is lost, and what is taken off comes back."""

import copy
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cxprogram.errors import ConflictError
from cxprogram.models import Program, User
from journeys.interchange import xlsx
from journeys.models import Journey, JourneyVersion, Touchpoint
from journeys.services import documents, map_history, maps, new_journeys
from tests import factories
from tests.factories import NOON
from tests.journeys.test_documents import journeys
from tests.journeys.test_maps import outline

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    return factories.make_program()


@pytest.fixture
def ann(program: Program) -> User:
    return factories.make_user("owner", factories.root_of(program))


@pytest.fixture
def bo(program: Program) -> User:
    return factories.make_user("analyst", factories.root_of(program))


steps = st.lists(
    st.tuples(
        st.sampled_from([
            "change", "add", "move", "move_stage", "off", "off_stage", "find", "back", "undo", "restore", "import",
        ]),
        st.integers(0, 9), st.integers(0, 9), st.booleans(),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_no_version_is_lost_and_the_newest_is_what_stands(program: Program, ann: User, bo: User, acts: list) -> None:
    journey = new_journeys.begin(program, "J", by=ann, at=NOON)
    kept: list[tuple[int, dict[str, Any]]] = []
    for number, (act, one, two, is_bo) in enumerate(acts):
        who = {"by": bo if is_bo else ann, "at": NOON + timedelta(minutes=number)}
        stages = list(journey.stages.on_map().order_by("position"))
        points = list(Touchpoint.objects.on_map().filter(stage__in=stages).order_by("stage__position", "position"))
        place = stages[one % len(stages)] if stages else None
        try:
            if act == "add" and place and two < 5:
                maps.add_touchpoint(place, f"P{number}", after=None, **who)
            elif act == "add":
                maps.add_stage(journey, f"S{number}", after=place, **who)
            elif act == "change" and points:
                row = points[two % len(points)]
                maps.change(row, {"name": f"N{one}"}, seen=row.revision, **who)
            elif act == "move" and points and place:
                maps.move_touchpoint(points[two % len(points)], stage=place, after=None, **who)
            elif act == "move_stage" and place:
                after = stages[two % len(stages)]
                maps.move_stage(place, after=None if after == place else after, **who)
            elif act == "off" and points:
                maps.take_off(points[two % len(points)], **who)
            elif act == "off_stage" and place:
                maps.take_off(place, **who)
            elif act == "find" and (every := list(Touchpoint.objects.filter(stage__journey=journey).order_by("pk"))):
                factories.make_finding(every[one % len(every)], f"F{two}")
                map_history.keep(journey, "", **who)
            elif act == "back" and (off := list(Touchpoint.objects.filter(stage__in=stages, position=None))):
                maps.put_back(off[two % len(off)], **who)
            elif act == "import":
                assert not new_journeys.take_in(program, journey, documents.dump(journey), **who)
            elif act == "undo":
                map_history.undo(journey, **who)
            elif act == "restore":
                versions = list(journey.versions.order_by("number"))
                map_history.restore(versions[one % len(versions)], **who)
        except ConflictError:
            pass
        outline(journey)
        versions = list(journey.versions.order_by("number"))
        assert [each.number for each in versions] == list(range(1, len(versions) + 1))
        assert [(each.number, each.document) for each in versions][: len(kept)] == kept
        assert versions[-1].document == documents.dump_whole(journey)
        documents.read(documents.dump(journey))
        for earlier, later in pairwise(versions):
            documents.differences(earlier.document, later.document)
        assert all(each.sha256 == documents.fingerprint(each.document) for each in versions)
        kept = [(each.number, each.document) for each in versions]
    JourneyVersion.objects.filter(journey=journey).delete()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(journeys(), st.integers(0, 99), st.booleans())
def test_whatever_is_taken_off_with_its_findings_undo_and_files_bring_back(
    program: Program, ann: User, document: dict[str, Any], one: int, is_stage: bool
) -> None:
    Touchpoint.objects.filter(program=program).delete()
    made = new_journeys.from_document(program, document, by=ann, at=NOON)
    rows: list[Any] = list(
        made.stages.on_map() if is_stage else Touchpoint.objects.on_map().filter(stage__journey=made)
    )
    assume(rows)
    before, found = documents.dump(made), set(made.findings.values_list("pk", flat=True))
    maps.take_off(rows[one % len(rows)], by=ann, at=NOON)
    off = documents.dump(made)
    for earlier, later in pairwise(made.versions.order_by("number")):
        assert documents.differences(earlier.document, later.document)
    for read in (lambda: copy.deepcopy(off), lambda: xlsx.read(xlsx.write(off))):
        assert not new_journeys.take_in(program, made, read(), by=ann, at=NOON)
    elsewhere = Program.objects.filter(slug="elsewhere").first() or factories.make_program("elsewhere")
    Touchpoint.objects.filter(program=elsewhere).delete()
    Journey.objects.filter(program=elsewhere).delete()
    assert documents.dump(documents.create(elsewhere, off, at=NOON)[0]) == off
    map_history.undo(made, by=ann, at=NOON)
    assert documents.dump(made) == before
    assert set(made.findings.values_list("pk", flat=True)) == found
