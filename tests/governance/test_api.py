"""GET /api/v1/reports/ and /statements/."""

import hashlib
from itertools import pairwise

import pytest

from cxprogram.choices import Role
from tests import factories
from tests.api_client import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(house: factories.House) -> Api:
    return Api(house.people[Role.OWNER], house.program)


def test_reports_form_a_chain_the_newest_first(house: factories.House, api: Api):
    rows = api.get("reports/").json()["results"]
    assert [row["id"] for row in rows] == sorted((report.pk for report in house.reports.values()), reverse=True)
    for row, before in pairwise(rows):
        assert row["previous_sha256"] == before["inputs_sha256"]
    assert rows[-1]["previous_sha256"] is None
    assert set(rows[0]) >= {"id", "kind", "period", "inputs_sha256", "previous_sha256", "pdf_sha256"}


def test_a_report_gives_the_stored_bytes_under_their_hash(house: factories.House, api: Api):
    report = house.reports[""]
    reply = api.get(f"reports/{report.pk}/pdf/")
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/pdf")
    assert hashlib.sha256(reply.content).hexdigest() == report.pdf_sha256
    assert reply.headers["ETag"] == f'"{report.pdf_sha256}"'
    assert reply.headers["Content-Disposition"].startswith("attachment; filename=")
    again = api.client.get(
        f"/api/v1/reports/{report.pk}/pdf/", headers=api.headers | {"If-None-Match": reply.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_the_list_of_reports_reads_no_file(api: Api, django_assert_num_queries):
    with django_assert_num_queries(3) as queries:  # key; program; reports
        api.get("reports/")
    assert not any('"pdf"' in query["sql"] or '"inputs"' in query["sql"] for query in queries.captured_queries)


def test_a_report_that_is_not_there_is_not_found(api: Api):
    for number in (0, 987654321, 10**18, 10**30):
        reply = api.get(f"reports/{number}/pdf/")
        assert refused(reply, 404, reply.json()["code"])
    assert refused(api.get("reports/987654321/pdf/"), 404, "report-unknown")


def test_statements_are_ones_own_or_all_with_the_right(house: factories.House):
    def people(role: str) -> set[str]:
        rows = Api(house.people[role], house.program).get("statements/").json()["results"]
        return {row["person"] for row in rows}

    manager, other = house.people[Role.UNIT_MANAGER].email, house.people["manager_a"].email
    assert people(Role.UNIT_MANAGER) == {manager}
    assert people(Role.OWNER) == people(Role.AUDITOR) == {manager, other}
    assert people(Role.ANALYST) == people(Role.FRONTLINE) == set()


def test_money_is_exact(house: factories.House, api: Api):
    (row,) = (row for row in api.get("statements/", period="2017").json()["results"] if row["unit"] == "G")
    statement = house.statements["G"]
    assert (row["amount"], row["payout_share"]) == (str(statement.amount), f"{statement.payout_share:.10f}")
    assert row["currency"] == "USD"
    assert api.get("statements/", period="2016").json()["results"] == []


@pytest.mark.parametrize("path", ["reports/", "statements/"])
def test_a_period_that_is_none_is_refused(api: Api, path: str):
    assert refused(api.get(path, period="soon"), 400, "period-unknown")
