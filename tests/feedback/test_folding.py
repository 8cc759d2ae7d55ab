"""Counting behind a watermark: nothing skipped, nothing twice, whatever commits late."""

import time
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cxprogram import periods
from feedback import tallies
from feedback.models import FoldState, ScoreCell, ScoreMonth
from feedback.services import folding
from tests import factories


def counted(program, question: str) -> int:
    counts = tallies.count(program, [question], [periods.ALL])
    return counts.of(question, factories.root_of(program), periods.ALL).tally.total


def cells(model) -> int:
    return sum(model.objects.filter(question__code="NETPRO", missing="").values_list("n", flat=True))


def fold(program, expected: int) -> int:
    """Fold `expected` answers; while a test beside this one holds a transaction open on the server, fewer can be."""
    folded, deadline = 0, time.monotonic() + 30
    while folded < expected and time.monotonic() < deadline:
        folded += folding.fold(program, at=timezone.now())
        time.sleep(0.02)
    return folded


@pytest.fixture
def survey():
    program = factories.make_program()
    return factories.make_survey(program)


@pytest.mark.django_db(transaction=True)
def test_a_read_adds_the_tail_to_what_is_folded(survey) -> None:
    program = survey.program
    for _each in range(3):
        factories.make_response(survey, answers={"NETPRO": 9})
    assert counted(program, "NETPRO") == 3
    assert fold(program, 3) == 3
    assert counted(program, "NETPRO") == 3
    factories.make_response(survey, answers={"NETPRO": 2})
    assert counted(program, "NETPRO") == 4
    assert fold(program, 1) == 1
    assert folding.fold(program, at=timezone.now()) == 0
    assert counted(program, "NETPRO") == 4


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_commits_after_the_fold_is_neither_lost_nor_doubled(survey) -> None:
    program = survey.program
    written, may_commit = Event(), Event()

    def write_slowly() -> None:
        with transaction.atomic():
            factories.make_response(survey, answers={"NETPRO": 10})
            written.set()
            may_commit.wait(20)
        connection.close()

    writer = Thread(target=write_slowly)
    writer.start()
    assert written.wait(20)
    factories.make_response(survey, answers={"NETPRO": 1})  # younger, and committed first
    folding.fold(program, at=timezone.now())
    assert counted(program, "NETPRO") == 1
    may_commit.set()
    writer.join(20)
    assert counted(program, "NETPRO") == 2
    fold(program, 2 - cells(ScoreCell))
    assert counted(program, "NETPRO") == 2
    assert (cells(ScoreCell), cells(ScoreMonth)) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_restored_database_is_counted_anew(survey) -> None:
    program = survey.program
    factories.make_response(survey, answers={"NETPRO": 9})
    fold(program, 1)
    # As after a restore: another cluster, whose ids are far behind those in the rows.
    FoldState.objects.filter(program=program).update(cluster="another", watermark_xid=2**40)
    program.response_set.update(recorded_xid=2**40)
    factories.make_response(survey, answers={"NETPRO": 9})
    assert fold(program, 2) == 2
    assert counted(program, "NETPRO") == 2


@pytest.mark.django_db(transaction=True)
def test_counting_everything_again_gives_the_same_cells(survey) -> None:
    program = survey.program
    for score in (0, 9, 9, 10):
        factories.make_response(survey, answers={"NETPRO": score})
    fold(program, 4)
    fields = ("question_id", "day", "unit_id", "channel", "code", "missing", "n", "weight_sum", "weight_sq_sum")
    before = set(ScoreCell.objects.values_list(*fields))
    again = folding.rebuild(program, at=timezone.now())
    fold(program, 4 - again)
    assert set(ScoreCell.objects.values_list(*fields)) == before
