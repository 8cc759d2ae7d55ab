"""The chain of reports: frozen, every change found at its place; and the doors through which they are read."""

import hashlib
import json
import re
from datetime import UTC, datetime
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse

from cxprogram import pdf
from cxprogram.choices import Role
from cxprogram.errors import DomainError
from governance.analytics import chain
from governance.models import Report
from governance.services import reports
from tests import factories as make
from tests.governance.steering import furnish, make_report
from tests.tampering import without_triggers

build_house = furnish
LANGUAGES = ("en", "sv", "da")
# The mark also makes the test database, which `told` fills before any test's own transaction.
pytestmark = pytest.mark.django_db


def as_text(html):
    return html.encode()


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Files are drawn in the tests of the report."""
    monkeypatch.setattr(pdf, "make_pdf", as_text)


@pytest.fixture(scope="module")
def told(built_house, django_db_blocker):
    """A chain of the same year in three languages, made once: what a test does to it is undone after it."""
    with django_db_blocker.unblock(), mock.patch.object(pdf, "make_pdf", as_text):
        return [make_report(built_house, language) for language in LANGUAGES]


# --- the chain --------------------------------------------------------------------------------


def test_the_hash_is_over_the_one_before_and_the_canonical_inputs(house, told):
    first, second, _third = told
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


def test_the_same_inputs_write_nothing_and_others_make_another_report(house, told):
    first, _second, third = told
    assert make_report(house, at=datetime(2018, 3, 1, tzinfo=UTC)).pk == first.pk
    make.make_scores(house.survey, "NETPRO", {10: 20}, unit=house.units["A"])
    other = make_report(house)
    assert other.pk not in {report.pk for report in told}
    assert other.inputs_sha256 != first.inputs_sha256
    assert other.previous_sha256 == third.inputs_sha256
    assert Report.objects.count() == len(told) + 1


def test_a_report_about_a_part_shows_that_part(house):
    report = make_report(house, unit=house.units["A"])
    assert json.loads(report.inputs)["tiles"][0]["reading"]["unit"] == "A"
    with pytest.raises(DomainError) as caught:
        make_report(house, unit=make.root_of(make.make_program("other")))
    assert caught.value.code == "unit-of-other-program"


def test_the_database_refuses_a_fork_and_every_change(house, told):
    report = told[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        make.make_report(house.root, previous_sha256=report.previous_sha256)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(inputs="{}")
    with pytest.raises(ProgrammingError), transaction.atomic():
        report.delete()


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("inputs", "{}", [(2, "text")]),
        ("pdf", b"%PDF-forged", [(2, "row")]),
        ("inputs_sha256", "0" * 64, [(2, "text"), (3, "order")]),
        ("previous_sha256", "1" * 64, [(2, "order"), (2, "text")]),
    ],
)
def test_tampering_is_found_at_its_place(house, told, column, value, expected):
    with without_triggers("governance_report") as cursor:
        cursor.execute(f"UPDATE governance_report SET {column} = %s WHERE id = %s", [value, told[1].pk])
    assert [(fault.position, fault.code) for fault in reports.verify_chain(house.program)] == expected


def test_a_cut_end_is_found_with_a_printed_hash(house, told):
    last = told[-1]
    with without_triggers("governance_report") as cursor:
        cursor.execute("DELETE FROM governance_report WHERE id = %s", [last.pk])
    assert reports.verify_chain(house.program) == []
    assert [fault.code for fault in reports.verify_chain(house.program, anchor=last.inputs_sha256)] == ["anchor"]


# --- the doors --------------------------------------------------------------------------------


def test_the_command_writes_the_file_and_says_when_nothing_changed(house, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: b"%PDF-1.7 " + html.encode())
    path = tmp_path / "report.pdf"
    call_command("render_report", program="sfo", period="2017", language="fi", out=path)
    assert path.read_bytes().startswith(b"%PDF-1.")
    assert re.search(r"report \d+: made", capsys.readouterr().out)
    call_command("render_report", program="sfo", period="2017", language="fi")
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
def test_who_reads_and_who_makes_reports(house, told, client, role, listed, made):
    report = told[0]
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
    answer = client.post(reverse("governance:report-make"), {"period": "2017", "language": "fi"})
    assert answer.status_code == made
    assert Report.objects.count() == before + (made == 302)


def test_anyone_who_reads_a_report_can_compute_its_hash(house, told, client):
    first, second, _third = told
    client.force_login(house.people[Role.AUDITOR])
    inputs = client.get(reverse("governance:report-inputs", args=[second.pk])).content
    shown = client.get(reverse("governance:report-list")).content.decode()
    assert hashlib.sha256(first.inputs_sha256.encode() + inputs).hexdigest() in shown
    client.force_login(house.people[Role.FRONTLINE])
    assert client.get(reverse("governance:report-inputs", args=[second.pk])).status_code == 404


def test_the_command_names_every_fault(house, told, capsys):
    report = told[0]
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
