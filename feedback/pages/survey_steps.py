"""The pages of a survey's form one by one: which comes next, what it shows, and where somebody goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from cxprogram.page_base import number_in
from feedback.pages.survey import WRITTEN, Ask, Sent, SurveyPage, read_form


def after(page: SurveyPage, sent: Sent, posted: QueryDict) -> int | None:
    """The page of the form to show next; None when everything is there and the answer can be sent.

    - backwards whatever is wrong: the page before that asks something;
    - else the first page up to this one on which something is wrong;
    - else this page again, where an answer on it brought a question that was not shown yet;
    - else the next page that asks something.
    """
    if not page.has_steps:
        return page.numbers[0] if sent.errors else None
    numbers = page.numbers
    said = number_in(posted.get("step", ""))
    step = said if said in numbers else numbers[-1]
    asked = [ask for ask in page.asks if ask.name in sent.asked]
    if posted.get("go") == "back":
        sent.errors.clear()
        return max((ask.page for ask in asked if ask.page < step), default=step)
    wrong = min((ask.page for ask in asked if ask.name in sent.errors and ask.page <= step), default=None)
    if wrong is not None:
        sent.errors = {
            ask.name: sent.errors[ask.name] for ask in asked if ask.page == wrong and ask.name in sent.errors
        }
        return wrong
    was_shown = posted.getlist("on")
    if was_shown and any(ask.page == step and ask.name not in was_shown and not sent.typed[ask.name] for ask in asked):
        sent.errors.clear()
        return step
    sent.errors.clear()
    return min((ask.page for ask in asked if ask.page > step), default=None)


@dataclass(frozen=True)
class Shown:
    """A question with its number, what was typed and what is wrong, for the template."""

    ask: Ask
    number: int
    typed: tuple[str, ...]
    error: str

    @property
    def text(self) -> str:
        return self.typed[0] if self.typed else ""

    @property
    def is_written(self) -> bool:
        return self.ask.look in WRITTEN

    @property
    def first_id(self) -> str:
        return f"{self.ask.id}-0" if self.ask.choices or self.ask.look == "scale" else self.ask.id


@dataclass(frozen=True)
class Step:
    """One page of the form. `carried` are the answers of the others, as hidden fields."""

    shown: tuple[Shown, ...]
    number: int
    place: int
    of: int
    carried: tuple[tuple[str, str], ...] = ()
    has_steps: bool = False

    @property
    def is_first(self) -> bool:
        return self.place == 1

    @property
    def is_last(self) -> bool:
        return self.place == self.of

    @property
    def errors(self) -> list[Shown]:
        return [item for item in self.shown if item.error]


def step_of(
    page: SurveyPage, number: int | None = None, sent: Sent | None = None, *, known: Mapping[str, Any] | None = None
) -> Step:
    """One page of the form with what was typed; the first, if none is named."""
    numbers = page.numbers
    current = number if number in numbers else numbers[0]
    typed: Mapping[str, list[str]] = sent.typed if sent else {}
    errors: Mapping[str, str] = sent.errors if sent else {}
    asked = set(sent.asked if sent else page.asked({}, known))
    shown: list[Shown] = []
    carried: list[tuple[str, str]] = []
    count = 0
    for ask in page.asks:
        count += ask.name in asked
        if ask.page == current and ask.name in asked:
            shown.append(Shown(ask, count, tuple(typed.get(ask.name, ())), errors.get(ask.name, "")))
        else:
            carried += [(ask.name, value) for value in typed.get(ask.name, ())]
    return Step(
        shown=tuple(shown),
        number=current,
        place=numbers.index(current) + 1,
        of=len(numbers),
        carried=tuple(carried),
        has_steps=page.has_steps,
    )


def resumed(
    page: SurveyPage,
    typed: Mapping[str, list[str]],
    number: int | None = None,
    *,
    said: str = "",
    known: Mapping[str, Any] | None = None,
) -> Step:
    """The page of the form to go on with, with what was typed before; nothing is said of what is wrong.

    `said` is the page that the address names. It is shown when it asks something and nothing is wrong before it.
    """
    posted = QueryDict(mutable=True)
    for name, values in typed.items():
        posted.setlist(name, values)
    sent = read_form(page, posted, known=known)
    asked = [ask for ask in page.asks if ask.name in sent.asked]
    reach = min((ask.page for ask in asked if ask.name in sent.errors), default=page.numbers[-1])
    if (named := number_in(said)) in {ask.page for ask in asked if ask.page <= reach}:
        number = named
    sent.errors.clear()
    return step_of(page, number, sent)
