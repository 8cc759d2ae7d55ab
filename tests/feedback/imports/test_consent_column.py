"""A column of consent in a file of customers: words, time and text, and nothing that nobody said."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from cxprogram.choices import ImportStatus
from cxprogram.models import ImportRun
from feedback.imports.consent_words import state_of
from feedback.services import import_work
from journeys.models import Consent, ConsentText, Customer
from tests.feedback.imports.bringing import bring, chosen, text, tree, upload

FILE = (
    "Kundnr,E-post,Namn,Samtycke,Samtyckesdatum\n"
    "a-1,a@example.org,Ada Berg,ja,2026-03-01 10:00:00\n"
    "a-2,b@example.org,Bo Dal,nej,2026-03-02 10:00:00\n"
    "a-3,c@example.org,Cia Ek,återkallat,2026-03-03 10:00:00\n"
    "a-4,d@example.org,Dan Fors,,\n"
).encode()


def words():
    rows = Consent.objects.order_by("customer__name")
    return [(row.customer.name, row.state, row.reference, str(row.text or ""), row.at) for row in rows]


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("Yes", "granted"), ("JA", "granted"), ("kyllä", "granted"), ("Opted-in", "granted"), ("TRUE", "granted"),
        ("no", "denied"), ("nej", "denied"), ("nei", "denied"), ("ei", "denied"), ("0", "denied"),
        ("unsubscribed", "withdrawn"), ("trukket tilbage", "withdrawn"), ("peruttu", "withdrawn"),
        ("perhaps", None), ("opted out", None), ("newsletter", None),
    ],
)  # fmt: skip
def test_a_word_of_consent_is_known_in_five_languages_and_no_other_is(cell, state):
    assert state_of(cell) == state


@pytest.mark.django_db
def test_the_words_of_a_file_are_kept_with_their_time_and_text_and_a_repeat_adds_nothing(owner):
    version = ConsentText.objects.create(
        program=owner.program, purpose="marketing", version=3, legal_basis="consent", texts={"en": "Yes, write to me."},
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    said = {"consent_purpose": "marketing", "consent_text": str(version.pk), "source": "crm"}
    run = bring(owner, FILE, "customers.csv", **said)
    assert (run.imported, run.rejected) == (4, 0)
    assert words() == [
        ("Ada Berg", "granted", "", "Marketing 3", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("Bo Dal", "denied", "", "", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("Cia Ek", "withdrawn", "", "", datetime(2026, 3, 3, 9, tzinfo=UTC)),
    ]
    again = bring(owner, FILE, "again.csv", **said)
    assert (again.imported, again.repeated, Consent.objects.count()) == (0, 4, 3)
    changed = bring(owner, FILE.replace(b",ja,", b",nej,"), "changed.csv", skip_bad_rows="on", **said)
    assert (changed.rejected, changed.errors[0]["code"], Consent.objects.count()) == (1, "idempotency-conflict", 3)


@pytest.mark.django_db
def test_what_the_file_does_not_say_is_asked_and_no_text_is_chosen_beforehand(owner):
    ConsentText.objects.create(
        program=owner.program,
        purpose="survey",
        version=1,
        legal_basis="consent",
        texts={},
        valid_from=datetime.now(UTC),
    )
    without_time = "\n".join(line.rpartition(",")[0] for line in FILE.decode().splitlines()).encode()
    _run, url = upload(owner, without_time, "customers.csv")
    data = chosen(tree(owner.get(url)))
    assert (data["role-3"], data["consent_purpose"], data["consent_text"], data["day"]) == ("consent", "", "", "")
    refused = owner.post(url + "start/", data | {"do": "start", "consent_purpose": "survey"})
    assert refused.status_code == 422 and "say on which day" in text(tree(refused))
    said = {"consent_purpose": "survey", "day": "2026-03-04", "skip_bad_rows": "on", "source": "crm"}
    run = bring(owner, without_time, "customers.csv", **said)
    assert [(each["line"], each["code"]) for each in run.errors] == [(2, "consent-text-missing")]
    assert not Customer.objects.filter(email="a@example.org").exists()
    start = datetime(2026, 3, 3, 23, tzinfo=UTC)  # the day's first moment in Stockholm
    assert [(word[1], word[-1]) for word in words()] == [("denied", start), ("withdrawn", start)]
    mended = bring(owner, without_time, "mended.csv", **said | {"consent_reference": "Web form 2026"})
    assert (mended.rejected, mended.repeated, words()[0][:3]) == (0, 3, ("Ada Berg", "granted", "Web form 2026"))


@pytest.mark.django_db
def test_an_odd_word_refuses_its_row_and_leaves_the_column_a_consent(owner):
    said = {"consent_purpose": "marketing", "consent_reference": "Form 7", "source": "crm"}
    odd = FILE.replace(b",nej,", b",ask again,")
    run = bring(owner, odd, "customers.csv", skip_bad_rows="on", **said)
    assert [(each["line"], each["column"], each["code"]) for each in run.errors] == [(3, "Samtycke", "consent-unknown")]
    assert [(name, state) for name, state, *_rest in words()] == [("Ada Berg", "granted"), ("Cia Ek", "withdrawn")]
    assert not Customer.objects.filter(email="b@example.org").exists()
    assert "“ask again” is no word of consent" in run.page
    whole = bring(owner, odd, "again.csv", **said)
    assert (whole.status, whole.rejected, whole.imported) == (ImportStatus.REFUSED, 1, 0)


@pytest.mark.django_db
def test_cells_that_are_no_words_of_consent_are_no_consent(owner):
    letters = FILE.replace(b",ja,", b",newsletter,").replace(b",nej,", b",news and offers,")
    _run, url = upload(owner, letters, "customers.csv")
    data = chosen(tree(owner.get(url)))
    assert (data["role-3"], data["role-4"]) == ("attribute", "attribute") and "consent_purpose" not in data
    # Who says that it is one is asked for the rest, and hears which row has none.
    asked = owner.post(url + "start/", data | {"do": "start", "role-3": "consent"})
    assert asked.status_code == 422
    data = chosen(tree(asked)) | {"do": "start", "role-4": "consent_at", "consent_purpose": "marketing"}
    assert owner.post(url + "start/", data | {"consent_reference": "Form 7"}).status_code == 303
    run = ImportRun.objects.latest("pk")
    import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    assert (run.status, run.errors[0]["code"]) == (ImportStatus.REFUSED, "consent-unknown")
