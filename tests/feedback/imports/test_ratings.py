"""Ratings of us and others by file: a row for each rating, or a column for each organisation."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cxprogram.choices import ImportStatus, Role
from cxprogram.imports.errors import MappingError
from cxprogram.models import ImportRun, Program
from cxprogram.periods import ALL, parse
from cxprogram.services import import_runs
from feedback.imports.records import load_record_mapping
from feedback.services import import_work
from journeys.insight import competitors
from journeys.models import Competitor, CompetitorRating, Customer
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2024, 5, 31, 12, tzinfo=UTC)
REFERENCE = json.loads((Path(__file__).parents[2] / "data" / "wallet_allocation.json").read_text())["example"]
US = "San Francisco International Airport"
MAPPING: dict[str, Any] = {
    "target": "competitor-ratings",
    "source": "panel",
    "fields": {"respondent": "who", "competitor": "brand", "rating": "score"},
    "constants": {"scale_low": "0", "scale_high": "10"},
    "at": {"kind": "date", "column": "day"},
}
WIDE = {**MAPPING, "fields": {"respondent": "who"}, "brands": [US, "B", "C", "D", "E"]}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.IMPORTS_DIR = tmp_path / "imports"


@pytest.fixture
def program() -> Program:
    program = factories.make_program(min_n=1)
    for code in "bcde":
        Competitor.objects.create(program=program, code=code, name=code.upper())
    return program


def long_file() -> str:
    """The respondents of the reference, A being us; a brand that somebody does not use has an empty rating."""
    lines = ["who,day,brand,score"]
    for number, given in enumerate(REFERENCE["ratings"]):
        names = {brand: US if brand == "A" else brand for brand in "ABCDE"}
        lines += [f"P{number},2024-05-02,{names[brand]},{given.get(brand, '')}" for brand in names]
    return "\n".join(lines)


def wide_file() -> str:
    lines = [f"who,day,{US},B,C,D,E"]
    for number, given in enumerate(REFERENCE["ratings"]):
        lines.append(f"P{number},2024-05-02," + ",".join(str(given.get(brand, "")) for brand in "ABCDE"))
    return "\n".join(lines)


def take(program: Program, content: str, mapping: dict[str, Any] = MAPPING, **options: Any) -> ImportRun:
    run = import_runs.receive(program, chunks=[content.encode()], name="ratings.csv", by=None, at=NOON)
    import_runs.queue(run, kind="competitor-ratings", mapping="", definition=mapping, options=options)
    clock = (NOON + timedelta(seconds=second) for second in itertools.count()).__next__
    assert import_work.work(run.pk, clock=clock)
    run.refresh_from_db()
    return run


def account(run: ImportRun) -> tuple[Any, ...]:
    return run.status, run.rows, run.imported, run.repeated, run.skipped, run.rejected


def codes(run: ImportRun) -> list[tuple[int, str, str]]:
    return [(error["line"], error["column"], error["code"]) for error in run.errors]


@pytest.mark.parametrize(
    ("content", "mapping", "rows", "written", "skipped"),
    [(long_file(), MAPPING, 30, 17, 13), (wide_file(), WIDE, 6, 6, 0)],
    ids=["a row for each rating", "a column for each organisation"],
)
def test_what_comes_by_file_gives_the_reference_shares_of_wallet(
    program: Program, content: str, mapping: dict[str, Any], rows: int, written: int, skipped: int
) -> None:
    done = ImportStatus.DONE
    assert account(take(program, content, mapping)) == (done, rows, written, 0, skipped, 0)
    assert CompetitorRating.objects.count() == 17
    found = competitors.compare(program, factories.root_of(program), ALL)
    shares = {brand.name: brand.share.mean for brand in found.brands if brand.share}
    assert shares == {
        US if name == "A" else name: pytest.approx(mean, abs=1e-9) for name, mean in REFERENCE["brand_mean"].items()
    }
    assert account(take(program, content, mapping)) == (done, rows, 0, written, skipped, 0)
    assert CompetitorRating.objects.count() == 17


def test_both_forms_of_one_table_are_the_same_ratings(program: Program) -> None:
    take(program, long_file())
    assert account(take(program, wide_file(), WIDE))[2:4] == (0, 6)


def test_every_row_is_accounted_for_by_line_column_and_reason(program: Program) -> None:
    lines = [
        "who,day,brand,score,unit", "P1,2024-05-02,b,8,", "P1,2024-05-02,b,8,", "P1,2024-05-02,b,7,",
        "P1,2024-05-02,nobody,7,", "P1,2024-05-02,c,11,", "P1,2024-05-02,c,many,", "P1,soon,c,7,", ",2024-05-02,c,7,",
        "P1,2024-05-02,c,7,nowhere", "P2,2024-05-02,c,,",
    ]  # fmt: skip
    mapping = {**MAPPING, "fields": {**MAPPING["fields"], "unit": "unit"}}
    refused = take(program, "\n".join(lines), mapping)
    assert account(refused)[0] == ImportStatus.REFUSED and not CompetitorRating.objects.exists()
    run = take(program, "\n".join(lines), mapping, skip_bad_rows=True)
    assert account(run) == (ImportStatus.DONE, 10, 1, 1, 1, 7)
    assert codes(run) == [
        (5, "", "competitor-unknown"), (6, "", "rating-out-of-range"), (7, "score", "value-not-a-number"),
        (8, "day", "date-invalid"), (9, "", "respondent-missing"), (10, "unit", "unit-unknown"),
        (4, "", "idempotency-conflict"),
    ]  # fmt: skip


def test_ratings_of_one_person_belong_together_by_day_and_context(program: Program) -> None:
    factories.make_touchpoint(factories.make_journey(program).stages.get(code="wait"), "food")
    lines = [
        "who,day,brand,score,where,trip",
        "P1,2024-05-02,,8,food,business", "P1,2024-05-02,b,6,food,business", "P1,2024-05-02,,5,food,family",
        "P1,2024-06-02,,4,,business",
    ]  # fmt: skip
    fields = {**MAPPING["fields"], "touchpoint": "where", "context": "trip"}
    run = take(program, "\n".join(lines), {**MAPPING, "fields": fields})
    assert account(run) == (ImportStatus.DONE, 4, 4, 0, 0, 0)
    rows = CompetitorRating.objects.order_by("pk").values_list("external_id", "competitor__code", "rating", "context")
    assert list(rows) == [
        ("P1 2024-05-02 business", None, 8, "business"), ("P1 2024-05-02 business", "b", 6, "business"),
        ("P1 2024-05-02 family", None, 5, "family"), ("P1 2024-06-02 business", None, 4, "business"),
    ]  # fmt: skip
    assert set(CompetitorRating.objects.values_list("touchpoint__code", flat=True)) == {"food", None}
    assert not Customer.objects.exists(), "a respondent of a panel is no customer of ours"


def test_a_customer_who_rates_is_known_again(program: Program) -> None:
    known = factories.make_customer(program, email="ann@example.org")
    known.identities.create(program=program, source="email", value="ann@example.org")
    content = "who,day,brand,score\nann@example.org,2024-05-02,,8\nann@example.org,2024-05-02,b,6"
    fields = {"customer": "who", "competitor": "brand", "rating": "score"}
    take(program, content, {**MAPPING, "fields": fields})
    assert set(CompetitorRating.objects.values_list("customer", flat=True)) == {known.pk}


def test_a_column_that_is_named_for_nobody_known_refuses_the_file(program: Program) -> None:
    run = take(program, wide_file(), {**WIDE, "brands": [US, "B", "Atlantis"]})
    assert (run.status, codes(run)) == (ImportStatus.REFUSED, [(1, "", "competitor-unknown")])


def test_the_worker_goes_on_where_it_was_killed(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_work, "BATCH", 7)
    assert account(take(program, long_file())) == (ImportStatus.DONE, 30, 17, 0, 13, 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"brands": ["B"]}, "ratings stand in one column"),
        ({"fields": {"competitor": "brand", "rating": "score"}}, "need the respondent"),
        ({"constants": {"scale_low": "0"}}, "need scale_high"),
        ({"constants": {"scale_low": "low", "scale_high": "10"}}, "scale_low is no number"),
        ({"target": "mentions", "fields": {"rating": "score"}, "constants": {}, "brands": ["B"]}, "rate nobody"),
    ],
)
def test_a_mapping_that_says_too_little_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(MappingError, match=said):
        load_record_mapping(json.dumps(MAPPING | changes).encode())


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (long_file().replace("brand", "competitor"), ["respondent", "at", "competitor", "rating"]),
        (wide_file(), ["external_id", "at", "brand", "brand", "brand", "brand", "brand"]),
    ],
    ids=["long", "wide"],
)
def test_the_page_proposes_asks_for_the_scale_checks_and_takes(
    program: Program, content: str, columns: list[str]
) -> None:
    client = Client()
    client.force_login(factories.make_user(Role.OWNER, factories.root_of(program)))
    upload = {"file": SimpleUploadedFile("ratings.csv", content.encode())}
    address = client.post(reverse("feedback:import-list"), upload)["Location"]
    page = client.get(address + "?target=competitor-ratings").content.decode()
    assert "ratings of us and competitors" in page and "The lowest rating there is" in page
    for role in columns:
        assert f'<option value="{role}" selected>' in page, role
    body = {"target": "competitor-ratings", "source": "panel", "zone": "UTC", "scale_low": "0", "scale_high": "10",
            "role-0": "respondent"}  # fmt: skip
    start = reverse("feedback:import-start", args=[ImportRun.objects.get().pk])
    refused = client.post(start, body | {"scale_high": "0"})
    assert refused.status_code == 422 and "The highest rating lies above the lowest." in refused.content.decode()
    checked = client.post(start, body | {"do": "check"})
    assert checked.status_code == 200 and not CompetitorRating.objects.exists()
    assert client.post(start, body).status_code == 303
    run = ImportRun.objects.get()
    import_work.work(run.pk, clock=(NOON + timedelta(seconds=n) for n in itertools.count()).__next__)
    run.refresh_from_db()
    assert (run.status, run.rejected, CompetitorRating.objects.count()) == (ImportStatus.DONE, 0, 17)
    found = competitors.compare(program, factories.root_of(program), parse("2024"))
    assert found.n == 6
