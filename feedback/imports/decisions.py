"""From a proposal and what a person said to it: the mapping by which a file is read, and the survey that it answers."""

from dataclasses import replace

from feedback.imports import headings
from feedback.imports.dates import DateRule, date_rule
from feedback.imports.definitions import Codes, QuestionDef, SurveyDefinition
from feedback.imports.mapping import (
    Attribute,
    ColumnRule,
    CustomerRule,
    KeyRule,
    Lookup,
    Mapping,
    TextQuestion,
    columns_of,
)
from feedback.imports.plans import QuestionPlan
from feedback.imports.proposals import Proposal


def mapping_of(
    proposal: Proposal,
    *,
    survey: str,
    source: str,
    zone: str,
    language: str = "",
    date_format: str | None = None,
    day: str | None = None,
    keeps_tests: bool = False,
) -> Mapping:
    """The mapping that a proposal amounts to. Raises ValueError with the code of what is still to be said."""
    key = proposal.column_of("key")
    names = Codes()
    table = proposal.table
    return Mapping(
        survey=survey,
        source=source,
        external_id=KeyRule(column=key) if key is not None else KeyRule(digest=True),
        answered=_answered(proposal, zone, date_format, day),
        unit=_lookup(proposal.column_of("unit"), ""),
        channel=_lookup(proposal.column_of("channel"), "file"),
        language=_lookup(proposal.column_of("language"), language),
        questions=[plan.rule for plan in questions_of(proposal, language)],
        weight=ColumnRule(proposal.column_of("weight") or "") if proposal.column_of("weight") else None,
        customer=_customer(proposal),
        attributes=[
            Attribute(name=names.take(column.label).lower(), column=column.name)
            for column in proposal.columns
            if column.role == "attribute"
        ],
        encoding=table.encoding or None if table.kind == "delimited" else None,
        delimiter=table.delimiter or None,
        decimal="," if proposal.decimal == "," else ".",
        sheet=table.sheet or None,
        header=proposal.layout.header,
        format=proposal.layout.format,
        skip=[] if keeps_tests else proposal.skip,
        ignored=[column.name for column in proposal.columns if column.role in ("ignore", "personal")],
    )


def _answered(proposal: Proposal, zone: str, form: str | None, day: str | None) -> DateRule:
    column = proposal.column_of("date")
    formats = proposal.date_formats.get(column or "", [])
    needs_order = "date-order" in proposal.asks
    return date_rule(column, formats, form=form, needs_order=needs_order, zone=zone, day=day)


def _customer(proposal: Proposal) -> CustomerRule | None:
    email, key = proposal.column_of("customer-email"), proposal.column_of("customer-key")
    if email is None and key is None:
        return None
    named = [column.name for column in proposal.columns if column.role == "customer-name"]
    # The first name comes first, wherever it stands in the file.
    names = sorted(named, key=lambda name: headings.plain(name) in headings.PEOPLE["last_name"])
    return CustomerRule(email=email, key=key, names=names)


def _lookup(column: str | None, otherwise: str) -> Lookup:
    return Lookup(constant=otherwise) if column is None else Lookup(column=column, default=otherwise)


def definition_of(proposal: Proposal, *, title: str, language: str) -> SurveyDefinition:
    """The survey that the file answers, as far as the file tells: wordings of headers, options that occur."""
    questions = [plan.definition for plan in questions_of(proposal, language)]
    return SurveyDefinition(title, language, [language], questions)


def questions_of(proposal: Proposal, language: str) -> list[QuestionPlan]:
    """The questions of the file by the roles that its columns have now, worded in the language of the file."""
    roles = {column.name: column.role for column in proposal.columns}
    plans = [plan for plan in proposal.questions if all(roles[name] == "question" for name in plan.columns)]
    known = {name for plan in proposal.questions for name in plan.columns}
    names = {plan.definition.code: plan.names for plan in proposal.questions}
    codes = Codes()
    for plan in plans:
        codes.take(plan.definition.code)
    for column in proposal.columns:
        if column.role == "text" or (column.role == "question" and column.name not in known):
            code = codes.take(column.label)
            rule = TextQuestion(question=code, column=column.name)
            definition = QuestionDef(code, "text", {"": column.label}, source_id=column.name)
            own = names.get(code, ())
            plans.append(QuestionPlan(rule, definition, own if column.name in own else (column.name, column.label)))
    return [replace(plan, definition=_in_language(plan.definition, language)) for plan in plans]


def _in_language(question: QuestionDef, language: str) -> QuestionDef:
    def named(texts: dict[str, str]) -> dict[str, str]:
        return {name or language: text for name, text in texts.items()}

    options = tuple(replace(option, texts=named(option.texts)) for option in question.options)
    return replace(question, texts=named(question.texts), options=options)


def roles_of(mapping: Mapping, proposal: Proposal) -> dict[str, str]:
    """What each column became when a file was read by this mapping, as roles of the proposal's columns."""
    frame = {
        mapping.external_id.column: "key",
        mapping.answered.column: "date",
        mapping.unit.column: "unit",
        mapping.channel.column: "channel",
        mapping.language.column: "language",
        mapping.weight.column if mapping.weight else None: "weight",
    }
    roles = {attribute.column: "attribute" for attribute in mapping.attributes}
    texts = {plan.columns[0] for plan in proposal.questions if isinstance(plan.rule, TextQuestion)}
    for question in mapping.questions:
        is_words = isinstance(question, TextQuestion) and question.column not in texts
        roles |= dict.fromkeys(columns_of(question), "text" if is_words else "question")
    for column in proposal.columns:
        if column.name in mapping.ignored:
            roles[column.name] = column.role if column.role == "personal" else "ignore"
    if who := mapping.customer:
        frame |= {who.email: "customer-email", who.key: "customer-key"} | dict.fromkeys(who.names, "customer-name")
    roles |= {column: role for column, role in frame.items() if column is not None}
    return {name: role for name, role in roles.items() if name is not None}
