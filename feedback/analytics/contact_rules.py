"""Contact rules: may this customer be asked now, and if not, by which rule and from when on.

A rule limits how often one customer is asked: at most so many in a rolling window, or a gap since the last one.
It counts invitations or responses, in a scope. Time alone loosens every rule, so the moment from which a customer may
be asked again is exact. Semantics: Qualtrics' contact frequency rules, Medallia's cooldowns, Sandsiv's delays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What reached a customer, or came back. Reminders and transactional messages count for no rule and obey none."""

    INVITATION = "invitation"
    RESPONSE = "response"
    REMINDER = "reminder"
    TRANSACTIONAL = "transactional"


class Clock(StrEnum):
    """What a rule counts, and since when its gap runs."""

    INVITATION = "invitation"
    RESPONSE = "response"


class Scope(StrEnum):
    """Which of a customer's contacts a rule counts together."""

    SURVEY = "survey"
    SURVEY_GROUP = "survey_group"
    TOUCHPOINT_GROUP = "touchpoint_group"
    CHANNEL = "channel"
    PROGRAM = "program"


class Refusal(StrEnum):
    """What a rule does with an ask that breaks it."""

    SKIP = "skip"
    DELAY = "delay"


class Outcome(StrEnum):
    ASKED = "asked"
    SKIPPED = "skipped"
    DELAYED = "delayed"


class Reason(StrEnum):
    """Why, besides a rule."""

    NONE = ""
    RULE = "rule"
    NO_BASIS = "no-basis"
    TOO_LATE = "too-late"


@dataclass(frozen=True)
class Contact:
    """One contact with a customer: past, or wished for. Surveys, groups and channels are named by any stable text."""

    kind: Kind
    at: datetime
    survey: str = ""
    channel: str = ""
    survey_groups: frozenset[str] = frozenset()
    touchpoint_groups: frozenset[str] = frozenset()

    def keys(self, scope: Scope) -> frozenset[str]:
        """What the contact is counted under in a scope; none where it belongs to nothing of the kind."""
        if scope is Scope.PROGRAM:
            return frozenset({"program"})
        if scope is Scope.SURVEY_GROUP:
            return self.survey_groups
        if scope is Scope.TOUCHPOINT_GROUP:
            return self.touchpoint_groups
        named = self.survey if scope is Scope.SURVEY else self.channel
        return frozenset({named}) if named else frozenset()


@dataclass(frozen=True)
class Ask:
    """The wish to contact one customer. `until`: after it the question is no longer worth asking."""

    contact: Contact
    purpose: str
    until: datetime | None = None


@dataclass(frozen=True)
class Person:
    """What is known of the customer at that moment; `purposes`: those for which there is a basis."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    purposes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Limit:
    """Fewer than `at_most` contacts must lie within `window` before an ask. A gap is at most one in its length."""

    at_most: int
    window: timedelta

    def __post_init__(self) -> None:
        if self.at_most < 1 or self.window <= timedelta(0):
            raise ValueError("a limit allows at least one contact in a window of some length")

    def eligible_at(self, times: Sequence[datetime]) -> datetime | None:
        """From when on an ask is within the limit; None if whenever. `times`: of what is counted, the newest first."""
        return times[self.at_most - 1] + self.window if len(times) >= self.at_most else None


@dataclass(frozen=True)
class Rule:
    """One contact rule. `only`: the one survey, group or channel that it is for; empty: each counted on its own.

    `attributes` maps names to the values of the customers that it is for: all names must match, any of their values.
    """

    code: str
    limits: tuple[Limit, ...]
    clock: Clock = Clock.INVITATION
    scope: Scope = Scope.PROGRAM
    refusal: Refusal = Refusal.SKIP
    only: str = ""
    attributes: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def is_for(self, attributes: Mapping[str, Any]) -> bool:
        return all(_matches(attributes.get(name), wanted) for name, wanted in self.attributes.items())

    def eligible_at(self, contact: Contact, history: Iterable[Contact]) -> datetime | None:
        """From when on the contact keeps the rule; None if it always does.

        Contacts later than the wished one count too: two workers' clocks may differ.
        """
        keys = contact.keys(self.scope)
        if self.only:
            keys &= {self.only}
        times: dict[str, list[datetime]] = {key: [] for key in keys}
        for past in history:
            if past.kind == self.clock.value:
                for key in keys & past.keys(self.scope):
                    times[key].append(past.at)
        found = [
            eligible
            for counted in times.values()
            for limit in self.limits
            if (eligible := limit.eligible_at(sorted(counted, reverse=True))) is not None
        ]
        return max(found, default=None)


@dataclass(frozen=True)
class Decision:
    """What became of an ask. `rule` made it, `broken` are all rules that stood against it.

    `eligible_at`: from then on no rule stands against it, if nothing else reaches the customer meanwhile.
    """

    outcome: Outcome
    reason: Reason = Reason.NONE
    rule: str = ""
    eligible_at: datetime | None = None
    broken: tuple[str, ...] = ()


def _matches(value: Any, wanted: Sequence[Any]) -> bool:
    values = value if isinstance(value, list | tuple | set | frozenset) else (value,)
    return any(_folded(each) == _folded(other) for each in values for other in wanted)


def _folded(value: Any) -> Any:
    """Texts are compared without regard to case; a truth value is no number."""
    return (type(value) is bool, value.casefold() if isinstance(value, str) else value)


def decide(ask: Ask, person: Person, history: Sequence[Contact], rules: Iterable[Rule]) -> Decision:
    """Decide one ask.

    - without a basis for its purpose nobody is asked or reminded; transactional messages need none;
    - reminders and transactional messages obey no rule;
    - a broken rule that skips beats one that delays; of several the one that binds longest is named;
    - a delay beyond `until` is a skip.
    """
    at, kind = ask.contact.at, ask.contact.kind
    if kind is Kind.TRANSACTIONAL:
        return Decision(Outcome.ASKED)
    if ask.purpose not in person.purposes:
        return Decision(Outcome.SKIPPED, Reason.NO_BASIS)
    if kind is Kind.REMINDER:
        return Decision(Outcome.ASKED)
    broken = [
        (eligible, rule.code, rule.refusal)
        for rule in rules
        if rule.is_for(person.attributes)
        and (eligible := rule.eligible_at(ask.contact, history)) is not None
        and eligible > at
    ]
    if not broken:
        return Decision(Outcome.ASKED)
    skips = [each for each in broken if each[2] is Refusal.SKIP]
    _eligible, named, _refusal = max(skips or broken)
    eligible_at = max(broken)[0]
    codes = tuple(sorted(code for _at, code, _refusal in broken))
    if skips:
        return Decision(Outcome.SKIPPED, Reason.RULE, named, eligible_at, codes)
    if ask.until is not None and eligible_at > ask.until:
        return Decision(Outcome.SKIPPED, Reason.TOO_LATE, named, eligible_at, codes)
    return Decision(Outcome.DELAYED, Reason.RULE, named, eligible_at, codes)
