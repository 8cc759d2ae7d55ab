"""The words in which a version asks: as they were published, or of a draft what it changes.

A published version keeps in `SurveyVersion.words` all that its customers read, by question: it and the answers given to
it keep their words, whatever becomes of the questions later. A draft keeps there only what it changes about questions
that are asked already; publishing makes these the questions' own words, and the trend breaks on that day, not before.
"""

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError
from feedback.choices import QuestionKind
from feedback.models import Question, QuestionRevision, SurveyItem, SurveyVersion

Texts = Mapping[str, str]
Options = Mapping[str, Mapping[str, Any]]


class Meaning(StrEnum):
    """What a change of words does to what is asked: nothing, or it is another question from then on."""

    SAME = "same"
    NEW = "new"


def is_asked(question: Question) -> bool:
    """Whether a published version asks the question, or a row of this grid: from then on it means what it meant."""
    asked = SurveyItem.objects.filter(version__published_at__isnull=False)
    return asked.filter(Q(question=question) | Q(question__grid=question)).exists()


# --- reading ----------------------------------------------------------------------------------
def spoken(version: SurveyVersion, question: Question) -> Question:
    """A copy of the question, to read only, in the words of the version; of a grid's row with those of the grid.

    Words that a published version does not keep are the question's own.
    """
    said = _worded(version, question)
    if question.grid is not None:
        said.grid = _worded(version, question.grid)
    return said


def _worded(version: SurveyVersion, question: Question) -> Question:
    """The copy of one question by itself, whatever stands over it."""
    held = version.words.get(str(question.pk))
    said = copy(question)
    if held is None:
        return said
    if version.published_at is None:
        said.wordings = _changed(question.wordings, held["wordings"])
        said.options = _changed_options(question.options, held["options"])
    else:
        said.name, said.names = held["name"], held["names"]
        said.wordings, said.options = held["wordings"], held["options"]
    return said


def items(version: SurveyVersion, **only: Any) -> list[SurveyItem]:
    """What the version asks, in its order and its words; one query."""
    rows = list(version.items.filter(**only).select_related("question__grid").order_by("position", "pk"))
    for item in rows:
        item.version = version
        item.question = spoken(version, item.question)
    return rows


def meaning_of(version: SurveyVersion, question: Question) -> str:
    """What the draft says of its change of the words; empty where it changes none that are asked."""
    held = version.words.get(str(question.pk)) if version.published_at is None else None
    if not held:
        return ""
    if held["is_new"]:
        return Meaning.NEW
    return Meaning.SAME if _is_reworded(question, held) else ""


def _changed(before: Texts, changes: Texts) -> dict[str, str]:
    """The texts by language; an empty one takes its language out."""
    return {code: words for code, words in {**before, **changes}.items() if words}


def _changed_options(before: Options, changes: Mapping[str, Texts]) -> dict[str, Any]:
    found = {code: dict(texts) for code, texts in before.items()}
    for code, titles in changes.items():
        option = found.setdefault(code, {})
        option["title"] = _changed(option.get("title", {}), titles)
        if not option["title"]:
            del found[code]
    return found


# --- editing ----------------------------------------------------------------------------------
def _differing(before: Texts, after: Texts) -> dict[str, str]:
    return {code: after.get(code, "") for code in before.keys() | after.keys() if before.get(code) != after.get(code)}


def _is_reworded(question: Question, changes: Mapping[str, Any]) -> bool:
    """Whether words that people were asked in change: a language more is none, an answer to choose more is."""
    if changes["wordings"].keys() & question.wordings.keys() or _is_longer(question, changes):
        return True
    titles = {code: texts.get("title", {}) for code, texts in question.options.items()}
    return any(texts.keys() & titles.get(code, {}).keys() for code, texts in changes["options"].items())


def _is_longer(question: Question, changes: Mapping[str, Any]) -> bool:
    """Whether there are more answers to choose among; words at the ends of a scale are none."""
    return any(code.isdigit() and code not in question.options for code in changes["options"])


