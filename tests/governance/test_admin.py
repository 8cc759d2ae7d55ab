"""Charter, pay and reports in the admin: four eyes, and nothing rewritten."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cxprogram.errors import ConflictError, DomainError, NotAllowedError
from cxprogram.models import User
from governance.models import Charter, CompensationScheme, CompensationStatement, Report, SchemeComponent, SignOff
from governance.services import schemes
from tests import factories
from tests.cxprogram.admin_house import url
from tests.factories import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_owner(house: House) -> User:
    return factories.make_user("owner", house.root)


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def goal_facts(goal: SchemeComponent, **changes: Any) -> dict[str, Any]:
    names = (
        "position", "kpi_code", "question_code", "weight", "threshold", "target", "maximum", "threshold_share",
        "maximum_share",
    )  # fmt: skip
    row = {name: getattr(goal, name) for name in names} | {"id": goal.pk, "scheme": goal.scheme_id} | changes
    facts = {f"components-0-{name}": value for name, value in row.items()}
    return facts | {"components-TOTAL_FORMS": 1, "components-INITIAL_FORMS": 1}


def scheme_facts(scheme: CompensationScheme, **changes: Any) -> dict[str, Any]:
    names = ("name", "period", "base_amount", "currency", "min_n")
    return {name: getattr(scheme, name) for name in names} | changes


# --- schemes ----------------------------------------------------------------------------------
def test_it_asks_a_second_person_to_approve(house: House, second_owner: User) -> None:
    draft = schemes.new_version(house.scheme, by=house.people["owner"])
    answer = as_(house.people["owner"]).post(url(CompensationScheme, "act", draft.pk, "approve"), follow=True)
    assert "Someone other than its author approves a scheme." in str(next(iter(answer.context["messages"])))
    as_(second_owner).post(url(CompensationScheme, "act", draft.pk, "approve"))
    draft.refresh_from_db()
    house.scheme.refresh_from_db()
    assert (draft.approver, draft.is_current, house.scheme.is_current) == (second_owner, True, False)


def test_it_makes_who_changes_a_draft_its_author(house: House, second_owner: User) -> None:
    draft = schemes.new_version(house.scheme, by=house.people["owner"])
    goal = draft.components.get()
    facts = scheme_facts(draft, base_amount="12000") | goal_facts(goal, target="45")
    as_(second_owner).post(url(CompensationScheme, "change", draft.pk), facts)
    draft.refresh_from_db()
    goal.refresh_from_db()
    assert (draft.author, draft.base_amount, goal.target) == (second_owner, Decimal(12000), Decimal(45))
    with pytest.raises(NotAllowedError):
        schemes.approve(draft, by=second_owner)


def test_it_changes_nothing_of_an_approved_scheme(house: House) -> None:
    client, goal = as_(house.people["owner"]), house.scheme.components.get()
    tries = [
        client.post(url(CompensationScheme, "change", house.scheme.pk), scheme_facts(house.scheme) | goal_facts(goal)),
        client.post(url(CompensationScheme, "delete", house.scheme.pk), {"post": "yes"}),
        client.post(url(SchemeComponent, "change", goal.pk), {"target": "1"}),
    ]
    assert [answer.status_code for answer in tries] == [403] * 3


def test_it_copies_the_scheme_with_its_goals(house: House) -> None:
    answer = as_(house.people["owner"]).post(url(CompensationScheme, "act", house.scheme.pk, "new_version"))
    draft = CompensationScheme.objects.get(version=2)
    assert answer.url == url(CompensationScheme, "change", draft.pk)
    assert (draft.is_current, draft.approver, draft.base_amount) == (False, None, house.scheme.base_amount)
    old, new = house.scheme.components.get(), draft.components.get()
    assert (new.weight, new.target, new.kpi_code) == (old.weight, old.target, old.kpi_code)
    for scheme, code in ((house.scheme, "scheme-draft"), (draft, "scheme-not-approved")):
        with pytest.raises(ConflictError) as refused:
            schemes.new_version(scheme, by=house.people["owner"])
        assert refused.value.code == code


def test_it_approves_no_scheme_whose_weights_are_wrong(house: House, second_owner: User) -> None:
    draft = schemes.new_version(house.scheme, by=house.people["owner"])
    draft.components.update(weight=Decimal("0.5"))
    with pytest.raises(DomainError) as refused:
        schemes.approve(draft, by=second_owner)
    assert refused.value.code == "scheme-weights-wrong"


def test_it_approves_no_version_that_was_overtaken(house: House, second_owner: User) -> None:
    first = factories.make_scheme(house.program, author=house.people["owner"], code="other")
    CompensationScheme.objects.create(
        **{
            field.attname: getattr(first, field.attname)
            for field in CompensationScheme._meta.fields
            if field.name not in ("id", "version", "is_current")
        },
        version=2,
        is_current=False,
    )
    with pytest.raises(ConflictError) as refused:
        schemes.approve(first, by=second_owner)
    assert refused.value.code == "scheme-not-newest"


def test_it_says_that_a_scheme_exists_already(house: House) -> None:
    facts = scheme_facts(house.scheme, program=house.program.pk, code="bonus")
    facts |= {"components-TOTAL_FORMS": 0, "components-INITIAL_FORMS": 0}
    answer = as_(house.people["owner"]).post(url(CompensationScheme, "add"), facts)
    assert set(answer.context["adminform"].form.errors) == {"code"}


# --- what was given out -----------------------------------------------------------------------
def test_it_changes_no_statement_and_no_report(house: House) -> None:
    client = as_(house.people["owner"])
    for model, row in ((CompensationStatement, house.statements["G"]), (Report, house.reports["G"])):
        assert client.post(url(model, "change", row.pk), {"period": "2018"}).status_code == 403
        assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_it_links_to_the_file_of_a_report_without_reading_it(house: House) -> None:
    report = house.reports["G"]
    answer = as_(house.people["owner"]).get(url(Report, "changelist"))
    assert reverse("governance:report-pdf", args=[report.pk]) in answer.content.decode()
    assert {"pdf", "inputs"} <= answer.context["cl"].result_list[0].get_deferred_fields()


# --- the charter ------------------------------------------------------------------------------
def test_it_lets_nobody_sign_for_another(house: House) -> None:
    person = house.people["steering"]
    facts = {"owner": house.people["owner"].pk, "owner_time_share": 100, "objective": "Be loved"}
    rows = {"person": person.pk, "capacity": "member", "signed_at_0": "2020-01-01", "signed_at_1": "10:00"}
    facts |= {f"sign_offs-0-{name}": value for name, value in rows.items()}
    facts |= {"sign_offs-TOTAL_FORMS": 1, "sign_offs-INITIAL_FORMS": 0}
    as_(house.people["owner"]).post(url(Charter, "change", house.charter.pk), facts)
    assert SignOff.objects.get(person=person).signed_at is None


def test_it_keeps_a_signature_that_was_given(house: House) -> None:
    signed = house.charter.sign_offs.exclude(signed_at=None)[0]
    client = as_(house.people["owner"])
    assert client.post(url(SignOff, "change", signed.pk), {"capacity": "other"}).status_code == 403
    assert client.post(url(SignOff, "delete", signed.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("change", [{"capacity": "king"}, {"DELETE": "on"}])
def test_it_keeps_a_signature_on_the_charters_page_too(house: House, change: dict[str, str]) -> None:
    facts = {"owner": house.people["owner"].pk, "owner_time_share": 100, "objective": "Be loved"}
    rows = list(house.charter.sign_offs.order_by("pk"))
    for number, row in enumerate(rows):
        part = {"id": row.pk, "charter": row.charter_id, "person": row.person_id, "capacity": row.capacity}
        facts |= {
            f"sign_offs-{number}-{name}": value for name, value in (part | (change if not number else {})).items()
        }
    facts |= {"sign_offs-TOTAL_FORMS": len(rows), "sign_offs-INITIAL_FORMS": len(rows)}
    answer = as_(house.people["owner"]).post(url(Charter, "change", house.charter.pk), facts)
    assert "A signature that was given is not changed." in answer.content.decode()
    assert list(house.charter.sign_offs.order_by("pk").values_list("capacity", flat=True)) == ["member", "member"]
