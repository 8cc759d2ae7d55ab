"""Plans and contact rules in the admin: a form that is sent as it is shown makes what its defaults say."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from feedback.models import ContactRule, SamplingPlan
from feedback.models.plan import default_channels, working_days
from feedback.services import plans
from journeys.models import ConsentText
from tests import factories
from tests.cxprogram.admin_house import url
from tests.factories import House

pytestmark = pytest.mark.django_db


class Shown(HTMLParser):
    """What a browser sends of a form that nobody touched."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, Any] = {}
        self.open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        name = facts.get("name") or ""
        if tag == "input" and name and facts.get("type") in ("text", "number", "hidden", "time", None):
            self.sent[name] = facts.get("value") or ""
        elif tag == "input" and name and facts.get("type") == "checkbox" and "checked" in facts:
            self.sent[name] = facts.get("value") or "on"
        elif tag in ("textarea", "select") and name:
            self.open, self.sent[name] = name, ""
        elif tag == "option" and self.open and "selected" in facts:
            self.sent[self.open] = facts.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.open and not self.sent[self.open] and data.strip() and self.lasttag == "textarea":
            self.sent[self.open] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self.open = ""


def owner_of(house: House) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people["owner"])
    return client


def send(house: House, model: type[Model], *, address: str = "", **typed: Any) -> dict[str, Any]:
    """Type into the empty form and send it; what is wrong by then."""
    client, form = owner_of(house), Shown()
    form.feed(client.get(address or url(model, "add")).content.decode())
    reply = client.post(url(model, "add"), form.sent | typed)
    return dict(reply.context["adminform"].form.errors) if reply.status_code == 200 else {}


def test_a_new_plan_is_saved_with_its_defaults(house: House) -> None:
    assert send(house, SamplingPlan, program=house.program.pk, name="Monthly", survey=house.survey.pk) == {}
    plan = SamplingPlan.objects.get(name="Monthly")
    assert (plan.channels, plan.weekdays, plan.quotas) == (default_channels(), working_days(), {})


def test_a_new_plan_keeps_the_holidays_of_the_programs_country(house: House) -> None:
    house.program.time_zone = "Atlantic/Reykjavik"
    house.program.save()
    send(house, SamplingPlan, program=house.program.pk, name="Monthly", survey=house.survey.pk)
    assert SamplingPlan.objects.get(name="Monthly").holidays_of == "IS"


def test_a_new_rule_is_saved_with_its_defaults(house: House) -> None:
    assert send(house, ContactRule, program=house.program.pk, name="Once a month", code="month") == {}
    rule = ContactRule.objects.get(code="month")
    assert (rule.attributes, rule.at_most, rule.window_hours) == ({}, 1, 30 * 24)


def test_a_plan_that_may_ask_nobody_leads_to_the_text_that_is_missing(house: House) -> None:
    plan = SamplingPlan.objects.create(program=house.program, survey=house.survey, name="First", is_active=True)
    page = f"/plans/{plan.pk}/"
    found = re.search(r'href="([^"]*consenttext/add/[^"]*)"', owner_of(house).get(page).content.decode())
    assert found and plans.dry_run(plan, at=timezone.now()).count("asked") == 0
    assert send(house, ConsentText, address=found[1]) == {}
    text = ConsentText.objects.get(purpose="survey")
    assert (text.version, text.legal_basis, len(text.texts)) == (1, "legitimate_interest", 5)
    assert "Nobody may be asked yet" not in owner_of(house).get(page).content.decode()
    run = plans.dry_run(plan, at=timezone.now())
    assert run.looked_at and "basis-missing" not in {line.reason for line in run.lines}


def test_another_text_begins_as_the_next_version_of_the_last(house: House) -> None:
    factories.make_consent_text(house.program, legal_basis="consent")
    assert send(house, ConsentText) == {}
    text = ConsentText.objects.get(version=2)
    assert (text.texts, text.legal_basis) == ({"en": "We may ask you."}, "consent")
