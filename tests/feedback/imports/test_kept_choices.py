"""Choices that were kept are offered again for a file with the same header, whatever its rows are."""

import msgspec
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cxprogram.models import OrgUnit
from feedback.models import ImportMapping
from feedback.services import import_work
from journeys.models import Interaction
from tests import factories
from tests.feedback.imports.bringing import chosen, text, tree, upload
from tests.feedback.imports.test_counts import SOURCES

pytestmark = pytest.mark.django_db
ORDERS = (
    "Order,Customer,Sum,When,What\n1,a@example.org,10,2024-05-01,buy\n2,b@example.org,11,2024-05-02,visit\n",
    "Order,Customer,Sum,When,What\n3,a@example.org,10,2024-05-03,buy\n2,b@example.org,11,2024-05-02,visit\n",
)


@pytest.mark.parametrize("target", [*SOURCES, "interactions"])
def test_choices_of_every_kind_are_kept_and_offered_for_the_same_header(owner, target):
    OrgUnit.objects.create(program=owner.program, code="n", name="n", parent=factories.root_of(owner.program))
    factories.make_stream(owner.program)
    first, second = SOURCES.get(target, ORDERS)
    run, url = upload(owner, first.encode(), "first.csv")
    data = chosen(tree(owner.get(f"{url}?target={target}")))
    said = {"target": target, "source": "crm", "save_as": "Monthly", "do": "start"}
    if target == "interactions":
        said["stream"] = "orders"
    assert owner.post(url + "start/", data | said).status_code == 303
    import_work.work(run.pk, clock=timezone.now)
    saved = ImportMapping.objects.get(program=owner.program)
    assert (saved.slug, saved.kind, saved.survey_version) == ("monthly", target, None)

    # Another header is no such file; the same one is, even if by itself it would be taken for something else.
    _other, elsewhere = upload(owner, second.replace(",", ",Extra,", 1).encode(), "other.csv")
    assert "as-before" not in owner.get(elsewhere).content.decode()
    again, url = upload(owner, second.encode(), "second.csv")
    page = tree(owner.get(url))
    assert "Its columns are those of “monthly”" in text(page)
    assert owner.post(url + "start/", {"saved": "monthly"}).status_code == 303
    import_work.work(again.pk, clock=timezone.now)
    again.refresh_from_db()
    assert (again.kind, again.mapping, again.status, again.rejected) == (target, "monthly", "done", 0)
    assert again.created == 1
    if target == "interactions":
        assert set(Interaction.objects.values_list("stream__code", flat=True)) == {"orders"}


def test_choices_for_answers_have_a_survey_and_no_others_do(owner):
    definition = msgspec.json.decode(b'{"target": "units", "source": "hr", "fields": {"external_id": "Code"}}')
    ImportMapping.objects.create(program=owner.program, slug="units", kind="units", definition=definition)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportMapping.objects.create(program=owner.program, slug="answers", kind="responses", definition={})
