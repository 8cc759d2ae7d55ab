"""What one column of a file becomes, and one question that it answers, as they are proposed to a person."""

from dataclasses import dataclass

from cxprogram.imports.headers import JOINT, plain_text
from cxprogram.imports.reader import Table
from feedback.imports.definitions import QuestionDef
from feedback.imports.mapping import Question, columns_of
from feedback.imports.profile import Profile

SHOWS_NOBODY = ("personal", "customer-email", "customer-key", "customer-name")  # roles whose cells the look leaves out


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column as a person sees it: what it is called, what stands in it, what it becomes."""

    name: str
    label: str
    role: str
    filled: int
    distinct: int
    examples: tuple[str, ...]
    question: str = ""
    kind: str = ""

    @property
    def choice(self) -> str:
        """The role as a person chooses it: a likelihood to recommend is a question of its own kind."""
        return "nps" if self.kind == "nps" and self.role == "question" else self.role


@dataclass(frozen=True, slots=True)
class QuestionPlan:
    """One question: how it is read from its columns, and what it would be in a survey.

    `names` are what the file itself calls it; a code made of the place of its column is none of them.
    """

    rule: Question
    definition: QuestionDef
    names: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        return columns_of(self.rule)


def column_plan(table: Table, profile: Profile, at: int, role: str, plan: QuestionPlan | None) -> ColumnPlan:
    heads = [row[at] for row in table.header_rows if at < len(row) and row[at].strip()]
    label = profile.name if JOINT in profile.name or not heads else heads[min(1, len(heads) - 1)]
    label = plain_text(label)
    kind = plan.definition.kind if plan else ""
    code = plan.definition.code if plan else ""
    examples = () if role in SHOWS_NOBODY else tuple(value[:80] for value, _count in profile.values.most_common(3))
    return ColumnPlan(profile.name, label, role, profile.filled, profile.distinct, examples, code, kind)
