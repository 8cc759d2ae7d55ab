"""Imports in the background: all or nothing, in batches that stay, and once only."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from cxprogram.choices import ImportStatus, Role
from cxprogram.errors import DomainError
from cxprogram.models import ImportRun, Membership, OrgUnit
from cxprogram.services import import_runs
from feedback.imports.definitions import QuestionDef, SurveyDefinition
from feedback.imports.qsf import read_qsf
from feedback.models import Question, Response
from feedback.services import definitions, import_work, surveys
from journeys.choices import LegalBasis, StreamKind, StreamStatus
from journeys.models import Customer, DataStream, Interaction
from tests import factories
from tests.feedback.imports.taking import OWN

pytestmark = pytest.mark.django_db
NOON = datetime(2024, 5, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.IMPORTS_DIR = tmp_path / "imports"
    return settings.IMPORTS_DIR


@pytest.fixture
def program():
    return factories.make_program("harbour", time_zone="Europe/Stockholm")


def clock():
    """A clock that goes on a second each time somebody looks at it."""
    return (NOON + timedelta(seconds=second) for second in itertools.count()).__next__


def answers(rows, *, bad=()):
    lines = ["id,day,nps,why"]
    lines += [f"R{n},2024-05-{n % 28 + 1:02d},{'many' if n in bad else n % 11},because {n}" for n in range(rows)]
    return "\n".join(lines).encode()


MAPPING = {
    "survey": "pulse",
    "source": "old-tool",
    "external_id": {"column": "id"},
    "answered": {"kind": "date", "column": "day"},
    "unit": {"constant": ""},
    "channel": {"constant": "file"},
    "language": {"constant": "sv"},
    "questions": [
        {"kind": "scale", "question": "NPS", "column": "nps", "scale": [0, 10]},
        {"kind": "text", "question": "WHY", "column": "why"},
    ],
}


def pulse(program):
    definition = SurveyDefinition("Pulse", "sv", ["sv"])
    definition.questions = [
        QuestionDef("NPS", "nps", {"sv": "Skulle du rekommendera oss?"}),
        QuestionDef("WHY", "text", {"sv": "Varför?"}),
    ]
    return surveys.publish(definitions.draft(program, definition, slug="pulse").version, at=NOON)


def queued(program, content, version, *, name="answers.csv", mapping=MAPPING, kind="responses", **options):
    run = import_runs.receive(program, chunks=[content], name=name, by=None, at=NOON)
    if version is not None:
        options["survey_version"] = version.pk
    import_runs.queue(run, kind=kind, mapping="pulse", definition=mapping, options=options)
    return run


def account(run):
    run.refresh_from_db()
    return run.status, run.rows, run.imported, run.repeated, run.rejected


def test_a_file_is_imported_once_and_its_repeat_adds_nothing(program, folder, monkeypatch):
    monkeypatch.setattr(import_work, "BATCH", 40)
    version = pulse(program)
    run = queued(program, answers(100), version, name="../../etc/<b>answers</b>.csv")
    assert (run.file_name, len(list(folder.iterdir()))) == ("b>.csv", 1)
    assert import_work.work(run.pk, clock=clock())
    assert account(run) == (ImportStatus.DONE, 100, 100, 0, 0)
    assert (run.done_rows, run.rows_total, run.progress, list(folder.iterdir())) == (100, 100, 100, [])
    assert not import_work.work(run.pk, clock=clock())  # it is over

    again = queued(program, answers(120), version)
    import_work.work(again.pk, clock=clock())
    assert account(again) == (ImportStatus.DONE, 120, 20, 100, 0)
    assert Response.objects.filter(program=program).count() == 120


def test_a_bad_row_refuses_the_whole_file_unless_it_may_be_skipped(program):
    version = pulse(program)
    run = queued(program, answers(50, bad={7}), version)
    import_work.work(run.pk, clock=clock())
    assert account(run) == (ImportStatus.REFUSED, 50, 0, 0, 1)
    assert run.errors == [
        {
            "line": 9, "column": "nps", "code": "value-not-a-number", "detail": "“many” is no whole number.",
            "sentence": "%(cell)s is no whole number.", "facts": {"cell": "“many”"},
        }
    ]  # fmt: skip
    assert not Response.objects.exists()

    run = queued(program, answers(50, bad={7}), version, skip_bad_rows=True)
    import_work.work(run.pk, clock=clock())
    assert account(run) == (ImportStatus.DONE, 50, 49, 0, 1)


def test_an_import_whose_worker_died_goes_on_behind_the_last_batch(program, monkeypatch):
    monkeypatch.setattr(import_work, "BATCH", 10)
    version = pulse(program)
    run = queued(program, answers(35), version)

    class DiedError(BaseException):
        pass

    written = import_work._write_batch
    calls = itertools.count(1)

    def dies_in_the_third(*args, **options):
        written(*args, **options)
        if next(calls) == 3:
            raise DiedError  # within the transaction: the third batch is lost with the worker

    monkeypatch.setattr(import_work, "_write_batch", dies_in_the_third)
    with pytest.raises(DiedError):
        import_work.work(run.pk, clock=clock())
    assert account(run)[:3] == (ImportStatus.RUNNING, 35, 20)
    assert Response.objects.count() == 20

    assert import_runs.due(NOON + timedelta(seconds=30)) == []  # its lease still runs
    later = NOON + timedelta(minutes=5)
    assert import_runs.due(later) == [run.pk]
    assert import_work.work(run.pk, clock=lambda: later)
    assert account(run) == (ImportStatus.DONE, 35, 35, 0, 0)
    assert (run.attempts, Response.objects.count()) == (2, 35)


def test_one_worker_at_a_time_and_not_for_ever(program):
    run = queued(program, answers(5), pulse(program))
    first = import_runs.claim(run.pk, at=NOON)
    assert first and import_runs.claim(run.pk, at=NOON) is None
    late = NOON
    for _try in range(import_runs.MAX_ATTEMPTS - 1):
        late += timedelta(minutes=3)
        assert import_runs.claim(run.pk, at=late)
    with pytest.raises(DomainError, match="taken"):
        import_runs.keep_hold(first, at=late)
    assert import_runs.claim(run.pk, at=late + timedelta(minutes=3)) is None
    assert account(run)[0] == ImportStatus.FAILED


def test_what_is_no_table_is_refused_with_its_reason(program):
    version = pulse(program)
    for content, code, column in (
        (b"id,day\n1,2\n", "column-missing", "nps"),
        (b"id,day,nps,why,nps\n1,2,3,4,5\n", "column-duplicate", "nps"),
        (b"\x00\x01", "file-binary", ""),
        (b"id,day,nps,why\n", "file-has-no-rows", ""),
        (b'id,day,nps,why\n1,"2', "quote-unclosed", ""),
    ):
        run = queued(program, content, version)
        import_work.work(run.pk, clock=clock())
        found = (account(run)[0], run.errors[0]["code"], run.errors[0]["column"])
        assert found == (ImportStatus.REFUSED, code, column)
        if code == "column-duplicate":
            detail = "The header has “nps” more than once, as columns 3 and 5: give each a name of its own."
            assert run.errors[0]["detail"] == detail


def test_an_upload_has_a_limit_and_leaves_nothing_behind(program, folder, settings):
    settings.IMPORT_MAX_BYTES = 1000
    endless = iter(lambda: b"x" * 500, None)
    for chunks, code in ((endless, "file-too-large"), ([], "file-empty")):
        with pytest.raises(DomainError) as caught:
            import_runs.receive(program, chunks=chunks, name="a.csv", by=None, at=NOON)
        assert caught.value.code == code
    assert list(folder.iterdir()) == [] and not ImportRun.objects.exists()
    run = import_runs.receive(program, chunks=[b"a"], name="a\x1b[31m.csv", by=None, at=NOON)
    assert run.file_name == "a[31m.csv"
    assert import_runs.forget_unused(NOON + timedelta(days=8)) == 1
    assert list(folder.iterdir()) == []


def test_customers_come_in_and_join_their_accounts(program):
    companies = b"id,name,domain\nC1,Harbour AB,harbour.example\n"
    people = b"id,mail,first,last,company\nP1,ada@harbour.example,Ada,Lov\xc3\xa9n,harbour.example\nP2,bad,B,B,\n"
    base = {"source": "crm"}
    run = queued(
        program, companies, None, kind="accounts",
        mapping=base | {"target": "accounts", "fields": {"external_id": "id", "name": "name", "domain": "domain"}},
    )  # fmt: skip
    import_work.work(run.pk, clock=clock())
    fields = {"external_id": "id", "email": "mail", "first_name": "first", "last_name": "last", "account": "company"}
    run = queued(
        program, people, None, kind="customers", skip_bad_rows=True,
        mapping=base | {"target": "customers", "fields": fields},
    )  # fmt: skip
    import_work.work(run.pk, clock=clock())
    assert account(run) == (ImportStatus.DONE, 2, 1, 0, 1)
    assert run.errors[0]["line"] == 3 and run.errors[0]["code"] == "email-invalid"
    ada = Customer.objects.get(program=program, name="Ada Lovén")
    assert ada.account == Customer.objects.get(program=program, name="Harbour AB")


def test_units_and_people_come_from_a_personnel_file_by_the_rights_of_who_brings_it(program):
    root = factories.root_of(program)
    owner, analyst = (factories.make_user(role, root) for role in (Role.OWNER, Role.ANALYST))

    def brought(by, content, mapping, **options):
        run = import_runs.receive(program, chunks=[content], name="hr.csv", by=by, at=NOON)
        import_runs.queue(run, kind=mapping["target"], mapping="", definition=mapping, options=options)
        import_work.work(run.pk, clock=clock())
        return run

    units = {"target": "units", "source": "hr", "fields": {"external_id": "code", "name": "name", "parent": "above"}}
    tree = b"code,name,above\nN,North,\nN1,First,N\nX,Lost,Nowhere\nN,Norr,\n"
    run = brought(owner, tree, units, skip_bad_rows=True)
    assert account(run) == (ImportStatus.DONE, 4, 3, 0, 1)
    assert [error["code"] for error in run.errors] == ["parent-unknown"]
    first = OrgUnit.objects.get(program=program, code="N1")
    assert (first.parent.name, first.path.startswith(first.parent.path)) == ("Norr", True)

    people = {
        "target": "people",
        "source": "hr",
        "fields": {"email": "mail", "name": "name", "unit": "unit", "role": "role"},
    }
    staff = (
        b"mail,name,unit,role\nA@x.org,Ada,N1,frontline\nb@x.org,Bo,N,owner\nc@x.org,Cy,N,queen\nno,No,N,frontline\n"
    )
    run = brought(analyst, staff, people, skip_bad_rows=True)
    assert account(run) == (ImportStatus.DONE, 4, 1, 0, 3)
    assert [error["code"] for error in run.errors] == ["role-unknown", "not-allowed", "email-invalid"]
    ada = Membership.objects.get(user__email__iexact="a@x.org")
    assert (ada.unit, ada.role, ada.user.has_usable_password(), ada.user.is_staff) == (first, "frontline", False, False)
    assert account(brought(owner, staff, people, skip_bad_rows=True))[2:] == (1, 1, 2)  # an owner may hand that out


def test_an_event_log_becomes_interactions_of_its_cases(program):
    DataStream.objects.create(
        program=program, code="steps", name="Steps", kind=StreamKind.OPERATIONS, status=StreamStatus.ACTIVE,
        purpose="Find where cases wait", legal_basis=LegalBasis.values[0],
    )  # fmt: skip
    log = (
        b'<log><trace><string key="concept:name" value="7"/>'
        b'<event><string key="concept:name" value="ask"/><date key="time:timestamp" value="2024-05-01T10:00:00+02:00"/>'
        b'</event><event><string key="concept:name" value="decide"/>'
        b'<date key="time:timestamp" value="2024-05-02T10:00:00+02:00"/></event></trace></log>'
    )
    mapping = {
        "target": "interactions", "source": "log",
        "fields": {"case": "case:concept:name", "type": "concept:name"},
        "at": {"kind": "timestamp", "column": "time:timestamp", "zone": "UTC"},
    }  # fmt: skip
    for repeated in (0, 2):
        run = queued(program, log, None, name="log.xes", kind="interactions", mapping=mapping, stream="steps")
        import_work.work(run.pk, clock=clock())
        assert account(run) == (ImportStatus.DONE, 2, 2 - repeated, repeated, 0), run.errors
    assert list(Interaction.objects.order_by("at").values_list("type", flat=True)) == ["ask", "decide"]
    run = queued(program, log, None, name="log.xes", kind="interactions", mapping=mapping, stream="none")
    import_work.work(run.pk, clock=clock())
    assert (account(run)[0], run.errors[0]["code"]) == (ImportStatus.REFUSED, "stream-unknown")


def test_a_definition_becomes_a_draft_and_names_what_it_could_not_take(program):
    drafted = definitions.draft(program, read_qsf(OWN / "no_basis.qsf"), slug="squash")
    items = list(drafted.version.items.select_related("question").order_by("position"))
    assert (drafted.version.published_at, len(items)) == (None, 16)
    squash = items[0].question
    assert (squash.kind, squash.wordings) == ("single", {"en": "Indicate how you feel about squash"})
    assert squash.options["1"] == {"title": {"en": "Great"}}
    assert "no-scale-point" in {each.code for each in drafted.left_out}
    surveys.publish(drafted.version, at=NOON)
    again = definitions.draft(program, read_qsf(OWN / "no_basis.qsf"), slug="squash")
    assert again.version.number == 2
    assert Question.objects.filter(program=program).count() == 16  # the same questions, no second ones
    with pytest.raises(DomainError, match="draft"):
        definitions.draft(program, read_qsf(OWN / "no_basis.qsf"), slug="squash")


def test_a_mapping_that_cannot_work_refuses_the_file(program):
    run = queued(program, answers(3), pulse(program), mapping=MAPPING | {"questions": []})
    import_work.work(run.pk, clock=clock())
    assert (account(run)[0], run.errors[0]["code"]) == (ImportStatus.REFUSED, "mapping-invalid")
