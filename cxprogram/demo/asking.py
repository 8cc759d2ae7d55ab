"""Whom the demonstration would ask: two contact rules, and a plan that does not run until somebody starts a wave."""

from typing import Any

from cxprogram.demo.journey_ratings import SURVEY
from cxprogram.demo.knowledge import illustrative
from cxprogram.demo.program import Cast
from cxprogram.models.translated import say
from feedback.choices import PlanMethod, RuleClock, RuleScope
from feedback.models import ContactRule, SamplingPlan, Survey

PLAN = say("After the trip", "Efter resan", "Etter reisen", "Efter rejsen", "Matkan jälkeen")
RULES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "monthly": (
        say("One invitation in 30 days", "En inbjudan på 30 dagar", "Én invitasjon på 30 dager",
            "Én invitation på 30 dage", "Yksi kutsu 30 päivässä"),
        {"scope": RuleScope.PROGRAM, "at_most": 1, "window_hours": 30 * 24},
    ),
    "same-survey": (
        say("Not the same survey within a quarter", "Inte samma enkät inom ett kvartal",
            "Ikke samme undersøkelse innen et kvartal", "Ikke samme undersøgelse inden for et kvartal",
            "Ei samaa kyselyä neljännesvuoden sisällä"),
        {"scope": RuleScope.SURVEY, "clock": RuleClock.RESPONSE, "pause_hours": 90 * 24},
    ),
}  # fmt: skip


def make_plan(cast: Cast) -> None:
    program = cast.program
    for code, (names, limits) in RULES.items():
        ContactRule.objects.get_or_create(program=program, code=code, defaults={**illustrative(names), **limits})
    SamplingPlan.objects.get_or_create(
        program=program,
        survey=Survey.objects.get(program=program, slug=SURVEY),
        defaults={**illustrative(PLAN), "method": PlanMethod.RANDOM, "sample_size": 60, "hold_out_share": 0.1},
    )
