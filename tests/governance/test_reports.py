"""The steering report: frozen, the same bytes wherever it is made, readable by everyone."""

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from unittest import mock

import pytest
import time_machine
from pypdf import PdfReader

from cxprogram import pdf
from cxprogram.languages import OURS
from cxprogram.pdf import PdfError
from cxprogram.periods import parse
from governance.analytics import chain
from governance.insight.steering import gather
from governance.services import reports
from tests import factories as make
from tests.governance.steering import AT, YEAR, furnish, inputs_of
from tests.pdf_tree import tree

build_house = furnish
ROOT = Path(__file__).resolve().parent.parent.parent
# The mark also makes the test database, which is filled before any test's own transaction.
pytestmark = pytest.mark.django_db


def render(text, language="en"):
    return reports.render(text, language, inputs_sha256="a" * 64, previous_sha256="")


@pytest.fixture(scope="module")
def frozen(built_house, django_db_blocker):
    """The inputs of the furnished house, and its PDF in English, made once for all tests that only read them."""
    with django_db_blocker.unblock():
        text = inputs_of(built_house)
    return text, render(text)


# --- the file ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finnish(frozen, django_db_blocker):
    """The PDF in the language of the longest words, made after another one, in another year, and with every door to
    database and network shut."""

    def refuse(*args, **kwargs):
        raise AssertionError("a socket was opened")

    shut = (mock.patch.object(socket, name, refuse) for name in ("socket", "create_connection", "getaddrinfo"))
    with ExitStack() as stack:
        for door in (*shut, django_db_blocker.block(), time_machine.travel(datetime(2031, 7, 1, tzinfo=UTC))):
            stack.enter_context(door)
        return render(frozen[0], "fi")


def test_it_is_the_same_bytes_in_another_process_with_database_network_and_clock_or_without(frozen, finnish, tmp_path):
    text = frozen[0]
    (tmp_path / "inputs.json").write_text(text)
    script = (
        "import django, sys; django.setup()\n"
        "from governance.services import reports\n"
        "text = open(sys.argv[1]).read()\n"
        "open(sys.argv[2], 'wb').write(reports.render(text, 'fi', inputs_sha256='a' * 64, previous_sha256=''))\n"
    )
    subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "inputs.json"), str(tmp_path / "made.pdf")],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "cxprogram.settings", "PYTHONHASHSEED": "7"},
        check=True,
        timeout=300,
    )
    assert (tmp_path / "made.pdf").read_bytes() == finnish


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x.png", "http://127.0.0.1/x.png", "file:///etc/passwd", "data:image/png;base64,AAAA",
        "https://static.invalid/../settings.py", "//example.org/x.css",
    ],
)  # fmt: skip
def test_what_is_not_bundled_stops_the_file(address):
    with pytest.raises(PdfError) as caught:
        pdf.make_pdf(f'<html lang="en"><title>x</title><body><img src="{address}" alt="x"></body></html>')
    assert caught.value.code == "pdf-refused"


def test_a_missing_library_is_named_with_the_command_that_installs_it(monkeypatch):
    def missing(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)

    import builtins

    real = builtins.__import__
    pdf._weasyprint.cache_clear()
    monkeypatch.setattr(builtins, "__import__", missing)
    try:
        with pytest.raises(PdfError) as caught:
            pdf.make_pdf("<html></html>")
    finally:
        monkeypatch.undo()
        pdf._weasyprint.cache_clear()
    assert (caught.value.code, caught.value.status) == ("pdf-unavailable", 503)
    assert "apt-get install --no-install-recommends libpango-1.0-0" in str(caught.value.detail)


