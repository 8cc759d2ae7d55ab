"""The map on one sheet: in every size one page, tagged, with Inter alone."""

import socket
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from cxprogram import pdf
from cxprogram.pdf import PdfError
from cxprogram.periods import parse
from journeys.insight.map import build_map
from journeys.models import Touchpoint
from journeys.pages import map_print
from tests.factories import NOON
from tests.journeys.pages import Airport, answer_two_waves, make_airport, make_wide
from tests.pdf_tree import tree

TODAY = NOON.date()

pytestmark = pytest.mark.django_db


@pytest.fixture
def airport() -> Airport:
    found = make_airport()
    answer_two_waves(found)
    return found


def sheet(airport: Airport, journey: str = "") -> PdfReader:
    return PdfReader(
        BytesIO(
            map_print.map_pdf(build_map(airport.program, airport.root, parse("2017"), journey=journey, today=TODAY))
        )
    )


def text_of(reader: PdfReader) -> str:
    return " ".join(reader.pages[0].extract_text().replace("\xa0", " ").split())


def test_it_is_one_a3_page_with_all_that_the_map_knows(client: Client, airport: Airport) -> None:
    client.force_login(airport.people["executive"])
    reply = client.get("/map/pdf/?period=2017", headers={"accept-language": "en"})
    assert (reply.status_code, reply["Content-Type"]) == (200, "application/pdf")
    reader = PdfReader(BytesIO(reply.content))
    assert [[round(float(side)) for side in page.mediabox[2:]] for page in reader.pages] == [[1191, 842]]
    text = text_of(reader)
    for said in (
        "Arrive",
        "Wait",
        "3 Food 2.83",
        "n 120",
        "Signs",
        "Not measured.",
        "Pain point 1",
        "−1.17 since 2016",
    ):
        assert said in text, (said, text)
    assert "do not fit" not in text


def test_it_is_tagged_titled_and_every_figure_says_what_it_shows(airport: Airport) -> None:
    reader = sheet(airport)
    root = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en", True)
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None and str(reader.metadata.title).startswith("Departure, 2017")
    nodes = tree(reader)
    figures = [node for kind, node in nodes if kind == "/Figure"]
    assert len(figures) >= 5
    assert [node for node in figures if not str(node.get("/Alt", "")).strip()] == []
    assert {"/Table", "/TH", "/H1", "/H2"} <= {kind for kind, _node in nodes}
    fonts: Any = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    assert {font.get_object()["/BaseFont"].split("+")[-1].split("-")[0] for font in fonts.values()} == {"Inter"}


def test_the_sheet_says_what_its_marks_mean(airport: Airport) -> None:
    reader = sheet(airport)
    text = text_of(reader)
    for said in (
        "Expectation 4.00, assumed.", "Target.", "Moment of truth decides the experience.",
        "Pain point furthest below expectation.",
    ):  # fmt: skip
        assert said in text, (said, text)
    drawn = [str(node.get("/Alt", "")) for kind, node in tree(reader) if kind == "/Figure"]
    assert {"Mean with 95 % interval", "Expectation", "Target"} <= set(drawn)


def test_what_is_shown_also_is_printed_too(client: Client, airport: Airport) -> None:
    Touchpoint.objects.filter(code="food").update(
        promises={"en": "Something warm at any hour"}, tones={"en": "Warm"}, channels=["shop"]
    )
    client.force_login(airport.people["executive"])
    texts = [
        text_of(PdfReader(BytesIO(client.get(address, headers={"accept-language": "en"}).content)))
        for address in ("/map/pdf/?period=2017&lanes=promise&lanes=channels&lanes=evidence", "/map/pdf/?period=2017")
    ]
    for said in ("Something warm at any hour", "Tone Warm", "Channels Shop", "Partly researched"):
        assert (said in texts[0], said in texts[1]) == (True, False)


def test_where_the_lanes_find_no_room_the_sheet_says_so_and_keeps_every_touchpoint(airport: Airport) -> None:
    make_wide(airport, 60)
    Touchpoint.objects.filter(stage__journey__code="wide").update(promises={"en": "Something warm at any hour"})
    view = build_map(airport.program, airport.root, parse("2017"), journey="wide", today=TODAY)
    text = text_of(PdfReader(BytesIO(map_print.map_pdf(view, lanes=["promise"]))))
    assert "What was to be shown also does not fit on this sheet" in text
    assert "Something warm" not in text
    assert [n for n in range(60) if f"Touchpoint number {n} " not in text] == []


def test_sixty_touchpoints_stand_on_one_page_and_none_is_left_out(airport: Airport) -> None:
    make_wide(airport, 60)
    reader = sheet(airport, "wide")
    text = text_of(reader)
    assert len(reader.pages) == 1
    assert [n for n in range(60) if f"Touchpoint number {n} " not in text] == []
    assert "more in this stage" not in text


def test_what_finds_no_room_is_counted_and_flagged_touchpoints_stay(airport: Airport) -> None:
    make_wide(airport, 90, stages=3)
    last = airport.program.touchpoint_set.get(code="wide-87")
    last.truth = "confirmed"
    last.save()
    reader = sheet(airport, "wide")
    text = text_of(reader)
    shown = [n for n in range(90) if f"Touchpoint number {n} " in text]
    assert len(reader.pages) == 1
    assert 87 in shown and 0 < len(shown) < 90
    assert f"{90 - len(shown)} touchpoints do not fit on this sheet" in text


def test_nothing_is_fetched_to_make_it(airport: Airport, monkeypatch: pytest.MonkeyPatch) -> None:
    made = build_map(airport.program, airport.root, parse("2017"), today=TODAY)

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("the network was asked")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    document = next(map_print.documents(made))
    assert pdf.make_sheet([document]).startswith(b"%PDF")


def test_the_first_document_of_one_page_is_taken_and_none_is_refused() -> None:
    start = '<html lang="en"><title>x</title><body><h1>x</h1>'
    short, long = start, start + "<p>y</p>" * 400
    assert len(PdfReader(BytesIO(pdf.make_sheet(iter([long, short])))).pages) == 1
    with pytest.raises(PdfError) as caught:
        pdf.make_sheet([long])
    assert caught.value.code == "pdf-too-long"
