"""What tells of a touchpoint: data streams, the surveys that ask (their room registers the reader), ratings there."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from cxprogram.models import Program
from journeys.models import CompetitorRating, Touchpoint, TouchpointStream

# By question of the program: the names of the surveys that ask it.
Reader = Callable[[Program, Collection[str]], Mapping[str, Sequence[str]]]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    if reader not in _readers:
        _readers.append(reader)


def surveys(program: Program, codes: Collection[str]) -> Mapping[str, Sequence[str]]:
    wanted = {code for code in codes if code}
    return next((found for reader in _readers if (found := reader(program, wanted))), {}) if wanted else {}


@dataclass(frozen=True)
class Sources:
    """The names of what tells of each touchpoint: the data streams that a person tied to it, then the surveys that ask
    its questions, then the ratings of competitors there.

    Three queries for all touchpoints, and none before the first name is asked for: most maps are drawn without.
    """

    program: Program
    touchpoints: Sequence[Touchpoint]

    def of(self, touchpoint: Touchpoint) -> tuple[str, ...]:
        return self._names.get(touchpoint.pk, ())

    @cached_property
    def _names(self) -> dict[int, tuple[str, ...]]:
        names: dict[int, list[str]] = defaultdict(list)
        tied = TouchpointStream.objects.filter(touchpoint__in=self.touchpoints).select_related("stream")
        for link in tied.order_by("pk"):
            names[link.touchpoint_id].append(link.stream.label)
        codes = {each.pk: (each.question_code, each.expectation_question) for each in self.touchpoints}
        asked = surveys(self.program, {code for both in codes.values() for code in both})
        for pk, both in codes.items():
            names[pk] += [name for code in both for name in asked.get(code, ())]
        # A probe for each touchpoint, however many ratings there are.
        is_rated = Exists(CompetitorRating.objects.filter(touchpoint=OuterRef("pk"), competitor__isnull=False))
        for pk in Touchpoint.objects.filter(is_rated, pk__in=codes).values_list("pk", flat=True):
            names[pk].append(_("Ratings of competitors"))
        return {pk: tuple(dict.fromkeys(found)) for pk, found in names.items() if found}
