"""Versions of KPIs and targets in the admin: what counted stays, a second person approves."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from cxprogram.errors import ConflictError, NotAllowedError
from cxprogram.models import Responsibility, User
from cxprogram.periods import parse
from journeys.kpis import registry
from journeys.models import Kpi, KpiTarget
from journeys.services import kpis, targets
from tests import factories
from tests.cxprogram.admin_house import url
from tests.factories import House

pytestmark = pytest.mark.django_db
DUTIES = "cxprogram-responsibility-content_type-object_id"
NO_DUTIES = {f"{DUTIES}-TOTAL_FORMS": "0", f"{DUTIES}-INITIAL_FORMS": "0"}


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def kpi_facts(kpi: Kpi, **changes: Any) -> dict[str, Any]:
    names = ("code", "name", "collector", "question_code", "measure", "axis_low", "axis_high")
    facts = {name: getattr(kpi, name) for name in names}
    facts |= {
        "level": "program",
        "program": kpi.program_id,
        "parameters": "{}",
        "valid_from": "2020-01-01",
        "higher_is_better": "on",
    }
    return facts | NO_DUTIES | changes


# --- KPIs -------------------------------------------------------------------------------------
def test_it_puts_a_new_version_in_force_and_keeps_the_old_one(house: House) -> None:
    old = house.kpis["nps"]
    factories.make_responsibility(house.people["analyst"], old)
    new = kpis.new_version(old, valid_from=date(2020, 1, 1), question_code="Q7ALL")
    old.refresh_from_db()
    assert (old.is_current, old.question_code, old.version) == (False, "NETPRO", 1)
    assert (new.is_current, new.question_code, new.version, new.name) == (True, "Q7ALL", 2, old.name)
    assert Responsibility.objects.for_object(new).get().user == house.people["analyst"]
    with pytest.raises(ConflictError) as refused:
        kpis.new_version(old, valid_from=date(2021, 1, 1))
    assert refused.value.code == "kpi-not-current"


def test_it_opens_a_filled_form_for_the_new_version(house: House) -> None:
    kpi, client = house.kpis["nps"], as_(house.people["owner"])
    answer = client.post(url(Kpi, "act", kpi.pk, "new_version"))
    assert answer.url == f"{url(Kpi, 'add')}?replaces={kpi.pk}"
    form = client.get(answer.url).context["adminform"].form
    assert (form.initial["code"], form.initial["question_code"]) == ("nps", "NETPRO")
    client.post(answer.url, kpi_facts(kpi, question_code="Q7ALL"))
    new = Kpi.objects.current().get(program=house.program, code="nps")
    assert (new.version, new.question_code) == (2, "Q7ALL")


@pytest.mark.parametrize(("query", "changes"), [("", {}), ("?replaces={pk}", {"code": "other"})])
def test_it_replaces_no_kpi_by_accident(house: House, query: str, changes: dict[str, str]) -> None:
    kpi = house.kpis["nps"]
    where = url(Kpi, "add") + query.format(pk=kpi.pk)
    answer = as_(house.people["owner"]).post(where, kpi_facts(kpi, **changes))
    assert answer.context["adminform"].form.errors["code"]
    assert Kpi.objects.filter(program=house.program).count() == 3


def test_it_replaces_no_kpi_of_another_program(house: House) -> None:
    other = Kpi.objects.get(program__slug="sfo-other", code="nps")
    answer = as_(house.people["owner"]).get(f"{url(Kpi, 'add')}?replaces={other.pk}")
    assert "code" not in answer.context["adminform"].form.initial


def test_it_corrects_the_words_of_a_kpi_and_not_its_meaning(house: House) -> None:
    kpi = house.kpis["nps"]
    facts = kpi_facts(kpi, name="Loyalty", question_code="Q7ALL", collector="mean", names_sv="Lojalitet")
    assert as_(house.people["owner"]).post(url(Kpi, "change", kpi.pk), facts).status_code == 302
    kpi.refresh_from_db()
    assert (kpi.name, kpi.names, kpi.question_code, kpi.collector) == ("Loyalty", {"sv": "Lojalitet"}, "NETPRO", "nps")


def test_it_changes_no_closed_version(house: House) -> None:
    old = house.kpis["nps"]
    kpis.new_version(old, valid_from=date(2020, 1, 1))
    client = as_(house.people["owner"])
    assert client.get(url(Kpi, "change", old.pk)).status_code == 200
    assert client.post(url(Kpi, "change", old.pk), kpi_facts(old, name="Other")).status_code == 403
    assert client.post(url(Kpi, "delete", old.pk), {"post": "yes"}).status_code == 403


# --- targets ----------------------------------------------------------------------------------
def target_facts(target: KpiTarget, **changes: Any) -> dict[str, Any]:
    return {"value": str(target.value), "basis": target.basis} | changes


def test_it_saves_another_value_as_another_version(house: House) -> None:
    old = KpiTarget.objects.get(program=house.program)
    targets.approve(old, by=house.people["executive"])
    as_(house.people["analyst"]).post(url(KpiTarget, "change", old.pk), target_facts(old, value="45"))
    new = KpiTarget.objects.in_force().get(program=house.program)
    old.refresh_from_db()
    assert (old.is_current, old.value, old.approver) == (False, Decimal("40"), house.people["executive"])
    assert (new.version, new.value, new.author, new.approver) == (2, Decimal("45"), house.people["analyst"], None)


def test_it_makes_no_version_of_the_same_value(house: House) -> None:
    old = KpiTarget.objects.get(program=house.program)
    as_(house.people["analyst"]).post(url(KpiTarget, "change", old.pk), target_facts(old))
    assert list(KpiTarget.objects.filter(program=house.program)) == [old]


def test_it_asks_a_second_person_to_approve(house: House) -> None:
    target = KpiTarget.objects.get(program=house.program)
    assert target.author == house.people["owner"]
    answer = as_(house.people["owner"]).post(url(KpiTarget, "act", target.pk, "approve"), follow=True)
    assert "Someone other than its author approves a target." in str(next(iter(answer.context["messages"])))
    as_(house.people["analyst"]).post(url(KpiTarget, "act", target.pk, "approve"))
    target.refresh_from_db()
    assert target.approver == house.people["analyst"]


def test_it_approves_many_and_tells_which_were_refused(house: House) -> None:
    mine = factories.make_target(house.units["A"], 30, author=house.people["analyst"])
    theirs = KpiTarget.objects.get(program=house.program, author=house.people["owner"])
    facts = {"action": "approve", "_selected_action": [mine.pk, theirs.pk]}
    answer = as_(house.people["analyst"]).post(url(KpiTarget, "changelist"), facts, follow=True)
    done, refused = (str(message) for message in answer.context["messages"])
    assert done == "The target is approved."
    assert "Boarding area A" in refused
    assert list(KpiTarget.objects.filter(approver=house.people["analyst"])) == [theirs]


def test_it_refuses_what_is_no_longer_in_force(house: House) -> None:
    target = KpiTarget.objects.get(program=house.program)
    owner = house.people["owner"]
    targets.revise(target, value=Decimal("50"), basis="", is_illustrative=False, by=owner)
    for call in (
        lambda: targets.revise(target, value=Decimal("60"), basis="", is_illustrative=False, by=owner),
        lambda: targets.approve(target, by=house.people["analyst"]),
    ):
        with pytest.raises(ConflictError) as refused:
            call()
        assert refused.value.code == "target-not-current"
    assert as_(owner).post(url(KpiTarget, "change", target.pk), target_facts(target, value="1")).status_code == 403


def test_it_lets_no_author_approve_by_the_service_either(house: House) -> None:
    target = KpiTarget.objects.get(program=house.program)
    with pytest.raises(NotAllowedError) as refused:
        targets.approve(target, by=target.author)
    assert refused.value.code == "approver-is-author"


@pytest.mark.parametrize("role", ["frontline", "unit_manager", "project_lead"])
def test_it_lets_nobody_approve_by_the_service_who_may_not_on_the_page(house: House, role: str) -> None:
    target = KpiTarget.objects.get(program=house.program)
    with pytest.raises(NotAllowedError) as refused:
        targets.approve(target, by=house.people[role])
    assert refused.value.code == "approver-not-allowed"
    target.refresh_from_db()
    assert target.approver is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"period": "201"}, "period"), ({"kpi_code": "unknown"}, "kpi_code"), ({"period": "2017"}, "__all__")],
)
def test_it_says_what_is_wrong_with_a_new_target(house: House, changes: dict[str, str], field: str) -> None:
    facts = {"program": house.program.pk, "kpi_code": "nps", "question_code": "NETPRO", "period": "2018", "value": "1"}
    facts |= {"unit": house.units["G"].pk} | changes
    answer = as_(house.people["owner"]).post(url(KpiTarget, "add"), facts)
    assert set(answer.context["adminform"].form.errors) == {field}


def test_it_writes_down_the_author_of_a_new_target(house: House) -> None:
    facts = {"program": house.program.pk, "kpi_code": "nps", "question_code": "NETPRO", "period": "2018", "value": "1"}
    as_(house.people["analyst"]).post(url(KpiTarget, "add"), facts | {"unit": house.units["G"].pk})
    assert KpiTarget.objects.get(period="2018").author == house.people["analyst"]


def test_what_a_kpi_means_is_refused_any_change_by_the_database(house: House) -> None:
    kpi = house.kpis["nps"]
    for change in (
        {"question_code": "OTHER"},
        {"min_n": 50},
        {"parameters": {"boxes": 3}},
        {"higher_is_better": False},
    ):
        with pytest.raises(IntegrityError, match="new version"), transaction.atomic():
            Kpi.objects.filter(pk=kpi.pk).update(**change)
    Kpi.objects.filter(pk=kpi.pk).update(name="Recommendation", axis_low=-50, is_current=False)


def test_the_tree_of_kpis_has_no_loops(house: House) -> None:
    top, low = house.kpis["nps"], house.kpis["mean"]
    low.parent_code = "nps"
    low.save()
    top.parent_code = "mean"
    with pytest.raises(ValidationError):
        top.full_clean()


def test_a_kpi_may_ask_for_more_answers_than_the_program(house: House) -> None:
    factories.make_scores(house.survey, "NETPRO", {9: 8})
    query = registry.KpiQuery(house.kpis["nps"], house.root, parse("2017"))
    assert registry.read(house.program, [query])[0].n is not None
    stricter = kpis.new_version(house.kpis["nps"], valid_from=date(2017, 1, 1), min_n=100)
    assert registry.read(house.program, [replace(query, kpi=stricter)])[0].suppressed


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"question_code": "NOPE"}, "question_code", "There is no question NOPE."),
        ({"parent_code": "nope"}, "parent_code", "The program has no such KPI."),
        (
            {"collector": "satisfaction_index", "parameters": '{"questions": ["Q7ALL", "NOPE"]}'},
            "parameters",
            "There is no question NOPE.",
        ),
    ],
)
def test_a_kpi_names_only_what_there_is(house: House, changes: dict[str, str], field: str, said: str) -> None:
    facts = kpi_facts(house.kpis["nps"], code="new") | changes
    answer = as_(house.people["owner"]).post(url(Kpi, "add"), facts)
    assert answer.context["adminform"].form.errors == {field: [said]}


def test_a_new_version_too_names_only_what_there_is(house: House) -> None:
    for changes, code in (
        ({"question_code": "NOPE"}, "kpi-question-unknown"),
        ({"parent_code": "no"}, "kpi-parent-unknown"),
    ):
        with pytest.raises(registry.KpiError) as refused:
            kpis.new_version(house.kpis["nps"], valid_from=date(2020, 1, 1), **changes)
        assert (refused.value.code, refused.value.status) == (code, 422)
    assert Kpi.objects.current().get(program=house.program, code="nps").version == 1
    assert kpis.new_version(house.kpis["nps"], valid_from=date(2020, 1, 1), parent_code="mean").parent_code == "mean"
