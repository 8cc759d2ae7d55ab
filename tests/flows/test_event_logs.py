"""The log of a process in through the pages of imports, its figures out through those of the actual journeys.

The figures are those that pm4py found in the same files (../shared/data/expected/journey.json).
"""

import csv
import gzip
import io
import json
from itertools import pairwise
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
from tests.feedback.imports.bringing import chosen, text, tree
from tests.shared import shared_file

pytestmark = pytest.mark.django_db
DATA = ROOT / "tests" / "data"
LOG = (DATA / "running_example.csv").read_bytes()
EXPECTED: dict[str, Any] = json.loads((DATA / "running_example.json").read_text())


def rows_of(log: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(log.decode())))


ROWS = rows_of(LOG)


def as_xes(log: bytes) -> bytes:
    """The same log as process mining tools write it."""
    cases: dict[str, list[dict[str, str]]] = {}
    for row in rows_of(log):
        cases.setdefault(row["case:concept:name"], []).append(row)
    parts = ['<log xmlns="http://www.xes-standard.org/">']
    for case, rows in cases.items():
        parts.append(f'<trace><string key="concept:name" value={quoteattr(case)}/>')
        parts += [
            f'<event><string key="concept:name" value={quoteattr(row["concept:name"])}/>'
            f'<date key="time:timestamp" value={quoteattr(row["time:timestamp"].replace(" ", "T"))}/></event>'
            for row in rows
        ]
        parts.append("</trace>")
    return "\n".join([*parts, "</log>"]).encode()


def map_of(program: Program, rows: list[dict[str, str]]) -> None:
    """A map whose touchpoints bear the names of the steps."""
    stage = factories.make_journey(program, "claim").stages.first()
    for number, name in enumerate(sorted({row["concept:name"] for row in rows})):
        factories.make_touchpoint(stage, f"t{number}", name=name[:1].upper() + name[1:])


def steps_of_map() -> dict[str, str]:
    """The names of the steps by code, as the reference writes them."""
    places = Journey.objects.get(code="claim").stages.first().touchpoints.all()
    return {each.code: each.name.casefold() for each in places}


@pytest.fixture
def program(settings: Any, tmp_path: Any) -> Program:
    """Some steps are of few cases: here nothing is few."""
    settings.IMPORTS_DIR = tmp_path / "imports"
    program = factories.make_program("claims", min_n=1)
    factories.make_stream(program, "steps")
    return program


@pytest.fixture
def claims(program: Program) -> Program:
    map_of(program, ROWS)
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


def shows(client: Client, expected: dict[str, Any]) -> dict[str, Any]:
    """The API and the file of the page tell the figures of the reference."""
    told = client.get("/api/v1/paths/", {"journey": "claim"}).json()
    names = steps_of_map()
    assert (told["cases"], told["still_open"], told["n_variants"], len(told["transitions"])) == (
        expected["cases"], 0, expected["variants"], expected["dfg_edges"],
    )  # fmt: skip
    starts, ends = ({names[each["step"]]: each["n"] for each in told[part]} for part in ("starts", "ends"))
    assert starts == {name.casefold(): n for name, n in expected["start"].items()}
    assert ends.items() >= {name.casefold(): n for name, n in expected["end"].items()}.items()
    assert sum(ends.values()) == expected["cases"]
    edges = {(names[each["origin"]], names[each["target"]]): each["n"] for each in told["transitions"]}
    assert {(a.casefold(), b.casefold()): n for a, b, n in expected["dfg_top10"]}.items() <= edges.items()
    assert told["seconds"]["median"] == pytest.approx(expected["duration_s"]["median"], abs=1)
    ways = [([names[step] for step in each["steps"]], each["n"]) for each in told["variants"]]
    assert all(([step.casefold() for step in steps], n) in ways for steps, n in expected["variant_top3"])
    rows = rows_of(client.get("/paths/?journey=claim&format=csv").content.removeprefix(b"\xef\xbb\xbf"))
    assert {(row["from"].casefold(), row["to"].casefold()): int(row["n"]) for row in rows} == edges
    return told


