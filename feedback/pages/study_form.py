"""What can be studied: the ratings of a program by survey, the periods with answers, and what to begin with."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from cxprogram import figures
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import ALL, Period, parse
from cxprogram.stats.drivers import FEWEST_ROWS_PER_DRIVER, MOST_DRIVERS
from feedback import insight, tallies
from feedback.choices import SCALE_KINDS
from feedback.frames import complete_count
from feedback.models import DriverStudy, Question, Survey, SurveyItem
from journeys.kpis import questions
from journeys.models import Touchpoint

# Months are offered of so many years with answers; a longer list finds nobody's month.
YEARS_OF_MONTHS = 3
# Beyond so many answers it would take seconds to say how many rated everything.
MOST_COUNTED = 200_000


@dataclass(frozen=True)
class Rating:
    """One question that may be an outcome or a driver, with the surveys that ask for it; `n` answered it in the
    period."""

    code: str
    label: str
    surveys: frozenset[int]
    scale: tuple[int, int]
    touchpoint: str
    n: int = 0

    @property
    def beside(self) -> str:
        """Scale, answers, and the touchpoint where it has another name."""
        said = [f"{self.scale[0]}–{self.scale[1]}", figures.answers(self.n)]
        return " · ".join([self.touchpoint, *said] if self.touchpoint not in ("", self.label) else said)


@dataclass(frozen=True)
class Offer:
    """The form before anything is chosen by a person. `complete` is None where counting would take too long."""

    program: Program
    ratings: dict[str, Rating]
    outcome: str
    period: Period
    periods: list[tuple[str, list[Period]]]
    drivers: list[str]
    groups: list[tuple[str, list[Rating]]]


@dataclass(frozen=True)
class Enough:
    """How many answers rate the outcome and every driver, and how many a study needs."""

    n: int
    needed: int

    @property
    def is_enough(self) -> bool:
        return self.n >= self.needed


@dataclass(frozen=True)
class StudyFormPage:
    """The form's choices with what is chosen; `enough` of the chosen ones, where it was counted."""

    offer: Offer
    chosen: frozenset[str]
    enough: Enough | None

    @property
    def is_too_many(self) -> bool:
        return len(self.chosen) > MOST_DRIVERS

    @property
    def most(self) -> int:
        return MOST_DRIVERS


def build(offered: Offer, chosen: Collection[str], outcome: str) -> StudyFormPage:
    drivers = frozenset(chosen) - {outcome}
    return StudyFormPage(offered, drivers, enough(offered, drivers))


def offer(program: Program, *, outcome: str = "", period: Period | None = None) -> Offer | None:
    """What to begin with; None where the program asks for no rating.

    - the outcome: the one named, else that of the whole, else the first rating;
    - the period: the one named, else the newest year in which enough rated the outcome and all of the drivers;
    - the drivers: those of the outcome's newest study, else see `_sensible`.
    """
    asked = _asked(program)
    if not asked:
        return None
    ratings = {rating.code: rating for _title, group in asked for rating in group}
    known = [code for code in (outcome, insight.main_outcome(program)) if code in ratings]
    outcome = known[0] if known else next(iter(ratings))
    years = sorted(questions.facts(program, [outcome])[outcome].periods, reverse=True)
    before = _drivers_before(program, outcome, ratings)
    best: Offer | None = None
    for candidate in [period] if period else years[:YEARS_OF_MONTHS] or [ALL]:
        counted = _counted(program, ratings, candidate)
        made = Offer(
            program=program,
            ratings=counted,
            outcome=outcome,
            period=candidate,
            periods=_periods(program, outcome, years, candidate),
            drivers=before or _sensible(counted, outcome),
            groups=[(title, [counted[rating.code] for rating in group]) for title, group in asked],
        )
        best = best or made
        found = enough(made, made.drivers)
        if made.drivers and (found is None or found.is_enough):
            return made
    return best


