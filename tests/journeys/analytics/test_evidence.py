from datetime import date

import pytest

from journeys.analytics import evidence
from journeys.analytics.evidence import StudyFacts

TODAY = date(2026, 6, 1)
GOOD = StudyFacts(date(2025, 6, 1), 8, True)


@pytest.mark.parametrize(
    ("studies", "is_measured", "expected"),
    [
        ([GOOD], True, "researched"),
        ([], True, "partly"),
        ([GOOD], False, "partly"),
        ([], False, "assumed"),
        ([StudyFacts(date(2025, 6, 1), 4, True)], True, "partly"),  # too few
        ([StudyFacts(date(2023, 5, 1), 8, True)], True, "partly"),  # too old
        ([StudyFacts(date(2027, 1, 1), 8, True)], True, "partly"),  # not yet done
        ([StudyFacts(date(2025, 6, 1), 8, False)], True, "partly"),  # of our own papers
        ([StudyFacts(date(2025, 6, 1), 0, False)], False, "partly"),
        ([StudyFacts(date(2025, 6, 1), 4, True), GOOD], True, "researched"),
    ],
)
def test_the_grade_follows_from_what_is_linked(studies, is_measured: bool, expected: str) -> None:
    assert evidence.grade(studies, is_measured=is_measured, as_of=TODAY) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], "assumed"),
        (["researched", "assumed"], "researched"),
        (["researched", "assumed", "assumed"], "assumed"),
        (["researched", "partly", "assumed"], "partly"),
        (["partly"], "partly"),
    ],
)
def test_the_whole_has_the_grade_that_half_of_it_reaches(parts, expected: str) -> None:
    assert evidence.whole(parts) == expected


def test_what_a_person_stated_is_never_made_less() -> None:
    assert evidence.better("researched", "assumed") == "researched"
    assert evidence.better("assumed", "partly") == "partly"
