"""What is wrong with a file, in the reader's language: at once, and later from what was kept of it."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from cxprogram import sentences
from cxprogram.choices import Role
from cxprogram.imports.errors import told
from cxprogram.models import ImportRun
from feedback.services import import_work, voice
from journeys.services import identities
from journeys.services.customers import CustomerError
from tests import factories
from tests.feedback.imports.bringing import chosen, text, tree, upload
from tests.feedback.imports.taking import OWN

ROOT = Path(settings.BASE_DIR)
READERS = [*ROOT.glob("cxprogram/imports/*.py"), *ROOT.glob("feedback/imports/*.py")]


@pytest.fixture
def marked(monkeypatch):
    """A language in which every sentence of ours stands in marks, and nothing else does."""
    monkeypatch.setattr(sentences, "gettext", lambda sentence: f"«{sentence}»")


def test_no_reader_of_files_says_a_sentence_that_no_catalogue_could_have():
    """Sentences are marked once, with their facts apart; a text that is put together on the way is in no catalogue."""
    places = {"ImportFileError": 1, "RowError": 3, "told": 0, "leave_out": 3, "refuse": 2, "append": 0}
    loose = []
    for path in READERS:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            of = ast.unparse(node.func)
            if name not in places or (name == "append" and not of.endswith("notes.append")):
                continue
            said = node.args[places[name]] if len(node.args) > places[name] else None
            if isinstance(said, ast.JoinedStr | ast.Constant):
                loose.append(f"{path.name}:{node.lineno}")
    assert loose == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b'a,b\n1,"2', "«A quotation mark opens here and never closes.»"),
        ("a.csv", b"a@example.org,1\nb@example.org,2\n", "«An e-mail address stands where a column is named"),
        ("a.csv", b"\x00\x01", "«The file holds NUL bytes"),
        ("a.json", b'[{"a": 1,,}]', "«The JSON is broken: «a name in quotation marks is missing».»"),
        ("a.xlsx", b"PK\x03\x04broken", "«The workbook cannot be read (BadZipFile).»"),
        ("a.pdf", b"%PDF-1.7 ...", "«This is a PDF.»"),
        ("a.csv", b"ticket_id,tag\n1,a\n", "«It says something about cases, and is no list of them.»"),
        ("a.qsf", b'{"SurveyEntry": 1}', "«This is no survey definition of Qualtrics.»"),
    ],
)
@pytest.mark.django_db
def test_a_file_is_refused_in_the_reader_s_words(owner, marked, name, content, said):
    _run, url = upload(owner, content, name)
    assert said in text(tree(owner.get(url)))


@pytest.mark.django_db
def test_rows_and_notes_are_read_later_in_the_reader_s_words(owner, marked):
    content = b"id,,when,score\nA,x,2024-05-01,5\nB,y,2024-05-01,many\nC,z,2024-05-02\n"
    run, url = upload(owner, content, "x.csv")
    page = tree(owner.get(url))
    assert "«Column 2 has no name; it is called “(column 2)”.»" in text(page)
    data = chosen(page) | {"survey_name": "Pulse", "source": "x"}
    checked = text(tree(owner.post(url + "start/", data | {"do": "check"})))
    assert "«3 cells under 4 columns.»" in checked
    owner.post(url + "start/", data | {"do": "start"})
    with translation.override("fi"):  # whatever language the worker came from
        import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    assert run.errors[0]["detail"] == "3 cells under 4 columns."  # what programs read stays as it was
    over = text(tree(owner.get(url)))
    assert "«3 cells under 4 columns.»" in over and "«Column 2 has no name" in over


@pytest.mark.django_db
def test_what_a_rule_said_of_a_row_is_read_in_the_reader_s_language(owner):
    long = "x" * (voice.TEXTS["support-cases"]["status"] + 1)
    content = f"id,requester_id,status,subject,created_at\n1,7,{long},Help,2024-05-01\n2,7,open,,2024-05-01\n".encode()
    run, url = upload(owner, content, "tickets.csv")
    owner.post(url + "start/", chosen(tree(owner.get(url))) | {"do": "start", "source": "zendesk"})
    import_work.work(run.pk, clock=timezone.now)
    english = text(tree(owner.get(url)))
    assert "The text is longer than 60 characters." in english and "Nothing is said in it." in english
    finnish = text(tree(owner.get(url, headers={"accept-language": "fi"})))
    with translation.override("fi"):
        said = translation.gettext("The text is longer than %(limit)s characters.") % {"limit": 60}
        nothing = translation.gettext("Nothing is said in it.")
    assert said in finnish and nothing in finnish and said != "The text is longer than 60 characters."


@pytest.mark.django_db
def test_what_a_definition_leaves_out_is_listed_in_the_reader_s_words(owner, marked):
    _run, url = upload(owner, (OWN / "no_basis.qsf").read_bytes(), "no_basis.qsf")
    assert "«" in text(tree(owner.get(url)))
    owner.post(url + "start/", {"survey_name": "Squash"})
    assert "«It is no point of the scale: it counts as not applicable.»" in text(tree(owner.get(url)))


@pytest.mark.django_db
def test_the_admin_lists_the_reasons_in_the_reader_s_words(marked):
    program = factories.make_program("p")
    odd = told("%(cell)s is odd.", cell="x")
    run = ImportRun.objects.create(
        program=program, kind="customers", file_name="a.csv", started_at=datetime(2024, 5, 1, tzinfo=UTC),
        errors=[sentences.kept_error({"line": 3, "column": "n", "code": "c", "detail": odd})],
        notes=[sentences.kept(told("Seen %(count)s times.", count=2000)), "Kept of old."],
    )  # fmt: skip
    client = Client()
    client.force_login(factories.make_user(Role.OWNER, factories.root_of(program)))
    page = client.get(reverse("admin:cxprogram_importrun_change", args=[run.pk])).content.decode()
    assert "«x is odd.»" in page and "«Seen 2,000 times.»" in page and "«Kept of old.»" in page


def test_a_rule_s_reason_is_said_at_once_and_kept_for_others():
    with translation.override("fi"), pytest.raises(CustomerError) as caught:
        identities.clean("x" * 10, limit=5)
    why = sentences.reason(caught.value)
    assert sentences.kept(why)["facts"] == {"limit": 5}
    with translation.override("en"):
        assert sentences.words(sentences.kept(why)) == "The text is longer than 5 characters." != why
