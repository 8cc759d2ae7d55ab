"""Answers handed out: every one of the period, in its own words, to those who may see it."""

import csv
import io
import json

import pytest

from cxprogram.choices import Role
from tests import factories
from tests.api_client import Api, refused
from tests.feedback.answers import body

pytestmark = pytest.mark.django_db
SAID = {
    "a": {"NETPRO": 9, "Q7FOOD": "not_applicable", "PROBLEMS": [2, 1], "COMMENT": ' =HYPERLINK("x")'},
    "b": {"NETPRO": 0, "COMMENT": 'Two\nlines, "quoted" \\ and åäö'},
}


@pytest.fixture
def owner(house: factories.House) -> Api:
    sender = Api(house.people[Role.INTEGRATION], house.program)
    for key, answers in SAID.items():
        customer = {"external_id": key, "name": "Ada Example", "email": "ada@example.org"}
        sent = body(
            external_id=key, answers=answers, customer=customer, source="+desk", answered_at="2003-02-03T04:05:06Z"
        )
        assert sender.post("responses/", sent).status_code == 201
    return Api(house.people[Role.OWNER], house.program)


def text(reply) -> str:
    assert reply.status_code == 200 and reply.streaming
    return b"".join(reply.streaming_content).decode()


def test_a_table_has_a_column_a_question_and_harms_no_spreadsheet(owner: Api):
    reply = owner.get("responses/export/", period="2003")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="answers-sfo-2003.csv"'
    said = text(reply)
    assert said.startswith("\ufeffid,survey,version,source,") and "example.org" not in said and "Ada" not in said
    rows = list(csv.DictReader(io.StringIO(said.removeprefix("\ufeff"))))
    assert [(row["source"], row["external_id"], row["answered_at"]) for row in rows] == [
        ("'+desk", "a", "2003-02-03T04:05:06Z"),
        ("'+desk", "b", "2003-02-03T04:05:06Z"),
    ]
    questions = ("NETPRO", "Q7ALL", "Q7FOOD", "PROBLEMS", "COMMENT")
    assert [[row[code] for code in questions] for row in rows] == [
        ["9", "", "not_applicable", "1;2", '\' =HYPERLINK("x")'],
        ["0", "", "", "", SAID["b"]["COMMENT"]],
    ]


def test_lines_of_objects_say_what_was_said(owner: Api):
    reply = owner.get("responses/export/", period="2003-02", format="ndjson")
    rows = [json.loads(line) for line in text(reply).splitlines()]
    assert [row["answers"] for row in rows] == [
        {"NETPRO": 9, "PROBLEMS": [1, 2], "COMMENT": SAID["a"]["COMMENT"]},
        SAID["b"],
    ]
    assert rows[0]["missing"] == {"Q7ALL": "blank", "Q7FOOD": "not_applicable"}
    assert {"name", "email"}.isdisjoint(rows[0]) and isinstance(rows[0]["customer"], int)


def test_a_period_without_answers_gives_the_header_alone(owner: Api):
    assert text(owner.get("responses/export/", period="2004")).count("\n") == 1
    assert text(owner.get("responses/export/", period="2004", format="ndjson")) == ""


def test_an_analyst_of_one_unit_is_given_the_answers_of_that_unit(house: factories.House, owner: Api):
    analyst = Api(factories.make_user(Role.ANALYST, house.units["G"]), house.program)
    everything = [json.loads(line) for line in text(owner.get("responses/export/", format="ndjson")).splitlines()]
    own = [json.loads(line) for line in text(analyst.get("responses/export/", format="ndjson")).splitlines()]
    assert 0 < len(own) < len(everything)
    assert own == [row for row in everything if row["unit"] == "G"]


def test_what_cannot_be_read_is_refused(owner: Api):
    assert refused(owner.get("responses/export/", format="xlsx"), 400, "parameter-invalid")
    assert refused(owner.get("responses/export/", period="2003-13"), 400, "period-unknown")
    assert refused(owner.get("responses/export/", program="other"), 404, "program-unknown")
