"""Contact decisions and rules in the words of those who read them."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.choices import AskChannel, ContactKind, DecisionOutcome, DecisionReason, RuleClock, RuleScope
from feedback.models import ContactDecision, ContactRule, Wave


def length(hours: int) -> str:
    """A span of hours, in days where it is whole days."""
    days, rest = divmod(hours, 24)
    if days and not rest:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def rule_sentence(rule: ContactRule) -> str:
    """What a rule says, for example "At most 2 invitations in 30 days, within the whole program"."""
    is_answers = rule.clock == RuleClock.RESPONSE
    parts = []
    if rule.at_most is not None and rule.window_hours is not None:
        text = (
            ngettext("at most %(n)s answer in %(span)s", "at most %(n)s answers in %(span)s", rule.at_most)
            if is_answers
            else ngettext("at most %(n)s invitation in %(span)s", "at most %(n)s invitations in %(span)s", rule.at_most)
        )
        parts.append(text % {"n": rule.at_most, "span": length(rule.window_hours)})
    if rule.pause_hours:
        text = _("none for %(span)s after an answer") if is_answers else _("none for %(span)s after an invitation")
        parts.append(text % {"span": length(rule.pause_hours)})
    narrowed = rule.survey or rule.group or (rule.get_channel_display() if rule.channel else "")
    where = str(narrowed) if narrowed else str(RuleScope(rule.scope).label)
    either, both = _("or"), _("and")
    who = ", ".join(f"{name} {f' {either} '.join(map(str, values))}" for name, values in rule.attributes.items())
    sentence = _("%(limits)s, within %(where)s") % {"limits": f" {both} ".join(parts), "where": where}
    sentence = capfirst(sentence)
    return _("%(sentence)s, for customers with %(who)s") % {"sentence": sentence, "who": who} if who else sentence


def why(reason: str, rule: ContactRule | None) -> str:
    """The reason of a decision; a rule by its name."""
    if rule is not None and reason == DecisionReason.RULE:
        return rule.label
    words = capfirst(str(DecisionReason(reason).label))
    return f"{words} ({rule.label})" if rule is not None else words


def title(decision: ContactDecision) -> str:
    """What happened, for the story of a customer."""
    survey = decision.survey.label if decision.survey else ""
    channel = str(AskChannel(decision.channel).label) if decision.channel else ""
    facts = {"survey": survey, "channel": channel}
    if decision.kind == ContactKind.TRANSACTIONAL:
        return _("Message about a matter of theirs")
    if decision.kind == ContactKind.REMINDER:
        words = {
            DecisionOutcome.ASKED: _("Reminded of %(survey)s by %(channel)s"),
            DecisionOutcome.SKIPPED: _("Not reminded of %(survey)s"),
            DecisionOutcome.DELAYED: _("Reminder of %(survey)s put off"),
        }
    else:
        words = {
            DecisionOutcome.ASKED: _("Asked: %(survey)s by %(channel)s"),
            DecisionOutcome.SKIPPED: _("Not asked: %(survey)s"),
            DecisionOutcome.DELAYED: _("Asked later: %(survey)s"),
        }
    return words[DecisionOutcome(decision.outcome)] % facts


def not_drawn(wave: Wave) -> tuple[str, str]:
    """What happened to one who was in the base of a wave and not drawn, and why."""
    title = _("Not asked: %(survey)s") % {"survey": wave.plan.survey.label}
    return title, _("Not drawn in wave %(n)s of %(plan)s") % {"n": wave.number, "plan": wave.plan.label}


def when(moment: datetime) -> str:
    return date_format(moment, "j M Y H:i")


def detail(decision: ContactDecision) -> str:
    """Why, and from when on the customer may be asked again."""
    if decision.outcome == DecisionOutcome.ASKED:
        return str(decision.plan) if decision.plan else ""
    because = why(decision.reason, decision.rule)
    if decision.eligible_at is None:
        return because
    return _("%(why)s; free again %(moment)s") % {"why": because, "moment": when(decision.eligible_at)}
