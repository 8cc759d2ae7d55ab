"""The factories make rows that the house accepts."""

import pytest

from cxprogram.choices import Role
from feedback.models import Response, ScoreCell, Ticket
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_house_has_a_person_in_every_role_and_a_stranger_who_sees_none_of_it():
    house = factories.make_house()
    assert set(house.people) == {*Role.values, "manager_a", "stranger"}
    assert {t.pk for t in Ticket.objects.visible_to(house.people[Role.UNIT_MANAGER])} == {house.tickets["G"].pk}
    assert not Ticket.objects.filter(program=house.program).visible_to(house.people["stranger"]).exists()


def test_answers_made_in_number_are_counted_in_cells():
    survey = factories.make_survey(factories.make_program())
    assert factories.make_scores(survey, "NETPRO", {9: 3, 2: 4}) == 7
    factories.fold(survey.program)
    assert dict(ScoreCell.objects.filter(missing="", question__code="NETPRO").values_list("code", "n")) == {9: 3, 2: 4}


def test_an_answer_that_meets_a_rule_opens_its_ticket():
    survey = factories.make_survey(factories.make_program())
    response = factories.make_response(survey, {"NETPRO": 2, "PROBLEMS": [1]})
    assert Ticket.objects.get(response=response).reasons == ["low_score", "problem_met"]
    assert Response.objects.count() == 1
