"""Survey definitions of Qualtrics (QSF): one JSON object of elements; questions in the trash are deleted ones."""

import json
import re
from pathlib import Path
from typing import Any

from cxprogram.imports import json_reasons
from cxprogram.imports.errors import ImportFileError, gettext_noop, told
from cxprogram.imports.headers import plain_text
from feedback.imports.definitions import (
    MAX_BYTES,
    NO_SURVEY,
    TOO_LARGE,
    TYPE_UNKNOWN,
    Codes,
    OptionDef,
    QuestionDef,
    SurveyDefinition,
    Texts,
)

KNOWN = {"SQ", "BL", "FL", "SO", "SCO", "STAT", "QC", "RS", "PROJ", "NT", "PL", "QO"}
NOT_UTF_8 = gettext_noop("The definition is not UTF-8.")
NO_DEFINITION = gettext_noop("This is no survey definition.")
BRANCHES = gettext_noop("Branches are not translated.")
ELEMENT = gettext_noop("An element that is not known here.")
TRASH = gettext_noop("It stands in the trash: it was deleted.")
WHEN_SHOWN = gettext_noop("When it is shown is not translated.")
SKIPS_TO = gettext_noop("Where it skips to is not translated.")
FLOW = gettext_noop("What the flow does here (%(kind)s) is not translated.")
PASSWORD = gettext_noop("A password is not asked here.")
TEXT_ALONE = gettext_noop("A text without an answer: %(text)s")
NO_COLUMNS = gettext_noop("Side by side without columns.")


def read_qsf(path: Path) -> SurveyDefinition:
    """Raises ImportFileError when the file is no survey; whatever in it cannot be taken is in `left_out`."""
    data = read_json(path)
    entry, elements = data.get("SurveyEntry"), data.get("SurveyElements")
    if not isinstance(entry, dict) or not isinstance(elements, list):
        raise ImportFileError("definition-invalid", NO_SURVEY, tool="Qualtrics")
    language = str(entry.get("SurveyLanguage") or "EN").lower()[:5]
    definition = SurveyDefinition(plain_text(str(entry.get("SurveyName") or "")), language, [language])
    of_kind: dict[str, list[dict[str, Any]]] = {}
    for element in elements:
        if isinstance(element, dict):
            of_kind.setdefault(str(element.get("Element")), []).append(element)
    live, trash = _blocks(of_kind.get("BL", []))
    questions = {str(_inside(each, "Payload").get("QuestionID")): each for each in of_kind.get("SQ", [])}
    definition.counts = {"questions": len(questions), "trash": sum(qid in trash for qid in questions)}
    for kind in sorted(of_kind.keys() - KNOWN):
        why = BRANCHES if kind == "BR" else ELEMENT
        definition.leave_out("element", kind, "logic-not-translated" if kind == "BR" else "element-unknown", why)
    for options in of_kind.get("SO", []):
        definition.languages += _languages(_inside(options, "Payload").get("AvailableLanguages"), language)
    _flow(definition, of_kind.get("FL", []))
    codes = Codes()
    order = [qid for qid in live if qid in questions]
    order += [qid for qid in questions if qid not in live and qid not in trash]
    for qid in questions:
        if qid in trash:
            name = str(_inside(questions[qid], "Payload").get("DataExportTag") or qid)
            definition.leave_out("question", name, "trash", TRASH)
    for qid in order:
        payload = _inside(questions[qid], "Payload")
        _question(definition, codes, qid, payload, live.get(qid, 1))
        if payload.get("DisplayLogic") or '"DisplayLogic"' in json.dumps(payload) or payload.get("InPageDisplayLogic"):
            tag = str(payload.get("DataExportTag") or qid)
            definition.leave_out("logic", tag, "logic-not-translated", WHEN_SHOWN)
    for block in of_kind.get("BL", []):
        for item in _block_items(block):
            if isinstance(item, dict) and item.get("SkipLogic"):
                name = str(item.get("QuestionID"))
                definition.leave_out("logic", name, "logic-not-translated", SKIPS_TO)
    return definition


