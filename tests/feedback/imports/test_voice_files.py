"""Files of what is said elsewhere: in any language, and cases that are over though nobody says since when."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from feedback.models import Mention, SupportCase
from feedback.services import import_work
from tests import factories
from tests.feedback.imports.bringing import bring, chosen, tree, upload
from tests.feedback.imports.taking import sample

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


def test_a_case_of_zendesk_that_is_over_was_so_when_it_was_last_changed(owner):
    run = bring(owner, sample("support/zendesk_ticket_data.csv"), "tickets.csv")
    assert (run.imported, run.skipped, run.errors) == (8, 2, [])
    assert not SupportCase.objects.filter(closed_at=None).exists()  # closed or solved, all of them
    case = SupportCase.objects.get(external_id="16988")
    assert (case.status, case.closed_at) == ("solved", datetime(2021, 1, 13, 18, 42, 39, tzinfo=UTC))


def bring_as_cases(owner, content):
    run, url = upload(owner, content.encode(), "cases.csv")
    data = chosen(tree(owner.get(url, {"target": "support-cases"})))
    owner.post(url + "start/", data | {"do": "start", "source": "desk"})
    import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    return run


def test_a_case_that_is_open_was_never_closed_however_often_it_changed(owner):
    header = "Case ID,Subject,Status,Created,Last updated\n"
    rows = (
        "1,Late,open,2024-05-01 10:00:00,2024-05-03 10:00:00\n2,Lost,Solved,2024-05-01 10:00:00,2024-05-03 10:00:00\n"
    )
    odd = "3,Torn,closed,2024-05-01 10:00:00,2024-04-03 10:00:00\n4,Wet,closed,2024-05-01 10:00:00,\n"
    run = bring_as_cases(owner, header + rows + odd)
    assert (run.imported, run.errors) == (4, [])
    closed = dict(SupportCase.objects.values_list("external_id", "closed_at"))
    assert (closed["1"], closed["3"], closed["4"]) == (None, None, None)
    assert closed["2"] == datetime(2024, 5, 3, 8, tzinfo=UTC)


def test_a_column_names_the_touchpoint_by_code_or_by_name(owner):
    stage = factories.make_journey(owner.program).stages.first()
    desk = factories.make_touchpoint(stage, "desk", name="The desk")
    header, at = "Review ID,Rating,Review text,Date,Where", "A review of some length,2024-05-01"
    content = "\n".join([header, f"1,4,{at},desk", f"2,3,{at},THE DESK", f"3,3,{at},"]).encode()
    run = bring(owner, content, "reviews.csv", **{"role-4": "touchpoint"})
    assert (run.imported, run.errors) == (3, [])
    where = Mention.objects.order_by("external_id").values_list("touchpoint", flat=True)
    assert list(where) == [desk.pk, desk.pk, None]
    again = bring(owner, content, "again.csv", **{"role-4": "touchpoint"})
    assert (again.imported, again.repeated) == (0, 3)
    wrong = bring(owner, content.replace(b"desk\n", b"nowhere\n"), "wrong.csv", **{"role-4": "touchpoint"})
    assert (wrong.imported, wrong.errors[0]["code"]) == (0, "touchpoint-unknown")
