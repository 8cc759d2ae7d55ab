"""Whether a question of a file is one that is known, and how its cells are read as answers to that one. Pure.

A code says little: tools give the same ones (`Q24`, `Q3_1`) to whatever stands in that place. What is asked says it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from cxprogram.imports.headers import plain_text
from feedback.imports.definitions import OptionDef, QuestionDef
from feedback.imports.mapping import (
    DateQuestion,
    MultipleQuestion,
    NumberQuestion,
    Question,
    ScaleQuestion,
    SingleQuestion,
    TextQuestion,
)
from feedback.imports.plans import QuestionPlan

QUOTES = str.maketrans("’‘“”„«»", '\'\'"""""')


def bare(wording: str) -> str:
    """A wording without what typing changes: mark-up, case, spaces, punctuation. Of signs alone the signs stay."""
    plain = plain_text(wording).casefold()
    return "".join(filter(str.isalnum, plain)) or plain


def bare_option(text: str) -> str:
    """The text of an option without mark-up, case and full stops; other signs can be all that tells two apart."""
    plain = plain_text(text).casefold().translate(QUOTES)
    return plain.rstrip(".,;:! ") or plain


def is_same(known: QuestionDef, told: QuestionDef) -> bool:
    """Whether two questions are one.

    - kind, scale and codes of the options are the same;
    - in a language that both are worded in, the wording is the same;
    - in such a language every option has the same text. Without one nobody can tell: they are two.
    """
    if (known.kind, known.scale) != (told.kind, told.scale):
        return False
    if not any(bare(known.texts[each]) == bare(told.texts[each]) for each in known.texts.keys() & told.texts.keys()):
        return False
    ours = {option.code: option for option in known.options}
    theirs = {option.code: option for option in told.options}
    return ours.keys() == theirs.keys() and all(_says_the_same(ours[code], theirs[code]) for code in ours)


def _says_the_same(known: OptionDef, told: OptionDef) -> bool:
    shared = known.texts.keys() & told.texts.keys()
    return any(bare_option(known.texts[each]) == bare_option(told.texts[each]) for each in shared)


@dataclass(frozen=True, slots=True)
class Known:
    """A question that a survey asks, with the columns in which files brought it until now."""

    definition: QuestionDef
    columns: frozenset[str] = frozenset()


def pair(
    known: Iterable[Known], told: Iterable[QuestionPlan]
) -> tuple[list[tuple[QuestionPlan, Known]], list[QuestionPlan]]:
    """Which questions of a survey those of a file are, when a person has said that the file answers this survey.

    First by the columns that brought a question before, then by the wording in any language, last by a code that the
    file itself uses. Of several with one wording the code tells. No question is taken twice. Returns the pairs, and
    what the survey does not ask.
    """
    free = {each.definition.code: each for each in known}
    found: dict[str, Known] = {}
    everything = list(told)
    for is_it in (_by_column, _by_wording_and_code, _by_wording, _by_code):
        for each in everything:
            if each.definition.code not in found:
                chosen = next((one for one in free.values() if is_it(one, each)), None)
                if chosen is not None:
                    found[each.definition.code] = free.pop(chosen.definition.code)
    pairs = [(each, found[each.definition.code]) for each in everything if each.definition.code in found]
    return pairs, [each for each in everything if each.definition.code not in found]


def _by_column(known: Known, told: QuestionPlan) -> bool:
    return not known.columns.isdisjoint(told.columns)


def _by_wording(known: Known, told: QuestionPlan) -> bool:
    return not _wordings(known.definition).isdisjoint(_wordings(told.definition))


def _by_wording_and_code(known: Known, told: QuestionPlan) -> bool:
    own = {told.definition.code.casefold(), *(name.casefold() for name in told.names)}
    return known.definition.code.casefold() in own and _by_wording(known, told)


def _by_code(known: Known, told: QuestionPlan) -> bool:
    return known.definition.code.casefold() in {name.casefold() for name in told.names}


def _wordings(question: QuestionDef) -> set[str]:
    return {bare(text) for text in question.texts.values()}


def reread(told: QuestionPlan, known: QuestionDef) -> Question | None:
    """The file's rule with the code, the scale and the options of the known question; None where it cannot be one.

    A file numbers the options in the order in which they occur: here they are found by their texts.
    """
    rule = told.rule
    if isinstance(rule, MultipleQuestion):
        return _several(told, rule, known) if known.kind == "multiple" else None
    code, column, missing = known.code, rule.column, rule.missing
    if known.kind == "text":
        return TextQuestion(question=code, column=column, missing=missing)
    if known.kind == "number":
        return NumberQuestion(question=code, column=column, missing=missing)
    if known.kind == "date":
        return msgspec.structs.replace(rule, question=code) if isinstance(rule, DateQuestion) else None
    if known.kind == "multiple":
        texts = _codes(told.definition.options, known.options)
        return MultipleQuestion(question=code, columns=[column], codes=texts, missing=missing)
    if known.scale is not None:
        return ScaleQuestion(question=code, column=column, scale=known.scale, missing=missing)
    if not known.options:
        return msgspec.structs.replace(rule, question=code)
    return SingleQuestion(
        question=code, column=column, codes=_codes(told.definition.options, known.options), missing=missing
    )


def _codes(told: Iterable[OptionDef], known: Iterable[OptionDef]) -> dict[str, int]:
    """How cells are written → the known option. A cell that is none of them stays out, and its row is refused."""
    codes: dict[str, int] = {}
    exact: dict[str, int] = {}
    loose: Counter[str] = Counter()
    by_loose: dict[str, int] = {}
    for option in known:
        for text in {*option.texts.values()}:
            exact.setdefault(text, option.code)
        for text in {bare_option(text) for text in option.texts.values()}:
            loose[text] += 1
            by_loose[text] = option.code
    numbers = {str(option.code): option.code for option in known}
    for option in told:
        text = next(iter(option.texts.values()), option.source)
        short = bare_option(text)
        code = exact.get(text)
        if code is None and loose[short] == 1:
            code = by_loose[short]
        if code is None:  # the file holds the codes and not the texts
            code = numbers.get(option.source)
        if code is not None:
            codes[option.source] = code
    return numbers | exact | codes


def _several(told: QuestionPlan, rule: MultipleQuestion, known: QuestionDef) -> Question | None:
    """Columns of ticks: each column is the option whose text heads it."""
    if rule.ticked is None:
        return msgspec.structs.replace(rule, question=known.code)
    free = list(known.options)
    ticked: dict[str, int] = {}
    for option in told.definition.options:
        texts = {bare_option(text) for text in option.texts.values()}
        same = [one for one in free if texts & {bare_option(text) for text in one.texts.values()}]
        if not same:
            return None
        ticked[option.source] = same[0].code
        free.remove(same[0])
    return msgspec.structs.replace(rule, question=known.code, ticked=ticked)
