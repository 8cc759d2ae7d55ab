"""Files of what is said elsewhere: in any language, and cases that are over though nobody says since when."""

import pytest

from feedback.models import Mention
from tests.feedback.imports.bringing import bring

pytestmark = pytest.mark.django_db


def test_reviews_come_in_any_language_and_again_are_repeats(owner):
    languages = ["zh-hans", "pt-BR", "sr-latn", "sv", "de-informal"]
    rows = [f"{n},4,A review of some length,2024-05-01,{language}" for n, language in enumerate(languages, start=1)]
    content = "\n".join(["Review ID,Rating,Review text,Date,Language", *rows, ""]).encode()
    run = bring(owner, content, "reviews.csv")
    assert (run.kind, run.imported, run.errors) == ("mentions", 5, [])
    assert list(Mention.objects.order_by("external_id").values_list("language", flat=True)) == [
        "zh-hans", "pt-BR", "sr-latn", "sv", "de",
    ]  # fmt: skip
    assert bring(owner, content, "again.csv").repeated == 5
