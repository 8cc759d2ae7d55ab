"""Every published version keeps its words: the newest those that its customers read now, an older one those it asked."""

from datetime import UTC, date

from django.db import migrations


def _as_of(question, day):
    """The words on that day: those that the next revision changed."""
    for revision in question.revisions.order_by("number"):
        if revision.valid_from > day:
            return revision.number - 1, revision.wordings_before, question.options
    newest = question.revisions.order_by("number").last()
    return newest.number if newest else 1, question.wordings, question.options


def _words(question, day):
    number, wordings, options = _as_of(question, day)
    return {
        "revision": number,
        "name": question.name,
        "names": question.names,
        "wordings": wordings,
        "options": options,
    }


def keep(apps, schema_editor):
    versions = apps.get_model("feedback", "SurveyVersion").objects
    items = apps.get_model("feedback", "SurveyItem").objects
    with schema_editor.connection.cursor() as cursor:
        # What a published version says is refused any change, and its history has no such column yet.
        cursor.execute("ALTER TABLE feedback_surveyversion DISABLE TRIGGER USER")
        for version in versions.filter(published_at__isnull=False):
            later = versions.filter(survey=version.survey_id, published_at__isnull=False, number__gt=version.number)
            # Revised words were seen at once: of the version that is asked now they are its words.
            day = version.published_at.astimezone(UTC).date() if later.exists() else date.max
            asked = [item.question for item in items.filter(version=version).select_related("question__grid")]
            known = {each.pk: each for each in [*asked, *(each.grid for each in asked if each.grid is not None)]}
            words = {str(pk): _words(question, day) for pk, question in known.items()}
            versions.filter(pk=version.pk).update(words=words)
        cursor.execute("ALTER TABLE feedback_surveyversion ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("feedback", "0013_words_of_versions")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
