"""The log of a process in through the pages of imports, its figures out through those of the actual journeys.

The figures are those that pm4py found in the same file (../shared/data/expected/journey.json).
"""

import csv
import io
import json
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cxprogram.choices import ImportStatus, Role
from cxprogram.models import ImportRun, Program
from feedback.services import import_work
from journeys.models import Interaction, Journey
from journeys.services import episodes
from tests import factories
from tests.demo_site import ROOT
from tests.feedback.test_import_pages import chosen, text, tree

pytestmark = pytest.mark.django_db
DATA = ROOT / "tests" / "data"
LOG = (DATA / "running_example.csv").read_bytes()
EXPECTED: dict[str, Any] = json.loads((DATA / "running_example.json").read_text())
ROWS = list(csv.DictReader(io.StringIO(LOG.decode())))


def as_xes() -> bytes:
    """The same log as process mining tools write it."""
    parts = ['<log xmlns="http://www.xes-standard.org/">']
    for case in dict.fromkeys(row["case:concept:name"] for row in ROWS):
        parts.append(f'<trace><string key="concept:name" value={quoteattr(case)}/>')
        parts += [
            f'<event><string key="concept:name" value={quoteattr(row["concept:name"])}/>'
            f'<date key="time:timestamp" value={quoteattr(row["time:timestamp"].replace(" ", "T"))}/></event>'
            for row in ROWS
            if row["case:concept:name"] == case
        ]
        parts.append("</trace>")
    return "\n".join([*parts, "</log>"]).encode()


@pytest.fixture
def program(settings: Any, tmp_path: Any) -> Program:
    """A map whose touchpoints bear the names of the steps. Six cases are few: here nothing is."""
    settings.IMPORTS_DIR = tmp_path / "imports"
    program = factories.make_program("claims", min_n=1)
    stage = factories.make_journey(program, "claim").stages.first()
    for number, name in enumerate(sorted({row["concept:name"] for row in ROWS})):
        factories.make_touchpoint(stage, f"t{number}", name=name.capitalize())
    factories.make_stream(program, "steps")
    return program


@pytest.fixture
def owner(program: Program) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user(Role.OWNER, factories.root_of(program)))
    return client


def bring(client: Client, content: bytes, name: str) -> tuple[ImportRun, str]:
    """Upload, take what is proposed, start, and do what the worker does."""
    sent = client.post(reverse("feedback:import-list"), {"file": SimpleUploadedFile(name, content)})
    run, url = ImportRun.objects.latest("pk"), sent.headers["Location"]
    data = chosen(tree(client.get(url))) | {"source": "claims", "stream": "steps", "do": "start"}
    started = client.post(url + "start/", data)
    assert started.status_code == 303, text(tree(started))
    import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    return run, url


@pytest.mark.parametrize(("name", "content"), [("log.csv", LOG), ("log.xes", as_xes())])
def test_a_log_shows_the_figures_of_the_reference(program: Program, owner: Client, name: str, content: bytes) -> None:
    run, _url = bring(owner, content, name)
    assert (run.status, run.imported, run.rejected) == (ImportStatus.DONE, EXPECTED["events"], 0), run.errors
    episodes.assign(program)
    told = owner.get("/api/v1/paths/", {"journey": "claim"}).json()
    names = {
        each.code: each.name.lower() for each in Journey.objects.get(code="claim").stages.first().touchpoints.all()
    }
    assert (told["cases"], told["n_variants"], len(told["transitions"])) == (
        EXPECTED["cases"], EXPECTED["variants"], EXPECTED["dfg_edges"],
    )  # fmt: skip
    assert {names[each["step"]]: each["n"] for each in told["starts"]} == EXPECTED["start"]
    assert {names[each["step"]]: each["n"] for each in told["ends"]} == EXPECTED["end"]
    edges = {(names[each["origin"]], names[each["target"]]): each["n"] for each in told["transitions"]}
    assert {(a, b): n for a, b, n in EXPECTED["dfg_top10"]}.items() <= edges.items()
    assert told["seconds"]["median"] == pytest.approx(EXPECTED["duration_s"]["median"], abs=1)
    ways = [([names[step] for step in each["steps"]], each["n"]) for each in told["variants"]]
    assert all((steps, n) in ways for steps, n in EXPECTED["variant_top3"])
    page = owner.get("/paths/", {"journey": "claim"})
    assert "6 journeys, 6 different ways" in page.content.decode()
    rows = list(csv.DictReader(io.StringIO(owner.get("/paths/?journey=claim&format=csv").content.decode("utf-8-sig"))))
    assert {(row["from"].lower(), row["to"].lower()): int(row["n"]) for row in rows} == edges
    again, _url = bring(owner, content, name)
    assert (again.imported, again.repeated) == (0, EXPECTED["events"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<?xml version='1.0'?>\n<!DOCTYPE log [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>\n<log>&b;</log>", "Line 2"),
        (b"<!DOCTYPE log [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>\n<log>&x;</log>", "Line 1"),
        (b"<log>\n<trace>\n<event a=1>", "Line 3"),
    ],
    ids=["bomb", "external entity", "broken"],
)
def test_a_hostile_log_is_refused_with_line_and_reason(owner: Client, content: bytes, words: str) -> None:
    sent = owner.post(reverse("feedback:import-list"), {"file": SimpleUploadedFile("log.xes", content)})
    page = owner.get(sent.headers["Location"])
    told = text(tree(page))
    assert words in told
    assert "root:" not in told
    assert not Interaction.objects.exists()


def test_a_step_without_a_case_is_refused_with_its_line(owner: Client) -> None:
    lines = LOG.decode().splitlines()
    lines[7] = lines[7].replace(f",{ROWS[6]['case:concept:name']},", ",,")
    run, url = bring(owner, "\n".join(lines).encode(), "log.csv")
    assert run.errors == [{"line": 8, "column": "", "code": "case-missing", "detail": "The step names no case."}]
    assert "The step names no case." in text(tree(owner.get(url)))
    assert not Interaction.objects.exists()


def test_a_case_is_one_run_however_long_it_rests(program: Program, owner: Client) -> None:
    rested = LOG.decode().replace("2011-01-", "2012-06-")
    bring(owner, rested.encode(), "log.csv")
    episodes.assign(program)
    assert owner.get("/api/v1/paths/", {"journey": "claim"}).json()["cases"] == EXPECTED["cases"]
