"""Files in through the pages: upload, look, mend, check, start, account; hostile names and cells stay text."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from cxprogram.choices import ImportStatus
from cxprogram.imports import ImportFileError, xes
from cxprogram.models import ImportRun
from cxprogram.sentences import words
from feedback.models import ImportMapping, Question, Response, Survey
from feedback.services import import_work
from tests.feedback.imports.bringing import chosen, text, tree, upload
from tests.feedback.imports.taking import OWN

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>"
FORM = (
    "Tidsstämpel,Hur sannolikt är det att du rekommenderar oss?,Varför?,E-post\n"
    "13/05/2024 10:00:00,10,bra,a@example.org\n"
    f'14/05/2024 11:00:00,3,"{EVIL}, ""=cmd|x""",b@example.org\n'
    "15/05/2024 12:00:00,7,,c@example.org\n"
)


def test_a_form_of_a_stranger_becomes_a_survey_with_its_answers(owner):
    run, url = upload(owner, FORM.encode(), f"../{EVIL}.csv")
    page = tree(owner.get(url))
    assert "Google Forms" in text(page) and "a@example.org" not in text(page)  # personal data is not even shown
    data = chosen(page) | {"survey_name": "Hamnen", "role-1": "nps", "save_as": "Forms", "source": "forms"}
    assert (data["role-0"], data["role-3"], data["zone"]) == ("date", "personal", "Europe/Stockholm")

    checked = owner.post(url + "start/", data | {"do": "check"})
    assert checked.status_code == 200
    assert "New 3 Here already 0 Left out 0 Rejected 0" in text(tree(checked))
    assert not Survey.objects.exists()  # a check keeps nothing

    started = owner.post(url + "start/", data | {"do": "start"})
    assert (started.status_code, started["Location"]) == (303, url)
    waiting = owner.get(url)
    assert waiting["Refresh"] and "Waiting" in text(tree(waiting))
    assert import_work.work(run.pk, clock=timezone.now)
    over = owner.get(url)
    assert "Refresh" not in over and "Rows 3 New 3 Here already 0" in text(tree(over))

    nps = Question.objects.get(program=owner.program, kind="nps")
    said = {row.answers[nps.code]: row for row in Response.objects.filter(program=owner.program)}
    assert said.keys() == {10, 3, 7}
    assert said[10].answered_at == datetime(2024, 5, 13, 8, 0, tzinfo=UTC)  # ten in Stockholm
    why = Question.objects.get(program=owner.program, kind="text")
    assert said[3].answers[why.code] == f'{EVIL}, "=cmd|x"'  # kept as it was said
    assert "example.org" not in str([(row.answers, row.attributes) for row in said.values()])

    # The same file again, as it was read before, which is proposed: nothing new. Another file is no such file.
    _other, elsewhere = upload(owner, FORM.replace("Varför", "Hur").encode(), "other.csv")
    assert "as-before" not in owner.get(elsewhere).content.decode()
    again, url = upload(owner, FORM.encode(), "again.csv")
    assert 'name="saved" value="forms" type="submit"' in owner.get(url).content.decode()
    assert ImportMapping.objects.get(program=owner.program).slug == "forms"
    assert owner.post(url + "start/", {"saved": "forms"}).status_code == 303
    import_work.work(again.pk, clock=timezone.now)
    again.refresh_from_db()
    assert (again.status, again.imported, again.repeated) == (ImportStatus.DONE, 0, 3)
    listed = tree(owner.get(reverse("feedback:import-list")))
    assert "again.csv" in text(listed)


def test_what_is_missing_is_asked_and_what_was_chosen_stays(owner):
    content = b"day,score,why\n01/02/2024,5,good\n02/02/2024,4,fair\n03/02/2024,5,fine\n04/02/2024,1,bad\n"
    run, url = upload(owner, content, "either.csv")
    data = chosen(tree(owner.get(url))) | {"survey_name": "", "source": "x"}
    refused = owner.post(url + "start/", data | {"do": "start"})
    assert refused.status_code == 422
    assert "Name the new survey." in text(tree(refused))
    refused = owner.post(url + "start/", data | {"survey_name": "Either", "do": "start"})
    assert refused.status_code == 422
    assert "the day or the month" in text(tree(refused))
    assert chosen(tree(refused))["survey_name"] == "Either"
    assert not Survey.objects.exists()
    data |= {"survey_name": "Either", "date_format": "%d/%m/%Y", "do": "start"}
    assert owner.post(url + "start/", data).status_code == 303
    import_work.work(run.pk, clock=timezone.now)
    days = Response.objects.order_by("answered_on").values_list("answered_on", flat=True)
    assert [day.month for day in days] == [2, 2, 2, 2]


