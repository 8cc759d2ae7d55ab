"""What a ticket is called and how its parts are said, from coded answers, in the active language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cxprogram.models import Program, User
from feedback.choices import TicketReason, TicketStatus
from feedback.models import Question, RootCause, Ticket, TicketRule


@dataclass(frozen=True)
class ScoreScale:
    """The scale of a question whose low answers open tickets: its last point, and the last points of low and middle."""

    top: int
    low_top: int

    @property
    def middle_top(self) -> int:
        return max(self.top - 2, self.low_top)


RECOMMENDATION = ScoreScale(10, 6)


@dataclass(frozen=True)
class TicketWords:
    """What a program's tickets are called by: its problems by code, the scales of its questions, its root causes."""

    problems: Question | None
    scales: Mapping[str, ScoreScale] = field(default_factory=dict)
    causes: tuple[RootCause, ...] = ()

    def scale(self, ticket: Ticket) -> ScoreScale:
        """The scale of the question that gave the score; 0–10 where its rule is gone."""
        answers = ticket.response.answers
        asked = (scale for code, scale in self.scales.items() if answers.get(code) == ticket.score)
        return next(asked, RECOMMENDATION)

    def title(self, ticket: Ticket) -> str:
        """The first problem named that is one; else what is known without it."""
        for code in ticket.problem_codes:
            if self._is_problem(code) and (text := self._text(code, "title")):
                return text
        if ticket.score is not None and TicketReason.LOW_SCORE in ticket.reasons:
            return _("Low score, no reason given")
        if TicketReason.PROBLEM_MET in ticket.reasons:
            return _("Met a problem, not said which")
        return _("Asks to hear from us")

    def sentences(self, ticket: Ticket) -> list[str]:
        """What the coded answers say, as sentences."""
        texts = [self._text(code, "sentence") or self._text(code, "title") for code in ticket.problem_codes]
        return [text if text.endswith((".", "!", "?")) else f"{text}." for text in map(_capital, texts) if text]

    def cause(self, stored: str) -> str:
        """A root cause in the active language; one that is not in the list is said as it was written."""
        wanted = stored.casefold()
        for cause in self.causes:
            if wanted in {text.casefold() for text in (cause.code, cause.name, *cause.names.values())}:
                return cause.label
        return stored

    def _text(self, code: Any, form: str) -> str:
        return self.problems.option_text(code, form) if self.problems else ""

    def _is_problem(self, code: Any) -> bool:
        texts: Mapping[str, Any] = self.problems.options.get(str(code), {}) if self.problems else {}
        return bool(texts.get("is_problem", True))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def words_of(program: Program, *, with_causes: bool = False) -> TicketWords:
    """One query, two with the root causes."""
    rules = TicketRule.objects.filter(program=program, reason=TicketReason.LOW_SCORE, question_code=OuterRef("code"))
    rows = Question.objects.filter(program=program).annotate(
        low_top=Subquery(rules.order_by("pk").values("code_high")[:1])
    )
    named = rows.filter(Q(code=program.problem_question) | Q(low_top__isnull=False))
    questions = {question.code: question for question in named}
    scales = {
        code: ScoreScale(question.scale[1], question.low_top)
        for code, question in questions.items()
        if question.low_top is not None and question.scale
    }
    causes = tuple(RootCause.objects.filter(program=program).order_by("position")) if with_causes else ()
    return TicketWords(questions.get(program.problem_question), scales, causes)


def reasons(codes: Iterable[str]) -> str:
    """`low score, problem met`; a reason of one's own is said as it is written in the rule."""
    known = dict(TicketReason.choices)
    return ", ".join(str(known.get(code, code)).lower() for code in codes)


def place(attributes: Mapping[str, Any]) -> list[str]:
    """Where it was, as far as the answer tells: gate and destination, airline."""
    gate, destination = attributes.get("gate"), attributes.get("destination")
    first = [_("Gate %(gate)s") % {"gate": gate}] if gate else []
    first += [str(destination)] if destination else []
    airline = attributes.get("airline")
    return [", ".join(first)] * bool(first) + [str(airline)] * bool(airline)


def state(ticket: Ticket, user: User) -> str:
    """Not taken, taken by you, taken by somebody, closed."""
    if ticket.status == TicketStatus.OPEN:
        return _("not taken")
    if ticket.status == TicketStatus.CLOSED:
        return _("closed")
    if ticket.owner_id == user.pk:
        return _("taken by you")
    return _("taken by %(person)s") % {"person": ticket.owner or _("somebody who has left")}


def moment(at: datetime, now: datetime) -> str:
    """`Today 08:10`, else the date and the time."""
    local = timezone.localtime(at)
    if local.date() == timezone.localtime(now).date():
        return _("Today %(time)s") % {"time": f"{local:%H:%M}"}
    return f"{formats.date_format(local, 'j M Y')} {local:%H:%M}"
