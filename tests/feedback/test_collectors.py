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
