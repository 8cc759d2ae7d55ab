"""Episodes: which interactions belong to one run of a journey, told by the pauses between them; or by their case,
where all that a customer did on the journey was one, as in the log of a process.

An answer belongs to the run of its customer during which, or within a gap after which, it was given: it is found by
customer and time (`episode_of`), and carries no key of its own: the path of answers stays as short as it is.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction

from cxprogram.models import Program
from journeys.analytics.episodes import runs
from journeys.models import Customer, Episode, Interaction

GAP = timedelta(days=30)
# The property that tells two contexts of one customer apart: for work, with the family.
CONTEXT = "context"
# The property that names the case of a process.
CASE = "case"
BATCH = 1_000

Thread = tuple[int, int, str]  # customer, journey, context
Moment = tuple[datetime, int, int | None]  # when, the interaction, the episode that holds it


def assign(program: Program, *, gap: timedelta = GAP, batch: int = BATCH) -> int:
    """Give each interaction at a touchpoint of a journey its episode; the number of interactions that got one.

    Only customers with an interaction that has none are looked at, and theirs anew as a whole: what comes in late may
    lengthen a run or join two. Twice changes nothing.
    """
    total = 0
    while True:
        waiting = (
            Interaction.objects.filter(program=program, episode=None, customer__isnull=False)
            .filter(touchpoint__isnull=False)
            .order_by()
            .values_list("customer_id", flat=True)
            .distinct()[:batch]
        )
        customers = sorted(waiting)
        if not customers:
            return total
        with transaction.atomic():
            total += _assign(program, customers, gap)


def _assign(program: Program, customers: list[int], gap: timedelta) -> int:
    list(Customer.objects.select_for_update().filter(pk__in=customers).order_by("pk").values_list("pk"))
    threads: dict[Thread, list[Moment]] = defaultdict(list)
    cases: dict[Thread, set[str]] = defaultdict(set)
    rows = (
        Interaction.objects.filter(program=program, customer__in=customers, touchpoint__isnull=False)
        .order_by("at", "pk")
        .values_list("customer_id", "touchpoint__stage__journey_id", "properties", "at", "pk", "episode_id")
    )
    for customer, journey, properties, at, number, episode in rows:
        context = properties.get(CONTEXT, "")
        thread = (customer, journey, context[:100] if isinstance(context, str) else "")
        threads[thread].append((at, number, episode))
        cases[thread].add(str(properties.get(CASE, "")))
    known: dict[Thread, list[Episode]] = defaultdict(list)
    for row in Episode.objects.filter(customer__in=customers).order_by("started_at", "pk"):
        known[row.customer_id, row.journey_id, row.context].append(row)
    laid = _Laid(program)
    for thread, moments in threads.items():
        is_one = len(cases[thread]) == 1 and cases[thread] != {""}
        laid.lay(thread, moments, known[thread], timedelta.max if is_one else gap)
    return laid.keep()


class _Laid:
    """The runs of many customers laid over the episodes that are there; what is new is written at once for all."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.new: list[Episode] = []
        self.moves: list[tuple[datetime, int, Episode]] = []

    def lay(self, thread: Thread, moments: list[Moment], known: list[Episode], gap: timedelta) -> None:
        """The earliest episode that a run touches is kept, others melt into it."""
        customer, journey, context = thread
        for start, end in runs([at for at, _number, _episode in moments], gap):
            touched = [row for row in known if row.started_at <= end and row.ended_at >= start]
            for melted in touched[1:]:
                Interaction.objects.filter(episode=melted).update(episode=None)
                melted.delete()
                known.remove(melted)
            if touched:
                episode = touched[0]
                if (episode.started_at, episode.ended_at) != (start, end):
                    episode.started_at, episode.ended_at = start, end
                    episode.save(update_fields=["started_at", "ended_at"])
            else:
                episode = Episode(
                    program=self.program,
                    customer_id=customer,
                    journey_id=journey,
                    context=context,
                    started_at=start,
                    ended_at=end,
                )
                self.new.append(episode)
            self.moves += [
                (at, number, episode)
                for at, number, held in moments
                if start <= at <= end and (held is None or held != episode.pk)
            ]

    def keep(self) -> int:
        """Write the new episodes, and to which of them each interaction belongs; the number of those moved."""
        Episode.objects.bulk_create(self.new)
        if not self.moves:
            return 0
        times = [at for at, _number, _episode in self.moves]
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE journeys_interaction i SET episode_id = m.episode
                   FROM unnest(%s::bigint[], %s::bigint[]) m (id, episode)
                   WHERE i.id = m.id AND i.at BETWEEN %s AND %s""",
                [
                    [number for _at, number, _episode in self.moves],
                    [episode.pk for _at, _number, episode in self.moves],
                    min(times),
                    max(times),
                ],
            )
            return cursor.rowcount


def episode_of(customer: Customer, at: datetime, *, context: str = "", gap: timedelta = GAP) -> Episode | None:
    """The run to which something that the customer said at the moment belongs: the one that began last."""
    rows = Episode.objects.filter(customer=customer, started_at__lte=at, ended_at__gte=at - gap)
    if context:
        rows = rows.filter(context=context)
    return rows.order_by("-started_at").first()


def assign_all(programs: Iterable[Program]) -> int:
    return sum(assign(program) for program in programs)
