"""The whole program once, through public doors only, on the real data of the demonstration."""

import csv
import gzip
import hashlib
import io
import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.demo_site import ROOT, DemoSite

pytestmark = pytest.mark.xdist_group("demo")
# ../shared/data/expected/sfo.json, copied.
EXPECTED: dict[str, Any] = json.loads((ROOT / "tests" / "data" / "sfo_expected.json").read_text())
YEARS = [year for year in EXPECTED if year.isdigit()]
CLOSE = {"rel": 0, "abs": 1e-6}


def kpi(site: DemoSite, session: requests.Session | None = None, **params: Any) -> dict[str, Any]:
    reply = (session or site.api()).get(f"{site.url}/api/v1/kpi-values/", params={"program": "sfo", **params})
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.parametrize("year", YEARS)
def test_the_api_gives_every_expected_figure(demo_site: DemoSite, year: str) -> None:
    wave, api = EXPECTED[year], demo_site.api()
    plain = kpi(demo_site, api, kpi="mean", period=year)
    weighted = kpi(demo_site, api, kpi="mean", period=year, weighted="true")
    assert plain["rows"] == wave["rows"]
    assert plain["n"] == wave["overall_n_valid"]
    assert plain["counts"] == wave["overall_counts"]
    assert plain["missing"] == wave["overall_missing"]
    assert plain["value"] == pytest.approx(wave["overall_mean"], **CLOSE)
    assert weighted["value"] == pytest.approx(wave["overall_weighted_mean"], **CLOSE)
    assert weighted["n_eff"] == pytest.approx(wave["n_eff"], rel=1e-9)
    assert weighted["kish_deff"] == pytest.approx(wave["kish_deff"], **CLOSE)
    top = kpi(demo_site, api, kpi="top2", period=year)["value"]
    top_weighted = kpi(demo_site, api, kpi="top2", period=year, weighted="true")["value"]
    assert top == pytest.approx(wave["overall_top2"], **CLOSE)
    assert top_weighted == pytest.approx(wave["overall_weighted_top2"], **CLOSE)
    for column, (n, value) in wave["touchpoint_means"].items():
        # The wave's own column name finds the question under its one identity.
        reading = kpi(demo_site, api, kpi="mean", period=year, question=column)
        assert (reading["n"], reading["value"]) == (n, pytest.approx(value, **CLOSE)), column


def test_the_api_gives_the_net_promoter_score_of_2017(demo_site: DemoSite) -> None:
    expected = EXPECTED["2017"]["nps"]
    reading = kpi(demo_site, kpi="nps", period="2017")
    assert reading["n"] == expected["n"]
    assert reading["missing"]["blank"] == expected["missing_blank"]
    assert sum(reading["counts"].get(str(code), 0) for code in (9, 10)) == expected["promoters"]
    assert sum(reading["counts"].get(str(code), 0) for code in range(7)) == expected["detractors"]
    assert reading["value"] == pytest.approx(expected["nps"], **CLOSE)
    assert [reading["low"], reading["high"]] == pytest.approx(expected["adjwald95"], **CLOSE)
    weighted = kpi(demo_site, kpi="nps", period="2017", weighted="true")
    assert weighted["value"] == pytest.approx(expected["weighted_nps"], **CLOSE)


@pytest.mark.parametrize("year", [year for year in YEARS if "drivers_of_overall" in EXPECTED[year]])
def test_the_api_gives_the_driver_study(demo_site: DemoSite, year: str) -> None:
    expected = EXPECTED[year]["drivers_of_overall"]
    reply = demo_site.api().get(f"{demo_site.url}/api/v1/driver-studies/", params={"program": "sfo", "period": year})
    study = reply.json()
    assert (study["method"], study["n"]) == ("lmg", expected["n_listwise"])
    assert study["r2"] == pytest.approx(expected["r2"], **CLOSE)
    raw = {driver["question"]: driver["lmg"] for driver in study["drivers"]}
    assert raw == pytest.approx(expected["lmg"], **CLOSE)
    assert sum(raw.values()) == pytest.approx(study["r2"], abs=1e-12)


@pytest.mark.parametrize("code", ["mean", "nps"])
def test_units_add_up_to_the_whole(demo_site: DemoSite, code: str) -> None:
    api = demo_site.api()
    whole = kpi(demo_site, api, kpi=code, period="2017")
    areas = [kpi(demo_site, api, kpi=code, period="2017", unit=area) for area in "ABCDEFG"]
    assert sum(area["n"] for area in areas) == whole["n"]
    assert sum(area["rows"] for area in areas) == whole["rows"]
    counts: Counter[str] = Counter()
    for area in areas:
        counts.update(area["counts"])
    assert dict(counts) == whole["counts"]


def page_values(html: str) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for tag in re.findall(r"<[a-z]+[^>]*data-kpi=[^>]*>", html):
        attributes = dict(re.findall(r'(data-[a-z-]+)="([^"]*)"', tag))
        key = (attributes["data-kpi"], attributes["data-period"])
        found.setdefault(key, set()).add(attributes.get("data-value", ""))
    return found


