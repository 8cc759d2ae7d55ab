"""The steering report: frozen, chained, the same bytes wherever it is made, readable by everyone."""

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connections, transaction
from django.urls import reverse
from pypdf import PdfReader

from actions.models import EffectStudy
from cxprogram import pdf
from cxprogram.choices import Role
from cxprogram.errors import DomainError
from cxprogram.pdf import PdfError
from cxprogram.periods import parse
from governance.analytics import chain
from governance.insight.steering import gather
from governance.models import Report
from governance.services import reports
from tests import factories as make
from tests.pdf_tree import tree
from tests.tampering import without_triggers

ROOT = Path(__file__).resolve().parent.parent.parent
AT = datetime(2018, 2, 1, 9, 0, tzinfo=UTC)
YEAR = parse("2017")
LANGUAGES = [code for code, _name in settings.LANGUAGES]
# The mark also makes the test database: `frozen` fills it before any test's own transaction, and rolls back.
pytestmark = pytest.mark.django_db


@pytest.fixture
def house(db):
    return furnish()


def furnish():
    """Two years of answers, a journey with a hole, drivers, tickets, a project, a gap in the mandate."""
    house = make.House(program := make.make_program(), units := make.make_units(program, ("A", "G", "T")), {}, None)
    house.people = make.make_people(program, units)
    house.survey = make.make_survey(program)
    house.kpis = make.make_kpis(program)
    stage = make.make_journey(program, stages=("arrive", "wait")).stages.get(code="wait")
    names = {"sv": "Restauranger å ä ö", "fi": "Ravintolat"}
    house.touchpoint = make.make_touchpoint(
        stage, "food", question_code="Q7FOOD", aspect="quality", truth="proposed", name="Restaurants", names=names
    )
    make.make_expectation(house.touchpoint, 4.5)
    make.make_touchpoint(stage, "check-in", name="Check-in")
    for year, shift in ((2016, 0), (2017, 30)):
        at = datetime(year, 5, 15, 19, 0, tzinfo=UTC)
        make.make_scores(house.survey, "Q7FOOD", {5: 20 + shift, 4: 60, 3: 50 - shift}, unit=units["A"], at=at)
        make.make_scores(house.survey, "Q7ALL", {5: 40, 4: 60 + shift, 3: 20}, unit=units["A"], at=at)
        make.make_scores(house.survey, "Q7ALL", {5: 20, 4: 40, 3: 20}, unit=units["G"], at=at)
    make.make_scores(house.survey, "NETPRO", {10: 140, 8: 40, 3: 20}, unit=units["A"])
    make.make_scores(house.survey, "NETPRO", {10: 60, 8: 40, 3: 100}, unit=units["G"])
    make.make_scores(house.survey, "NETPRO", {10: 3}, unit=units["T"])
    owner, executive = house.people[Role.OWNER], house.people[Role.EXECUTIVE]
    for unit in (house.root, units["A"], units["G"]):
        make.make_target(unit, 45, author=owner, approver=executive, is_illustrative=True)
    make.make_driver_study(program)
    for code, count in (("A", 7), ("G", 5), ("T", 1)):
        for _ in range(count):
            make.make_ticket(house.survey, units[code])
    project = make.make_project(house.touchpoint, responsible=house.people[Role.PROJECT_LEAD], is_illustrative=True)
    EffectStudy.objects.create(
        project=project, method="before_after", kpi_code="mean", question_code="Q7FOOD", before_period="2016",
        after_period="2017", before_value=3.77, before_n=130, after_value=4.23, after_n=130, difference=0.46, low=0.3,
        high=0.6, p_value=0.001, computed_at=AT,
    )  # fmt: skip
    house.charter = make.make_charter(program, sponsor=executive, owner=owner)
    make.fold(program)
    return house


def make_report(house, language="en", *, period=YEAR, unit=None, at=AT):
    return reports.make_steering_report(
        house.program, unit or house.root, period, language, at=at, by=house.people[Role.OWNER]
    )


def inputs_of(house):
    return chain.canonical(gather(house.program, house.root, YEAR, on=AT.date()))


def render(text, language="en"):
    return reports.render(text, language, inputs_sha256="a" * 64, previous_sha256="")


