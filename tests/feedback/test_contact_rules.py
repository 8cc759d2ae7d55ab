"""Contact rules: a table by hand, and a machine that lives random histories (CX_HISTORIES of them)."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from feedback.analytics.contact_rules import (
    Ask,
    Clock,
    Contact,
    Kind,
    Limit,
    Outcome,
    Person,
    Reason,
    Refusal,
    Rule,
    Scope,
    decide,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
AGREED = Person({"tier": "Gold"}, frozenset({"feedback"}))
GROUPS = {"stay": {"lodging", "all"}, "visit": {"all"}, "call": set()}


def contact(kind: Kind = Kind.INVITATION, at: datetime = NOON, survey: str = "stay", channel: str = "email") -> Contact:
    groups = frozenset(GROUPS[survey])
    return Contact(kind, at, survey, channel, survey_groups=groups, touchpoint_groups=groups)


def month(**fields: Any) -> Rule:
    return Rule(**({"code": "month", "limits": (Limit(1, 30 * DAY),)} | fields))


BEFORE = {  # what was, 10 days ago
    "nothing": [],
    "the same survey by e-mail": [contact(at=NOON - 10 * DAY)],
    "another survey by SMS": [contact(at=NOON - 10 * DAY, survey="visit", channel="sms")],
    "a call by SMS": [contact(at=NOON - 10 * DAY, survey="call", channel="sms")],
    "an answer": [contact(Kind.RESPONSE, NOON - 10 * DAY)],
    "a reminder": [contact(Kind.REMINDER, NOON - 10 * DAY)],
    "a receipt": [contact(Kind.TRANSACTIONAL, NOON - 10 * DAY)],
}


@pytest.mark.parametrize(
    ("rule", "refused_after"),
    [
        (month(), "the same survey by e-mail, another survey by SMS, a call by SMS"),
        (month(scope=Scope.SURVEY), "the same survey by e-mail"),
        (month(scope=Scope.SURVEY_GROUP), "the same survey by e-mail, another survey by SMS"),
        (month(scope=Scope.TOUCHPOINT_GROUP, only="lodging"), "the same survey by e-mail"),
        (month(scope=Scope.TOUCHPOINT_GROUP, only="other"), ""),
        (month(scope=Scope.CHANNEL), "the same survey by e-mail"),
        (month(scope=Scope.CHANNEL, only="sms"), ""),
        (month(clock=Clock.RESPONSE), "an answer"),
        (month(limits=(Limit(2, 30 * DAY),)), ""),
        (month(limits=(Limit(2, 30 * DAY), Limit(1, 11 * DAY)), scope=Scope.SURVEY), "the same survey by e-mail"),
        (month(limits=(Limit(1, 10 * DAY),)), ""),
        (month(attributes={"tier": ["gold", "silver"]}, scope=Scope.SURVEY), "the same survey by e-mail"),
        (month(attributes={"tier": ["silver"]}), ""),
        (month(attributes={"country": ["SE"]}), ""),
    ],
)
def test_a_rule_counts_what_lies_in_its_scope_and_window(rule: Rule, refused_after: str) -> None:
    ask = Ask(contact(), "feedback")
    refused = [name for name, past in BEFORE.items() if decide(ask, AGREED, past, [rule]).outcome != Outcome.ASKED]
    assert ", ".join(refused) == refused_after


@pytest.mark.parametrize(
    ("kind", "person", "rules", "until", "outcome"),
    [
        (Kind.INVITATION, AGREED, [month()], None, (Outcome.SKIPPED, Reason.RULE, "month", 20)),
        (Kind.INVITATION, AGREED, [month(refusal=Refusal.DELAY)], None, (Outcome.DELAYED, Reason.RULE, "month", 20)),
        (Kind.INVITATION, AGREED, [month(refusal=Refusal.DELAY)], 19, (Outcome.SKIPPED, Reason.TOO_LATE, "month", 20)),
        (Kind.INVITATION, AGREED, [], None, (Outcome.ASKED, Reason.NONE, "", None)),
        (Kind.INVITATION, Person(), [], None, (Outcome.SKIPPED, Reason.NO_BASIS, "", None)),
        (Kind.REMINDER, AGREED, [month()], None, (Outcome.ASKED, Reason.NONE, "", None)),
        (Kind.REMINDER, Person(), [month()], None, (Outcome.SKIPPED, Reason.NO_BASIS, "", None)),
        (Kind.TRANSACTIONAL, Person(), [month()], None, (Outcome.ASKED, Reason.NONE, "", None)),
        (  # the skip wins over the longer delay, but nobody is promised a day that the delay refuses
            Kind.INVITATION,
            AGREED,
            [month(), month(code="year", limits=(Limit(1, 365 * DAY),), refusal=Refusal.DELAY)],
            None,
            (Outcome.SKIPPED, Reason.RULE, "month", 355),
        ),
    ],
)
def test_an_ask_is_decided_by_basis_kind_and_rules(
    kind: Kind, person: Person, rules: list[Rule], until: int | None, outcome: tuple
) -> None:
    ask = Ask(contact(kind), "feedback", until=NOON + until * DAY if until else None)
    decision = decide(ask, person, BEFORE["the same survey by e-mail"], rules)
    days = (decision.eligible_at - NOON) / DAY if decision.eligible_at else None
    assert (decision.outcome, decision.reason, decision.rule, days) == outcome


def test_a_limit_allows_something() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Limit(0, DAY)


# --- the machine ------------------------------------------------------------------------------
surveys = st.sampled_from(sorted(GROUPS))
channels = st.sampled_from(["email", "sms"])
hours = st.integers(1, 40 * 24).map(lambda n: timedelta(hours=n))
limits = st.builds(Limit, st.integers(1, 3), hours)
scopes = st.sampled_from(list(Scope))
tiers = st.fixed_dictionaries({"tier": st.sampled_from(["gold", "plain"])})
rules_of_all = st.lists(
    st.builds(
        Rule,
        code=st.just(""),
        limits=st.lists(limits, min_size=1, max_size=2).map(tuple),
        clock=st.sampled_from(list(Clock)),
        scope=scopes,
        refusal=st.sampled_from(list(Refusal)),
        only=st.sampled_from(["", "", "stay", "all", "sms"]),
        attributes=st.sampled_from([{}, {}, {"tier": ["GOLD"]}]),
    ),
    max_size=4,
).map(lambda rules: [replace(rule, code=f"r{number}") for number, rule in enumerate(rules)])


class OneCustomer(RuleBasedStateMachine):
    """One customer's life: asked, reminded, answering, agreeing and withdrawing, under random rules."""

    @initialize(rules=rules_of_all, attributes=tiers)
    def begin(self, rules: list[Rule], attributes: dict[str, str]) -> None:
        self.rules, self.attributes = rules, attributes
        self.now = NOON
        self.purposes: frozenset[str] = frozenset({"feedback"})
        self.history: list[Contact] = []
        self.sent: list[tuple[Contact, dict[str, str], frozenset[str]]] = []

    def person(self) -> Person:
        return Person(self.attributes, self.purposes)

    def decide(self, wished: Contact, rules: list[Rule], until: datetime | None = None):
        return decide(Ask(wished, "feedback", until), self.person(), self.history, rules)

    @rule(pause=st.integers(0, 20 * 86_400).map(lambda n: timedelta(seconds=n)))
    def wait(self, pause: timedelta) -> None:
        self.now += pause

    @rule(survey=surveys, channel=channels)
    def answer(self, survey: str, channel: str) -> None:
        self.history.append(contact(Kind.RESPONSE, self.now, survey, channel))

    @rule(purposes=st.sampled_from([frozenset(), frozenset({"feedback"}), frozenset({"feedback", "research"})]))
    def agree_or_withdraw(self, purposes: frozenset[str]) -> None:
        self.purposes = purposes

    @rule(attributes=tiers)
    def change(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes

    @rule(kind=st.sampled_from([Kind.REMINDER, Kind.TRANSACTIONAL]), survey=surveys, channel=channels)
    def send_what_is_exempt(self, kind: Kind, survey: str, channel: str) -> None:
        wished = contact(kind, self.now, survey, channel)
        decision = self.decide(wished, self.rules)
        has_basis = "feedback" in self.purposes or kind is Kind.TRANSACTIONAL
        assert decision.outcome == (Outcome.ASKED if has_basis else Outcome.SKIPPED)
        assert decision.rule == ""
        if decision.outcome == Outcome.ASKED:
            self.history.append(wished)

    @rule(
        survey=surveys,
        channel=channels,
        until=st.none() | st.integers(0, 30).map(lambda days: timedelta(days=days)),
        order=st.randoms(use_true_random=False),
        waits=st.booleans(),
    )
    def ask(self, survey: str, channel: str, until: timedelta | None, order: Any, waits: bool) -> None:
        wished = contact(Kind.INVITATION, self.now, survey, channel)
        latest = self.now + until if until is not None else None
        decision = self.decide(wished, self.rules, latest)
        shuffled = order.sample(self.rules, len(self.rules))
        assert self.decide(wished, shuffled, latest) == decision
        assert (
            decide(
                Ask(wished, "feedback", latest),
                self.person(),
                order.sample(self.history, len(self.history)),
                self.rules,
            )
            == decision
        )
        if decision.outcome == Outcome.ASKED:
            self._send(wished)
        elif decision.reason == Reason.NO_BASIS:
            assert "feedback" not in self.purposes
        else:
            self._check_explanation(wished, decision, latest)
            if waits:
                self._wait_and_ask_again(wished, decision.eligible_at)

    def _send(self, wished: Contact) -> None:
        self.sent.append((wished, self.attributes, self.purposes))
        self.history.append(wished)

    def _check_explanation(self, wished: Contact, decision: Any, latest: datetime | None) -> None:
        by_code = {rule.code: rule for rule in self.rules}
        named, broken = by_code[decision.rule], set(decision.broken)
        # The rule that is named suffices, and does what it says.
        alone = self.decide(wished, [named], latest)
        assert alone.rule == named.code
        assert alone.outcome == decision.outcome or decision.reason == Reason.TOO_LATE
        if decision.outcome == Outcome.SKIPPED and decision.reason == Reason.RULE:
            assert named.refusal is Refusal.SKIP
        if decision.outcome == Outcome.DELAYED:
            assert not any(by_code[code].refusal is Refusal.SKIP for code in broken)
        # Without it the decision is another; without all that are named the customer is asked, not before.
        without = self.decide(wished, [rule for rule in self.rules if rule is not named], latest)
        assert without != decision
        assert (without.outcome == Outcome.ASKED) == (broken == {named.code})
        rest = [rule for rule in self.rules if rule.code not in broken]
        assert self.decide(wished, rest).outcome == Outcome.ASKED
        for code in broken:
            assert self.decide(wished, [*rest, by_code[code]]).outcome != Outcome.ASKED

    def _wait_and_ask_again(self, wished: Contact, eligible_at: datetime) -> None:
        early = replace(wished, at=eligible_at - SECOND)
        assert self.decide(early, self.rules).outcome != Outcome.ASKED
        self.now = eligible_at
        again = replace(wished, at=eligible_at)
        assert self.decide(again, self.rules).outcome == Outcome.ASKED
        self._send(again)

    @invariant()
    def no_rule_was_broken_and_nothing_sent_without_a_basis(self) -> None:
        """Counted anew and in another way: around each ask, one by one, what its window holds."""
        if not getattr(self, "sent", None):
            return
        wished, attributes, purposes = self.sent[-1]
        assert "feedback" in purposes
        place = next(number for number, each in enumerate(self.history) if each is wished)
        for each in self.rules:
            wanted = {value.lower() for value in each.attributes.get("tier", ())}
            if wanted and attributes["tier"] not in wanted:
                continue
            for limit in each.limits:
                for key in _keys(wished, each):
                    n = 0
                    for past in self.history[:place]:
                        is_counted = past.kind.value == each.clock.value and key in _keys(past, each)
                        n += is_counted and wished.at - past.at < limit.window
                    assert n < limit.at_most, (each, limit, key)


def _keys(each: Contact, of: Rule) -> set[str]:
    names = {
        Scope.PROGRAM: {"program"},
        Scope.SURVEY: {each.survey},
        Scope.CHANNEL: {each.channel},
        Scope.SURVEY_GROUP: GROUPS[each.survey],
        Scope.TOUCHPOINT_GROUP: GROUPS[each.survey],
    }[of.scope]
    return {name for name in names if not of.only or name == of.only}


OneCustomer.TestCase.settings = settings(
    max_examples=int(os.environ.get("CX_HISTORIES", "60")), stateful_step_count=40, deadline=None
)
TestContactRules = OneCustomer.TestCase
