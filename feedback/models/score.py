from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.models import OrgUnit, Program
from feedback.choices import Missing
from feedback.models.survey import Question
from feedback.querysets import ScoreCellQuerySet
from journeys.models import Touchpoint


class Counted(models.Model):
    """How many gave one answer to one question at one unit and channel, and the sums of their weights.

    `code` is the answer's code; it is empty where `missing` says why there is none.
    """

    program = models.ForeignKey(Program, on_delete=models.CASCADE)
    question = models.ForeignKey(Question, on_delete=models.PROTECT)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT)
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.PROTECT, null=True)
    channel = models.CharField(max_length=20)
    code = models.IntegerField(null=True)
    missing = models.CharField(max_length=14, choices=Missing.choices, blank=True)
    n = models.BigIntegerField()
    weight_sum = models.FloatField()
    weight_sq_sum = models.FloatField()

    objects = ScoreCellQuerySet.as_manager()

    class Meta:
        abstract = True


class ScoreCell(Counted):
    """The counts of one day."""

    day = models.DateField()

    class Meta:
        verbose_name = _("score cell")
        verbose_name_plural = _("score cells")
        constraints = [
            models.UniqueConstraint(
                fields=["question", "day", "unit", "touchpoint", "channel", "code", "missing"],
                name="score_cell_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.day} {self.code}: {self.n}"


class ScoreMonth(Counted):
    """The counts of one month, folded with those of its days: every period asked for is made of whole months.

    A year of one question is read from some hundred rows instead of some ten thousand.
    """

    month = models.DateField()

    class Meta:
        verbose_name = _("score month")
        verbose_name_plural = _("score months")
        constraints = [
            # Also the read path: one question over a span of months.
            models.UniqueConstraint(
                fields=["question", "month", "unit", "touchpoint", "channel", "code", "missing"],
                name="score_month_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.month} {self.code}: {self.n}"


class FoldState(models.Model):
    """How far the answers of a program are folded into cells.

    Every response whose transaction lies before `watermark_xid` is in the cells, every other is in the tail.
    The identity of the cluster tells a restored database, whose transaction ids start anew.
    """

    program = models.OneToOneField(Program, on_delete=models.CASCADE, primary_key=True)
    watermark_xid = models.BigIntegerField(default=0)
    cluster = models.CharField(max_length=40, default="")
    folded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.program_id}: {self.watermark_xid}"
