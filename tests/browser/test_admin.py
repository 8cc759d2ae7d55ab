"""The admin in a real browser: its theme runs under our policy, and what is ours is accessible."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from feedback.models import Survey, Ticket
from journeys.models import Touchpoint
from tests.browser.axe import flaws
from tests.cxprogram.admin_house import url
from tests.factories import make_house

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# The theme's own, all of them best practice, none of WCAG 2.2 AA: a foot outside every landmark, scrolling parts that
# share one name, the empty head of the column of bins.
THEME = {"region", "landmark-unique", "empty-table-header"}


def test_it_runs_under_the_policy_and_is_accessible(browser: Any, live_server: Any) -> None:
    house = make_house()
    client = Client()
    client.force_login(house.people["owner"])
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    places = {
        "index": "/admin/",
        "list": url(Ticket, "changelist"),
        "form": url(Touchpoint, "change", house.touchpoint.pk),
        "form with parts": url(Survey, "change", house.survey.pk),
        "read-only": url(Ticket, "change", house.tickets["G"].pk),
    }
    context, found = browser.new_context(), {}
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page, complaints = context.new_page(), []
    page.on("console", lambda each: complaints.append(each.text) if each.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for width, mode, names in (
        (1440, "light", ("list", "form", "form with parts", "read-only")),
        (390, "dark", ("index", "list", "form")),
    ):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=mode)
        for name in names:
            page.goto(f"{live_server.url}{places[name]}")
            broken = [(rule, elements) for rule, elements in flaws(page) if rule not in THEME]
            is_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            found[name, width] = ([*complaints], broken, is_wide)
            complaints.clear()
    context.close()
    assert found == {key: ([], [], False) for key in found}
    assert {name for name, _width in found} == set(places)