@pytest.mark.parametrize(("name", "content"), [("log.csv", LOG), ("log.xes", as_xes(LOG))], ids=["csv", "xes"])
def test_a_log_shows_the_figures_of_the_reference(claims: Program, owner: Client, name: str, content: bytes) -> None:
    run, _url = bring(owner, content, name)
    assert (run.status, run.imported, run.rejected) == (ImportStatus.DONE, EXPECTED["events"], 0), run.errors
    episodes.assign(claims)
    shows(owner, EXPECTED)
    page = owner.get("/paths/", {"journey": "claim"})
    assert "6 journeys, 6 different ways" in page.content.decode()
    again, _url = bring(owner, content, name)
    assert (again.imported, again.repeated) == (0, EXPECTED["events"])


@pytest.mark.parametrize("name", ["receipt.csv.gz", "receipt.xes", "helpdesk.csv.gz"])
def test_a_public_log_of_thousands_of_cases(program: Program, owner: Client, name: str) -> None:
    expected = json.loads(shared_file("expected/journey.json").read_text())
    log = name.partition(".")[0]
    packed = shared_file(f"journey/{log}.csv.gz").read_bytes()
    plain = gzip.decompress(packed)
    map_of(program, rows_of(plain))
    run, _url = bring(owner, as_xes(plain) if name.endswith(".xes") else packed, name)
    assert (run.status, run.imported, run.rejected) == (ImportStatus.DONE, expected[log]["events"], 0), run.errors
    episodes.assign(program)
    told = shows(owner, expected[log])
    if log == "helpdesk":
        _shows_the_helpdesk(owner, told, expected)


def _shows_the_helpdesk(client: Client, told: dict[str, Any], expected: dict[str, Any]) -> None:
    """What follows on a step how often, and how many come how far."""
    names = steps_of_map()
    shares = {(names[each["origin"]], names[each["target"]]): each["probability"] for each in told["transitions"]}
    for origin, targets in expected["helpdesk_transition_prob_ge_2pct"].items():
        for target, share in targets.items():
            assert shares[origin.casefold(), target.casefold()] == pytest.approx(share, abs=1e-6)
    reference = expected["helpdesk_funnel"]
    codes = {name: code for code, name in names.items()}
    steps = [codes[name.casefold()] for name in reference["reached"]]
    funnel = client.get("/api/v1/funnels/", {"journey": "claim", "steps": ",".join(steps)}).json()
    stages = dict(zip(reference["reached"], funnel["groups"][0]["stages"], strict=True))
    assert {name: stage["reached"] for name, stage in stages.items()} == reference["reached"]
    assert {name: stage["in_order"] for name, stage in stages.items()} == reference["reached_in_order"]
    gaps = {f"{before} -> {name}": stages[name]["seconds"]["median"] for before, name in pairwise(stages)}
    assert gaps == pytest.approx(reference["median_seconds_between_first"], abs=1)


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


def test_a_step_without_a_case_is_refused_with_its_line(claims: Program, owner: Client) -> None:
    lines = LOG.decode().splitlines()
    lines[7] = lines[7].replace(f",{ROWS[6]['case:concept:name']},", ",,")
    run, url = bring(owner, "\n".join(lines).encode(), "log.csv")
    assert run.errors == [{"line": 8, "column": "", "code": "case-missing", "detail": "The step names no case."}]
    assert "The step names no case." in text(tree(owner.get(url)))
    assert not Interaction.objects.exists()


def test_a_case_is_one_run_however_long_it_rests(claims: Program, owner: Client) -> None:
    rested = LOG.decode().replace("2011-01-", "2012-06-")
    bring(owner, rested.encode(), "log.csv")
    episodes.assign(claims)
    assert owner.get("/api/v1/paths/", {"journey": "claim"}).json()["cases"] == EXPECTED["cases"]
