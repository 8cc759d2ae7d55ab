"""Drawing a plan's sample: set-based, by a hash of the customer, so that the same draw can be made again.

A customer's rank is `hashint8extended(id, seed)`, which PostgreSQL keeps stable for partitioned tables. Ranks of
different seeds have nothing to do with each other: the hold-out is the same in all waves and says nothing of who is
drawn. A wave takes the customers from a place on, in the order of their ranks, round the end: an order made by chance,
so those next to each other in it are a random sample. The index customer_rank finds them among millions.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Case, CharField, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.expressions import Func, RawSQL
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, RowNumber

from feedback.analytics.allocation import proportional
from feedback.choices import InvitationStatus, PlanAudience, PlanMethod
from feedback.models import Invitation, PlannedAsk, SamplingPlan, Wave
from journeys.choices import CustomerKind
from journeys.models import Customer
from journeys.services import segments

HOLD_OUT_SEED = 7_919
SHARE_SEED = 104_729
WAVE_SEED = 0  # that of the index customer_rank
SEEDS_APART = 1_000_003
LOWEST, RANKS = -(2**63), 2**64
OWN_COLUMNS = {"unit": "unit__code", "language": "language"}


class Rank(Func):
    """A customer's place among all, by chance."""

    function = "hashint8extended"
    output_field = BigIntegerField()

    def __init__(self, seed: int) -> None:
        super().__init__(F("pk"), Cast(Value(seed), BigIntegerField()))


def within_share(rows: QuerySet, share: float, *, seed: int) -> QuerySet:
    """The customers that belong to a share of the base; a larger share holds the smaller one."""
    limit = LOWEST + round(share * RANKS)
    return rows.alias(rank_of_share=Rank(seed)).filter(rank_of_share__lt=limit) if limit < 2**63 else rows


def held_out(plan: SamplingPlan, rows: QuerySet) -> QuerySet:
    """Those of the customers who are never asked by the plan."""
    return within_share(rows, plan.hold_out_share, seed=HOLD_OUT_SEED) if plan.hold_out_share else rows.none()


def list_source(plan: SamplingPlan) -> str:
    """The source under which the people of a plan's list are known."""
    return f"list-{plan.pk}"


def population(plan: SamplingPlan, at: datetime) -> QuerySet[Customer]:
    """Those whom the plan is about at the moment.

    - persons of the program who are still themselves;
    - customers, of the segment if one is named; or the people on the plan's list.
    """
    if plan.audience == PlanAudience.LIST:
        rows = Customer.objects.standing().filter(identities__source=list_source(plan))
        return rows.filter(program=plan.program_id, kind=CustomerKind.PERSON)
    # A segment is the same table: as a list of numbers within it, millions would be looked up twice.
    rows = segments.customers(plan.segment, at) if plan.segment else Customer.objects.standing()
    return rows.filter(program=plan.program_id, kind=CustomerKind.PERSON, is_customer=True)


def _group(plan: SamplingPlan) -> Any:
    if column := OWN_COLUMNS.get(plan.group_by):
        return Coalesce(F(column), Value(""), output_field=CharField())
    return Coalesce(KeyTextTransform(plan.group_by, "attributes"), Value(""), output_field=CharField())


def grouped(plan: SamplingPlan, rows: QuerySet) -> QuerySet:
    """The customers with the name of their group as `group_name`."""
    return rows.annotate(group_name=_group(plan))


def answered_by_group(plan: SamplingPlan) -> dict[str, int]:
    """Answers that the plan has brought, by group."""
    answered = Invitation.objects.filter(status=InvitationStatus.ANSWERED, asks__plan=plan, asks__reminder=0)
    rows = grouped(plan, Customer.objects.filter(pk__in=answered.values("customer")))
    return dict(rows.values("group_name").annotate(n=Count("pk")).values_list("group_name", "n"))


@dataclass(frozen=True)
class Draw:
    """Who was drawn: a query of customers, and how many of each group."""

    rows: QuerySet
    groups: Mapping[str, int] = field(default_factory=dict)


def draw(plan: SamplingPlan, number: int, *, at: datetime) -> Draw:
    """The sample of one wave. The same plan, wave and base give the same sample."""
    everyone = population(plan, at)
    seed = plan.seed * SEEDS_APART + number
    if plan.method in (PlanMethod.STRATIFIED, PlanMethod.QUOTA):
        return _by_group(plan, everyone, seed)
    if plan.method == PlanMethod.RANDOM:
        return Draw(_from_place(everyone, plan.sample_size or 0, start=_place(seed)).order_by("pk"))
    if plan.method == PlanMethod.SHARE:
        return Draw(_share_from_place(everyone, plan.sample_share or 0, start=_place(seed)).order_by("pk"))
    return Draw(everyone.order_by("pk"))


