"""What the tools that ask for the NPS export: answers with their customers, not customers called by a comment."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from feedback.models import Question, Response
from feedback.services import import_work
from journeys.models import Customer, CustomerIdentity
from tests.feedback.imports.bringing import chosen, text, tree, upload
from tests.feedback.imports.taking import take

COMMENTS = ("The staff was kind and quick.", "I waited for an hour, and nobody came.", "Fine, thank you.", "")
FILES = {
    "delighted": (
        "ID,Person ID,Email,Name,Score,Comment,Permalink,Created at,Updated at,Tags",
        "{n},p{n},{mail},{name},{score},\"{comment}\",https://x.example/r/{n},2024-05-1{n} 10:00:00 UTC,"
        "2024-05-1{n} 10:00:00 UTC,web",
    ),
    "retently": (
        "Email,First Name,Last Name,Company,Score,Feedback,Survey date,Campaign,Tags",
        '{mail},{first},{last},Acme,{score},"{comment}",2024-05-1{n},Spring,vip',
    ),
    "generic": (
        "E-post;Namn;NPS;Kommentar;Datum",
        "{mail};{name};{score};{comment};2024-05-1{n}",
    ),
    "wording": (
        "Name,Email,How likely are you to recommend us to a friend?,Comments,Date",
        '{name},{mail},{score},"{comment}",2024-05-1{n}',
    ),
}  # fmt: skip
PEOPLE = [("Ada", "Lovén", 10), ("Bo", "Ek", 3), ("Cy", "Berg", 7), ("Di", "Alm", 0)]


def export(kind):
    header, row = FILES[kind]
    rows = [
        row.format(
            n=n, mail=f"{first}@example.org", first=first, last=last, name=f"{first} {last}", score=score, comment=said
        )
        for n, ((first, last, score), said) in enumerate(zip(PEOPLE, COMMENTS, strict=True), 1)
    ]
    return "\n".join([header, *rows])


@pytest.mark.parametrize("kind", FILES)
def test_scores_with_comments_are_answers_with_the_person_as_their_customer(tmp_path, kind):
    path = tmp_path / "export.csv"
    path.write_text(export(kind), encoding="utf-8")
    taken = take(path)
    assert (taken.layout, taken.target, taken.refused) == ("nps-export", "responses", [])
    kinds = [(plan.definition.kind, plan.definition.scale) for plan in taken.proposal.questions]
    assert kinds == [("nps", (0, 10)), ("text", None)]
    score, comment = (plan.definition.code for plan in taken.proposal.questions)
    assert [row.answers[score] for row in taken.understood] == [10, 3, 7, 0]
    assert [row.answers.get(comment, "") for row in taken.understood] == list(COMMENTS)
    assert [row.answered_on.day for row in taken.understood] == [11, 12, 13, 14]
    assert [(row.respondent.email, row.respondent.name) for row in taken.understood][1] == ("Bo@example.org", "Bo Ek")
    assert len({row.external_id for row in taken.understood}) == 4
    if kind == "delighted":
        assert [row.external_id for row in taken.understood] == ["1", "2", "3", "4"]
        assert taken.understood[0].answered_at == datetime(2024, 5, 11, 10, tzinfo=UTC)
        assert taken.proposal.asks == []


def test_few_small_scores_may_be_stars_and_are_a_rating(tmp_path):
    path = tmp_path / "stars.csv"
    path.write_text('Email,Score,Comment\na@b.org,5,"Good, thank you all."\nc@d.org,1,"Bad, I am sorry."\n')
    taken = take(path)
    first = taken.proposal.questions[0].definition
    assert (first.kind, first.scale) == ("rating", (1, 5))


def test_sentences_in_a_list_of_customers_are_nobodys_name(tmp_path):
    path = tmp_path / "customers.csv"
    rows = [f'{n},c{n}@example.org,City{n},"{said}"' for n, said in enumerate(COMMENTS[:3])]
    path.write_text("\n".join(["No,Contact,Town,What we know", *rows]))
    taken = take(path)
    assert taken.target == "customers"
    roles = {column.name: column.role for column in taken.proposal.columns}
    assert roles["What we know"] == "attribute"


@pytest.mark.django_db
def test_an_export_of_scores_renames_no_customer_and_gives_each_answer_its_own(owner):
    known = Customer.objects.create(program=owner.program, name="Ada Lovelace", email="ada@example.org")
    CustomerIdentity.objects.create(program=owner.program, customer=known, source="email", value="ada@example.org")
    run, url = upload(owner, export("delighted").encode(), "delighted_may.csv")
    page = tree(owner.get(url))
    assert "Ada@example.org" not in text(page) and "Lovén" not in text(page)  # who said it is not shown beforehand
    data = chosen(page)
    assert (data["source"], data["role-4"], data["role-2"], data["role-3"]) == (
        "nps", "nps", "customer-email", "customer-name",
    )  # fmt: skip
    reply = owner.post(url + "start/", data | {"do": "start"})
    assert reply.status_code == 303, text(tree(reply))
    assert import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    assert (run.imported, run.rejected) == (4, 0)
    known.refresh_from_db()
    assert known.name == "Ada Lovelace"
    names = Response.objects.order_by("external_id").values_list("customer__name", flat=True)
    assert list(names) == ["Ada Lovelace", "Bo Ek", "Cy Berg", "Di Alm"]
    assert list(Question.objects.order_by("kind").values_list("kind", flat=True)) == ["nps", "text"]
    again, url = upload(owner, export("delighted").encode(), "delighted_june.csv")
    survey = Response.objects.first().survey_version_id
    owner.post(url + "start/", data | {"version": survey, "do": "start"})
    import_work.work(again.pk, clock=timezone.now)
    again.refresh_from_db()
    assert (again.imported, again.repeated, again.rejected) == (0, 4, 0)
