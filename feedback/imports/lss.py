"""Survey definitions of LimeSurvey (.lss): XML tables of rows. Old files repeat a row for each language, new ones keep
texts in `*_l10ns` tables. Relevance expressions and the older conditions are not translated: each is listed."""

from collections import defaultdict
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ErrorString

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from cxprogram.imports import xml_reasons
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
    option_codes,
)

ONE_OF_MANY = set("L!O")
SEVERAL = set("MP")
TEXTS = set("STU")
# Arrays whose answers are given by the type.
POINTS = {"A": (1, 5), "B": (1, 10)}
WORDS = {"C": ("Y", "U", "N"), "E": ("I", "S", "D"), "Y": ("Y", "N"), "G": ("F", "M")}
NO_ANSWER = {
    "X": gettext_noop("A text without an answer."),
    "*": gettext_noop("An equation: nobody answers it."),
    "|": gettext_noop("Files are not taken."),
}
SHOWN_IF = gettext_noop("Shown if %(rule)s")
MAX_RULE = 300

Row = dict[str, str]


def read_lss(path: Path) -> SurveyDefinition:
    """Raises ImportFileError when the file is no survey; whatever in it cannot be taken is in `left_out`."""
    tables = _tables(path)
    language = (tables["surveys"][0].get("language") if tables["surveys"] else "") or "en"
    settings = {row.get("surveyls_language", ""): row for row in tables["surveys_languagesettings"]}
    title = settings.get(language, {}).get("surveyls_title", "")
    others = [name for name in settings if name != language]
    definition = SurveyDefinition(plain_text(title), language, [language, *others])
    texts = _texts(tables["question_l10ns"], tables["questions"] + tables["subquestions"], "qid", "question")
    answers = _answers(tables)
    order = {row["gid"]: int(row.get("group_order") or 0) for row in tables["groups"]}
    questions = _once(tables["questions"], "qid")
    below: dict[str, list[Row]] = defaultdict(list)
    subquestions = _once(tables["subquestions"], "qid")
    for row in sorted(subquestions, key=lambda row: int(row.get("question_order") or 0)):
        below[row.get("parent_qid", "")].append(row)
    definition.counts = {
        "groups": len(_once(tables["groups"], "gid")),
        "questions": len(questions),
        "subquestions": len(subquestions),
        "answers": sum(len(each) for each in answers.values()),
        "conditions": len(tables["conditions"]),
        "relevance": sum(_is_rule(row.get("relevance", "")) for row in questions),
        "mandatory": sum(row.get("mandatory") == "Y" for row in questions),
        "answerable": sum(row.get("type") not in NO_ANSWER for row in questions),
    }
    codes = Codes()
    pages = {gid: number for number, gid in enumerate(sorted(order, key=lambda gid: order[gid]), start=1)}
    for row in sorted(
        questions, key=lambda row: (pages.get(row.get("gid", ""), 0), int(row.get("question_order") or 0))
    ):
        page = pages.get(row.get("gid", ""), 1)
        _question(definition, codes, row, texts, below[row["qid"]], answers.get(row["qid"], []), page)
        if _is_rule(row.get("relevance", "")):
            why = told(SHOWN_IF, rule=row["relevance"][:MAX_RULE])
            definition.leave_out("logic", row.get("title", ""), "logic-not-translated", why)
    for row in _once(tables["groups"], "gid"):
        if _is_rule(row.get("grelevance", "")):
            why = told(SHOWN_IF, rule=row["grelevance"][:MAX_RULE])
            definition.leave_out("logic", f"group {row['gid']}", "logic-not-translated", why)
    for row in tables["conditions"]:
        rule = f"{row.get('cfieldname')} {row.get('method')} {row.get('value')}"
        why = told(SHOWN_IF, rule=rule[:MAX_RULE])
        definition.leave_out("condition", row.get("cid", ""), "logic-not-translated", why)
    return definition


def _is_rule(expression: str) -> bool:
    """Whether a relevance is a rule at all: 1 and nothing mean always."""
    return expression.strip() not in ("", "1")


