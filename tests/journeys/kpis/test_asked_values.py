"""What was told of the answers to a question stays beside what came of it later."""

from datetime import UTC, date, datetime, timedelta

import pytest

from journeys.models import KpiValue
from journeys.services import kpi_values, kpis
from tests import factories
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
