"""How feedback becomes KPIs: scores computed exactly from counts.

nps    share of 9–10 minus share of 0–6, in points; adjusted Wald
mean   mean of a rating; t
top2   share of the two highest points of the scale (`boxes` sets another number); Wilson
csat   the same for satisfaction
ces    share of the best points of a scale of ease or effort: `boxes`, else three of seven or more points, two of fewer
top_box  share of the points from `threshold` on; Wilson. Of csat, ces and top_box a KPI of which lower is better
         counts from the low end
share  share of the codes `codes` among `of` (all codes, if not named); Wilson
satisfaction_index  mean of `questions` (the KPI's own, if not named), each turned to 0–100; t, never too short
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cxprogram.models import Program
from cxprogram.periods import Period
from cxprogram.stats import means, nps, proportions, satisfaction
from cxprogram.stats.estimate import Difference, Estimate
from cxprogram.stats.tally import ScaleError, Tally
from feedback import tallies
from feedback.choices import QuestionKind
from feedback.models import Question
from feedback.populations import Populations, count_parts_of
from journeys.choices import Measure
from journeys.kpis import registry
from journeys.kpis.parameters import Parameter, Whole, check_all, check_measure, codes_of_answers, texts
from journeys.kpis.questions import no_such
from journeys.kpis.registry import Collector, KpiError, KpiQuery, KpiReading
from journeys.models import Kpi

BOXED = ("top2", "csat", "ces", "top_box")
_BOXES = Parameter("boxes", Whole(1, 10))
# By collector: in which the KPI is written, and its parameters.
MEANINGS: dict[str, tuple[Measure, tuple[Parameter, ...]]] = {
    "nps": (Measure.POINTS, ()),
    "mean": (Measure.MEAN, ()),
    "top2": (Measure.SHARE, (_BOXES,)),
    "csat": (Measure.SHARE, (_BOXES,)),
    "ces": (Measure.SHARE, (_BOXES,)),
    "top_box": (Measure.SHARE, (Parameter("threshold", Whole(-100, 1_000), is_required=True),)),
    "share": (
        Measure.SHARE,
        (Parameter("codes", codes_of_answers, is_required=True), Parameter("of", codes_of_answers)),
    ),
    "satisfaction_index": (Measure.POINTS, (Parameter("questions", texts),)),
}
# Where values lie elsewhere than what they are written in says.
SPANS = {"satisfaction_index": (0.0, 100.0)}


def check(kpi: Kpi) -> dict[str, Any]:
    """The parameters as they are stored. Raises KpiError (`kpi-parameters`, with `field`) in plain words."""
    measure, parameters = MEANINGS[kpi.collector]
    check_measure(kpi, (measure,))
    if not kpi.question_code:
        raise KpiError(_("This KPI is asked: name its question."), code="kpi-parameters", field="question_code")
    found = check_all(parameters, kpi)
    for field, codes in (("question_code", [kpi.question_code]), ("parameters", found.get("questions", []))):
        known = Question.objects.filter(program=kpi.program_id, code__in=codes).values_list("code", flat=True)
        if unknown := set(codes) - set(known):
            raise KpiError(no_such(min(unknown)), code="kpi-question-unknown", field=field)
    return found


def _scale(question: Question) -> tuple[int, int]:
    if question.scale_low is None or question.scale_high is None:
        raise KpiError(_("The question has no scale."), code="kpi-scale-mismatch")
    return question.scale_low, question.scale_high


def _best_codes(kpi: Any, question: Question) -> tuple[int, ...]:
    low, high = _scale(question)
    is_top = kpi.higher_is_better or kpi.collector == "top2"
    if kpi.collector == "top_box":
        threshold = kpi.parameters["threshold"]
        return tuple(code for code in range(low, high + 1) if (code >= threshold if is_top else code <= threshold))
    boxes = int(kpi.parameters.get("boxes", 3 if kpi.collector == "ces" and high - low >= 6 else 2))
    return tuple(range(max(low, high - boxes + 1), high + 1) if is_top else range(low, min(high, low + boxes - 1) + 1))


def _hits(kpi: Any, question: Question) -> tuple[int, ...]:
    """The codes that count, for KPIs that are shares."""
    if kpi.collector in BOXED:
        return _best_codes(kpi, question)
    return tuple(kpi.parameters["codes"]) if kpi.collector == "share" else ()


def _among(tally: Tally, codes: Sequence[int] | None) -> Tally:
    if codes is None:
        return tally
    return Tally(
        **{
            name: {code: x for code, x in getattr(tally, name).items() if code in codes}
            for name in ("n", "weight", "weight_sq")
        }
    )


def _estimate(query: KpiQuery, question: Question, tally: Tally) -> Estimate:
    kpi = query.kpi
    if kpi.collector == "nps":
        if question.kind != QuestionKind.NPS:
            raise KpiError(_("The net promoter score needs a question from 0 to 10."), code="kpi-scale-mismatch")
        return nps.nps(tally, weighted=query.weighted)
    if kpi.collector == "mean":
        _scale(question)
        return means.mean(tally, weighted=query.weighted)
    return proportions.share(tally, _hits(kpi, question), weighted=query.weighted)


def _parts(query: KpiQuery) -> tuple[str, ...]:
    """The questions that the number is made of: several only for an index that is asked for as a whole."""
    named = query.kpi.parameters.get("questions") if query.kpi.collector == "satisfaction_index" else None
    return tuple(named) if named and query.question_code == query.kpi.question_code else (query.question_code,)


def _span(query: KpiQuery) -> Period:
    """What of the period the version holds for, under a code of its own: versions are read together."""
    period, first = query.period, query.kpi.asked_from
    if first is None or first <= period.start:
        return period
    return Period(first, period.end, f"{period.code} from {first}")


def read(program: Program, queries: Sequence[KpiQuery]) -> list[KpiReading]:
    """Answer the queries from the cells and the tail; a constant number of SQL queries, however many are asked.

    A KPI about a population is read as it was last counted. Raises KpiError: `question-unknown` (404) for a question
    that is not there, `kpi-has-own-question` for another one than that of a KPI about a population.
    """
    codes = {code for query in queries for code in (query.question_code, *_parts(query))}
    questions = {question.code: question for question in Question.objects.filter(program=program, code__in=codes)}
    if unknown := codes - questions.keys():
        raise KpiError(
            no_such(min(unknown)),
            code="question-unknown",
            status=404,
        )
    if any(_has_population(query.kpi) and query.question_code != query.kpi.question_code for query in queries):
        text = _("This KPI is about a part of the customers, whose answers are counted to its own question alone.")
        raise KpiError(text, code="kpi-has-own-question")
    spans = {_span(query) for query in queries}
    everyone = tallies.count(program, codes, spans)
    of_part = {query.kpi for query in queries if _has_population(query.kpi)}
    parts = Populations(program, of_part, spans, everyone) if of_part else None
    at = timezone.now()
    return [
        _reading(program, query, questions, everyone, parts if _has_population(query.kpi) else None, at)
        for query in queries
    ]


def _has_population(kpi: Kpi) -> bool:
    return kpi.population_id is not None


def _reading(
    program: Program,
    query: KpiQuery,
    questions: Mapping[str, Question],
    everyone: tallies.Counts,
    populations: Populations | None,
    at: datetime,
) -> KpiReading:
    question, parts = questions[query.question_code], _parts(query)
    span = _span(query)
    counts = populations.counts(query.kpi) if populations else everyone
    counted = counts.of(question.code, query.unit, span)
    tally = _among(counted.tally, query.kpi.parameters.get("of"))
    try:
        if query.kpi.collector == "satisfaction_index":
            estimate = satisfaction.satisfaction_index(
                [(counts.of(code, query.unit, span).tally, _scale(questions[code])) for code in parts],
                weighted=query.weighted,
            )
        else:
            estimate = _estimate(query, question, tally)
    except ScaleError as error:
        raise KpiError(_("An answer lies outside the scale of this KPI."), code=error.code) from error
    facts: dict[str, Any] = {
        "kpi": query.kpi,
        "version": query.kpi.version,
        "question": question.code,
        "unit": query.unit,
        "touchpoint": query.touchpoint,
        "period": query.period,
        "weighted": query.weighted,
        "method": estimate.method,
        "computed_at": (populations.counted_at(query.kpi, span) if populations else None) or at,
        "hits": _hits(query.kpi, question),
    }
    minimum = max(program.min_n, query.kpi.min_n or 0)
    shown = {question.code, *parts}  # of an index the counts of its own question, too, which need not be among them
    is_hidden = any(counts.is_hidden(code, query.unit, span, minimum=minimum) for code in shown)
    if is_hidden or 0 < estimate.n < minimum:
        return KpiReading(
            **facts,
            value=None,
            low=None,
            high=None,
            n=None,
            n_eff=None,
            kish_deff=None,
            counts={},
            missing={},
            rows=None,
            suppressed=True,
        )
    return KpiReading(
        **facts,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=estimate.n,
        n_eff=tally.effective_n,
        kish_deff=tally.kish_deff,
        counts=dict(tally.n),
        missing=dict(counted.missing),
        rows=counted.tally.total + sum(counted.missing.values()),
        suppressed=False,
    )


def differ(now: KpiReading, before: KpiReading) -> Difference:
    """The test of two independent groups, unweighted: z for scores and shares, Welch for means."""
    if now.kpi.collector == "satisfaction_index":
        return satisfaction.index_difference((now.value, now.low, now.high), (before.value, before.low, before.high))
    first, second = Tally.from_counts(dict(now.counts)), Tally.from_counts(dict(before.counts))
    collector = now.kpi.collector
    if collector == "nps":
        return nps.nps_difference(first, second)
    if collector == "mean":
        return means.mean_difference(first, second)
    return proportions.share_difference(first, second, now.hits)


def question_code(program: Program, name: str) -> str | None:
    """The code of the question that has this code, or that a wave's file carries in a column of this name.

    Raises KpiError (`question-ambiguous`) for a column that meant different questions in different waves.
    """
    named = Q(code=name) | Q(surveyitem__column=name)
    codes = set(Question.objects.filter(named, program=program).values_list("code", flat=True))
    if name in codes or len(codes) < 2:
        return name if name in codes else next(iter(codes), None)
    raise KpiError(
        _("%(name)s is the column of several questions: name one of them.") % {"name": name[:60]},
        code="question-ambiguous",
        status=400,
        questions=sorted(codes),
    )


def register_all() -> None:
    registry.register_resolver(question_code)
    for code in MEANINGS:
        registry.register(Collector(code=code, read=read, differ=differ, check=check, span=SPANS.get(code)))
    count_parts_of(MEANINGS)