def enough(offered: Offer, drivers: Collection[str]) -> Enough | None:
    """None where nothing is chosen, or where counting would take too long."""
    least = min((offered.ratings[code].n for code in [*drivers, offered.outcome]), default=0)
    if not drivers or least > MOST_COUNTED:
        return None
    n = complete_count(offered.program, offered.period, [*drivers, offered.outcome]) if least else 0
    return Enough(n, FEWEST_ROWS_PER_DRIVER * len(drivers))


def _asked(program: Program) -> list[tuple[str, list[Rating]]]:
    """The ratings of us that published versions ask for, each once: by survey, the longest first, in its order."""
    points = dict(Touchpoint.objects.measured().filter(program=program).values_list("question_code", "pk"))
    names = {point.pk: point.label for point in Touchpoint.objects.filter(program=program)}
    items = (
        SurveyItem.objects.filter(version__survey__program=program, version__published_at__isnull=False)
        .filter(question__kind__in=SCALE_KINDS, question__competitor=None)
        .select_related("question", "version__survey")
        .order_by("-version__survey_id", "-version__number", "position")
    )
    asked: dict[Survey, dict[str, Question]] = defaultdict(dict)
    for item in items:
        asked[item.version.survey].setdefault(item.question.code, item.question)
    groups, seen = [], set[str]()
    for survey, found in sorted(asked.items(), key=lambda each: -len(each[1])):
        group = [
            Rating(
                code=code,
                label=question.label,
                surveys=frozenset(each.pk for each, others in asked.items() if code in others),
                scale=question.scale,
                touchpoint=names.get(question.touchpoint_id or points.get(code, 0), ""),
            )
            for code, question in found.items()
            if code not in seen and question.scale
        ]
        seen |= found.keys()
        if group:
            groups.append((survey.label, group))
    return groups


def _counted(program: Program, ratings: dict[str, Rating], period: Period) -> dict[str, Rating]:
    counts = tallies.count(program, ratings, [period])
    root = OrgUnit.objects.get(program=program, parent=None)
    return {code: replace(rating, n=int(counts.of(code, root, period).tally.total)) for code, rating in ratings.items()}


def _drivers_before(program: Program, outcome: str, ratings: Collection[str]) -> list[str]:
    studies = DriverStudy.objects.filter(program=program, outcome=outcome, is_current=True)
    newest = studies.order_by("-computed_at", "-pk").first()
    if newest is None:
        return []
    return [code for code in ratings if code in {row["question"] for row in newest.drivers}]


def _sensible(ratings: dict[str, Rating], outcome: str) -> list[str]:
    """The drivers to begin with.

    - asked in a survey that asks for the outcome, on the same scale;
    - answered by half as many at least;
    - of these the ratings of touchpoints, where there are any;
    - the most answered ones, as many as can be studied.
    """
    whole = ratings[outcome]
    alike = [
        rating
        for rating in ratings.values()
        if rating.code != outcome
        and rating.surveys & whole.surveys
        and rating.scale == whole.scale
        and 2 * rating.n >= max(whole.n, 1)
    ]
    alike = [rating for rating in alike if rating.touchpoint] or alike
    chosen = {rating.code for rating in sorted(alike, key=lambda rating: -rating.n)[:MOST_DRIVERS]}
    return [code for code in ratings if code in chosen]


def _periods(program: Program, outcome: str, years: Sequence[Period], chosen: Period) -> list[tuple[str, list[Period]]]:
    """Years, months and everything, the newest first, as far as they hold answers; the one chosen in any case."""
    months = [parse(f"{year.code}-{month:02}") for year in years[:YEARS_OF_MONTHS] for month in range(12, 0, -1)]
    counts = tallies.count(program, [outcome], months)
    root = OrgUnit.objects.get(program=program, parent=None)
    answered = [month for month in months if counts.of(outcome, root, month).cells]
    groups = [(_("Years"), list(years)), (_("Months"), answered), (_("Everything"), [ALL])]
    if not any(chosen in group for _title, group in groups):
        groups.insert(0, (_("Chosen"), [chosen]))
    return [group for group in groups if group[1]]
