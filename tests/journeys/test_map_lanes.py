"""What hangs on the parts of a map: expectations that are measured, evidence, competitors, lanes by choice."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from cxprogram.periods import ALL, Period, parse
from feedback.models import Survey
from journeys.insight.map import build_map
from journeys.insight.map_view import MapTouchpoint, MapView
from journeys.models import Finding, JourneyPersona, Persona, Touchpoint, TouchpointStream
from journeys.services import competitor_ratings
from journeys.services.competitor_ratings import Given, Sitting
from tests import factories
from tests.factories import NOON, House

TODAY = NOON.date()

YEAR = parse("2017")


@pytest.fixture
def point(house: House) -> Touchpoint:
    """A touchpoint that forty rated 3.5 in the mean, expected to be 4.5 by assumption."""
    factories.make_scores(house.survey, "Q7FOOD", {3: 20, 4: 20})
    return house.touchpoint


def view(house: House, period: Period = YEAR, today: date = TODAY) -> MapView:
    return build_map(house.program, house.root, period, user=house.people["owner"], today=today)


def card(house: House, period: Period = YEAR, today: date = TODAY) -> MapTouchpoint:
    return next(each for each in view(house, period, today).touchpoints if each.touchpoint.code == "food")


def ask(house: House, code: str, form: str, counts: dict[int, int], *, scale: tuple[int, int] = (1, 5)) -> None:
    factories.make_question(house.program, code, scale_low=scale[0], scale_high=scale[1])
    survey = factories.make_survey(house.program, "more", questions=(code,), has_rules=False)
    factories.make_scores(survey, code, counts)
    Touchpoint.objects.filter(code="food").update(expectation_question=code, expectation_form=form)


def test_an_assumed_expectation_has_no_error_of_its_own(house: House, point: Touchpoint) -> None:
    found = card(house).expectation
    assert (found.value, found.is_measured, found.gap) == (4.5, False, pytest.approx(-1.0))
    assert card(house).pain_rank == 1


def test_a_measured_expectation_is_put_before_an_assumed_one(house: House, point: Touchpoint) -> None:
    ask(house, "EXPECT", "direct", {4: 20, 5: 20})
    found = card(house).expectation
    assert (found.value, found.is_measured, found.n) == (4.5, True, 40)
    # Both means have sd 0.5064 and n 40: each half is t(39)·0.0801 = 0.1620, together 0.2290.
    assert (found.gap, found.gap_high) == (pytest.approx(-1.0), pytest.approx(-1.0 + 0.2290, abs=1e-3))
    assert card(house).pain_rank == 1


def test_against_expectations_the_middle_is_as_expected(house: House, point: Touchpoint) -> None:
    ask(house, "AGAINST", "against", {4: 20, 6: 20}, scale=(1, 10))
    found = card(house).expectation
    # 5 lies half a point below the middle of 1 to 10: 0.5 × 4/9 on a scale from 1 to 5.
    assert found.gap == pytest.approx(-0.5 * 4 / 9)
    assert found.value == pytest.approx(3.5 + 0.5 * 4 / 9)
    assert found.is_measured


def test_an_expectation_within_its_error_is_no_pain(house: House, point: Touchpoint) -> None:
    ask(house, "EXPECT", "direct", {3: 18, 4: 22})
    assert card(house).expectation.gap < 0
    assert card(house).pain_rank is None


def test_a_question_on_another_scale_measures_no_expectation(house: House, point: Touchpoint) -> None:
    ask(house, "EXPECT", "direct", {8: 40}, scale=(1, 10))
    assert card(house).expectation.is_measured is False


def test_evidence_follows_from_studies_and_measurement(house: House, point: Touchpoint) -> None:
    assert (card(house).grade, view(house).stages[1].grade) == ("partly", "assumed")
    study = factories.make_study(house.program, done_on=date(2017, 3, 1))
    factories.make_finding(point, study=study)
    assert (card(house).grade, view(house).stages[1].grade) == ("researched", "partly")
    study.done_on = date(2018, 1, 1)  # after the year that is shown
    study.save()
    assert card(house).grade == "partly"


@pytest.mark.parametrize("is_studied_elsewhere", [False, True])
def test_a_study_ages_by_the_period_shown_and_not_by_studies_elsewhere(
    house: House, point: Touchpoint, is_studied_elsewhere: bool
) -> None:
    factories.make_finding(point, study=factories.make_study(house.program, done_on=date(2013, 6, 1)))
    factories.make_scores(house.survey, "Q7FOOD", {4: 20}, at=NOON.replace(year=2016))
    if is_studied_elsewhere:
        other = factories.make_touchpoint(point.stage, "other")
        factories.make_finding(other, study=factories.make_study(house.program, "new", done_on=date(2017, 6, 1)))
    assert (card(house, parse("2015")).grade, card(house, parse("2016-05")).grade) == ("partly", "researched")
    assert card(house, parse("2017")).grade == "partly"
    assert card(house, ALL, today=date(2016, 5, 1)).grade == "researched"
    assert card(house, ALL, today=date(2016, 7, 1)).grade == "partly"


def test_findings_of_a_stage_and_of_the_whole_journey_are_shown_by_choice(house: House, client: Client) -> None:
    journey, stage = house.touchpoint.stage.journey, house.touchpoint.stage
    facts = {"program": house.program, "journey": journey, "kind": "pain_point"}
    Finding.objects.create(stage=stage, texts={"en": "Nobody knows where to sit."}, **facts)
    Finding.objects.create(texts={"en": "Travel is tiring."}, **facts)
    found = view(house)
    assert [str(each) for each in found.findings] == ["Travel is tiring."]
    assert [[str(each) for each in part.findings] for part in found.stages] == [[], ["Nobody knows where to sit."]]
    client.force_login(house.people["owner"])
    for address, is_said in (("/map/?period=2017", False), ("/map/?period=2017&lanes=findings", True)):
        html = client.get(address, headers={"accept-language": "en"}).content.decode()
        for text in ("Nobody knows where to sit.", "Travel is tiring."):
            assert (text in html) == is_said, (address, text)
    pdf = client.get("/map/pdf/?period=2017&lanes=findings", headers={"accept-language": "en"}).content
    (sheet,) = PdfReader(BytesIO(pdf)).pages
    text = " ".join(sheet.extract_text().split())
    assert "Nobody knows where to sit." in text and "Travel is tiring." in text


def test_it_says_where_we_are_surely_ahead(house: House, point: Touchpoint) -> None:
    factories.make_competitor(house.program, "oak")
    for number in range(12):
        given = [Given(8 + number % 2, "", "food"), Given(5, "oak", "food")]
        sitting = Sitting("panel", f"p-{number}", NOON, (0, 10), given)
        competitor_ratings.record(house.program, sitting)
    assert card(house).ahead > 0.99
    assert "Ahead, " in page(house)


def page(house: House, *lanes: str) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people["owner"])
    return client.get("/map/", {"period": "2017", "lanes": lanes}).content.decode()


def test_lanes_are_shown_by_choice(house: House, point: Touchpoint) -> None:
    persona = Persona.objects.create(program=house.program, code="late", name="Runs late", goals={"en": "Catch it"})
    JourneyPersona.objects.create(journey=point.stage.journey, persona=persona)
    point.promises, point.channels, point.tones = {"en": "Fresh all day"}, ["shop"], {"en": "Warm"}
    point.opens = factories.make_journey(house.program, "eating")
    point.save()
    point.stage.actions, point.stage.thoughts = {"en": "Looks for food"}, {"en": "Is there time?"}
    point.stage.save()
    factories.make_finding(point, "Nothing warm after nine.")
    shown = {
        "personas": "Runs late", "actions": "Looks for food", "promise": "Fresh all day", "channels": "Shop",
        "findings": "Nothing warm after nine.", "evidence": "Partly researched",
    }  # fmt: skip
    plain = page(house)
    assert not [lane for lane, text in shown.items() if lane not in ("channels", "evidence") and text in plain]
    assert "Opens into Eating" in plain
    assert [lane for lane, text in shown.items() if text not in page(house, *shown, "no-such-lane")] == []


def test_a_journey_that_another_opens_says_of_what_it_is_a_part(house: House, point: Touchpoint) -> None:
    eating = factories.make_journey(house.program, "eating")
    point.opens = eating
    point.save()
    found = build_map(house.program, house.root, YEAR, journey="eating", today=TODAY)
    assert found.opened_from == point


def test_the_lane_of_streams_names_the_surveys_that_ask_and_the_ratings_of_competitors(
    house: House, point: Touchpoint, django_assert_num_queries: Any
) -> None:
    calls = factories.make_stream(house.program, "calls", name="Calls")
    TouchpointStream.objects.create(touchpoint=point, stream=calls)
    ask(house, "EXPECT", "direct", {4: 20})
    rival = factories.make_competitor(house.program, "rival")
    factories.make_rating(house.program, 7, sitting="s-1", competitor=rival, touchpoint=point)
    asked = [str(each.label) for each in Survey.objects.filter(program=house.program).order_by("pk")]
    shown = card(house)
    with django_assert_num_queries(3):
        assert shown.streams == ("Calls", *asked, "Ratings of competitors")
    assert f"Calls, {', '.join(asked)}, Ratings of competitors" in page(house, "streams")


def test_a_survey_that_asks_no_longer_is_no_stream(house: House, point: Touchpoint) -> None:
    newer = house.survey.versions.create(number=2)
    newer.published_at = NOON
    newer.save()
    assert card(house).streams == ()
