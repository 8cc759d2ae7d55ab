"""What we do about it and how we count: projects, method and mandate of a steering report."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.choices import GateDecision, ProjectStatus
from cxprogram import figures
from governance.pages import frozen
from governance.pages.charter import Gap, gaps_of
from governance.pages.frozen import Document, period_label
from governance.pages.summary import RUNNING, Facts
from governance.services.charter import Defect
from governance.texts import say
from journeys.insight.words import listed


@dataclass(frozen=True)
class GateLine:
    number: int
    name: str
    due: str
    decision: str


@dataclass(frozen=True)
class ProjectPart:
    name: str
    is_illustrative: bool
    touchpoint: str
    responsible: str
    status: str
    problem: str
    idea: str
    cost: str
    gates: tuple[GateLine, ...]
    effect: str
    effect_note: str


def build_projects(facts: Facts) -> tuple[ProjectPart, ...]:
    return tuple(_project(facts, project) for project in facts.inputs["projects"])


def projects_lead(facts: Facts) -> str:
    """How many there are, and how many wait at a gate."""
    every = [project for project in facts.inputs["projects"] if project["status"] in RUNNING]
    waiting = [project for project in every if any(not gate["decision"] for gate in project["gates"])]
    n = {"n": len(every), "waiting": len(waiting)}
    if not every:
        return _("No improvement project is proposed or running.")
    return (
        ngettext(
            "%(n)s improvement project is proposed or running; waiting for a decision at a gate: %(waiting)s.",
            "%(n)s improvement projects are proposed or running; waiting for a decision at a gate: %(waiting)s.",
            len(every),
        )
        % n
    )


def _project(facts: Facts, project: Document) -> ProjectPart:
    effect, note = _effect(facts, project["effect"])
    return ProjectPart(
        name=say(project["name"]),
        is_illustrative=project["is_illustrative"],
        touchpoint=say(project["touchpoint"]),
        responsible=project["responsible"],
        status=str(ProjectStatus(project["status"]).label),
        problem=project["problem"],
        idea=project["idea"],
        cost=figures.money(Decimal(project["cost"]), facts.inputs["program"]["currency"]),
        gates=tuple(
            GateLine(number, say(gate["name"]), frozen.day(gate["due_on"]), str(GateDecision(gate["decision"]).label))
            for number, gate in enumerate(project["gates"], start=1)
        ),
        effect=effect,
        effect_note=note,
    )


def _effect(facts: Facts, effect: Document | None) -> tuple[str, str]:
    if effect is None:
        return _("Not measured yet."), ""
    kpi = facts.kpis.get(effect["kpi"])
    kind = kpi.kind if kpi else "mean"
    said = _(
        "%(before)s in %(first)s (n %(before_n)s), %(after)s in %(second)s (n %(after_n)s): %(size)s, %(interval)s."
    ) % {
        "before": figures.figure(effect["before_value"], kind),
        "after": figures.figure(effect["after_value"], kind),
        "first": period_label(effect["before_period"]),
        "second": period_label(effect["after_period"]),
        "before_n": figures.figure(effect["before_n"], "count"),
        "after_n": figures.figure(effect["after_n"], "count"),
        "size": figures.signed(effect["difference"], kind),
        "interval": _("95 %% interval %(interval)s")
        % {"interval": figures.interval(effect["low"], effect["high"], kind, in_words=True)},
    }
    if effect["is_causal"]:
        return said, ""
    return said, _("Before and after, without a comparison group: not causal. It does not show what the project did.")


@dataclass(frozen=True)
class MethodChapter:
    notes: tuple[tuple[str, str], ...]
    gaps: tuple[str, ...]
    sponsor: str
    owner: str


def build_method(facts: Facts) -> MethodChapter:
    charter = facts.inputs["charter"]
    return MethodChapter(
        notes=tuple(_notes(facts)),
        gaps=tuple(_gap(each) for each in gaps_of([Defect(**each) for each in charter["defects"]])),
        sponsor=charter["sponsor"],
        owner=charter["owner"],
    )


def _gap(gap: Gap) -> str:
    return f"{', '.join(gap.about)}: {gap.text}" if gap.about else gap.text


def _notes(facts: Facts) -> Iterator[tuple[str, str]]:
    inputs = facts.inputs
    source = inputs["source"]
    surveys = listed([say(each) for each in source["surveys"]])
    if source["answers"] is not None:
        yield (
            _("Source."),
            _("%(surveys)s: %(n)s answers from %(first)s to %(last)s.")
            % {
                "surveys": surveys,
                "n": figures.figure(source["answers"], "count"),
                "first": frozen.day(source["first"]),
                "last": frozen.day(source["last"]),
            },
        )
    overall = facts.tiles.get(facts.overall_code)
    if overall and not overall["reading"]["suppressed"]:
        missing = overall["reading"]["missing"]
        yield (
            _("Missing."),
            _(
                "Left blank and not applicable are kept apart and counted in no score: "
                "%(blank)s and %(not_applicable)s on the overall question."
            )
            % {
                "blank": figures.figure(missing.get("blank", 0), "count"),
                "not_applicable": figures.figure(missing.get("not_applicable", 0), "count"),
            },
        )
    yield (
        _("Intervals."),
        _("95 %: t for means, adjusted Wald for the net promoter score, Wilson for shares. Scores are unweighted."),
    )
    yield (
        _("Targets"),
        _("are reached or not reached only when the whole interval lies on one side, else too close to call."),
    )
    yield _("Changes"), _changes_note(facts)
    if inputs["drivers"]:
        yield (
            _("Drivers."),
            _(
                "Exact Shapley shares (LMG) of the explained variation, over all orders of the ratings. "
                "They are association, not proof of cause."
            ),
        )
    yield (
        _("Small groups."),
        _("Fewer than %(minimum)s answers are never shown, nor what would reveal them by subtraction.")
        % {"minimum": inputs["program"]["minimum"]},
    )
    yield _("Money."), _("No revenue is linked to customers, so no point of a KPI is given a price.")


def _changes_note(facts: Facts) -> str:
    inputs = facts.inputs
    families = []
    if n := inputs["tile_comparisons"]:
        families.append(ngettext("%(n)s KPI", "%(n)s KPIs", n) % {"n": n})
    if inputs["journey"] and (n := inputs["journey"]["comparisons"]):
        families.append(ngettext("%(n)s touchpoint", "%(n)s touchpoints", n) % {"n": n})
    if inputs["scorecard"]["apart"] and (n := inputs["scorecard"]["apart"]["comparisons"]):
        families.append(ngettext("%(n)s unit", "%(n)s units", n) % {"n": n})
    said = _(
        "are marked only when they survive Benjamini–Hochberg correction at 5 % over all comparisons shown together"
    )
    return f"{said}: {', '.join(families)}." if families else f"{said}."