@pytest.fixture(scope="module")
def frozen(django_db_setup, django_db_blocker):
    """The inputs of the furnished house, and its PDF in English, made once for all tests that only read them."""
    with django_db_blocker.unblock(), transaction.atomic():
        text = inputs_of(furnish())
        transaction.set_rollback(True)
    return text, render(text)


# --- the file ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finnish(frozen):
    """The PDF in the language of the longest words."""
    return render(frozen[0], "fi")


def test_the_same_inputs_make_the_same_bytes_in_another_process(frozen, finnish, tmp_path):
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


def test_rendering_again_makes_the_same_bytes_without_database_network_or_clock(frozen, monkeypatch, django_db_blocker):
    text, made = frozen

    def refuse(*args, **kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with django_db_blocker.block(), time_machine.travel(datetime(2031, 7, 1, tzinfo=UTC)):
        assert render(text) == made


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


@pytest.mark.parametrize("language", LANGUAGES)
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


# --- the chain --------------------------------------------------------------------------------


def test_the_hash_is_over_the_one_before_and_the_canonical_inputs(house, monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    first = make_report(house)
    second = make_report(house, "sv")
    assert first.previous_sha256 == ""
    assert first.inputs_sha256 == hashlib.sha256(first.inputs.encode()).hexdigest()
    assert second.previous_sha256 == first.inputs_sha256
    assert second.inputs_sha256 == hashlib.sha256((first.inputs_sha256 + second.inputs).encode()).hexdigest()
    assert first.inputs == second.inputs == chain.canonical(json.loads(first.inputs))
    assert first.pdf_sha256 == hashlib.sha256(bytes(first.pdf)).hexdigest()
    again = reports.render(
        second.inputs, "sv", inputs_sha256=second.inputs_sha256, previous_sha256=second.previous_sha256
    )
    assert again == bytes(second.pdf)
    assert reports.verify_chain(house.program) == []


def test_the_same_inputs_write_nothing_and_others_make_another_report(house, monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    first = make_report(house)
    assert make_report(house, at=datetime(2018, 3, 1, tzinfo=UTC)).pk == first.pk
    make.make_scores(house.survey, "NETPRO", {10: 20}, unit=house.units["A"])
    second = make_report(house)
    assert second.pk != first.pk
    assert second.inputs_sha256 != first.inputs_sha256
    assert second.previous_sha256 == first.inputs_sha256
    assert Report.objects.count() == 2


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


def test_a_report_about_a_part_shows_that_part(house, monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    report = make_report(house, unit=house.units["A"])
    assert json.loads(report.inputs)["tiles"][0]["reading"]["unit"] == "A"
    with pytest.raises(DomainError) as caught:
        make_report(house, unit=make.root_of(make.make_program("other")))
    assert caught.value.code == "unit-of-other-program"


def test_the_database_refuses_a_fork_and_every_change(house, monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    report = make_report(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.make_report(house.root, previous_sha256=report.previous_sha256)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(inputs="{}")
    with pytest.raises(ProgrammingError), transaction.atomic():
        report.delete()


@pytest.mark.django_db(transaction=True)
def test_reports_made_at_once_form_one_chain(monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    house = furnish()
    gate, errors = Barrier(len(LANGUAGES)), []

    def work(language):
        try:
            gate.wait(timeout=30)
            make_report(house, language)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=work, args=(language,)) for language in LANGUAGES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert errors == []
    assert Report.objects.count() == len(LANGUAGES)
    assert reports.verify_chain(house.program) == []


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("inputs", "{}", [(2, "text")]),
        ("pdf", b"%PDF-forged", [(2, "row")]),
        ("inputs_sha256", "0" * 64, [(2, "text"), (3, "order")]),
        ("previous_sha256", "1" * 64, [(2, "order"), (2, "text")]),
    ],
)
def test_tampering_is_found_at_its_place(house, monkeypatch, column, value, expected):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    made = [make_report(house, language) for language in ("en", "sv", "da")]
    with without_triggers("governance_report") as cursor:
        cursor.execute(f"UPDATE governance_report SET {column} = %s WHERE id = %s", [value, made[1].pk])
    assert [(fault.position, fault.code) for fault in reports.verify_chain(house.program)] == expected


def test_a_cut_end_is_found_with_a_printed_hash(house, monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    made = [make_report(house, language) for language in ("en", "sv")]
    with without_triggers("governance_report") as cursor:
        cursor.execute("DELETE FROM governance_report WHERE id = %s", [made[1].pk])
    assert reports.verify_chain(house.program) == []
    assert [fault.code for fault in reports.verify_chain(house.program, anchor=made[1].inputs_sha256)] == ["anchor"]


# --- the doors --------------------------------------------------------------------------------


def test_the_command_writes_the_file_and_says_when_nothing_changed(house, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: b"%PDF-1.7 " + html.encode())
    path = tmp_path / "report.pdf"
    call_command("render_report", program="sfo", period="2017", language="sv", out=path)
    assert path.read_bytes().startswith(b"%PDF-1.")
    assert re.search(r"report \d+: made", capsys.readouterr().out)
    call_command("render_report", program="sfo", period="2017", language="sv")
    assert "unchanged" in capsys.readouterr().out
    for wrong in ({"program": "none"}, {"period": "soon"}, {"unit": "Z"}):
        with pytest.raises(CommandError):
            call_command("render_report", **({"program": "sfo", "period": "2017"} | wrong))


@pytest.mark.parametrize(
    ("role", "listed", "made"),
    [
        (Role.OWNER, 200, 302), (Role.ANALYST, 200, 302), (Role.EXECUTIVE, 200, 404), (Role.STEERING, 200, 404),
        (Role.AUDITOR, 200, 404), (Role.ADVISOR, 200, 404), (Role.UNIT_MANAGER, 404, 404), (Role.FRONTLINE, 404, 404),
    ],
)  # fmt: skip
def test_who_reads_and_who_makes_reports(house, client, monkeypatch, role, listed, made):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    report = make_report(house)
    client.force_login(house.people[role])
    answer = client.get(reverse("governance:report-list"))
    assert answer.status_code == listed
    if listed == 200:
        shown = answer.content.decode()
        assert report.inputs_sha256 in shown
        assert (reverse("governance:report-make") in shown) == (made == 302)
    file = client.get(reverse("governance:report-pdf", args=[report.pk]))
    assert file.status_code == listed
    if listed == 200:
        assert file.content == bytes(report.pdf)
        assert file.headers["Content-Type"] == "application/pdf"
        etag = file.headers["ETag"]
        again = client.get(reverse("governance:report-pdf", args=[report.pk]), headers={"if-none-match": etag})
        assert again.status_code == 304
    before = Report.objects.count()
    answer = client.post(reverse("governance:report-make"), {"period": "2017", "language": "sv"})
    assert answer.status_code == made
    assert Report.objects.count() == before + (made == 302)


def test_anyone_who_reads_a_report_can_compute_its_hash(house, client, monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    first, second = make_report(house), make_report(house, "sv")
    client.force_login(house.people[Role.AUDITOR])
    inputs = client.get(reverse("governance:report-inputs", args=[second.pk])).content
    shown = client.get(reverse("governance:report-list")).content.decode()
    assert hashlib.sha256(first.inputs_sha256.encode() + inputs).hexdigest() in shown
    client.force_login(house.people[Role.FRONTLINE])
    assert client.get(reverse("governance:report-inputs", args=[second.pk])).status_code == 404


def test_the_command_names_every_fault(house, monkeypatch, capsys):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    report = make_report(house)
    call_command("verify_chains", program="sfo")
    assert "no fault" in capsys.readouterr().out
    with without_triggers("governance_report") as cursor:
        cursor.execute("UPDATE governance_report SET inputs = '{}' WHERE id = %s", [report.pk])
    with pytest.raises(CommandError):
        call_command("verify_chains", program="sfo")
    assert f"report {report.pk}, place 1: text" in capsys.readouterr().out


def test_reports_of_another_program_do_not_exist(house, client):
    other = make.make_report(make.root_of(make.make_program("other")))
    client.force_login(house.people[Role.OWNER])
    assert client.get(reverse("governance:report-pdf", args=[other.pk])).status_code == 404