def write(
    version: SurveyVersion, question: Question, *, wordings: Texts, titles: Mapping[str, Texts], meaning: str = ""
) -> None:
    """Give the question other words in a draft, held by the caller.

    - a question that nobody was asked changes at once;
    - one that a published version asks changes with the publication of this draft, and until then in its preview only;
    - for it a language more is no change; else it has to be said whether the meaning is the same or new;
    - one more answer to choose is always another meaning, and none is taken away.

    Raises ConflictError (`question-asked`) where that is not said or not so.
    """
    held = Question.objects.select_for_update().get(pk=question.pk)
    before = {code: texts.get("title", {}) for code, texts in held.options.items()}
    changes: dict[str, Any] = {
        "wordings": _differing(held.wordings, wordings),
        "options": {
            code: texts
            for code in before.keys() | titles.keys()
            if (texts := _differing(before.get(code, {}), titles.get(code, {})))
        },
    }
    if not is_asked(held):
        held.wordings = dict(wordings)
        held.options = _changed_options(held.options, changes["options"])
        held.save(update_fields=["wordings", "options"])
        return
    if any(code.isdigit() and texts and code not in titles for code, texts in before.items()):
        raise ConflictError(
            _("A published survey asks this: an answer may get other words, but it stays."), code="question-asked"
        )
    is_reworded = _is_reworded(held, changes)
    if is_reworded and (meaning not in list(Meaning) or (meaning == Meaning.SAME and _is_longer(held, changes))):
        raise ConflictError(
            _("A published survey asks this: say whether the new words mean the same. One more answer never does."),
            code="question-asked",
        )
    words = {name: said for name, said in version.words.items() if name != str(held.pk)}
    if any(changes.values()):
        is_new = is_reworded and meaning == Meaning.NEW
        words[str(held.pk)] = changes | {"is_new": is_new, "revision": _revision(held)}
    version.words = words
    version.save(update_fields=["words"])


# --- publishing -------------------------------------------------------------------------------
def revisions(questions: Iterable[int]) -> dict[int, int]:
    """The number of the newest revision, for questions that have any."""
    rows = QuestionRevision.objects.filter(question__in=list(questions)).order_by()
    return dict(rows.values_list("question").annotate(newest=Max("number")))


def _revision(question: Question) -> int:
    return revisions([question.pk]).get(question.pk, 1)


def outdated(version: SurveyVersion) -> Question | None:
    """A question whose meaning was changed elsewhere after this draft gave it other words."""
    now = revisions(int(pk) for pk in version.words)
    for pk, held in version.words.items():
        if held["revision"] != now.get(int(pk), 1):
            return Question.objects.get(pk=pk)
    return None


def revise(
    question: Question, wordings: Texts, *, on: date, reason: str = "", options: Options | None = None
) -> QuestionRevision:
    """Ask in other words from this day on: answers are not compared with those before. For a caller's transaction."""
    held = Question.objects.select_for_update().get(pk=question.pk)
    revision = QuestionRevision.objects.create(
        question=held,
        number=_revision(held) + 1,
        valid_from=on,
        wordings_before=held.wordings,
        options_before=held.options,
        reason=reason[:200],
    )
    held.wordings = dict(wordings)
    held.options = held.options if options is None else dict(options)
    held.save(update_fields=["wordings", "options"])
    return revision


def settle(version: SurveyVersion, *, on: date) -> None:
    """Make what the draft changes the questions' own words, and keep all of them in the version; the caller saves it.

    - a new meaning is a revision from this day on;
    - so is that of the words over a grid, for each of its rows;
    - and so are words that another survey gave the question meanwhile, on the day on which this survey takes them up.
    """
    pairs = version.items.values_list("question", "question__grid")
    wanted = sorted({pk for pair in pairs for pk in pair if pk is not None})
    questions = {each.pk: each for each in Question.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    renewed = _change(version, questions.values(), on=on)
    for question in questions.values():
        over = version.words.get(str(question.grid_id), {})
        if over.get("is_new") and question.pk not in renewed:
            revise(question, question.wordings, on=on, reason=_("The words over its grid are new."))
            renewed.add(question.pk)
    _take_up(version, [each for each in questions.values() if each.pk not in renewed], on=on)
    now = revisions(wanted)
    version.words = {
        str(pk): {
            "revision": now.get(pk, 1),
            "name": question.name,
            "names": question.names,
            "wordings": question.wordings,
            "options": question.options,
        }
        for pk, question in questions.items()
    }


def _change(version: SurveyVersion, questions: Iterable[Question], *, on: date) -> set[int]:
    """Give the questions the words that the draft changes; those that mean something new by them."""
    renewed = set()
    for question in questions:
        changes = version.words.get(str(question.pk))
        if changes is None:
            continue
        said = _worded(version, question)
        question.wordings, question.options = said.wordings, said.options
        # A grid is a heading and has no trend: its rows are revised in its place.
        if changes["is_new"] and question.kind != QuestionKind.GRID:
            revise(question, said.wordings, on=on, options=said.options)
            renewed.add(question.pk)
        else:
            question.save(update_fields=["wordings", "options"])
    return renewed


def _take_up(version: SurveyVersion, questions: Collection[Question], *, on: date) -> None:
    """Break the trend of questions whose words another survey changed since this one was published last."""
    earlier = version.survey.versions.filter(published_at__isnull=False, number__lt=version.number)
    last = earlier.order_by("number").last()
    now = revisions(question.pk for question in questions)
    for question in questions:
        pinned = last.words.get(str(question.pk)) if last else None
        if pinned is None or pinned["revision"] >= now.get(question.pk, 1):
            continue
        if (pinned["wordings"], pinned["options"]) != (question.wordings, question.options):
            revise(question, question.wordings, on=on, reason=_("Another survey had changed the words before."))
