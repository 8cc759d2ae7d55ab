"""KPIs that are asked: which answers count, and what a definition must say."""

from typing import Any

import pytest

from cxprogram.periods import parse
from journeys.kpis import registry
from journeys.kpis.registry import KpiError, KpiQuery
from journeys.models import Kpi
from journeys.services import kpis
from tests import factories

pytestmark = pytest.mark.django_db
ANSWERS = {1: 10, 2: 20, 3: 30, 4: 25, 5: 15}


@pytest.mark.parametrize(
    ("collector", "parameters", "higher_is_better", "share"),
    [
        ("csat", {}, True, 0.40),
        ("csat", {"boxes": 1}, True, 0.15),
        ("ces", {}, True, 0.40),
        ("ces", {}, False, 0.30),  # effort: low is good
        ("top_box", {"threshold": 3}, True, 0.70),
        ("top_box", {"threshold": 1}, False, 0.10),
    ],
)
def test_a_box_counts_the_best_end_of_the_scale(
    collector: str, parameters: dict[str, int], higher_is_better: bool, share: float
) -> None:
    program = factories.make_program()
    survey = factories.make_survey(program, questions=("Q7ALL",), has_rules=False)
    factories.make_scores(survey, "Q7ALL", ANSWERS)
    facts: dict[str, Any] = {"collector": collector, "parameters": parameters, "higher_is_better": higher_is_better}
    kpi = factories.make_kpi(program, "box", question_code="Q7ALL", measure="share", **facts)
    query = KpiQuery(kpi, factories.root_of(program), parse("2017"))
    assert registry.read(program, [query])[0].value == pytest.approx(share)


@pytest.mark.parametrize(
    ("collector", "fields", "said"),
    [
        ("nps", {"question_code": ""}, "This KPI is asked: name its question."),
        ("nps", {"measure": "share"}, 'This KPI is written in "points".'),
        ("top_box", {"measure": "share"}, "The parameter threshold is missing."),
        ("csat", {"measure": "share", "parameters": {"boxes": 0}}, "boxes: Write a whole number from 1 to 10."),
        ("share", {"measure": "share", "parameters": {"codes": ["1"]}},
         "codes: Write a list of whole numbers, for example [1, 2]."),
    ],
)  # fmt: skip
def test_a_definition_that_cannot_be_computed_is_refused_in_plain_words(
    collector: str, fields: dict[str, Any], said: str
) -> None:
    facts: dict[str, Any] = {"question_code": "NETPRO", "measure": "points", "parameters": {}}
    kpi = Kpi(program=factories.make_program(), code="k", collector=collector, **(facts | fields))
    with pytest.raises(KpiError) as refused:
        kpis.checked(kpi)
    assert str(refused.value.detail) == said


def test_of_an_index_the_counts_of_its_own_question_are_hidden_where_they_are_few() -> None:
    program = factories.make_program(min_n=5)
    survey = factories.make_survey(program, questions=("Q7ALL", "Q7FOOD"), has_rules=False)
    factories.make_scores(survey, "Q7FOOD", {4: 50})
    factories.make_scores(survey, "Q7ALL", {1: 2})
    facts: dict[str, Any] = {"question_code": "Q7ALL", "parameters": {"questions": ["Q7FOOD"]}, "measure": "points"}
    kpi = factories.make_kpi(program, "index", collector="satisfaction_index", **facts)
    (reading,) = registry.read(program, [KpiQuery(kpi, factories.root_of(program), parse("2017"))])
    assert reading.suppressed and not reading.counts


def test_a_minimum_of_its_own_hides_the_unit_too_by_which_a_hidden_one_could_be_told() -> None:
    program = factories.make_program(min_n=5)
    units = factories.make_units(program, ["A", "B", "C"])
    survey = factories.make_survey(program, questions=("NETPRO",), has_rules=False)
    for code, n in (("A", 100), ("B", 60), ("C", 10)):
        factories.make_scores(survey, "NETPRO", {10: n}, unit=units[code])
    kpi = factories.make_kpi(program, "nps", min_n=20)
    query = [KpiQuery(kpi, units[code], parse("2017")) for code in "ABC"]
    assert [reading.suppressed for reading in registry.read(program, query)] == [False, True, True]
