"""Nothing of an erased person stands anywhere: every text column is walked, not those that somebody thought of."""

import gzip
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry

from cxprogram.choices import ImportStatus
from cxprogram.models import ImportRun, Program
from cxprogram.periods import parse
from cxprogram.services import import_runs
from feedback.models import SupportCase, Ticket
from feedback.services import tickets
from journeys import holdings, namings
from journeys.kpis import registry
from journeys.services import people, subjects
from journeys.services.people import PersonFacts
from tests import factories
from tests.cxprogram.admin_house import furnish
from tests.factories import NOON
from tests.journeys import sweep

NAME, ADDRESS, PHONE = "Zelda Quisling-Ahlström", "zelda.q@example.org", "+46709990001"


def test_whatever_form_a_number_a_name_or_an_address_is_written_in_is_found() -> None:
    names = namings.whole(namings.pattern([NAME, ADDRESS, PHONE, "crm-zelda-0001", "Maria", "gold"]))
    for said in (
        "call 070-999 00 01 now", "+46 70 999 00 01", "0046709990001", "(0)70.999.00.01", "ZELDA.Q@Example.ORG",
        "zelda  quisling-ahlström", "Quisling-Ahlström, Zelda", "CRM-Zelda-0001",
    ):  # fmt: skip
        assert "[erased]" in str(namings.mended({"x": [said]}, names)), said
    for other in (
        "Maria was kind",
        "gold",
        "azelda.q@example.org",
        "470999000123",
        "Zelda Fitzgerald",
        "crm-zelda-00011",
    ):
        assert namings.mended(other, names) == other
    assert namings.whole(namings.pattern([])).search("anything") is None


# Columns that keep what is planted in them, by table or by end of name.
OF_THE_HOUSE = ("auth_", "django_", "cxprogram_user", "cxprogram_program", "socialaccount", "account_")
OF_OTHER_CUSTOMERS = ("journeys_customer", "journeys_customerevent", "journeys_customeridentity")
FROZEN = ("feedback_question", "feedback_survey", "journeys_kpi", "governance_report", "governance_compensation")
CODES = ("pgh_label", "_sha256", "path", "code")


@pytest.mark.django_db
def test_what_is_written_of_a_person_in_any_column_of_any_table_is_mended() -> None:
    house = factories.make_house()
    furnish(house)
    zelda = people.identify(house.program, PersonFacts((("crm", "crm-zelda-0001"),), NAME, ADDRESS, PHONE), at=NOON)
    who = subjects.traces(zelda.customer, at=NOON)
    planted = sweep.plant(f"{NAME} said so")
    assert len(planted) > 300
    for program in Program.objects.all():
        for imprint in holdings.imprints():
            imprint.erase(program.pk, who)
    left = sweep.found_in_tables([NAME])
    left.discard(("feedback_invitation", "address"))  # another customer's, of the same address
    kept = OF_THE_HOUSE + OF_OTHER_CUSTOMERS + FROZEN
    assert sorted(each for each in left if not each[0].startswith(kept) and not each[1].endswith(CODES)) == []


