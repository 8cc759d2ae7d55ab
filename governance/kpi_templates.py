"""The KPIs that a first survey brings, by the kind of its first question, in every language of the house."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cxprogram.models.translated import say
from feedback.choices import QuestionKind
from journeys.choices import Measure

Texts = Mapping[str, str]


@dataclass(frozen=True)
class KpiTemplate:
    """One definition; without an axis of its own it is drawn on the scale of its question."""

    code: str
    collector: str
    measure: str
    names: Texts
    descriptions: Texts
    axis: tuple[float, float] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


NPS = KpiTemplate(
    "nps", "nps", Measure.POINTS,
    say("Net promoter score", "Net promoter score", "Net promoter score", "Net promoter score",
        "Nettosuositteluindeksi"),
    say("share of 9–10 minus share of 0–6", "andelen 9–10 minus andelen 0–6", "andelen 9–10 minus andelen 0–6",
        "andelen 9–10 minus andelen 0–6", "osuus 9–10 miinus osuus 0–6"),
    axis=(-100, 100),
)  # fmt: skip
LIKELIHOOD = KpiTemplate(
    "mean", "mean", Measure.MEAN,
    say("Likelihood to recommend", "Benägenhet att rekommendera", "Tilbøyelighet til å anbefale",
        "Tilbøjelighed til at anbefale", "Suositteluhalukkuus"),
    say("mean, 0–10", "medelvärde, 0–10", "gjennomsnitt, 0–10", "gennemsnit, 0–10", "keskiarvo, 0–10"),
)  # fmt: skip
SATISFACTION = KpiTemplate(
    "mean", "mean", Measure.MEAN,
    say("Satisfaction", "Nöjdhet", "Tilfredshet", "Tilfredshed", "Tyytyväisyys"),
    say("mean rating", "medelbetyg", "snittkarakter", "gennemsnitlig vurdering", "arvosanojen keskiarvo"),
)  # fmt: skip
SATISFIED = KpiTemplate(
    "top2", "top2", Measure.SHARE,
    say("Satisfied", "Nöjda", "Fornøyde", "Tilfredse", "Tyytyväiset"),
    say("the two highest ratings", "de två högsta betygen", "de to høyeste karakterene", "de to højeste vurderinger",
        "kaksi korkeinta arvosanaa"),
    axis=(0, 1), parameters={"boxes": 2},
)  # fmt: skip
EASE = KpiTemplate(
    "mean", "mean", Measure.MEAN,
    say("Ease", "Enkelhet", "Enkelhet", "Lethed", "Helppous"),
    say("mean rating", "medelbetyg", "snittkarakter", "gennemsnitlig vurdering", "arvosanojen keskiarvo"),
)  # fmt: skip
FOUND_EASY = KpiTemplate(
    "top2", "top2", Measure.SHARE,
    say("Found it easy", "Tyckte att det var lätt", "Syntes det var enkelt", "Syntes, det var let",
        "Piti helppona"),
    say("the two highest ratings", "de två högsta betygen", "de to høyeste karakterene", "de to højeste vurderinger",
        "kaksi korkeinta arvosanaa"),
    axis=(0, 1), parameters={"boxes": 2},
)  # fmt: skip

# The first stands first on the overview. The satisfaction index brings its own KPI along.
KPIS: dict[str, tuple[KpiTemplate, ...]] = {
    QuestionKind.NPS: (NPS, LIKELIHOOD),
    QuestionKind.CSAT: (SATISFACTION, SATISFIED),
    QuestionKind.CES: (EASE, FOUND_EASY),
    QuestionKind.RATING: (SATISFACTION,),
}