def read_json(path: Path) -> dict[str, Any]:
    """One JSON object of a plausible size."""
    if path.stat().st_size > MAX_BYTES:
        raise ImportFileError("file-too-large", TOO_LARGE, limit=MAX_BYTES // 1024**2)
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ImportFileError("encoding-undecodable", NOT_UTF_8) from None
    except RecursionError:
        raise ImportFileError("json-too-deep", json_reasons.TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise ImportFileError("json-invalid", json_reasons.broken(error), error.lineno) from None
    if not isinstance(data, dict):
        raise ImportFileError("definition-invalid", NO_DEFINITION)
    return data


def _inside(element: Any, name: str) -> dict[str, Any]:
    """A part that should be an object; empty ones are written as lists."""
    value = element.get(name) if isinstance(element, dict) else None
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> dict[str, Any]:
    """Choices by id: an object, or a list in some exports, or nothing."""
    if isinstance(value, dict):
        return {str(key): each for key, each in value.items()}
    if isinstance(value, list):
        return {str(number): each for number, each in enumerate(value, start=1)}
    return {}


def _block_items(element: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    for block in _items(element.get("Payload")).values():
        elements = block.get("BlockElements") if isinstance(block, dict) else None
        found += elements if isinstance(elements, list) else []
    return found


def _blocks(elements: list[dict[str, Any]]) -> tuple[dict[str, int], set[str]]:
    """The page of each live question in the order of the blocks, and the ids in the trash."""
    live: dict[str, int] = {}
    trash: set[str] = set()
    page = 1
    for element in elements:
        for block in _items(element.get("Payload")).values():
            if not isinstance(block, dict):
                continue
            is_trash = block.get("Type") == "Trash"
            for item in block.get("BlockElements") or []:
                if not isinstance(item, dict):
                    continue
                if item.get("Type") == "Page Break" and not is_trash:
                    page += 1
                qid = item.get("QuestionID")
                if qid and is_trash:
                    trash.add(str(qid))
                elif qid:
                    live[str(qid)] = page
            page += not is_trash and bool(block.get("BlockElements"))
    return live, trash


def _flow(definition: SurveyDefinition, elements: list[dict[str, Any]]) -> None:
    def walk(flow: Any, depth: int = 0) -> None:
        for part in flow if isinstance(flow, list) and depth < 50 else []:
            if not isinstance(part, dict):
                continue
            kind = str(part.get("Type"))
            if kind not in ("Block", "Standard", "Root", "EndSurvey"):
                why = told(FLOW, kind=kind)
                definition.leave_out("flow", str(part.get("FlowID") or kind), "logic-not-translated", why)
            walk(part.get("Flow"), depth + 1)

    for element in elements:
        walk(_inside(element, "Payload").get("Flow"))


def _question(definition: SurveyDefinition, codes: Codes, qid: str, payload: dict[str, Any], page: int) -> None:
    kind = "/".join(
        str(part) for part in (payload.get("QuestionType"), payload.get("Selector"), payload.get("SubSelector")) if part
    )
    tag = str(payload.get("DataExportTag") or qid)
    language = definition.language
    said = _said(payload, language)
    texts = {code: plain_text(str(part.get("QuestionText") or "")) for code, part in said.items()}
    text = texts[language]
    definition.languages += [code for code in said if code not in definition.languages]
    force = _inside(_inside(payload, "Validation"), "Settings").get("ForceResponse") == "ON"

    def add(code: str, question_kind: str, words: Texts, **more: Any) -> None:
        definition.questions.append(
            QuestionDef(
                codes.take(code), question_kind, words, page=page, is_required=force, source_id=qid,
                source_type=kind, **more,
            )
        )  # fmt: skip

    question_type, selector = payload.get("QuestionType"), payload.get("Selector")
    rows = _ordered(said, "Choices", payload.get("ChoiceOrder"))
    if question_type == "MC" and selector == "NPS":
        add(tag, "nps", texts, scale=(0, 10))
    elif question_type == "MC":
        options, missing = _options(rows, payload)
        is_many = str(selector).startswith("MA") or selector == "MSB"
        if is_many:
            options, missing = (*options, *missing), ()
        add(tag, "multiple" if is_many else "single", texts, options=options, missing=missing)
        _texts(rows, payload, tag, add)
    elif question_type == "Matrix" and selector == "TE":
        for key, words in rows:
            add(f"{tag}_{key}", "text", _joined(texts, words), grid=text)
    elif question_type == "Matrix":
        columns = _ordered(said, "Answers", payload.get("AnswerOrder"))
        is_many = payload.get("SubSelector") == "MultipleAnswer"
        options, missing = _options(columns, payload if not is_many else {})
        for key, words in rows:
            add(
                f"{tag}_{key}", "multiple" if is_many else "single", _joined(texts, words),
                options=(*options, *missing) if is_many else options, missing=() if is_many else missing, grid=text,
            )  # fmt: skip
        _texts(rows, payload, tag, add)
    elif question_type == "TE":
        if selector == "PW":
            definition.leave_out("question", tag, "type-unsupported", PASSWORD)
        else:
            add(tag, "text", texts)
    elif question_type == "Slider":
        for key, words in rows:
            add(f"{tag}_{key}", "number", _joined(texts, words), grid=text)
    elif question_type == "SBS":
        _side_by_side(definition, payload, tag, text, rows, add)
    elif question_type == "DB":
        definition.leave_out("text", tag, "no-answer", told(TEXT_ALONE, text=text[:60]))
    else:
        definition.leave_out("question", tag, "type-unsupported", told(TYPE_UNKNOWN, kind=kind))


def _languages(told: Any, own: str) -> list[str]:
    """The other languages that an object names by its keys."""
    return [str(code).lower() for code in told if str(code).lower() != own] if isinstance(told, dict) else []


def _said(payload: dict[str, Any], language: str) -> dict[str, dict[str, Any]]:
    """What the question says by language: in its own it stands in the question itself."""
    told = payload.get("Language")
    others = {code: part for code, part in told.items() if isinstance(part, dict)} if isinstance(told, dict) else {}
    return {language: payload} | {str(code).lower(): part for code, part in others.items() if code.lower() != language}


def _joined(own: Texts, part: Texts) -> Texts:
    """A matrix's words and its row's by language; where one of them is not translated, the other alone."""
    return {code: " – ".join(filter(None, (own.get(code), part.get(code)))) for code in {**own, **part}}


def _ordered(said: dict[str, dict[str, Any]], name: str, order: Any) -> list[tuple[str, Texts]]:
    """Choices in their order, as (id, words by language); the first language has all of them."""
    by_language = {code: _items(part.get(name)) for code, part in said.items()}
    known = next(iter(by_language.values()))
    wanted = [str(key) for key in order] if isinstance(order, list) else []
    keys = [key for key in wanted if key in known] + [key for key in known if key not in wanted]
    return [
        (
            key,
            {
                code: plain_text(str(_inside(items, key).get("Display") or ""))
                for code, items in by_language.items()
                if items is known or key in items
            },
        )
        for key in keys
    ]


def _texts(rows: list[tuple[str, Texts]], payload: dict[str, Any], tag: str, add: Any) -> None:
    """Choices that ask for words: each is a text question of its own, as it is a column of its own."""
    for key, words in rows:
        if str(_inside(_items(payload.get("Choices")), key).get("TextEntry")).lower() in ("true", "on"):
            add(f"{tag}_{key}_TEXT", "text", words)


def _options(
    rows: list[tuple[str, Texts]], payload: dict[str, Any]
) -> tuple[tuple[OptionDef, ...], tuple[OptionDef, ...]]:
    """Options with the codes that the file of answers carries; negative codes are no points of the scale."""
    recodes = _items(payload.get("RecodeValues"))
    options: list[OptionDef] = []
    missing: list[OptionDef] = []
    taken: set[int] = set()
    for place, (key, words) in enumerate(rows, start=1):
        source = str(recodes.get(key, key)).strip()
        code = int(source) if re.fullmatch(r"-?[0-9]{1,6}", source) else place
        while code in taken:
            code += 1000
        taken.add(code)
        option = OptionDef(code, words, source)
        (missing if code < 0 else options).append(option)
    return tuple(options), tuple(missing)


def _side_by_side(
    definition: SurveyDefinition,
    payload: dict[str, Any],
    tag: str,
    text: str,
    rows: list[tuple[str, Texts]],
    add: Any,
) -> None:
    """Several small matrices under one heading; each column is asked as a matrix of its own, untranslated."""
    language = definition.language
    columns = _items(payload.get("AdditionalQuestions"))
    if not columns:
        definition.leave_out("question", tag, "type-unsupported", NO_COLUMNS)
    for number, column in columns.items():
        column = column if isinstance(column, dict) else {}
        heading = plain_text(str(column.get("QuestionText") or ""))
        said = {language: column}
        own = _ordered(said, "Choices", column.get("ChoiceOrder")) or rows
        options, missing = _options(_ordered(said, "Answers", column.get("AnswerOrder")), column)
        is_text = column.get("Selector") in ("TE", "SL", "ML")
        is_many = column.get("SubSelector") == "MultipleAnswer"
        for key, words in own:
            code = f"{tag}_{number}_{key}"
            wording = {language: " – ".join(filter(None, (text, heading, words[language])))}
            if is_text:
                add(code, "text", wording, grid=text)
            elif is_many:
                add(code, "multiple", wording, options=(*options, *missing), grid=text)
            else:
                add(code, "single", wording, options=options, missing=missing, grid=text)
