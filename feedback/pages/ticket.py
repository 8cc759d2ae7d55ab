"""One ticket: what happened, what usually helps, its story."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram.access import Right, can
from cxprogram.languages import NAMES
from cxprogram.models import Program, User
from feedback import ticket_words
from feedback.choices import QuestionKind, TicketAct, TicketStatus
from feedback.models import Question, Ticket, TicketStep
from feedback.pages.tickets import TicketCard, card
from feedback.ticket_words import TicketWords
from journeys.models import Kpi

# Of how many closed tickets, the newest first, the ones with the same problem are looked for.
REMEMBERED = 2000
HELPS = 3


@dataclass(frozen=True)
class Fact:
    """One rated answer: `value` of `top`, or a text."""

    label: str
    value: str
    top: int | None = None


@dataclass(frozen=True)
class Comment:
    label: str
    text: str


@dataclass(frozen=True)
class Help:
    """What was done for others with the same problem, and in how many tickets."""

    action: str
    count: int

    @property
    def words(self) -> str:
        return ngettext(
            "Done in %(n)s closed ticket with the same problem or cause.",
            "Done in %(n)s closed tickets with the same problem or cause.",
            self.count,
        ) % {"n": self.count}


@dataclass(frozen=True)
class Told:
    """One line of the story."""

    at: datetime
    when: str
    text: str
    quote: str = ""


@dataclass(frozen=True)
class TicketPage:
    """One ticket for one person. Voice (comments, coded answers, the customer) only for who may hear it."""

    ticket: Ticket
    card: TicketCard
    sentences: tuple[str, ...]
    comments: tuple[Comment, ...]
    facts: tuple[Fact, ...]
    customer: str
    customer_email: str
    helps: tuple[Help, ...]
    story: tuple[Told, ...]
    cause: str

    @property
    def is_open(self) -> bool:
        return self.ticket.status == TicketStatus.OPEN

    @property
    def is_closed(self) -> bool:
        return self.ticket.status == TicketStatus.CLOSED

    @property
    def is_told(self) -> bool:
        """Whether closing sends the customer a mail."""
        return bool(self.ticket.customer and self.ticket.customer.email)


def find(user: User, program: Program, number: int) -> Ticket | None:
    """The ticket, if the person works on tickets of its unit."""
    rows = Ticket.objects.visible_to(user).filter(program=program)
    return rows.select_related("response", "customer", "owner", "unit", "program").filter(pk=number).first()


def ticket_page(ticket: Ticket, words: TicketWords, user: User, at: datetime) -> TicketPage:
    """Everything that the page says; a constant number of queries."""
    hears = can(user, Right.SEE_VOICE, program=ticket.program_id, unit=ticket.unit)
    questions = _questions(ticket) if hears else {}
    customer = ticket.customer if hears else None
    return TicketPage(
        ticket=ticket,
        card=card(ticket, words, user, at),
        sentences=tuple(words.sentences(ticket)) if hears else (),
        comments=tuple(_comments(ticket, questions)),
        facts=tuple(_facts(ticket, questions)) if hears else (),
        customer=_customer(customer),
        customer_email=customer.email if customer and not customer.is_fictitious else "",
        helps=tuple(_helps(ticket, user)),
        story=tuple(_story(ticket, words, at)),
        cause=words.cause(ticket.root_cause),
    )


def _questions(ticket: Ticket) -> dict[str, Question]:
    rows = Question.objects.filter(program_id=ticket.program_id, code__in=list(ticket.response.answers))
    return {question.code: question for question in rows}


def _comments(ticket: Ticket, questions: Mapping[str, Question]) -> list[Comment]:
    answers = ticket.response.answers
    return [
        Comment(question.label, answers[code])
        for code, question in questions.items()
        if question.kind == QuestionKind.TEXT and str(answers[code]).strip()
    ]


def _facts(ticket: Ticket, questions: Mapping[str, Question]) -> list[Fact]:
    """The whole experience, the recommendation, the language of the answer."""
    program, answers = ticket.program, ticket.response.answers
    kpis = Kpi.objects.current().filter(program=program, code__in=[program.overall_kpi, program.loyalty_kpi])
    codes = {kpi.code: kpi.question_code for kpi in kpis}
    found: list[Fact] = []
    for part, word in ((program.overall_kpi, ""), (program.loyalty_kpi, _("Recommends us"))):
        question = questions.get(codes.get(part, ""))
        value: Any = answers.get(question.code) if question else None
        if question and question.scale and isinstance(value, int):
            found.append(Fact(word or question.label, str(value), question.scale[1]))
    language = NAMES.get(ticket.response.language)
    return [*found, Fact(_("Language"), language)] if language else found


def _customer(customer: Any) -> str:
    if customer is None:
        return ""
    return _("%(name)s, fictitious") % {"name": customer} if customer.is_fictitious else str(customer)


def _helps(ticket: Ticket, user: User) -> list[Help]:
    """What was done in closed tickets of the person's scope that name the same problem or had the same cause.

    Looked for among the newest closed ones, so that the cost does not grow with history.
    """
    alike = Q()
    for code in ticket.problem_codes:
        alike |= Q(problem_codes__contains=[code])
    if ticket.root_cause:
        alike |= Q(root_cause=ticket.root_cause)
    if not alike:
        return []
    closed = Ticket.objects.visible_to(user).filter(program=ticket.program_id, status=TicketStatus.CLOSED)
    newest = closed.order_by("-due_at", "-pk").values("pk")[:REMEMBERED]
    rows = Ticket.objects.filter(alike, pk__in=newest).exclude(pk=ticket.pk).order_by("-due_at", "-pk")
    actions = Counter(action.strip() for action in rows.values_list("action", flat=True))
    return [Help(action, count) for action, count in actions.most_common(HELPS)]


def _story(ticket: Ticket, words: TicketWords, at: datetime) -> list[Told]:
    """The answer, every step, and the moment at which the first contact was due and had not been."""
    answered = _("Answered the survey.")
    if ticket.score is not None:
        answered = _("Answered the survey: %(score)s of %(top)s.") % {
            "score": ticket.score, "top": words.scale(ticket).top
        }  # fmt: skip
    lines = [(ticket.response.answered_at, 0, answered, "")]
    contact = ticket.first_contact_at
    if ticket.due_at < at and (contact is None or contact > ticket.due_at):
        lines.append((ticket.due_at, 1, _("First contact was due."), ""))
    for step in TicketStep.objects.filter(ticket=ticket).select_related("by").order_by("at", "pk"):
        lines.append((step.at, 2, *_step(step, ticket, words)))
    lines.sort(key=lambda line: line[:2])
    return [Told(when, ticket_words.moment(when, at), text, quote) for when, _rank, text, quote in lines]


def _step(step: TicketStep, ticket: Ticket, words: TicketWords) -> tuple[str, str]:
    person = {"person": step.by or _("The program")}
    if step.act == TicketAct.OPENED:
        facts = {"reasons": ticket_words.reasons(ticket.reasons), "unit": ticket.unit.label}
        return _("Ticket opened: %(reasons)s. Sent to %(unit)s.") % facts, ""
    if step.act == TicketAct.TAKEN:
        return _("%(person)s took it.") % person, ""
    if step.act == TicketAct.CLOSED:
        cause = words.cause(ticket.root_cause)
        return _("%(person)s closed it. Root cause: %(cause)s.") % (person | {"cause": cause}), step.text
    if step.at == ticket.first_contact_at:
        return _("%(person)s talked with the customer.") % person, step.text
    return _("%(person)s wrote a note.") % person, step.text
