"""What is saved of a map in the admin is a version like any other edit."""

from typing import Any

import pytest
from django.test import Client

from journeys.models import Journey, Stage, Touchpoint
from journeys.services import map_history, maps
from tests import factories
from tests.cxprogram.admin_house import url
from tests.factories import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(house: House) -> Client:
    found = Client()
    found.force_login(house.people["owner"])
    return found


def filled(client: Client, row: Any) -> dict[str, Any]:
    """The admin's form of the row, as it comes."""
    page = client.get(url(type(row), "change", row.pk))
    assert page.status_code == 200
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms.append(inline.formset.management_form)
        if inline.has_change_permission:
            forms += inline.formset.initial_forms
    data: dict[str, Any] = {}
    for form in forms:
        for field in form:
            widgets = getattr(field.field.widget, "widgets", None)
            value = field.value()
            if widgets is not None:
                parts = field.field.widget.decompress(value) if not isinstance(value, list) else value
                data |= {
                    f"{field.html_name}{suffix}": part
                    for suffix, part in zip(field.field.widget.widgets_names, parts, strict=True)
                    if part is not None
                }
            elif not (value is None or value is False or value == ""):
                data[field.html_name] = value
    for name in [name for name in data if name.endswith("-TOTAL_FORMS")]:
        data[name] = data[name.replace("TOTAL", "INITIAL")]
    return data


def save(client: Client, row: Any, **typed: Any) -> None:
    reply = client.post(url(type(row), "change", row.pk), filled(client, row) | typed)
    assert reply.status_code == 302, reply.context["adminform"].form.errors


def newest(journey: Journey) -> Any:
    return journey.versions.order_by("-number").first()


def test_a_touchpoint_saved_in_the_admin_is_a_version_of_its_author_and_can_be_taken_back(
    house: House, client: Client
) -> None:
    row = house.touchpoint
    journey = row.stage.journey
    save(client, row, name="Food and drink")
    now = Touchpoint.objects.get(pk=row.pk)
    assert (now.name, now.revision) == ("Food and drink", row.revision + 1)
    assert (newest(journey).kind, newest(journey).author) == ("edit", house.people["owner"])
    map_history.undo(journey, by=house.people["owner"], at=factories.NOON)
    assert Touchpoint.objects.get(pk=row.pk).name == row.name


def test_a_stage_saved_in_the_admin_is_a_version(house: House, client: Client) -> None:
    row = house.touchpoint.stage
    save(client, row, name="Eat")
    assert Stage.objects.get(pk=row.pk).name == "Eat"
    assert newest(row.journey).kind == "edit"
    assert "Eat" in [stage["name"] for stage in newest(row.journey).document["stages"]]


def test_who_has_it_open_in_the_page_is_told_of_what_the_admin_wrote(house: House, client: Client) -> None:
    row = house.touchpoint
    seen = {"name": row.name, "team": row.team}
    save(client, row, name="Food and drink")
    fresh = Touchpoint.objects.select_related("stage__journey__program").get(pk=row.pk)
    with pytest.raises(maps.EditedMeanwhileError) as told:
        maps.change(
            fresh, seen | {"name": "Meals"}, seen=row.revision, base=seen, by=house.people["analyst"], at=factories.NOON
        )
    assert [clash.field for clash in told.value.clashes] == ["name"]
    assert told.value.by == house.people["owner"]


def test_a_save_that_changes_nothing_of_the_map_is_no_version(house: House, client: Client) -> None:
    row = house.touchpoint
    save(client, row)
    before = row.stage.journey.versions.count()
    save(client, row)
    assert row.stage.journey.versions.count() == before


@pytest.mark.parametrize("name", ["question_code", "expectation_question"])
def test_a_touchpoint_names_questions_that_the_program_has(house: Any, client: Client, name: str) -> None:
    row = house.touchpoint
    reply = client.post(url(Touchpoint, "change", row.pk), filled(client, row) | {name: "NOPE"})
    assert reply.context["adminform"].form.errors == {name: ["There is no question NOPE."]}
    Touchpoint.objects.filter(pk=row.pk).update(**{name: "LATER"})
    save(client, row, team="Ground crew")
    save(client, row, **{name: "Q7ALL"})


def test_a_stage_names_a_question_that_the_program_has(house: Any, client: Client) -> None:
    stage = house.touchpoint.stage
    reply = client.post(url(Stage, "change", stage.pk), filled(client, stage) | {"problem_question": "NOPE"})
    assert set(reply.context["adminform"].form.errors) == {"problem_question"}
    save(client, stage, problem_question="PROBLEMS")


# --- what opens into what ---------------------------------------------------------------------
@pytest.fixture
def shop(house: House) -> Touchpoint:
    """A touchpoint of another journey, into which that of the house opens."""
    point = factories.make_touchpoint(factories.make_journey(house.program, "shopping").stages.first(), "till")
    Touchpoint.objects.filter(pk=house.touchpoint.pk).update(opens=point.stage.journey)
    return point


def refused(client: Client, row: Any, field: str, **typed: Any) -> str:
    reply = client.post(url(type(row), "change", row.pk), filled(client, row) | typed)
    assert reply.status_code == 200
    (said,) = reply.context["adminform"].form.errors[field]
    return said


def test_a_touchpoint_does_not_open_into_what_leads_back_to_its_journey(
    house: House, client: Client, shop: Touchpoint
) -> None:
    departure = house.touchpoint.stage.journey
    said = refused(client, shop, "opens", opens=departure.pk)
    assert "Departure → Shopping" in said
    assert refused(client, shop, "opens", opens=shop.stage.journey.pk) == "A journey cannot open into itself."
    third = factories.make_touchpoint(factories.make_journey(house.program, "paying").stages.first(), "card")
    save(client, shop, opens=third.stage.journey.pk)
    assert "Departure → Shopping → Paying" in refused(client, third, "opens", opens=departure.pk)
    assert not Touchpoint.objects.filter(opens=departure).exists()


def test_neither_a_touchpoint_nor_a_stage_is_given_to_the_journey_that_it_opens_into(
    house: House, client: Client, shop: Touchpoint
) -> None:
    row = house.touchpoint
    assert "itself" in refused(client, row, "opens", stage=shop.stage.pk, position=9)
    assert "itself" in refused(client, row.stage, "journey", journey=shop.stage.journey.pk, position=9)
