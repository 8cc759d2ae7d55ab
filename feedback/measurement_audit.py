"""The audit of the measurement: what is measured twice, what would be missed, what is stale, what serves nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from cxprogram.models import Program
from cxprogram.stats.comparisons import benjamini_hochberg
from feedback import frames
from feedback.analytics import redundancy
from feedback.analytics.redundancy import Correlation
from feedback.choices import SCALE_KINDS, QuestionKind
from feedback.models import Invitation, Question, SurveyItem, SurveyVersion, TicketRule
from journeys.choices import MeasurementState, StreamStatus, UseCaseState
from journeys.insight import freshness
from journeys.kpis import questions as question_facts
from journeys.models import DataStream, Kpi, KpiTarget, Measurement, Stage, Touchpoint, UseCase

MOST_RESPONSES = 20_000
MOST_QUESTIONS = 40
MOST_PAIRS = 20
# Correlations of fewer people say too little to drop a question.
LEAST = 30
ALIKE, STRONG = 0.7, 0.6
# What is told by all questions together rests on one in so many people at least: those who answer every question that
# few are asked are no picture of the others.
TOGETHER = 4
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Overlap:
    """Two questions that ask alike or are answered alike. `likeness` is that of their wordings, 0–1."""

    first: Question
    second: Question
    likeness: float
    correlation: Correlation


@dataclass(frozen=True)
class OwnPart:
    """What one question tells that the others do not.

    lost        1 − R² by all others that `n` people answered together with it
    is_needed   it is not to be dropped
    drop        1 − R² by those that are kept, where it is offered for dropping
    """

    question: Question
    lost: float
    is_needed: bool
    drop: float | None
    n: int


@dataclass(frozen=True)
class Complement:
    """What a stream adds to explaining the overall rating; `p_adjusted` over all streams told."""

    stream: DataStream
    unique: float
    lmg: float
    p_adjusted: float | None


@dataclass(frozen=True)
class Stale:
    """A stream that is later than its cadence, or a question that something is computed from and nobody answers."""

    stream: DataStream | None
    question: Question | None
    since: Any


@dataclass(frozen=True)
class Audit:
    """Everything the audit found.

    parts        of the questions answered together, those to drop first, then the least own part
    apart        rating questions that too few answer together with any others
    invitations  sent in the last year that would be saved: of surveys of which nothing is left to ask, to people who
                 were invited to one that keeps asking
    doubles      KPIs that are computed from one question of the same people
    unread       KPIs in force with neither a target nor a use case nor a decision that needs them
    unused       rating questions that are asked and from which nothing is computed
    """

    people: int
    overlaps: tuple[Overlap, ...]
    parts: tuple[OwnPart, ...]
    apart: tuple[Question, ...]
    invitations: int
    doubles: tuple[tuple[Kpi, ...], ...]
    outcome: Question | None
    complements: tuple[Complement, ...]
    r2: float | None
    customers: int
    stale: tuple[Stale, ...]
    unread: tuple[Kpi, ...]
    unused: tuple[Question, ...]
    idle: tuple[DataStream, ...]

    @property
    def drops(self) -> tuple[OwnPart, ...]:
        return tuple(part for part in self.parts if part.drop is not None)

    @property
    def lost(self) -> float:
        """The part of the variance of all these questions that goes with the dropped ones."""
        return sum(part.drop or 0.0 for part in self.parts) / len(self.parts) if self.parts else 0.0


def build_audit(program: Program, *, at: datetime) -> Audit:
    """Read the newest answers and everything that is computed from them; a constant number of queries."""
    asked = _asked(program)
    kpis = list(Kpi.objects.current().filter(program=program).select_related("stream").order_by("code"))
    rated = sorted(asked.values(), key=lambda question: question.code)
    frame = frames.people_frame(program, [question.code for question in rated], most=MOST_RESPONSES)
    counts = {question.code: int(frame[question.code].notna().sum()) for question in rated} if len(frame) else {}
    rated = sorted((q for q in rated if counts.get(q.code)), key=lambda q: (counts[q.code], q.code))
    rated = rated[-MOST_QUESTIONS:]
    needed = _needed(program, kpis)
    parts = _parts(frame, rated, needed, max(LEAST, program.min_n))
    dropped = {part.question.code for part in parts if part.drop is not None}
    outcome = next((q for q in rated if any(k.code == program.overall_kpi and k.question_code == q.code for k in kpis)),
                   None)  # fmt: skip
    complements, r2, customers = _complements(program, frame, outcome)
    streams = list(DataStream.objects.filter(program=program).order_by("code"))
    used = _used(program, kpis)
    return Audit(
        people=len(frame),
        overlaps=_overlaps(frame, rated, max(LEAST, program.min_n)),
        parts=parts,
        apart=tuple(question for question in rated if question not in {part.question for part in parts}),
        invitations=_saved(program, dropped, at) if dropped else 0,
        doubles=_doubles(kpis),
        outcome=outcome,
        complements=complements,
        r2=r2,
        customers=customers,
        stale=(*_stale_streams(streams, at), *_stale_questions(program, asked, used, at)),
        unread=_unread(program, kpis),
        unused=tuple(question for code, question in sorted(asked.items()) if code not in used),
        idle=tuple(DataStream.objects.filter(program=program).active().without_use().order_by("code")),
    )


# --- what is asked, and what for --------------------------------------------------------------
def _asked(program: Program) -> dict[str, Question]:
    """The rating questions of the newest published version of every survey, those of competitors left out."""
    newest = SurveyVersion.objects.filter(survey__program=program).exclude(published_at=None)
    newest = newest.order_by("survey_id", "-number").distinct("survey_id")
    items = SurveyItem.objects.filter(version__in=list(newest.values_list("pk", flat=True)))
    rows = items.filter(question__kind__in=SCALE_KINDS, question__competitor=None).select_related("question")
    return {item.question.code: item.question for item in rows}


def _kpi_questions(kpi: Kpi) -> set[str]:
    return {kpi.question_code, *kpi.parameters.get("questions", [])} - {""}


def _needed(program: Program, kpis: Sequence[Kpi]) -> set[str]:
    """Questions that are never offered for dropping.

    - those of the KPIs of the whole, of loyalty and of the overview;
    - those of moments of truth.
    """
    chosen = {program.overall_kpi, program.loyalty_kpi, *program.headline_kpis}
    found = {code for kpi in kpis if kpi.code in chosen for code in _kpi_questions(kpi)}
    truths = Touchpoint.objects.in_use().filter(program=program).exclude(truth="")
    return found | set(truths.values_list("question_code", flat=True))


def _used(program: Program, kpis: Sequence[Kpi]) -> set[str]:
    """Questions from which something is computed: KPIs, touchpoints, expectations, problems, tickets, the plan."""
    found = {code for kpi in kpis for code in _kpi_questions(kpi)} | {program.problem_question}
    for pair in (
        Touchpoint.objects.in_use().filter(program=program).values_list("question_code", "expectation_question")
    ):
        found.update(pair)
    stages = Stage.objects.on_map().filter(journey__program=program, journey__retired_at=None)
    lines = Measurement.objects.filter(program=program).exclude(state=MeasurementState.STOPPED)
    found.update(stages.values_list("problem_question", flat=True))
    found.update(lines.values_list("question_code", flat=True))
    found.update(TicketRule.objects.filter(program=program).values_list("question_code", flat=True))
    return found - {""}


def _unread(program: Program, kpis: Sequence[Kpi]) -> tuple[Kpi, ...]:
    """KPIs that nobody has a reason to look at.

    - no target in force;
    - no active use case needs its stream or serves its touchpoint;
    - no line of the measurement plan names it with a decision.
    """
    targets = set(KpiTarget.objects.in_force().filter(program=program).values_list("kpi_code", flat=True))
    cases = UseCase.objects.filter(program=program, status=UseCaseState.ACTIVE)
    streams = set(cases.values_list("streams", flat=True)) - {None}
    points = set(cases.values_list("touchpoint", flat=True)) - {None}
    lines = Measurement.objects.filter(program=program).exclude(decisions={})
    decided = set(lines.values_list("kpi_code", flat=True))
    return tuple(
        kpi
        for kpi in kpis
        if kpi.code not in targets | decided and kpi.stream_id not in streams and kpi.touchpoint_id not in points
    )


def _doubles(kpis: Sequence[Kpi]) -> tuple[tuple[Kpi, ...], ...]:
    by_source: dict[tuple[str, int | None, int | None], list[Kpi]] = defaultdict(list)
    for kpi in kpis:
        if kpi.question_code:
            by_source[kpi.question_code, kpi.population_id, kpi.touchpoint_id].append(kpi)
    return tuple(tuple(same) for same in by_source.values() if len(same) > 1)


# --- what is measured twice -------------------------------------------------------------------
def _overlaps(frame: Any, rated: Sequence[Question], least: int) -> tuple[Overlap, ...]:
    """Pairs worded alike, or surely answered alike (the weaker end of the interval), by how much they overlap."""
    if len(rated) < 2:
        return ()
    likeness = redundancy.wording_likeness([question.wording for question in rated])
    found = []
    for i, j in combinations(range(len(rated)), 2):
        pair = redundancy.correlation(frame[rated[i].code], frame[rated[j].code])
        if pair.n < least:
            pair = Correlation(None, None, None, pair.n)
        is_strong = pair.r is not None and abs(pair.r) >= STRONG and _weaker(pair) >= STRONG
        if likeness[i, j] >= ALIKE or is_strong:
            found.append(Overlap(rated[i], rated[j], float(likeness[i, j]), pair))
    found.sort(key=lambda each: -max(each.likeness, abs(each.correlation.r or 0)))
    return tuple(found[:MOST_PAIRS])


def _weaker(pair: Correlation) -> float:
    if pair.low is None or pair.high is None:
        return abs(pair.r or 0.0)
    return max(pair.low, -pair.high, 0.0)


def _parts(frame: Any, rated: Sequence[Question], needed: Collection[str], least: int) -> tuple[OwnPart, ...]:
    """What each question tells by itself, block by block: questions are told by those answered together with them.

    The largest block first; of what is left, the next one, as long as enough people answered two questions.
    """
    import numpy as np  # only here, as pandas

    if not rated or not len(frame):
        return ()
    table = frame[[question.code for question in rated]].to_numpy(float)
    left, parts = list(range(len(rated))), []
    while len(left) > 1:
        people = int((~np.isnan(table[:, left])).any(axis=1).sum())
        found = redundancy.answered_together(table[:, left], least=max(least, people // TOGETHER))
        if not found:
            break
        columns = [left[place] for place in found]
        rows = table[:, columns]
        parts += _block([rated[column] for column in columns], rows[~np.isnan(rows).any(axis=1)], needed)
        left = [column for column in left if column not in columns]
    return tuple(sorted(parts, key=lambda part: (part.drop is None, part.lost)))


def _block(questions: Sequence[Question], rows: Any, needed: Collection[str]) -> list[OwnPart]:
    """`rows` (n, p) hold the complete answers to p questions."""
    import numpy as np  # only here, as pandas

    held = [place for place, question in enumerate(questions) if question.code in needed]
    drops = {drop.column: drop.lost for drop in redundancy.reduction(rows, needed=held).drops}
    correlations = np.corrcoef(rows, rowvar=False)
    return [
        OwnPart(
            question,
            1 - redundancy.explained(correlations, place, [each for each in range(len(questions)) if each != place]),
            place in held,
            drops.get(place),
            len(rows),
        )
        for place, question in enumerate(questions)
    ]


def _saved(program: Program, dropped: set[str], at: datetime) -> int:
    """Invitations of the last year that would not have been sent: of surveys that then ask for words at most, to
    people who were invited to one that keeps asking; three queries."""
    newest = SurveyVersion.objects.filter(survey__program=program).exclude(published_at=None)
    newest = newest.order_by("survey_id", "-number").distinct("survey_id")
    asked: dict[int, set[str]] = defaultdict(set)
    items = SurveyItem.objects.filter(version__in=list(newest.values_list("pk", flat=True)), is_hidden=False)
    asks = items.exclude(question__kind__in=(QuestionKind.TEXT, QuestionKind.CONSENT))
    for survey, code in asks.values_list("version__survey_id", "question__code"):
        asked[survey].add(code)
    emptied = [survey for survey, codes in asked.items() if codes <= dropped]
    sent = Invitation.objects.filter(program=program, sent_at__gt=at - YEAR, sent_at__lte=at)
    others = sent.exclude(survey__in=emptied).exclude(customer=None).values("customer")
    return sent.filter(survey__in=emptied, customer__in=others).count()


# --- what would be missed ---------------------------------------------------------------------
def _complements(
    program: Program, frame: Any, outcome: Question | None
) -> tuple[tuple[Complement, ...], float | None, int]:
    """What each active stream tells of the overall rating that no other stream tells."""
    streams = list(DataStream.objects.filter(program=program, status=StreamStatus.ACTIVE).order_by("code"))
    streams = streams[: redundancy.MOST_GROUPS]
    if outcome is None or not streams or not len(frame):
        return (), None, 0
    known = frame[frame[outcome.code].notna() & (frame.index > 0)]
    customers = [int(person) for person in known.index]
    if len(customers) < max(LEAST, program.min_n):
        return (), None, len(customers)
    told = frames.told_frame(customers, [stream.pk for stream in streams])
    groups = [told[stream.pk].to_numpy(float) for stream in streams]
    found = redundancy.complements(groups, known[outcome.code].to_numpy(float))
    if found is None:
        return (), None, len(customers)
    tested = [each.p for each in found.contributions if each.p is not None]
    corrected = iter(benjamini_hochberg(tested))
    return (
        tuple(
            Complement(stream, each.unique, each.lmg, None if each.p is None else float(next(corrected)))
            for stream, each in zip(streams, found.contributions, strict=True)
        ),
        found.r2,
        found.n,
    )


# --- what is stale ----------------------------------------------------------------------------
def _stale_streams(streams: Sequence[DataStream], at: datetime) -> list[Stale]:
    received = freshness.last_deliveries(streams, at) if streams else {}
    return [
        Stale(stream, None, received[stream.pk].date() if stream.pk in received else None)
        for stream in streams
        if freshness.is_stale(stream, received.get(stream.pk), at)
    ]


def _stale_questions(
    program: Program, asked: Mapping[str, Question], used: Collection[str], at: datetime
) -> list[Stale]:
    """Questions that something is computed from, answered neither in this calendar year nor in the one before."""
    wanted = {code: question for code, question in asked.items() if code in used}
    known = question_facts.facts(program, set(wanted))
    found = []
    for code, question in sorted(wanted.items()):
        years = [year for year, n in known[code].years.items() if n] if code in known else []
        if not years or max(years) < at.year - 1:
            found.append(Stale(None, question, max(years) if years else None))
    return found
