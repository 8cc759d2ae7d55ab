"""Plans and contact rules in the admin: a form that is sent as it is shown makes what its defaults say."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from feedback.models import ContactRule, SamplingPlan
from feedback.models.plan import default_channels, working_days
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


def send(house: House, model: type[Model], **typed: Any) -> dict[str, Any]:
    """Type into the empty form and send it; what is wrong by then."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people["owner"])
    form = Shown()
    form.feed(client.get(url(model, "add")).content.decode())
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