def has_value(values: set[str], expected: float) -> bool:
    return any(text and abs(float(text) - expected) <= 1e-6 for text in values)


def test_pages_show_what_the_api_says(demo_site: DemoSite) -> None:
    owner = demo_site.log_in("owner")
    pages = page_values(owner.get(f"{demo_site.url}/map/?period=2017").text)
    for column, (_n, value) in EXPECTED["2017"]["touchpoint_means"].items():
        assert has_value(pages[("mean", "2017")], value), column
    trend = page_values(owner.get(f"{demo_site.url}/kpis/").text)
    for year in YEARS:
        assert has_value(trend[("mean", year)], EXPECTED[year]["overall_mean"])
    nps = page_values(owner.get(f"{demo_site.url}/kpis/?kpi=nps").text)
    assert has_value(nps[("nps", "2017")], EXPECTED["2017"]["nps"]["nps"])


def test_one_more_answer_changes_the_map_within_two_seconds(demo_site: DemoSite) -> None:
    owner = demo_site.log_in("owner")
    before = page_values(owner.get(f"{demo_site.url}/map/?period=all").text)[("nps", "all")]
    customer = requests.Session()
    form = customer.get(f"{demo_site.url}/s/sfo-live/")
    key = re.search(r'name="key"[^>]*value="([^"]+)"', form.text)
    assert key
    data = {"key": key[1], "NETPRO": "10", "Q15PROBLEM": "2"}
    for _repeat in range(2):
        reply = customer.post(f"{demo_site.url}/s/sfo-live/", data=data, allow_redirects=False)
        assert (reply.status_code, reply.headers["Location"].rstrip("/").split("/")[-1]) == (303, "done")
    started = time.monotonic()
    changed = False
    while time.monotonic() - started < 2:
        after = page_values(owner.get(f"{demo_site.url}/map/?period=all").text)[("nps", "all")]
        if changed := after != before:
            break
    assert changed, "the map did not change within two seconds"


