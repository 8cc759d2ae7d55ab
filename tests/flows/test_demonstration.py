"""What the demonstration makes up beside the figures of its source."""

import re

import pytest

from tests.demo_site import DemoSite

pytestmark = pytest.mark.xdist_group("demo")
PLAN = "After the trip (illustrative)"


def test_a_plan_that_waits_for_a_person_tells_whom_it_would_ask_and_why_not(demo_site: DemoSite) -> None:
    owner = demo_site.log_in("owner")
    plans = owner.get(f"{demo_site.url}/plans/").text
    assert "At most 1 invitation in 30 days, within the whole program" in plans
    assert "None for 90 days after an answer, within the same survey" in plans
    found = re.search(rf'href="(/plans/\d+/)"[^>]*>\s*{re.escape(PLAN)}', plans)
    assert found is not None
    page = owner.get(f"{demo_site.url}{found[1]}").text
    # More than half of the passengers have answered it: they are left alone for a quarter.
    assert "Not the same survey within a quarter (illustrative)" in page


def test_what_is_said_elsewhere_is_found_by_touchpoint(demo_site: DemoSite) -> None:
    page = demo_site.log_in("owner").get(f"{demo_site.url}/voice/", params={"touchpoint": "restaurants"}).text
    said = re.findall("Nothing to eat after nine|Fine, but dear|No signs|Late arrival", page)
    assert sorted(said) == ["Fine, but dear", "Nothing to eat after nine"]
