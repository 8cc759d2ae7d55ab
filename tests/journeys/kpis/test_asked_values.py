"""What was told of the answers to a question stays beside what came of it later."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from cxprogram.periods import parse
from journeys.kpis import registry
from journeys.kpis.registry import KpiQuery
from journeys.models import Kpi, KpiValue
from journeys.services import kpi_values, kpis
from tests import factories
from tests.api_client import Api
from tests.factories import House
from tests.journeys.kpis.events import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


def test_answers_that_come_late_correct_the_month_and_the_year_and_no_other(house: House) -> None:
    at = datetime(2015, 5, 15, 19, tzinfo=UTC)
    factories.make_scores(house.survey, "NETPRO", {10: 60, 0: 40}, at=at)
    assert kpi_values.keep(house.program, at=NOW) > 0
    assert kpi_values.keep(house.program, at=NOW) == 0
    factories.make_scores(house.survey, "NETPRO", {10: 100}, at=at)
    kpi_values.keep(house.program, at=LATER)
    rows = KpiValue.objects.filter(kpi=house.kpis["nps"], unit=house.root, is_weighted=False, period__startswith="2015")
    told = [(row.period, round(row.value or 0, 9), row.n) for row in rows.order_by("period", "pk")]
    assert told == [("2015", 20, 100), ("2015", 60, 200), ("2015-05", 20, 100), ("2015-05", 60, 200)]


def test_an_older_version_that_stays_readable_is_kept_too(house: House) -> None:
    factories.make_scores(house.survey, "NETPRO", {10: 60, 0: 40}, at=datetime(2015, 5, 15, 19, tzinfo=UTC))
    old = house.kpis["nps"]
    kpis.new_version(old, valid_from=date(2020, 1, 1), min_n=30)
    kpi_values.keep(house.program, at=NOW)
    assert KpiValue.objects.filter(kpi=old, period="2015").exists()


def test_weighted_values_are_kept_where_there_are_weights(house: House) -> None:
    factories.make_scores(house.survey, "NETPRO", {10: 60, 0: 40}, at=datetime(2015, 5, 15, 19, tzinfo=UTC))
    kpi_values.keep(house.program, at=NOW)
    assert not KpiValue.objects.filter(is_weighted=True).exists()


# --- versions -----------------------------------------------------------------------------------
def answered(house: House) -> None:
    """Answers in May of 2013 to 2016, and in August of 2015."""
    for year, promoters in {2013: 50, 2014: 60, 2015: 70, 2016: 80}.items():
        at = datetime(year, 5, 15, 19, tzinfo=UTC)
        factories.make_scores(house.survey, "NETPRO", {10: promoters, 0: 100 - promoters}, at=at)
    factories.make_scores(house.survey, "NETPRO", {10: 100}, at=datetime(2015, 8, 2, 19, tzinfo=UTC))


def read(house: House, kpi: Kpi, *periods: str) -> list[tuple[float | None, int | None]]:
    found = registry.read(house.program, [KpiQuery(kpi, house.root, parse(each)) for each in periods])
    return [(None if each.value is None else round(each.value, 9), each.n) for each in found]


def test_a_new_version_begins_in_the_month_from_which_it_holds_and_the_first_holds_for_all(house: House) -> None:
    answered(house)
    periods = ("2014", "2015", "2015-05", "2015-08", "2016")
    old = house.kpis["nps"]
    before = read(house, old, *periods)
    assert before == [(20, 100), (70, 200), (40, 100), (100, 100), (60, 100)]
    new = kpis.new_version(old, valid_from=date(2015, 8, 20))
    assert read(house, new, *periods) == [(None, 0), (100, 100), (None, 0), (100, 100), (60, 100)]
    assert [read(house, kpi, "all")[0][1] for kpi in (old, new)] == [503, 203]
    old.refresh_from_db()
    assert read(house, old, *periods) == before, "the earlier version stays as it was"


def test_two_versions_are_read_together_and_each_keeps_to_its_own_time(house: House) -> None:
    answered(house)
    old = house.kpis["nps"]
    new = kpis.new_version(old, valid_from=date(2015, 8, 1))
    queries = [KpiQuery(kpi, house.root, parse("2015")) for kpi in (old, new, old)]
    assert [reading.n for reading in registry.read(house.program, queries)] == [200, 100, 200]


def test_a_version_hides_few_answers_by_what_it_shows(house: House) -> None:
    factories.make_scores(house.survey, "NETPRO", {10: 50}, at=datetime(2015, 5, 15, 19, tzinfo=UTC))
    factories.make_scores(house.survey, "NETPRO", {10: 3}, at=datetime(2015, 8, 2, 19, tzinfo=UTC))
    new = kpis.new_version(house.kpis["nps"], valid_from=date(2015, 8, 1))
    (reading,) = registry.read(house.program, [KpiQuery(new, house.root, parse("2015"))])
    assert reading.suppressed and reading.n is None


def test_page_and_api_show_each_version_in_its_own_years(house: House, client: Client) -> None:
    answered(house)
    kpis.new_version(house.kpis["nps"], valid_from=date(2015, 1, 1))
    client.force_login(house.people["owner"])

    def years(query: str) -> list[str]:
        page = client.get(f"/kpis/?kpi=nps{query}").context["page"]
        return [point.period.code for point in page.trend.points]

    assert years("") == ["2015", "2016", "2017"]
    assert years("&version=1") == ["2013", "2014", "2015", "2016", "2017"]
    api = Api(house.people["owner"], house.program)
    told = [api.get("kpi-values/", kpi="nps", period="2013", version=each).json()["n"] for each in (1, 2)]
    assert told == [100, 0]


def test_a_version_that_holds_from_a_day_to_come_has_a_page(house: House, client: Client) -> None:
    answered(house)
    kpis.new_version(house.kpis["nps"], valid_from=date(2030, 1, 1))
    client.force_login(house.people["owner"])
    assert client.get("/kpis/?kpi=nps").status_code == 200
