"""The frame, the components and the charts in a real browser, under the strict CSP, at phone and desktop width."""

from itertools import product
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

from cxprogram import charts
from cxprogram.charts import DriverRow, TrendPoint, UnitRow
from cxprogram.figures import Change
from journeys.analytics.curve import curve
from journeys.analytics.curve_marks import CurvePoint, CurveStage
from tests.browser.axe import flaws

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SPECIMEN = Path(__file__).with_name("specimen.html")


def specimen(request: HttpRequest) -> HttpResponse:
    stages = [
        CurveStage(
            "One",
            [
                CurvePoint(1, "A", 4.1, 4.0, 4.2, expectation=4),
                CurvePoint(2, "B", 3.6, 3.5, 3.7, pain_rank=1, expectation=4),
            ],
        ),
        CurveStage("Two", [CurvePoint(3, "C", 4.3, 4.2, 4.4, is_same_question=False, is_truth=True)]),
    ]
    points = [
        TrendPoint("2016", 4.0, 3.9, 4.1, 90),
        TrendPoint("2017", 4.3, 4.2, 4.4, 80, Change("better", 0.3, "2016")),
    ]
    areas = [
        UnitRow("Area A", 40.0, 30.0, 50.0, 90),
        UnitRow("Area G", 20.0, 10.0, 30.0, 80, Change("worse", text="below")),
    ]
    context = {
        "trend": charts.trend(points, title="Mean", scale=(1, 5)),
        "units": charts.units(areas, title="NPS"),
        "drivers": charts.drivers(
            [DriverRow("A", 0.6, 0.5, 0.7), DriverRow("B", 0.4, 0.3, 0.5, -1)], title="D", n=9, r2=0.5
        ),
        "counts": {0: 1, 7: 2, 9: 3},
        "stages": stages,
        "curve": curve(stages),
        "nav": [("/specimen/", "Overview", "home", True), ("#1", "Journey map", "map", False, "Map")] * 1,
    }
    return HttpResponse(engines["django"].from_string(SPECIMEN.read_text()).render(context, request))


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html")


urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("specimen/", specimen),
    path("broken/", broken),
]


@pytest.fixture(autouse=True)
def doors(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture(scope="module")
def tab(browser):
    """One page for all visits, and what the browser complains about in it: the charts' scripts are compiled once."""
    page, complaints = browser.new_context().new_page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    yield page, complaints
    page.context.close()


@pytest.fixture
def visit(tab, live_server):
    """Open a page and return it with everything the browser complained about."""
    page, complaints = tab

    def open_page(where: str, *, width: int, mode: str):
        complaints.clear()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=mode)
        page.goto(f"{live_server.url}{where}")
        return page, complaints

    yield open_page
    page.goto("about:blank")


def test_pages_have_no_violation_and_no_sideways_scroll(visit):
    """In one test: after each, the database is emptied, which takes longer than the pages."""
    for where, (width, mode) in product(
        ("/specimen/", "/accounts/login/", "/accounts/password/reset/", "/broken/"), ((390, "dark"), (1440, "light"))
    ):
        page, complaints = visit(where, width=width, mode=mode)
        if where == "/specimen/":
            page.locator("[data-cx-mode] svg").nth(2).wait_for(state="attached")
        assert flaws(page) == [], where
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), where
        assert complaints == [], where


def test_charts_are_drawn_and_named_and_follow_the_mode(visit):
    page, complaints = visit("/specimen/", width=1440, mode="light")
    host = page.locator("[data-cx-chart=trend]")
    host.locator("svg text", has_text="4.30").wait_for()
    assert host.get_attribute("aria-label") == "Mean: 4.00 in 2016, 4.30 in 2017. Clear steps: +0.30 in 2017."
    assert host.get_attribute("role") == "img"
    assert host.locator('[fill="#0f6485"]').count() > 0
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.querySelector('[data-cx-chart=trend]').dataset.cxMode === 'dark'")
    assert host.locator('[fill="#6fbfdd"]').count() > 0
    assert host.locator('[fill="#0f6485"]').count() == 0
    assert complaints == []


def test_charts_take_the_width_they_are_given(visit):
    page, _complaints = visit("/specimen/", width=1440, mode="light")
    page.locator("[data-cx-chart=units] svg").wait_for()
    page.wait_for_function("Number(document.querySelector('[data-cx-chart=units] svg').getAttribute('width')) > 358")
    page.set_viewport_size({"width": 390, "height": 900})
    page.locator("[data-cx-chart=units] svg[width='358']").wait_for()


def test_the_same_numbers_stand_below_without_javascript(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/specimen/")
    page.locator("summary").first.click()
    assert page.locator("table").first.locator("tbody tr").first.inner_text().split("\t")[:2] == ["2017", "4.30"]
    context.close()


def test_the_first_stop_of_the_keyboard_skips_to_the_content(visit):
    page, _complaints = visit("/specimen/", width=1440, mode="light")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.get_attribute("href") == "#main"
    assert link.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
