"""The five steps from empty to live: where a program stands, read from what it holds, and what comes next."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cxprogram.choices import Role
from cxprogram.models import Membership, OrgUnit, Program
from feedback.models import Placement, Response
from feedback.pages import poster
from governance.services import beginnings
from journeys.models import Journey, Stage

PEOPLE, JOURNEY, SURVEY, CHANNEL = 2, 3, 4, 5
URLS = {
    PEOPLE: "governance:start-people",
    JOURNEY: "governance:start-journey",
    SURVEY: "governance:start-survey",
    CHANNEL: "governance:start-channel",
}
# Beyond this the page says "or more": it counts to show that answers arrive.
COUNTED_TO = 1_000


@dataclass(frozen=True)
class Progress:
    """What a program has of what makes it run."""

    has_people: bool
    has_journey: bool
    has_survey: bool
    has_answer: bool

    @property
    def is_complete(self) -> bool:
        return self.has_journey and self.has_survey and self.has_answer

    @property
    def next_step(self) -> int:
        """The first step that is not done; units and people may be left out by going on."""
        if not (self.has_people or self.has_journey or self.has_survey):
            return PEOPLE
        if not self.has_journey:
            return JOURNEY
        return CHANNEL if self.has_survey else SURVEY

    def is_done(self, number: int) -> bool:
        done = {PEOPLE: self.has_people, JOURNEY: self.has_journey, SURVEY: self.has_survey, CHANNEL: self.has_answer}
        return done.get(number, True)


@dataclass(frozen=True)
class Step:
    number: int
    title: str
    url: str
    is_done: bool
    is_current: bool
    is_before: bool  # the one from which one came


@dataclass(frozen=True)
class Next:
    """The step that is open, on the home page of a program that does not run yet."""

    number: int
    text: str
    url: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Staffed:
    """A unit that is there already, with the people who work at it and their roles."""

    unit: str
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Door:
    """How customers reach the survey at one place; `drawing` is the QR code."""

    placement: Placement
    url: str
    drawing: SafeString
    widget_url: str
    poster_url: str
    poster_pdf_url: str


def titles() -> dict[int, str]:
    return {
        1: _("You and your organisation"),
        PEOPLE: _("Units and people"),
        JOURNEY: _("Journey"),
        SURVEY: _("Survey"),
        CHANNEL: _("Channel and first answer"),
    }


def progress(program: Program) -> Progress:
    """One query."""
    own = OuterRef("pk")
    row = Program.objects.filter(pk=program.pk).values_list(
        Exists(OrgUnit.objects.filter(program=own).exclude(parent=None)),
        Exists(Membership.objects.filter(program=own).exclude(role=Role.OWNER)),
        Exists(Journey.objects.on_map().filter(program=own)),
        Exists(beginnings.open_surveys(program)),
        Exists(Response.objects.filter(program=own)),
    )
    units, people, journey, survey, answer = row.get()
    return Progress(has_people=units or people, has_journey=journey, has_survey=survey, has_answer=answer)


def steps(current: int, found: Progress | None) -> tuple[Step, ...]:
    """All five; without a program yet only the first leads anywhere."""
    return tuple(
        Step(
            number=number,
            title=title,
            url=reverse(URLS[number]) if number in URLS and found else "",
            is_done=bool(found and found.is_done(number)),
            is_current=number == current,
            is_before=number == current - 1,
        )
        for number, title in titles().items()
    )


def next_of(program: Program) -> Next | None:
    """What comes next; None for a program that runs."""
    found = progress(program)
    if found.is_complete:
        return None
    number = found.next_step
    return Next(number, titles()[number], reverse(URLS[number]), steps(number, found))


def staffed(program: Program) -> list[Staffed]:
    """The program's units with their people, the whole first; two queries."""
    people: dict[int, list[tuple[str, str]]] = {}
    for each in Membership.objects.filter(program=program).select_related("user").order_by("pk"):
        people.setdefault(each.unit_id, []).append((str(each.user), each.get_role_display()))
    units = OrgUnit.objects.filter(program=program).select_related("program").order_by("path")
    return [Staffed(unit.label, tuple(people.get(unit.pk, ()))) for unit in units]


def stages(program: Program) -> list[Stage]:
    """The stages of the program's first journey with their touchpoints, in order."""
    first = Journey.objects.on_map().filter(program=program).order_by("pk")[:1]
    return list(Stage.objects.filter(journey__in=first).prefetch_related("touchpoints").order_by("position"))


def counted(program: Program) -> int:
    """How many answers are stored, up to `COUNTED_TO`."""
    return Response.objects.filter(program=program)[:COUNTED_TO].count()


def door(placement: Placement, *, origin: str) -> Door:
    url = poster.address(placement)
    return Door(
        placement=placement,
        url=url,
        drawing=poster.drawing(url, label=_("QR code with the address of the survey")),
        widget_url=origin.rstrip("/") + reverse("feedback:embed", args=[placement.survey.slug]),
        poster_url=reverse("feedback:poster", args=[placement.code]),
        poster_pdf_url=reverse("feedback:poster-pdf", args=[placement.code]),
    )
