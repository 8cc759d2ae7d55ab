"""Survey definitions of SurveyJS: questions stand in pages, in `elements` or `questions`, and inside panels."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cxprogram.imports.errors import ImportFileError, gettext_noop, told
from cxprogram.imports.headers import plain_text
from feedback.imports.definitions import (
    NO_SURVEY,
    TYPE_UNKNOWN,
    Codes,
    OptionDef,
    QuestionDef,
    SurveyDefinition,
    option_codes,
)
from feedback.imports.qsf import read_json

HOLDERS = {"panel": "elements", "paneldynamic": "templateElements"}
LOGIC = ("visibleIf", "enableIf", "requiredIf", "choicesVisibleIf", "setValueExpression")
SINGLE = {"radiogroup", "dropdown", "buttongroup", "imagepicker"}
MULTIPLE = {"checkbox", "tagbox"}
NO_ANSWER = {"html", "image", "expression"}
MAX_DEPTH = 30
AFTERWARDS = gettext_noop("What happens after answers is not translated.")
ONCE = gettext_noop("Its questions are asked once, not as often as there are items.")
ELSEWHERE = gettext_noop("Its choices are fetched from an address.")
NOBODY = gettext_noop("Nobody answers an element of type %(kind)s.")
NO_SCALE = gettext_noop("Its scale does not run from low to high.")


def read_surveyjs(path: Path) -> SurveyDefinition:
    """Raises ImportFileError when the file is no survey; whatever in it cannot be taken is in `left_out`."""
    data = read_json(path)
    language = str(data.get("locale") or "en").lower()[:5]
    definition = SurveyDefinition(_texts(data.get("title"), language).get(language, ""), language, [language])
    elements = list(_elements(data, 1))
    if not elements:
        raise ImportFileError("definition-invalid", NO_SURVEY, tool="SurveyJS")
    types = Counter(str(element.get("type")) for element, _page in elements)
    definition.counts = {
        "pages": len(data["pages"]) if isinstance(data.get("pages"), list) else 0,
        "elements": len(elements),
        "visible_if": sum(bool(element.get("visibleIf")) for element, _page in elements),
        "required": sum(element.get("isRequired") is True for element, _page in elements),
    } | {f"type {name}": count for name, count in types.items()}
    codes = Codes()
    for element, page in elements:
        _question(definition, codes, element, page)
        for rule in LOGIC:
            if element.get(rule):
                name = str(element.get("name") or element.get("title") or element.get("type"))
                definition.leave_out("logic", name, "logic-not-translated", f"{rule}: {element[rule]}"[:300])
    for rule in ("triggers", "calculatedValues"):
        if data.get(rule):
            definition.leave_out("logic", rule, "logic-not-translated", AFTERWARDS)
    used = {language for question in definition.questions for language in question.texts}
    definition.languages = [language, *sorted(used - {language})]
    return definition


def _elements(holder: Any, page: int, depth: int = 0) -> Iterator[tuple[dict[str, Any], int]]:
    """Every element with its page, those in panels after the panel."""
    if not isinstance(holder, dict) or depth > MAX_DEPTH:
        return
    pages = holder.get("pages")
    for number, each in enumerate(pages if isinstance(pages, list) else [], start=1):
        yield from _elements(each, number, depth + 1)
    for name in ("elements", "questions", "templateElements"):
        inside = holder.get(name)
        for element in inside if isinstance(inside, list) else []:
            if isinstance(element, dict):
                yield element, page
                yield from _elements(element, page, depth + 1)


def _texts(value: Any, language: str) -> dict[str, str]:
    """A title is a text or a map of languages, in which `default` is the survey's own."""
    if isinstance(value, dict):
        return {
            (language if name == "default" else str(name)): plain_text(text)
            for name, text in value.items()
            if isinstance(text, str)
        }
    return {language: plain_text(str(value))} if value not in (None, "") else {}


def _options(choices: Any, language: str) -> tuple[OptionDef, ...]:
    found: dict[str, dict[str, str]] = {}
    for choice in choices if isinstance(choices, list) else []:
        value = choice.get("value") if isinstance(choice, dict) else choice
        text = choice.get("text", value) if isinstance(choice, dict) else choice
        found.setdefault(str(value), _texts(text, language))
    numbers = option_codes(found)
    return tuple(OptionDef(numbers[value], texts, value) for value, texts in found.items())


def _question(definition: SurveyDefinition, codes: Codes, element: dict[str, Any], page: int) -> None:
    kind = str(element.get("type"))
    name = str(element.get("name") or kind)
    language = definition.language
    own = _texts(element.get("title"), language) or {language: name}

    def add(code: str, question_kind: str, words: dict[str, str], **more: Any) -> None:
        definition.questions.append(
            QuestionDef(
                codes.take(code), question_kind, words, page=page, is_required=element.get("isRequired") is True,
                source_id=name, source_type=kind, **more,
            )
        )  # fmt: skip

    if kind in HOLDERS:
        if kind == "paneldynamic":
            definition.leave_out("panel", name, "repetition-not-translated", ONCE)
    elif kind in SINGLE or kind in MULTIPLE:
        is_many = kind in MULTIPLE or element.get("multiSelect") is True
        add(name, "multiple" if is_many else "single", own, options=_options(element.get("choices"), language))
        if element.get("choicesByUrl"):
            definition.leave_out("options", name, "options-elsewhere", ELSEWHERE)
        if element.get("showOtherItem") or element.get("hasOther"):
            add(f"{name}-Comment", "text", own)
    elif kind == "boolean":
        yes = _texts(element.get("labelTrue"), language)
        no = _texts(element.get("labelFalse"), language)
        add(name, "single", own, options=(OptionDef(1, yes, "true"), OptionDef(0, no, "false")))
    elif kind == "rating":
        _rating(definition, element, name, own, add)
    elif kind in ("text", "comment"):
        as_kind = {"number": "number", "range": "number", "date": "date"}.get(str(element.get("inputType")), "text")
        add(name, as_kind, own)
    elif kind == "multipletext":
        for item in element.get("items") or []:
            words = _texts(item.get("title"), language) or {language: str(item.get("name"))}
            add(f"{name}_{item.get('name')}", "text", _joined(own, words), grid=own.get(language, ""))
    elif kind == "matrix":
        options = _options(element.get("columns"), language)
        for row in _options(element.get("rows"), language):
            add(f"{name}_{row.source}", "single", _joined(own, row.texts), options=options, grid=own.get(language, ""))
    elif kind in NO_ANSWER:
        definition.leave_out("text", name, "no-answer", told(NOBODY, kind=kind))
    else:
        definition.leave_out("question", name, "type-unsupported", told(TYPE_UNKNOWN, kind=kind))


def _rating(definition: SurveyDefinition, element: dict[str, Any], name: str, own: dict[str, str], add: Any) -> None:
    values = element.get("rateValues")
    if isinstance(values, list) and values:
        add(name, "single", own, options=_options(values, definition.language))
        return
    count = element.get("rateCount")
    low = element.get("rateMin", 1)
    high = element.get("rateMax", low + count - 1 if isinstance(count, int) and isinstance(low, int) else 5)
    if not (isinstance(low, int) and isinstance(high, int) and low < high <= 1000):
        definition.leave_out("question", name, "scale-invalid", NO_SCALE)
    elif (low, high) == (0, 10):
        add(name, "rating", own, scale=(0, 10))
    else:
        add(name, "rating", own, scale=(low, high))


def _joined(own: dict[str, str], part: dict[str, str]) -> dict[str, str]:
    return {language: f"{own.get(language, '')} – {part.get(language, '')}".strip(" –") for language in {**own, **part}}
