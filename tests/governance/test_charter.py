from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from cxprogram.choices import Role
from cxprogram.errors import NotAllowedError
from governance.models import Charter, SignOff
from governance.services import charter as charters
from journeys.models import KpiTarget
from tests import factories as make

ON = date(2018, 1, 15)
AT = datetime(2018, 1, 15, 9, 0, tzinfo=UTC)


def build_house():
    """A program that lacks nothing."""
    house = make.House(program := make.make_program(), units := make.make_units(program, ("A", "G")), {}, None)
    house.people = make.make_people(program, units)
    owner, executive = house.people[Role.OWNER], house.people[Role.EXECUTIVE]
    make.make_responsibility(house.people[Role.STEERING], units["A"])
    stage = make.make_journey(program, stages=("wait",)).stages.get()
    house.touchpoint = make.make_touchpoint(stage, "food", question_code="Q7FOOD")
    make.make_responsibility(house.people[Role.PROJECT_LEAD], house.touchpoint)
    house.kpis = make.make_kpis(program)
    for kpi in house.kpis.values():
        make.make_target(
            house.root, 40, author=owner, approver=executive, kpi_code=kpi.code, question_code=kpi.question_code
        )
    house.charter = make.make_charter(program, sponsor=executive, owner=owner)
    house.charter.customer_definition = "Whoever departs from our gates."
    house.charter.save()
    return house


def found(house, on=ON):
    charter = Charter.objects.select_related("program", "sponsor", "owner").get(pk=house.charter.pk)
    return [(defect.code, defect.about) for defect in charters.defects(charter, on=on)]


def test_a_complete_mandate_has_no_defect(house):
    assert found(house) == []


def test_without_a_charter_that_is_the_defect():
    assert [defect.code for defect in charters.defects(None, on=ON)] == ["no-charter"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sponsor": None}, [("no-sponsor", "")]),
        ({"owner": None}, [("no-owner", "")]),
        ({"owner_time_share": 40}, [("owner-not-dedicated", "Program owner")]),
        ({"objective": "  "}, [("no-objective", "")]),
        ({"customer_definition": ""}, [("customer-not-defined", "")]),
    ],
)
def test_what_the_charter_does_not_say_is_a_defect(house, change, expected):
    Charter.objects.update(**change)
    assert found(house) == expected


def test_the_text_of_a_defect_carries_its_number(house):
    Charter.objects.update(owner_time_share=40)
    charter = Charter.objects.get()
    assert "40 per cent" in charters.defects(charter, on=ON)[0].text


def test_an_unsigned_line_is_a_defect_until_it_is_signed(house):
    person = house.people[Role.STEERING]
    SignOff.objects.create(charter=house.charter, person=person, capacity="Head of terminals")
    assert found(house) == [("not-signed", "Steering group, Head of terminals")]
    charters.sign(house.charter, by=person, at=AT)
    assert found(house) == []


def test_nobody_asked_to_sign_is_a_defect(house):
    SignOff.objects.all().delete()
    assert found(house) == [("nobody-signs", "")]


def test_a_unit_is_managed_by_someone_responsible_or_by_a_manager_of_that_day(house):
    make.make_unit(house.program, "C", name="Area C")
    late = make.make_unit(house.program, "D", name="Area D", valid_from=date(2019, 1, 1))
    make.make_user(Role.UNIT_MANAGER, late, valid_from=date(2019, 1, 1), valid_to=date(2019, 6, 30))
    assert found(house) == [("unit-without-manager", "Area C")]
    assert found(house, on=date(2019, 3, 1)) == [("unit-without-manager", "Area C")]
    assert found(house, on=date(2019, 7, 1)) == [("unit-without-manager", "Area C"), ("unit-without-manager", "Area D")]


def test_an_inactive_manager_manages_nothing(house):
    manager = house.people[Role.UNIT_MANAGER]
    manager.is_active = False
    manager.save()
    assert [code for code, _about in found(house)] == ["unit-without-manager"]


def test_a_touchpoint_needs_someone_responsible_consulting_is_not_enough(house):
    other = make.make_touchpoint(house.touchpoint.stage, "shops", question_code="Q7STORE")
    make.make_responsibility(house.people[Role.OWNER], other, duty="consulted")
    assert found(house) == [("touchpoint-without-responsible", "Shops")]


def test_a_kpi_needs_a_target_in_force_and_a_second_person_behind_it(house):
    KpiTarget.objects.filter(kpi_code="nps").update(is_current=False)
    KpiTarget.objects.filter(kpi_code="top2").update(approver=None)
    assert found(house) == [("kpi-without-target", "Net promoter score"), ("target-not-approved", "Top two")]


def test_another_program_does_not_count(house):
    other = make.make_program("other")
    make.make_unit(other, "Z")
    make.make_kpi(other, "nps")
    assert found(house) == []


def test_defects_cost_the_same_queries_however_many_there_are(house, django_assert_num_queries):
    charter = Charter.objects.select_related("program", "sponsor", "owner").get()
    charters.defects(charter, on=ON)  # content types are cached from here on
    with django_assert_num_queries(8):
        charters.defects(charter, on=ON)
    for code in "HIJKL":
        make.make_unit(house.program, code)
        make.make_touchpoint(house.touchpoint.stage, f"point-{code.lower()}")
    with django_assert_num_queries(8):
        assert len(charters.defects(charter, on=ON)) == 10


def test_signing_again_changes_nothing_and_strangers_cannot_sign(house):
    owner = house.people[Role.OWNER]
    SignOff.objects.filter(person=owner).update(signed_at=None)
    assert charters.sign(house.charter, by=owner, at=AT).signed_at == AT
    assert charters.sign(house.charter, by=owner, at=datetime(2019, 1, 1, tzinfo=UTC)).signed_at == AT
    with pytest.raises(NotAllowedError) as caught:
        charters.sign(house.charter, by=house.people[Role.FRONTLINE], at=AT)
    assert caught.value.code == "sign-off-not-asked"


def test_every_member_reads_the_charter_and_only_who_is_asked_gets_the_button(house, client):
    SignOff.objects.filter(person=house.people[Role.EXECUTIVE]).update(signed_at=None)
    for role, has_button in ((Role.EXECUTIVE, True), (Role.FRONTLINE, False), (Role.AUDITOR, False)):
        client.force_login(house.people[role])
        shown = client.get(reverse("governance:charter"))
        assert shown.status_code == 200
        assert (reverse("governance:charter-sign") in shown.content.decode()) == has_button
    client.force_login(house.people[Role.EXECUTIVE])
    assert client.post(reverse("governance:charter-sign")).status_code == 302
    assert SignOff.objects.get(person=house.people[Role.EXECUTIVE]).signed_at is not None
    client.force_login(house.people[Role.FRONTLINE])
    assert client.post(reverse("governance:charter-sign")).status_code == 403


def test_the_page_says_what_is_missing(house, client):
    make.make_unit(house.program, "C", name="Area C")
    KpiTarget.objects.update(value=Decimal("1"))
    client.force_login(house.people[Role.STEERING])
    shown = client.get(reverse("governance:charter")).content.decode()
    assert "The mandate has 1 gap" in shown
    assert "Area C" in shown
