"""What leaving the map costs in the demonstration: planted, of fictitious customers, beside the history."""

import pytest

from tests.demo_site import DemoSite

pytestmark = pytest.mark.xdist_group("demo")
# (kind, touchpoint): whether it survives correction, as planted
PLANTED = {
    ("missing", "signs-inside"): False,
    ("missing", "restaurants"): True,
    ("extra", "rebooking"): True,
    ("repeated", "signs-inside"): True,
    ("out_of_order", "passing-security"): False,
}


def test_the_demonstration_tells_what_deviations_cost(demo_site: DemoSite) -> None:
    reply = demo_site.api().get(f"{demo_site.url}/api/v1/paths/", params={"program": "sfo", "journey": "departure"})
    told = reply.json()
    assert told["rated_by"] == "way-to-gate"
    found = {(each["kind"], each["step"]): each for each in told["deviations"]}
    assert {key: each["p_adjusted"] < 0.05 for key, each in found.items()} == PLANTED
    for key, each in found.items():
        assert each["rated"] >= 5, key
        assert each["low"] < each["difference"] < each["high"], key
        assert each["difference"] < 0 or not PLANTED[key], key


def test_their_page_says_that_they_are_made_up(demo_site: DemoSite) -> None:
    page = demo_site.log_in("owner").get(f"{demo_site.url}/paths/").text
    assert "journeys were rated." in page
    assert "The rating is that of the KPI: The way to the gate (illustrative)." in page
    assert "The customers are fictitious: no person stands behind them." in page


def test_the_made_up_ratings_answer_a_question_of_their_own(demo_site: DemoSite) -> None:
    api, url = demo_site.api(), f"{demo_site.url}/api/v1/kpi-values/"
    asked = {"program": "sfo", "kpi": "way-to-gate"}
    told = {each: api.get(url, params={**asked, "period": each}).json() for each in ("all", "2017")}
    assert {each["question"] for each in told.values()} == {"WAY"}
    assert (told["all"]["rows"], told["2017"]["rows"]) == (173, 0)
