"""A survey of ratings, and answers that a driver study can be made of."""

import numpy as np

from cxprogram.periods import parse
from feedback.models import Survey
from feedback.services import responses, surveys
from tests import factories

DRIVERS = ("Q7FOOD", "Q7STORE", "Q7SIGN")
YEAR = parse("2017")


def make_rated_survey() -> Survey:
    program = factories.make_program()
    factories.make_units(program, ("A", "G"))
    factories.make_kpis(program)
    return factories.make_survey(program, questions=("Q7ALL", *DRIVERS, "NETPRO", "COMMENT"), has_rules=False)


def answer(survey: Survey, rows: list[dict[str, object]]) -> None:
    door = surveys.door(survey.slug)
    start = survey.program.response_set.count()
    prepared = [
        responses.prepare(
            door,
            responses.Submission("test", f"d{start + number}", row, answered_at=factories.NOON),
            at=factories.NOON,
        )
        for number, row in enumerate(rows)
    ]
    responses.record_many(door, "test", prepared, opens_tickets=False)


def made_up(n: int = 200, seed: int = 7) -> list[dict[str, object]]:
    """The overall rating follows food closely, shops less, signs not at all."""
    random = np.random.default_rng(seed)
    food, shops, signs = random.integers(1, 6, (3, n))
    overall = np.clip(np.rint(0.7 * food + 0.3 * shops + random.normal(0, 0.5, n)), 1, 5).astype(int)
    columns = (("Q7FOOD", food), ("Q7STORE", shops), ("Q7SIGN", signs), ("Q7ALL", overall))
    return [{code: int(values[row]) for code, values in columns} for row in range(n)]