def _place(seed: int) -> int:
    """A rank by chance, the same for the same seed."""
    digest = hashlib.sha256(f"cx-wave\x1f{seed}".encode()).digest()
    return LOWEST + int.from_bytes(digest[:8])


def _from_place(everyone: QuerySet, n: int, *, start: int) -> QuerySet:
    """So many customers from a rank on, round the end: found once, in the order of the index, and named."""
    ranked = everyone.annotate(rank=Rank(WAVE_SEED)).order_by("rank", "pk").values_list("pk", flat=True)
    found = list(ranked.filter(rank__gte=start)[:n])
    found += ranked.filter(rank__lt=start)[: n - len(found)]
    return Customer.objects.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [found]))


def _share_from_place(everyone: QuerySet, share: float, *, start: int) -> QuerySet:
    """Those of a share of all ranks, from one on, round the end; a larger share holds the smaller one."""
    ranked, end = everyone.alias(rank=Rank(WAVE_SEED)), start + round(share * RANKS)
    if share >= 1:
        return everyone
    if end <= LOWEST + RANKS:
        return ranked.filter(rank__gte=start, rank__lt=end)
    return ranked.filter(Q(rank__gte=start) | Q(rank__lt=end - RANKS))


def _by_group(plan: SamplingPlan, everyone: QuerySet, seed: int) -> Draw:
    """So many of each group: in proportion or as written; of a quota as many as answers are missing."""
    rows = grouped(plan, everyone)
    sizes = dict(rows.values("group_name").annotate(n=Count("pk")).values_list("group_name", "n"))
    if plan.method == PlanMethod.QUOTA:
        answered = answered_by_group(plan)
        wanted = {name: max(0, n - answered.get(name, 0)) for name, n in plan.quotas.items()}
    else:
        wanted = plan.quotas or proportional(plan.sample_size or 0, sizes)
    wanted = {name: min(n, sizes.get(name, 0)) for name, n in wanted.items() if n and sizes.get(name)}
    if not wanted:
        return Draw(everyone.none())
    # Far fewer are sorted within their groups than there are: nobody with a higher rank has a chance.
    share = max((n * 1.2 + 60) / sizes[name] for name, n in wanted.items())
    place = Window(RowNumber(), partition_by=[F("group_name")], order_by=[F("rank"), F("pk")])
    limit = Case(*(When(group_name=name, then=Value(n)) for name, n in wanted.items()), default=Value(0))
    drawn = within_share(rows, min(1.0, share), seed=seed) if share < 0.5 else rows
    drawn = drawn.filter(group_name__in=wanted).annotate(rank=Rank(seed)).annotate(place=place, wanted=limit)
    return Draw(Customer.objects.filter(pk__in=drawn.filter(place__lte=F("wanted")).values("pk")), wanted)


INSERT = """
    INSERT INTO feedback_plannedask (plan_id, wave_id, customer_id, cause, reminder, unit_id, touchpoint_id, context,
        due_at, until, status, attempts)
    SELECT %s, %s, c.id, %s, 0, c.unit_id, %s, '{{}}', %s, %s, 'waiting', 0
    FROM journeys_customer c WHERE c.id IN ({drawn})
    ON CONFLICT (plan_id, cause, customer_id, reminder) DO NOTHING
"""


def write(wave: Wave, drawn: QuerySet, *, cause: str, due_at: datetime, until: datetime) -> int:
    """Write the sample down as planned asks, in one statement. Returns how many."""
    sql, params = drawn.values("pk").query.sql_with_params()
    plan = wave.plan
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(drawn=sql), [plan.pk, wave.pk, cause, plan.touchpoint_id, due_at, until, *params])
        return cursor.rowcount


def unsaved(
    plan: SamplingPlan, drawn: QuerySet, *, cause: str, due_at: datetime, until: datetime, limit: int
) -> list[PlannedAsk]:
    """As `write`, for a dry run: rows that nobody saves, the first `limit` of them."""
    return [
        PlannedAsk(
            plan=plan,
            customer=customer,
            cause=cause,
            unit_id=customer.unit_id,
            touchpoint_id=plan.touchpoint_id,
            due_at=due_at,
            until=until,
        )
        for customer in drawn.select_related("program")[:limit]
    ]
