"""The form of several pages without JavaScript: forwards, backwards, rules, what is carried, what resumes."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cxprogram.periods import ALL
from feedback import tallies
from feedback.models import Question, Response, SurveyDraft, SurveyItem, SurveyVersion
from feedback.services import drafts, placements, surveys
from tests.factories import make_program, make_question, make_steps, root_of

pytestmark = pytest.mark.django_db
URL = "/s/steps/?lang=en"


@pytest.fixture
def survey():
    return make_steps(make_program())


def fields(page) -> dict[str, list[str]]:
    """What a browser would send again: hidden fields and what is chosen or typed."""
    html = page.content.decode()
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', html):
        found.setdefault(name, []).append(value)
    for name, value in re.findall(r'type="(?:radio|checkbox)"[^>]*name="([^"]+)" value="([^"]+)" checked', html):
        found.setdefault(name, []).append(value)
    for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)</textarea>', html):
        found.setdefault(name, []).append(value)
    for name, value in re.findall(r'<input class="form-control cx-short"[^>]* name="([^"]+)" value="([^"]*)"', html):
        found.setdefault(name, []).append(value)
    return found


def send(client, page, url=URL, **answers):
    """Send the form as a browser does: on to the address of the next page, but not to the thanks."""
    return follow(client, client.post(url, fields(page) | answers))


def follow(client, reply, **headers):
    is_on = reply.status_code == 303 and "/done/" not in reply["Location"]
    return client.get(reply["Location"], **headers) if is_on else reply


def names(page) -> list[str]:
    return re.findall(r'type="hidden" name="on" value="([^"]+)"', page.content.decode())


def test_it_walks_forwards_and_backwards_and_stores_one_answer(client, survey):
    first = client.get(URL)
    assert (names(first), "Page 1 of 3" in first.content.decode()) == (["NETPRO"], True)
    second = send(client, first, NETPRO="3")
    assert (second.status_code, names(second)) == (200, ["WHY", "PROBLEMS"])
    third = send(client, second, WHY="Lines", PROBLEMS=["1", "3"])
    assert names(third) == ["HALL_US", "HALL_THEM", "MINUTES", "DAY", "MAY"]
    assert third.content.decode().count("<h2") == 1, "the grid's heading stands before its first row alone"
    back = send(client, third, go="back", HALL_US="4")
    assert (names(back), fields(back)["PROBLEMS"], fields(back)["WHY"]) == (["WHY", "PROBLEMS"], ["1", "3"], ["Lines"])
    third = send(client, back)
    assert fields(third)["HALL_US"] == ["4"], "what was typed on a later page stays"
    brought = send(client, third, HALL_THEM="2", MINUTES="15", DAY="2026-11-25", MAY="1")
    assert (brought.status_code, names(brought)[-1]) == (200, "REACH"), "the box brings one more question"
    sent = fields(brought) | {"REACH": "Call me"}
    for _time in range(2):
        assert client.post(URL, sent).status_code == 303
    row = Response.objects.get()
    assert row.answers == {
        "NETPRO": 3, "WHY": "Lines", "PROBLEMS": [1, 3], "HALL_US": 4, "HALL_THEM": 2, "MINUTES": 15,
        "DAY": "2026-11-25", "MAY": 1, "REACH": "Call me",
    }  # fmt: skip
    assert not SurveyDraft.objects.exists()
    rows = ["HALL_US", "HALL_THEM", "MINUTES", "MAY"]
    counts = tallies.count(survey.program, rows, [ALL])
    found = {code: dict(counts.of(code, root_of(survey.program), ALL).tally.n) for code in rows}
    assert found == {"HALL_US": {4: 1}, "HALL_THEM": {2: 1}, "MINUTES": {15: 1}, "MAY": {1: 1}}, "each row counts"


def test_a_page_whose_questions_are_not_asked_is_passed_over_and_nothing_of_it_is_blank(client, survey):
    third = send(client, client.get(URL), NETPRO="9")
    assert names(third)[0] == "HALL_US"
    assert names(send(client, third, go="back")) == ["NETPRO"]
    assert send(client, third).status_code == 303
    row = Response.objects.get()
    assert row.answers == {"NETPRO": 9, "MAY": 0}
    assert set(row.missing) == {"HALL_US", "HALL_THEM", "MINUTES", "DAY"}


def test_an_answer_that_its_rule_takes_away_is_not_kept(client, survey):
    second = send(client, client.get(URL), NETPRO="3")
    first = send(client, send(client, second, WHY="Lines"), go="back")
    first = send(client, first, go="back")
    third = send(client, first, NETPRO="10")
    assert send(client, third).status_code == 303
    assert "WHY" not in Response.objects.get().answers


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"MINUTES": "121"}, "From 0 to 120."),
        ({"MINUTES": "soon"}, "Write a whole number."),
        ({"MINUTES": "1.5"}, "Write a whole number."),
        ({"DAY": "2025-12-31"}, "or more."),
        ({"DAY": "yesterday"}, "Write the date as in 2026-11-25."),
        ({"DAY": "2026-02-30"}, "Write the date as in 2026-11-25."),
        ({"MAY": "maybe"}, "Tick the box or leave it."),
        ({"HALL_US": "6"}, "Choose one of the answers below."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, survey, answers, words):
    third = send(client, client.get(URL), NETPRO="9")
    page = send(client, third, **answers)
    html = page.content.decode()
    assert page.status_code == 422
    assert words in html and 'role="alert"' in html and "-error" in html
    assert not Response.objects.exists()
    assert names(send(client, page, go="back", **answers)) == ["NETPRO"], "back whatever is wrong"


def test_a_required_question_holds_its_page_and_a_forged_step_leaps_over_nothing(client, survey):
    first = client.get(URL)
    assert send(client, first).status_code == 422
    for step in ("3", "99", "-1", "x"):
        page = client.post(URL, fields(first) | {"step": step, "on": []})
        assert (page.status_code, names(page)) == (422, ["NETPRO"])


def test_an_unfinished_answer_resumes_by_its_address_and_is_forgotten_in_time(client, survey):
    second = send(client, client.get(URL), NETPRO="3")
    third = send(client, second, WHY="Lines")
    address = re.search(r'href="(/s/steps/[^"]*key=[^"]*)"', third.content.decode())[1].replace("&amp;", "&")
    again = client.get(address)
    assert names(again) == names(third)
    assert fields(again)["WHY"] == ["Lines"]
    assert fields(again)["key"] == fields(third)["key"]
    assert drafts.forget(at=timezone.now() + timedelta(days=29)) == 0
    assert drafts.forget(at=timezone.now() + timedelta(days=31)) == 1
    assert names(client.get(address)) == ["NETPRO"]


def test_each_page_has_an_address_of_its_own_so_that_the_way_back_sends_nothing_again(client, survey):
    first = client.get(URL)
    reply = client.post(URL, fields(first) | {"NETPRO": "3"})
    key = fields(first)["key"][0]
    assert (reply.status_code, reply["Location"]) == (303, f"/s/steps/?lang=en&key={key}&page=2")
    assert reply["Cache-Control"] == "no-store" and not reply.cookies
    second = client.get(reply["Location"])
    third = send(client, second, WHY="Lines")
    assert names(third)[0] == "HALL_US"
    again = client.get(reply["Location"])
    assert (names(again), fields(again)["WHY"]) == (["WHY", "PROBLEMS"], ["Lines"]), "one page back, as it was left"
    assert f'href="/s/steps/?lang=en&amp;key={key}"' in again.content.decode(), "the language changes, the answer stays"
    assert send(client, third)["Location"].startswith("/s/steps/done/")
    after = client.get(reply["Location"])
    assert (after.status_code, after["Location"]) == (303, "/s/steps/done/"), "it is sent: thanked again"
    assert client.get("/s/steps/?lang=en&key=of-somebody-else-0001&page=2").status_code == 200
    assert Response.objects.count() == 1


@pytest.mark.parametrize("said", ["3", "9", "-1", "x", "2.0", "\x00"])
def test_an_address_leaps_over_nothing(client, survey, said):
    first = client.get(URL)
    client.post(URL, fields(first) | {"NETPRO": "3"})
    client.post(URL, fields(first) | {"NETPRO": ""})
    key = fields(first)["key"][0]
    client.post(URL, fields(first) | {"NETPRO": "", "go": "back"})
    page = client.get(URL, {"lang": "en", "key": key, "page": said})
    assert names(page) == ["NETPRO"]


def test_the_place_of_a_poster_stays_on_every_page(client, survey):
    place = placements.make(survey, name="Hall")
    first = client.get(f"/s/steps/?p={place.code}")
    reply = client.post(f"/s/steps/?lang=en&p={place.code}", fields(first) | {"NETPRO": "3"})
    assert reply["Location"].endswith(f"&page=2&p={place.code}")
    page = client.get(reply["Location"]).content.decode()
    assert f'action="/s/steps/?lang=en&amp;p={place.code}"' in page


def test_the_widget_is_told_that_an_answer_of_several_pages_is_not_complete(client, survey):
    reply = client.post(URL, {"key": "k-" + "1" * 20, "NETPRO": "3", "step": "1", "via": "widget"})
    assert (reply.status_code, reply.json()) == (422, {"status": "incomplete"})


def test_the_page_asks_the_database_as_little_as_before(client, survey, django_assert_num_queries):
    client.get(URL)
    with django_assert_num_queries(1):
        client.get(URL)


# --- what is published stays ------------------------------------------------------------------
def test_a_published_version_and_what_it_asks_never_change(survey):
    version = survey.versions.get()
    item = version.items.first()
    question = item.question
    changes = [
        lambda: SurveyVersion.objects.filter(pk=version.pk).update(titles={"en": "Other"}),
        lambda: SurveyVersion.objects.filter(pk=version.pk).update(published_at=None),
        lambda: SurveyItem.objects.filter(pk=item.pk).update(position=9),
        lambda: SurveyItem.objects.filter(pk=item.pk).delete(),
        lambda: SurveyItem.objects.create(version=version, question=make_question(survey.program, "NEW"), position=20),
        lambda: Question.objects.filter(pk=question.pk).update(code="OTHER"),
        lambda: Question.objects.filter(code="HALL_US").update(scale_high=7),
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    Question.objects.filter(pk=question.pk).update(wordings={"en": "Would you?", "sv": "Skulle du?"})
    draft = surveys.copy_version(version)
    kept = list(version.items.values_list("question", "position", "page", "show_if", "limits"))
    assert list(draft.items.values_list("question", "position", "page", "show_if", "limits")) == kept
    SurveyItem.objects.filter(version=draft, position=2).delete()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"code": "GRID", "kind": "grid"}, "is a grid"),
        ({"code": "B", "show_if": {"question": "C", "is": "answered"}}, "rule of B"),
        ({"code": "B", "show_if": {"is": "odd"}}, "rule of B"),
        ({"code": "B", "limits": {"low": 1}}, "range of B"),
        ({"code": "B", "page": 1}, "earlier page"),
    ],
)
def test_a_draft_that_nobody_could_answer_is_not_published(facts, words):
    survey = make_steps(make_program())
    draft = SurveyVersion.objects.create(survey=survey, number=2)
    SurveyItem.objects.create(version=draft, question=make_question(survey.program, "NETPRO"), position=1, page=2)
    kind = {"kind": facts.pop("kind")} if "kind" in facts else {}
    question = make_question(survey.program, facts.pop("code"), **kind)
    SurveyItem.objects.create(version=draft, question=question, position=2, **({"page": 2} | facts))
    with pytest.raises(surveys.DraftError, match=words):
        surveys.publish(draft, at=timezone.now())
