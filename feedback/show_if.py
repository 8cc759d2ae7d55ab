"""When a question is asked: a small rule over the answers before it. Pure: no database, no clock.

    {"question": "NPS", "is": "at_most", "value": 6}
    {"all": [{"question": "NPS", "is": "answered"}, {"any": [...]}]}

Of a question that was not asked, or was left without an answer, every comparison is false; `not_answered` is true.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MAX_DEPTH, MAX_PARTS = 4, 20
OPERATORS = ("is", "is_not", "at_least", "at_most", "any_of", "none_of", "answered", "not_answered")
_LISTED = ("any_of", "none_of")
_BARE = ("answered", "not_answered")


class RuleError(ValueError):
    """A rule that cannot be understood; `code` names what is wrong, `part` the piece."""

    def __init__(self, code: str, part: Any = "") -> None:
        super().__init__(code)
        self.code = code
        self.part = str(part)[:60]


@dataclass(frozen=True)
class Test:
    """One comparison of one answer."""

    question: str
    operator: str
    values: frozenset[Any]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        answer = answers.get(self.question)
        if self.operator in _BARE:
            return (answer is not None) == (self.operator == "answered")
        if answer is None:
            return False
        given = set(answer) if isinstance(answer, list) else {answer}
        if self.operator in ("is", "any_of"):
            return bool(given & self.values)
        if self.operator in ("is_not", "none_of"):
            return not given & self.values
        (bound,) = self.values
        # A date is text and compares as such; an answer of another kind than the bound compares with nothing.
        alike = [one for one in given if type(one) is type(bound)]
        return any(one >= bound if self.operator == "at_least" else one <= bound for one in alike)

    def questions(self) -> Iterator[str]:
        yield self.question


@dataclass(frozen=True)
class Several:
    """All of the parts, or any of them."""

    needs_all: bool
    parts: tuple["Test | Several", ...]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return (all if self.needs_all else any)(part.holds(answers) for part in self.parts)

    def questions(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.questions()


Rule = Test | Several


def read(written: Any, *, depth: int = 1) -> Rule | None:
    """The rule as it is written in JSON; None for a question that is always asked. Raises RuleError."""
    if written is None or written == {}:
        return None
    if not isinstance(written, dict):
        raise RuleError("not-a-rule", written)
    for word in ("all", "any"):
        if written.keys() == {word}:
            parts = written[word]
            if not isinstance(parts, list) or not 1 <= len(parts) <= MAX_PARTS or depth > MAX_DEPTH:
                raise RuleError("not-a-rule", word)
            found = [read(part, depth=depth + 1) for part in parts]
            if None in found:
                raise RuleError("not-a-rule", word)
            return Several(word == "all", tuple(part for part in found if part is not None))
    return _test(written)


def _test(written: Mapping[str, Any]) -> Test:
    question, operator = written.get("question"), written.get("is")
    if not isinstance(question, str) or not question:
        raise RuleError("question-missing", written)
    if operator not in OPERATORS or not isinstance(operator, str):
        raise RuleError("operator-unknown", operator)
    if written.keys() - {"question", "is", "value"} or ("value" in written) == (operator in _BARE):
        raise RuleError("not-a-rule", question)
    if operator in _BARE:
        return Test(question, operator, frozenset())
    value = written["value"]
    values = value if operator in _LISTED else [value]
    if not isinstance(values, list) or not values or not all(type(one) in (int, str) for one in values):
        raise RuleError("value-invalid", question)
    return Test(question, operator, frozenset(values))


def check(written: Any, *, earlier: Collection[str]) -> None:
    """Raise RuleError for what is no rule, or asks about a question that does not come before."""
    if rule := read(written):
        for question in rule.questions():
            if question not in earlier:
                raise RuleError("question-not-before", question)


def asked(
    rules: Mapping[str, Rule | None], answers: Mapping[str, Any], *, known: Mapping[str, Any] | None = None
) -> list[str]:
    """The questions that are asked of somebody who gave these answers, in order.

    `rules` has every question in its order; `known` are answers to questions that it leaves out. An answer to a
    question that is not asked counts for no later rule.
    """
    shown: list[str] = []
    said: dict[str, Any] = dict(known or {})
    for code, rule in rules.items():
        if rule is None or rule.holds(said):
            shown.append(code)
            if answers.get(code) is not None:
                said[code] = answers[code]
    return shown