@pytest.mark.django_db
def test_twenty_strings_of_a_person_have_no_hit_in_tables_or_files_and_no_number_moves(
    settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    settings.IMPORTS_DIR, settings.EMAIL_MESSAGES_DIR = tmp_path / "imports", tmp_path / "mail"
    settings.SMS_MESSAGES_DIR = tmp_path / "sms"
    program = factories.make_program()
    owner = factories.make_user("owner", factories.root_of(program))
    kpi = factories.make_kpi(program, "nps")
    survey = factories.make_survey(program)
    factories.make_scores(survey, "NETPRO", {9: 12, 5: 8})
    facts = PersonFacts((("crm", "crm-zelda-0001"), ("shop", "shop-zelda-77")), NAME, "Zelda.Old@example.org", PHONE)
    zelda = people.identify(program, facts, at=NOON).customer
    people.identify(program, PersonFacts(facts.identities[:1], NAME, ADDRESS), at=NOON)
    zelda.refresh_from_db()
    strings = (
        NAME, ADDRESS, "ZELDA.Q@Example.ORG", "Zelda.Old@example.org", PHONE, "070-999 00 01", "46 70 999 00 01",
        "crm-zelda-0001", "CRM-ZELDA-0001", "shop-zelda-77", "Quisling-Ahlström, Zelda", "Quisling-Ahlström Zelda",
        "zelda quisling-ahlström", "ZELDA QUISLING-AHLSTRÖM", "0046709990001", "zelda.old@EXAMPLE.org",
        "(0)70 999 00 01", "070.999.00.01", "Zelda  Quisling-Ahlström", "+46-70-999-00-01",
    )  # fmt: skip
    assert len(strings) == 20
    said = " | ".join(strings)
    other = factories.make_response(survey, {"NETPRO": 2, "COMMENT": f"Ask {said}"}, external_id=f"row-{ADDRESS}")
    ticket = Ticket.objects.get(response=other)
    tickets.take(ticket, by=owner, at=NOON)
    tickets.note(ticket, text=said, by=owner, at=NOON)
    tickets.close(ticket, root_cause="Staffing", action=f"Called {said}", by=owner, at=NOON)
    SupportCase.objects.create(
        program=program, source="desk", external_id="1", body_hash=b"x", at=NOON, text=said, subject=said[:400],
        attributes={"from": [{"who": said}]},
    )  # fmt: skip
    kept_told = {"detail": said, "sentence": "%(text)s", "facts": {"text": said}}
    error = {"line": 3, "column": "EMAIL", "code": "address-bad", **kept_told}
    ImportRun.objects.create(
        program=program, kind="responses", file_name=f"{NAME}.csv", started_at=NOON, errors=[error],
        notes=[said, kept_told], status=ImportStatus.DONE,
    )  # fmt: skip
    LogEntry.objects.log_actions(owner.pk, SupportCase.objects.all(), CHANGE, change_message=said, single_object=True)
    waiting = import_runs.receive(program, chunks=[f"NAME\n{said}\n".encode()], name="a.csv", by=owner, at=NOON)
    packed = gzip.compress(f"NAME\n{said}\n".encode("latin-1"))
    import_runs.receive(program, chunks=[packed], name="b.csv.gz", by=owner, at=NOON)
    import_runs.receive(program, chunks=[b"\x1f\x8b no gzip"], name="broken.csv.gz", by=owner, at=NOON)
    kept = import_runs.receive(program, chunks=[b"NAME\nZelda Fitzgerald\n"], name="c.csv", by=owner, at=NOON)
    for folder, name, text in (
        ("sms", "a.txt", f"To: {PHONE}\n\nHello\n"), ("log", "web.log", f"before\nGET /?q={said}\nafter\n"),
        ("postgres", "server.log", f"DETAIL:  Key (value)=({said}) already exists.\n"), ("queue", "m.json", "{}"),
    ):  # fmt: skip
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text)
    message = EmailMessage()
    message["To"], message["Subject"] = "ann@example.org", f"About {NAME}"
    message.set_content(f"{NAME} was här", cte="base64")
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "a.eml").write_bytes(message.as_bytes())

    def read() -> Any:
        found = registry.read(program, [registry.KpiQuery(kpi, factories.root_of(program), parse("all"))])[0]
        return found.value, found.low, found.high, found.n, found.counts, found.missing

    before, size = read(), (tmp_path / "log" / "web.log").stat().st_size
    planted = sweep.found_in_tables(strings)
    assert len(planted) > 12 and len(sweep.found_in_files(tmp_path, strings)) == 5

    subjects.erase(zelda, at=NOON, by=owner)

    assert sweep.found_in_tables(strings) == set()
    assert sweep.found_in_files(tmp_path, strings) == set()
    assert read() == before
    other.refresh_from_db()
    assert other.answers["NETPRO"] == 2 and other.answers["COMMENT"].startswith("Ask [erased]")
    log = (tmp_path / "log" / "web.log").read_text()
    assert len(log.encode()) == size and log.startswith("before\nGET /?q=***") and log.endswith("\nafter\n")
    assert {path.name for path in (tmp_path / "imports").iterdir()} == {kept.stored_name}
    assert [path.name for path in (tmp_path / "mail").iterdir()] == []
    waiting.refresh_from_db()
    assert (waiting.status, waiting.errors[0]["code"]) == (ImportStatus.FAILED, "import-failed")