def test_a_repeated_answer_is_one_answer(demo_site: DemoSite) -> None:
    api = demo_site.api()
    body = {
        "survey": "sfo-live",
        "source": "flow",
        "external_id": "answer-1",
        "answered_at": "2026-11-20T10:00:00Z",
        "answers": {"NETPRO": 9},
    }
    first = api.post(f"{demo_site.url}/api/v1/responses/", json=body)
    again = api.post(f"{demo_site.url}/api/v1/responses/", json=body)
    other = api.post(f"{demo_site.url}/api/v1/responses/", json={**body, "answers": {"NETPRO": 0}})
    assert (first.status_code, first.json()["status"]) == (201, "created")
    assert (again.status_code, again.json()) == (200, {"id": first.json()["id"], "status": "repeated"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-conflict")
    assert other.headers["Content-Type"].startswith("application/problem+json")


def test_a_ticket_is_taken_closed_and_told(demo_site: DemoSite) -> None:
    api, url = demo_site.api(), f"{demo_site.url}/api/v1/tickets/"
    ticket = api.get(url, params={"status": "open", "unit": "G"}).json()["results"][0]
    assert api.post(f"{url}{ticket['id']}/take/").json()["status"] == "taken"
    assert api.post(f"{url}{ticket['id']}/note/", json={"text": "Called, no answer."}).status_code in (200, 201)
    refused = api.post(f"{url}{ticket['id']}/close/", json={"root_cause": "Signs and information"})
    assert (refused.status_code, refused.json()["code"]) == (422, "ticket-close-incomplete")
    words = {"root_cause": "Signs and information", "action": "We moved the sign at gate 98."}
    closed = api.post(f"{url}{ticket['id']}/close/", json=words)
    assert closed.status_code == 200, closed.text
    assert {name: closed.json()[name] for name in words} == words
    deadline = time.monotonic() + 60
    mails: list[Path] = []
    while not mails and time.monotonic() < deadline:
        mails = [path for path in (demo_site.folder / "mail").glob("*.eml") if "gate 98" in path.read_text()]
        time.sleep(0.25)
    assert len(mails) == 1
    assert "@example.org" in mails[0].read_text()


def test_the_replay_opened_the_expected_tickets(demo_site: DemoSite) -> None:
    assert demo_site.facts["tickets"] == 58
    assert demo_site.facts["responses"] == sum(EXPECTED[year]["rows"] for year in YEARS) + 300


def test_a_second_run_writes_nothing(demo_site: DemoSite) -> None:
    assert demo_site.facts["changed"] > 0
    assert demo_site.second_run["changed"] == 0
    assert demo_site.second_run["pdf_sha256"] == demo_site.facts["pdf_sha256"]
    assert (demo_site.folder / "demo.json").stat().st_mode & 0o777 == 0o600


def test_a_wave_imported_twice_adds_nothing_and_says_so(demo_site: DemoSite) -> None:
    path = ROOT / "cxprogram" / "demo" / "data" / "sfo_2017.csv.gz"
    done = demo_site.command_line.run(
        "import_responses", str(path), "--mapping", "sfo-2017", "--program", "sfo", "--json"
    )
    account = json.loads(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0
    assert account == {"rows": 2831, "imported": 0, "repeated": 2831, "rejected": 0, "errors": []}


def hostile(tmp: Path) -> list[tuple[str, Path, str | None]]:
    """(what is wrong, file, code of the refusal)"""
    raw = gzip.decompress((ROOT / "cxprogram" / "demo" / "data" / "sfo_2017.csv.gz").read_bytes())
    rows = list(csv.reader(io.StringIO(raw.decode())))[:20]

    def table(name: str, changed: list[list[str]]) -> Path:
        text = io.StringIO()
        csv.writer(text).writerows(changed)
        (tmp / name).write_text(text.getvalue())
        return tmp / name

    def with_cell(row: int, column: str, value: str) -> list[list[str]]:
        changed = [list(cells) for cells in rows]
        changed[row][rows[0].index(column)] = value
        changed[row][0] = "990001"
        return changed

    (tmp / "empty.csv").write_bytes(b"")
    (tmp / "binary.csv").write_bytes(bytes(range(256)) * 64)
    (tmp / "long.csv").write_bytes(b'"' + b"x" * (16 * 1024 * 1024) + b'"\n')
    (tmp / "utf16.csv").write_bytes(raw.decode().encode("utf-16"))
    without = rows[0].index("Q7ALL")
    return [
        ("broken row", table("range.csv", with_cell(7, "Q7ALL", "9")), "value-out-of-range"),
        ("unknown unit", table("unit.csv", with_cell(3, "BAREA", "Z")), "unit-unknown"),
        (
            "missing column",
            table("column.csv", [[cell for i, cell in enumerate(row) if i != without] for row in rows]),
            "column-missing",
        ),
        ("empty", tmp / "empty.csv", None),
        ("binary", tmp / "binary.csv", None),
        ("16 MB line", tmp / "long.csv", None),
        ("another encoding", tmp / "utf16.csv", None),
    ]


def test_a_bad_file_is_refused_whole_with_line_and_reason(demo_site: DemoSite, tmp_path: Path) -> None:
    rows_before = kpi(demo_site, kpi="mean", period="2017")["rows"]
    manage = demo_site.manage  # the first in a process of its own, as a user starts it
    for what, path, code in hostile(tmp_path):
        done = manage("import_responses", str(path), "--mapping", "sfo-2017", "--program", "sfo", "--json")
        manage = demo_site.command_line.run
        account = json.loads(done.stdout.strip().splitlines()[-1])
        assert done.returncode == 1, what
        assert account["imported"] == 0, what
        assert account["errors"], what
        first = account["errors"][0]
        assert first["code"] and first["detail"] and first["line"] >= 0, what
        assert code is None or first["code"] == code, (what, first)
    assert kpi(demo_site, kpi="mean", period="2017")["rows"] == rows_before


def test_the_report_is_the_file_that_it_says(demo_site: DemoSite) -> None:
    api = demo_site.api()
    report = api.get(f"{demo_site.url}/api/v1/reports/").json()["results"][0]
    assert report["pdf_sha256"] == demo_site.facts["pdf_sha256"]
    pdf = api.get(f"{demo_site.url}/api/v1/reports/{report['id']}/pdf/").content
    assert hashlib.sha256(pdf).hexdigest() == report["pdf_sha256"]
    assert Path(demo_site.facts["pdf"]).read_bytes() == pdf


@pytest.mark.parametrize("role", ["frontline", "unit_manager"])
def test_people_of_area_g_find_no_way_to_area_a(demo_site: DemoSite, role: str) -> None:
    api, person = demo_site.api(), demo_site.log_in(role)
    other = api.get(f"{demo_site.url}/api/v1/tickets/", params={"unit": "A"}).json()["results"][0]["id"]
    doors = {
        f"/tickets/{other}/": 404,
        f"/api/v1/tickets/{other}/": 404,
        "/tickets/?unit=A": 404,
        "/map/?unit=A": 404,
        "/kpis/?unit=A": 404 if role == "unit_manager" else (403, 404),
        "/api/v1/kpi-values/?program=sfo&kpi=nps&period=2017&unit=A": 404,
        "/admin/feedback/ticket/": (302, 403, 404),
        f"/admin/feedback/ticket/{other}/change/": (302, 403, 404),
        f"/reports/{demo_site.facts['report_id']}/pdf/": (403, 404),
        f"/api/v1/reports/{demo_site.facts['report_id']}/pdf/": (403, 404),
    }
    for door, status in doors.items():
        reply = person.get(demo_site.url + door, allow_redirects=False)
        allowed = status if isinstance(status, tuple) else (status,)
        assert reply.status_code in allowed, (door, reply.status_code)
    listed = person.get(f"{demo_site.url}/api/v1/tickets/", params={"page_size": 500}).json()["results"]
    assert {ticket["unit"] for ticket in listed} == {"G"}
    token = person.cookies["csrftoken"]
    taken = person.post(
        f"{demo_site.url}/api/v1/tickets/{other}/take/", headers={"X-CSRFToken": token, "Referer": demo_site.url}
    )
    assert taken.status_code == 404