def test_it_is_tagged_titled_and_embeds_inter_alone(frozen):
    reader = PdfReader(BytesIO(frozen[1]))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Steering report 2017, San Francisco International Airport"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    chapters = [item["/Title"] for item in reader.outline if not isinstance(item, list)]
    assert chapters[:3] == ["Summary", "How the numbers developed", "Where the experience is made"]
    assert "How we count" in chapters
    fonts = {
        font.get_object()["/BaseFont"].split("+")[-1]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {name.lstrip("/").split("-")[0] for name in fonts} == {"Inter"}


def test_every_figure_says_what_it_shows(frozen):
    figures = [node for kind, node in tree(PdfReader(BytesIO(frozen[1]))) if kind == "/Figure"]
    assert len(figures) > 10
    assert [node for node in figures if not str(node.get("/Alt", "")).strip()] == []


def test_tables_have_headings_and_pages_their_foot(frozen):
    reader = PdfReader(BytesIO(frozen[1]))
    kinds = [kind for kind, _node in tree(reader)]
    assert kinds.count("/Table") >= 5
    assert "/TH" in kinds
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert "a" * 64 in text
        assert f"{number} / {len(reader.pages)}" in text


@pytest.mark.parametrize("language", OURS)
def test_it_is_told_in_every_language_from_the_same_inputs(frozen, language):
    text = frozen[0]
    said = reports.html(text, language, inputs_sha256="a" * 64, previous_sha256="").replace("\xa0", " ")
    assert f'<html lang="{language}"' in said
    assert ("Restauranger å ä ö" in said) == (language == "sv")
    assert ("Ravintolat" in said) == (language == "fi")
    area = next(row for row in json.loads(text)["scorecard"]["rows"] if row["unit"]["code"] == "A")
    value = area["scores"]["mean"]["reading"]["value"]
    assert f"{value:.2f}".replace(".", "." if language == "en" else ",") in said


def test_the_file_speaks_the_language_asked_for(finnish):
    reader = PdfReader(BytesIO(finnish))
    assert reader.trailer["/Root"]["/Lang"] == "fi"
    assert "Ravintolat" in "".join(page.extract_text() for page in reader.pages)


def test_the_first_page_says_what_matters(frozen):
    first = PdfReader(BytesIO(frozen[1])).pages[0].extract_text().replace("\xa0", " ")
    for text in ("Rated lowest: Restaurants", "What moved", "What we ask you to decide", "Would they recommend us"):
        assert text in first, text


def test_a_before_and_after_is_never_called_an_effect_of_the_project(frozen):
    said = "".join(page.extract_text() for page in PdfReader(BytesIO(frozen[1])).pages)
    assert "not causal" in said


# --- the inputs -------------------------------------------------------------------------------


def test_small_counts_are_not_even_in_the_inputs(frozen):
    document = json.loads(frozen[0])
    rows = {row["unit"]["code"]: row["scores"]["nps"]["reading"] for row in document["scorecard"]["rows"]}
    assert (rows["T"]["value"], rows["T"]["n"], rows["T"]["suppressed"]) == (None, None, True)
    assert sum(reading["suppressed"] for reading in rows.values()) >= 2
    tickets = {row["name"][""]: row["n"] for row in document["tickets"]["units"]}
    assert tickets["Boarding area T"] is None
    # 13 in all: with one row hidden alone, a subtraction would tell it.
    assert sum(n is None for n in tickets.values()) >= 2
    assert document["tickets"]["total"] == 13


def test_the_inputs_hold_no_moment_and_no_answer_of_a_person(house):
    make.make_response(house.survey, {"NETPRO": 9, "COMMENT": "My name is Bond"})
    text = inputs_of(house)
    assert "Bond" not in text
    assert "computed_at" not in text
    assert text == inputs_of(house)


@pytest.mark.parametrize("period", ["2017-05", "2012", "all"])
def test_a_month_everything_and_a_year_without_answers_can_be_told(house, period):
    text = chain.canonical(gather(house.program, house.root, parse(period), on=AT.date()))
    assert "How we count" in reports.html(text, "en", inputs_sha256="a" * 64, previous_sha256="")


def test_a_program_that_has_nothing_yet_says_so():
    program = make.make_program("new")
    text = chain.canonical(gather(program, make.root_of(program), YEAR, on=AT.date()))
    said = reports.html(text, "en", inputs_sha256="a" * 64, previous_sha256="")
    assert "Too few answers to tell" in said
    assert "There is no charter" in said