def _tables(path: Path) -> dict[str, list[Row]]:
    if path.stat().st_size > MAX_BYTES:
        raise ImportFileError("file-too-large", TOO_LARGE, limit=MAX_BYTES // 1024**2)
    try:
        root: Element = defusedxml.ElementTree.parse(path, forbid_dtd=True).getroot()
    except DefusedXmlException:
        raise ImportFileError("xml-forbidden", xml_reasons.FORBIDDEN) from None
    except ParseError as error:
        why = xml_reasons.reason(ErrorString(error.code))
        raise ImportFileError("xml-invalid", why, error.position[0]) from None
    except (ValueError, LookupError):
        raise ImportFileError("xml-invalid", xml_reasons.UNKNOWN_ENCODING) from None
    if root.find("LimeSurveyDocType") is None:
        raise ImportFileError("definition-invalid", NO_SURVEY, tool="LimeSurvey")
    tables: dict[str, list[Row]] = defaultdict(list)
    for table in root:
        rows = table.find("rows")
        for row in rows if rows is not None else ():
            tables[table.tag].append({cell.tag: cell.text or "" for cell in row})
    return tables


def _once(rows: list[Row], key: str) -> list[Row]:
    """Each thing once, where old files repeat it for each language."""
    return list({row[key]: row for row in reversed(rows) if key in row}.values())[::-1]


def _texts(localised: list[Row], plain: list[Row], key: str, name: str) -> dict[str, dict[str, str]]:
    """Texts by id and language, from whichever of the two tables has them."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in localised or plain:
        if row.get(name):
            found[row.get(key, "")][row.get("language", "")] = plain_text(row[name])
    return found


def _answers(tables: dict[str, list[Row]]) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """The answers that can be chosen, by question: (code, texts), in their order."""
    if tables["answer_l10ns"]:
        words = _texts(tables["answer_l10ns"], [], "aid", "answer")
        rows = [(row, words.get(row.get("aid", ""), {})) for row in tables["answers"]]
    else:
        grouped: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
        firsts: dict[tuple[str, str, str], Row] = {}
        for row in tables["answers"]:
            place = (row.get("qid", ""), row.get("scale_id", "0"), row.get("code", ""))
            firsts.setdefault(place, row)
            grouped[place][row.get("language", "")] = plain_text(row.get("answer", ""))
        rows = [(firsts[place], grouped[place]) for place in firsts]
    found: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
    for row, texts in sorted(rows, key=lambda each: int(each[0].get("sortorder") or 0)):
        found[row.get("qid", "")].append((row.get("code", ""), texts))
    return found


def _question(
    definition: SurveyDefinition,
    codes: Codes,
    row: Row,
    texts: dict[str, dict[str, str]],
    parts: list[Row],
    answers: list[tuple[str, dict[str, str]]],
    page: int,
) -> None:
    kind, name = row.get("type", ""), row.get("title", "")
    own = texts.get(row["qid"], {})
    options = _options(answers)

    def add(code: str, question_kind: str, words: dict[str, str], part: Row | None = None, **more: object) -> None:
        full = {language: _joined(words.get(language, ""), texts.get(part["qid"], {}).get(language, "") if part else "")
                for language in words}  # fmt: skip
        definition.questions.append(
            QuestionDef(
                codes.take(code), question_kind, full, page=page, is_required=row.get("mandatory") == "Y",
                source_id=row["qid"], source_type=kind, **more,  # type: ignore[arg-type]
            )
        )  # fmt: skip

    grid = own.get(definition.language, "")
    if kind in NO_ANSWER:
        code = "no-answer" if kind == "X" else "type-unsupported"
        definition.leave_out("text" if kind == "X" else "question", name, code, NO_ANSWER[kind])
    elif kind in ONE_OF_MANY:
        add(name, "single", own, options=options)
        _other(row, name, add, own)
    elif kind in SEVERAL:
        chosen = tuple(
            OptionDef(number, texts.get(part["qid"], {}), part.get("title", ""))
            for number, part in enumerate(parts, start=1)
        )
        add(name, "multiple", own, options=chosen)
        _other(row, name, add, own)
    elif kind in TEXTS:
        add(name, "text", own)
    elif kind == "N":
        add(name, "number", own)
    elif kind == "D":
        add(name, "date", own)
    elif kind == "5":
        add(name, "rating", own, scale=(1, 5))
    elif kind in ("Y", "G"):
        add(name, "single", own, options=_given(kind))
    elif kind in POINTS:
        for part in parts:
            add(f"{name}_{part['title']}", "rating", own, part, scale=POINTS[kind], grid=grid)
    elif kind in ("C", "E"):
        for part in parts:
            add(f"{name}_{part['title']}", "single", own, part, options=_given(kind), grid=grid)
    elif kind in ("F", "H"):
        for part in parts:
            add(f"{name}_{part['title']}", "single", own, part, options=options, grid=grid)
    elif kind in ("K", "Q"):
        for part in parts:
            add(f"{name}_{part['title']}", "number" if kind == "K" else "text", own, part, grid=grid)
    else:
        why = told(TYPE_UNKNOWN, kind=kind)
        definition.leave_out("question", name, "type-unsupported", why)


def _other(row: Row, name: str, add: object, own: dict[str, str]) -> None:
    if row.get("other") == "Y":
        add(f"{name}_other", "text", own)  # type: ignore[operator]


def _joined(words: str, part: str) -> str:
    return f"{words} – {part}" if part else words


def _options(answers: list[tuple[str, dict[str, str]]]) -> tuple[OptionDef, ...]:
    numbers = option_codes(code for code, _texts in answers)
    return tuple(OptionDef(numbers[code], texts, code) for code, texts in dict(answers).items())


def _given(kind: str) -> tuple[OptionDef, ...]:
    return tuple(OptionDef(number, {}, code) for number, code in enumerate(WORDS[kind], start=1))