def test_errors_of_a_file_are_shown_as_text_with_their_line(owner):
    run, url = upload(owner, f"id,when,score\nA,2024-05-01,5\nB,2024-05-01,{EVIL}\nC,2024-05-02\n".encode(), "x.csv")
    data = chosen(tree(owner.get(url))) | {"survey_name": "Pulse", "source": "x", "do": "start"}
    assert owner.post(url + "start/", data).status_code == 303
    import_work.work(run.pk, clock=timezone.now)
    page = text(tree(owner.get(url)))
    assert "Nothing was taken" in page and "2 cells under 3 columns." in page

    for content, said in (
        (b"PK\x03\x04broken", "workbook cannot be read"),
        (b"<!DOCTYPE log [<!ENTITY a 'b'>]><log>&a;</log>", "Line 1"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"ticket_id,tag\n1,a\n", "no list of them"),
        (b"Id,Name,Shape Library,Line Source,Line Destination\n1,Document,,,\n", "Lucidchart diagram: its shapes"),
    ):
        _run, url = upload(owner, content, "y.xes")
        refused = owner.get(url)
        assert refused.status_code in (200, 422)
        assert said in text(tree(refused))
    assert owner.post(url + "discard/").status_code == 303
    assert owner.get(url).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "sv"),
    [
        ("log.xes", b"<log>\n<trace></log>", "Sluttaggen hör inte till den tagg som är öppen."),
        (
            "log.xes",
            b"<!DOCTYPE log [<!ENTITY a 'b'>]><log>&a;</log>",
            "En dokumenttyp eller en entitet tas inte emot.",
        ),
        (
            "x.lss",
            b"<document><LimeSurveyDocType>Survey</a></document>",
            "Sluttaggen hör inte till den tagg som är öppen.",
        ),
    ],
)
def test_xml_is_refused_in_the_reader_s_language(owner, name, content, sv):
    _run, url = upload(owner, content, name)
    refused = owner.get(url, headers={"accept-language": "sv"})
    assert refused.status_code == 422 and sv in text(tree(refused))


def test_a_refusal_has_its_facts_in_the_reader_s_form():
    many = ImportFileError("xes-invalid", xes.MANY_NAMES, 3, limit=20_000)
    assert (str(many), many.detail) == (f"line 3: {many.detail}", "There are more than 20,000 different attributes.")
    with translation.override("sv"):
        assert "20\xa0000" in words(many.detail)
    plain = ImportFileError("x", "100 % of it", 1)
    assert (plain.detail, words(plain.detail)) == ("100 % of it", "100 % of it")


def test_a_definition_becomes_a_draft_with_the_list_of_what_is_missing(owner):
    _run, url = upload(owner, (OWN / "no_basis.qsf").read_bytes(), "no_basis.qsf")
    page = tree(owner.get(url))
    assert "16 questions" in text(page)
    assert owner.post(url + "start/", {"survey_name": "Squash"}).status_code == 303
    survey = Survey.objects.get(slug="squash")
    assert survey.versions.get().published_at is None
    assert "No opinion" in text(tree(owner.get(url)))


def test_a_body_that_is_too_long_is_refused_unread(owner, settings):
    settings.IMPORT_MAX_BYTES = 1000
    reply = owner.post(reverse("feedback:import-list"), {"file": SimpleUploadedFile("a.csv", b"x" * 100_000)})
    assert reply.status_code == 413
    assert not ImportRun.objects.exists()
    assert owner.post(reverse("feedback:import-list"), {}).status_code == 400
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner.cookies
    assert strict.post(reverse("feedback:import-list"), {}).status_code == 403
