"""A rating grid is made on the editing page: touchpoints, us and competitors, or words, on one scale."""

from typing import Any

import pytest
from django.utils import timezone

from feedback.models import Question, Response, Survey
from feedback.services import survey_drafting
from journeys.models import CompetitorRating
from tests import factories

URL = "/surveys/halls/edit/"


@pytest.fixture
def program(db: None) -> Any:
    program = factories.make_program()
    Survey.objects.create(program=program, slug="halls", name="Halls", languages=["en", "sv", "fi"])
    return program


@pytest.fixture
def owner(client: Any, program: Any) -> Any:
    client.force_login(factories.make_user("owner", factories.root_of(program)))
    return client


def draft() -> Any:
    return Survey.objects.get(slug="halls").versions.get(published_at=None)


def test_a_grid_of_touchpoints_is_made_worded_previewed_and_answered_without_javascript(
    owner: Any, program: Any, client: Any
) -> None:
    stage = factories.make_journey(program).stages.get(code="wait")
    points = [factories.make_touchpoint(stage, code) for code in ("food", "gate")]
    points[0].names = {"sv": "Mat"}
    points[0].save()
    page = owner.get(URL).content.decode()
    assert 'value="add_grid"' in page and "competitors" not in page and "<script" not in page
    new = {"do": "add_grid", "wording": "How good was it?", "scale": "1:5", "touchpoints": [p.pk for p in points]}
    assert owner.post(URL, new | {"words": "The rest"}).status_code == 303
    grid = Question.objects.get(kind="grid")
    rows = list(grid.rows.order_by("pk"))
    assert [(row.touchpoint, row.scale, row.kind) for row in rows] == [
        (points[0], (1, 5), "rating"), (points[1], (1, 5), "rating"), (None, (1, 5), "rating"),
    ]  # fmt: skip
    assert rows[0].wordings["sv"] == "Mat" and rows[0].wordings["fi"] == points[0].name
    words = {f"wording_{code}": f"Good {code}?" for code in ("en", "sv", "fi")}
    ends = {f"{end}_{code}": f"{end} {code}" for end in ("low", "high") for code in ("en", "sv", "fi")}
    save = {"do": "grid", "grid": grid.pk, **words, **ends}
    assert owner.post(URL, save | {"row": "Toilets"}).status_code == 303
    assert list(draft().items.order_by("position").values_list("question__wordings__en", flat=True)) == [
        points[0].name, points[1].name, "The rest", "Toilets",
    ]  # fmt: skip
    for code in ("en", "sv", "fi"):
        preview = owner.get(f"/surveys/halls/preview/?in={code}").content.decode()
        assert preview.count(f"Good {code}?") == 1 and f"low {code}" in preview and preview.count("<fieldset") == 4
    assert owner.post(URL, {"do": "publish"}).status_code == 303
    public = client.get("/s/halls/").content.decode()
    key = public.split('name="key" value="')[1].split('"')[0]
    sent = {"key": key} | {row.code: 4 for row in rows}
    assert client.post("/s/halls/", sent).status_code == 303
    assert Response.objects.get().answers == {row.code: 4 for row in rows}
    # What stands over answers keeps its words; another language is an addition.
    assert owner.post(URL, {"do": "begin"}).status_code == 303
    assert owner.post(URL, save | {"wording_en": "How bad was it?"}).status_code == 409
    assert owner.post(URL, save).status_code == 303


def test_a_grid_of_us_and_competitors_rates_both_at_one_sitting(owner: Any, program: Any, client: Any) -> None:
    program.names = {"fi": "Lentoasema"}
    program.save()
    rivals = [factories.make_competitor(program, code) for code in ("north", "south")]
    new = {"do": "add_grid", "wording": "How do we compare?", "scale": "0:10", "competitors": [r.pk for r in rivals]}
    assert owner.post(URL, new).status_code == 303
    rows = list(Question.objects.get(kind="grid").rows.order_by("pk"))
    assert [row.competitor for row in rows] == [None, *rivals]
    assert (rows[0].wordings["fi"], rows[0].wordings["en"]) == ("Lentoasema", program.name)
    survey_drafting.publish(draft(), at=timezone.now())
    public = client.get("/s/halls/").content.decode()
    key = public.split('name="key" value="')[1].split('"')[0]
    assert client.post("/s/halls/", {"key": key} | dict(zip((r.code for r in rows), (9, 6, 3), strict=True)))
    assert set(CompetitorRating.objects.values_list("competitor__code", "rating")) == {
        (None, 9), ("north", 6), ("south", 3),
    }  # fmt: skip


def test_what_is_no_grid_is_refused_and_what_was_typed_stays(owner: Any, program: Any) -> None:
    stage = factories.make_journey(program).stages.get(code="wait")
    point, rival = factories.make_touchpoint(stage, "food"), factories.make_competitor(program, "north")
    new = {"do": "add_grid", "wording": "How good?", "scale": "1:5"}
    for rows in (
        {}, {"words": "One"}, {"words": "\n".join(map(str, range(21)))}, {"touchpoints": [point.pk]},
        {"touchpoints": [point.pk], "competitors": [rival.pk]}, {"touchpoints": [999_999]}, {"scale": "1:99"},
    ):  # fmt: skip
        answer = owner.post(URL, new | rows)
        assert answer.status_code == 422 and "How good?" in answer.content.decode(), rows
    for number in ("", "x", "999999"):
        assert owner.post(URL, {"do": "grid", "grid": number}).status_code == 404
    assert not Question.objects.exists()
