"""A file with a title above its header: recognised as without it, and where unsure the person says."""

import pytest
from django.utils import timezone

from feedback.imports.layouts import find_layout
from feedback.services import import_work
from journeys.models import Customer
from tests.feedback.imports.bringing import chosen, text, tree, upload

LIST = "Customer number;Name;Email\n1;Ada Ek;a@example.org\n2;Bo Ek;b@example.org\n"


def test_a_known_file_is_known_below_its_title(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("Staff of 2026-11-01\n\nEmail,Role,Unit\na@example.org,analyst,N\nb@example.org,analyst,S\n")
    assert find_layout(path).format == "people"


@pytest.mark.django_db
def test_a_person_says_on_which_line_the_header_stands(owner):
    run, url = upload(owner, f"Export;;\n{LIST}".encode(), "list.csv")
    page = tree(owner.get(url))
    assert "Line 1 may be a title" in text(page)
    page = tree(owner.get(url + "?target=customers&delimiter=semicolon&line=2"))
    assert "Line 1 may be" not in text(page)
    data = chosen(page)
    assert data["line"] == "2"
    owner.post(url + "start/", data | {"do": "start", "source": "crm"})
    import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    assert (run.definition["header"]["line"], run.imported, run.errors) == (2, 2, [])
    assert set(Customer.objects.values_list("name", flat=True)) == {"Ada Ek", "Bo Ek"}


@pytest.mark.django_db
def test_a_title_is_named_in_the_preview_and_in_the_account(owner):
    run, url = upload(owner, f"Export of 2026-11-01\n{LIST}".encode(), "list.csv")
    page = tree(owner.get(url))
    assert "Line 1, above the header, was skipped: “Export of 2026-11-01”." in text(page)
    owner.post(url + "start/", chosen(page) | {"do": "start", "source": "crm"})
    import_work.work(run.pk, clock=timezone.now)
    assert "Line 1, above the header, was skipped" in text(tree(owner.get(url)))
    assert Customer.objects.count() == 2
    _run, url = upload(owner, LIST.encode(), "other.csv")
    for line, status in (("99", 422), ("0", 200), ("x", 200), ("²", 200), ("9" * 50, 200)):
        assert owner.get(url, {"line": line}).status_code == status
