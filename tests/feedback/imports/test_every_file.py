"""Every sample file imports with the counts that its README states, or is refused for the right reason.

The files are other people's and mostly not ours to hand on: where they are absent their rows are skipped. A few small
ones lie in tests/data/imports and always run.
"""

import csv
from collections import Counter

import pytest

from cxprogram.imports import ImportFileError, read_table
from cxprogram.imports.xes import XesLog, read_events
from feedback.imports.decisions import mapping_of
from feedback.imports.layouts import find_layout
from tests.feedback.imports.taking import sample, take
from tests.feedback.imports.test_definition_files import DEFINITIONS
from tests.feedback.imports.test_messy_files import MESSY
from tests.shared import shared_file

ANSWERS = [
    ("qualtrics/long_exhaustive.csv", "qualtrics", 31),
    ("qualtrics/many_types_insights.csv", "qualtrics", 5),
    ("qualtrics/many_types_legacy.csv", "qualtrics-legacy", 5),
    ("qualtrics/mcma_insights.csv", "qualtrics", 5),
    ("qualtrics/no_basis_insights.csv", "qualtrics", 15),
    ("qualtrics/no_basis_legacy.csv", "qualtrics-legacy", 15),
    ("qualtrics/side_by_side_insights.csv", "qualtrics", 25),
    ("qualtrics/side_by_side_legacy.csv", "qualtrics-legacy", 25),
    ("qualtrics/survey_logic.csv", "qualtrics-legacy", 10),
    ("qualtrics/text_entry.csv", "qualtrics", 15),
    ("surveymonkey/star_wars_two_header_rows.csv", "surveymonkey", 1186),
    ("surveymonkey/thanksgiving_flat_headers.csv", "surveymonkey-flat", 974),
    ("limesurvey/scicom_wiki_results-survey.csv", "limesurvey", 53),
    ("google-forms/perso.csv", "google-forms", 93),
    ("typeform/osmi_mental_health_in_tech_2018.csv", "typeform", 417),
]


@pytest.mark.parametrize(("name", "layout", "responses"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_a_file_of_answers_is_recognised_and_every_response_is_understood(name, layout, responses):
    taken = take(sample(name))
    assert (taken.layout, taken.target, len(taken.understood), taken.refused) == (layout, "responses", responses, [])
    assert len({row.external_id for row in taken.understood}) == responses
    if layout.startswith("qualtrics"):
        # Status 2 in every row: generated answers, which are not counted unless a person says so.
        assert "tests" in taken.proposal.asks
        assert Counter(row.attributes["finished"] for row in taken.understood) == {"1": responses}
        without = take(sample(name), keeps_tests=False)
        assert (len(without.understood), len(without.skipped)) == (0, responses)
    personal = {column.name for column in taken.proposal.columns if column.role == "personal"}
    assert personal <= set(taken.mapping.ignored)


def test_both_exports_of_one_survey_give_the_same_ids_so_that_nothing_is_doubled():
    new, old = take(sample("qualtrics/no_basis_insights.csv")), take(sample("qualtrics/no_basis_legacy.csv"))
    assert {row.external_id for row in new.understood} == {row.external_id for row in old.understood}
    assert all(code > 0 for row in new.understood for code in row.answers.values() if isinstance(code, int))
    assert new.answers("Q1") == old.answers("Q1")
    assert Counter(row.missing.get("Q1") for row in new.understood)["not_applicable"] > 0


def test_seen_but_unanswered_is_blank_and_no_number():
    taken = take(sample("qualtrics/text_entry.csv"))
    assert not any(-99 in row.answers.values() or "-99" in row.answers.values() for row in taken.understood)
    raw = sum(
        cell == "-99"
        for _line, row in read_table(sample("qualtrics/text_entry.csv"), header_rows=3, naming="import-id").rows
        for cell in row.values()
    )
    assert raw == 12


def test_choices_in_columns_of_their_own_are_one_question():
    taken = take(sample("surveymonkey/star_wars_two_header_rows.csv"))
    films = next(plan for plan in taken.proposal.questions if plan.definition.kind == "multiple")
    by_code = taken.answers(films.definition.code)
    assert [by_code[option.code] for option in films.definition.options] == [673, 571, 550, 607, 758, 738]
    ranks = [plan for plan in taken.proposal.questions if plan.definition.kind == "rating"]
    assert [taken.answers(plan.definition.code)[1] for plan in ranks] == [129, 32, 36, 204, 289, 146]
    by_text = {plan.definition.texts[""]: plan.definition for plan in taken.proposal.questions}
    solo = next(each for text, each in by_text.items() if text.endswith("– Han Solo"))
    counts = {option.source: taken.answers(solo.code)[option.code] for option in solo.options}
    assert counts["Very favorably"] == 610 and counts["Unfamiliar (N/A)"] == 15
    assert {option.source for option in by_text["Age"].options} == {"18-29", "30-44", "45-60", "> 60"}


def test_flat_headers_are_one_question_too():
    taken = take(sample("surveymonkey/thanksgiving_flat_headers.csv"))
    sides = next(plan for plan in taken.proposal.questions if plan.definition.kind == "multiple")
    counts = taken.answers(sides.definition.code)
    found = {option.texts[""]: counts[option.code] for option in sides.definition.options}
    assert (found["Mashed potatoes"], found["Other"], found["Cauliflower"], len(found)) == (817, 111, 88, 14)


def test_a_french_form_asks_for_the_order_of_day_and_month():
    taken = take(sample("google-forms/perso.csv"))
    assert taken.proposal.asks == ["date-order", "zone", "no-key"]
    with pytest.raises(ValueError, match="date-order"):
        mapping_of(taken.proposal, survey="s", source="f", zone="Europe/Paris")
    (score,) = [plan.definition for plan in taken.proposal.questions if plan.definition.kind == "rating"]
    counts = taken.answers(score.code)
    assert (score.scale, sum(counts.values())) == ((0, 10), 93)
    assert (counts[9] + counts[10], counts[7] + counts[8], sum(counts[code] for code in range(7))) == (36, 32, 25)
    assert min(row.answered_on for row in taken.understood).isoformat() == "2021-11-08"


def test_a_german_survey_keeps_its_rows_and_ranks():
    taken = take(sample("limesurvey/scicom_wiki_results-survey.csv"))
    assert taken.proposal.asks == ["day", "no-key"]
    second = taken.proposal.questions[1].definition
    counts = {option.source: taken.answers(second.code)[option.code] for option in second.options}
    assert counts == {"Sehr interessant": 18, "Interessant": 22, "Mäßig interessant": 9, "Kaum interessant": 3}
    rank = taken.proposal.questions[7].definition
    assert sorted((taken.answers(rank.code)[option.code] for option in rank.options), reverse=True) == [38, 5, 5, 2]
    assert not any("&amp;" in text for plan in taken.proposal.questions for text in plan.definition.texts.values())


def test_what_a_spreadsheet_spoiled_is_told_and_stays():
    taken = take(sample("typeform/osmi_mental_health_in_tech_2018.csv"))
    assert any("Jun-25" in note and "01-May" in note for note in taken.proposal.notes)
    size = taken.proposal.questions[1].definition
    counts = {option.source: taken.answers(size.code)[option.code] for option in size.options}
    assert (counts["Jun-25"], counts["01-May"], counts["More than 1000"]) == (69, 5, 105)
    assert [taken.answers(code)[10] for code in ("Q21", "Q22", "Q96")] == [24, 11, 78]
    assert not any(plan.definition.kind == "nps" for plan in taken.proposal.questions)  # 0–10 is not NPS by itself
    assert not any("<" in text for plan in taken.proposal.questions for text in plan.definition.texts.values())


RECORDS = [
    ("crm/hubspot_contacts.csv", "", "hubspot-contacts", "customers", 950, 0, 0),
    ("crm/hubspot_companies.csv", "", "hubspot-companies", "accounts", 200, 0, 0),
    ("crm/hubspot_deals.csv", "", "hubspot-deals", "interactions", 500, 0, 0),
    ("crm/hubspot_activities.csv", "", "hubspot-activities", "interactions", 2000, 0, 0),
    ("crm/hubspot_tickets.csv", "", "hubspot-tickets", "support-cases", 300, 0, 0),
    ("support/zendesk_ticket_data.csv", "", "zendesk-tickets", "support-cases", 8, 2, 0),
    ("support/zendesk_ticket_comment_data.csv", "", "zendesk-comments", "interactions", 20, 0, 0),
    ("support/zendesk_ticket_field_history_data.csv", "", "zendesk-history", "interactions", 38, 0, 0),
    ("support/zendesk_ticket_chat_event_data.csv", "", "zendesk-chat-events", "interactions", 12, 0, 0),
    ("support/zendesk_user_data.csv", "", "zendesk-users", "customers", 9, 1, 0),
    ("support/zendesk_organization_data.csv", "", "zendesk-organizations", "accounts", 10, 0, 0),
    ("support/zendesk_satisfaction_rating_data.csv", "", "zendesk-ratings", "mentions", 0, 0, 15),
    ("events/segment_pages.csv", "", "segment", "interactions", 1, 0, 0),
    ("reviews/trustpilot_reviews.csv", "", "table", "mentions", 300, 0, 0),
    ("xes/running_example.csv", "", "event-log", "interactions", 42, 0, 0),
    ("xes/running_example_broken.csv", "", "event-log", "interactions", 34, 0, 0),
    ("xes/roadtraffic100traces.csv", "", "event-log", "interactions", 390, 0, 0),
]


@pytest.mark.parametrize(
    ("name", "asked", "layout", "target", "understood", "skipped", "refused"), RECORDS, ids=[row[0] for row in RECORDS]
)
def test_a_file_of_records_gives_as_many_as_it_holds(name, asked, layout, target, understood, skipped, refused):
    taken = take(sample(name), target=asked)
    assert (taken.layout, taken.target) == (layout, target)
    assert (len(taken.understood), len(taken.skipped), len(taken.refused)) == (understood, skipped, refused)
    keys = [row.external_id for row in taken.understood]
    assert len(set(keys)) == len(keys) and all(keys)


def test_ids_and_phones_keep_their_zeros_and_signs():
    contacts = take(sample("crm/hubspot_contacts.csv"))
    assert sum(row.fields.get("phone", "").startswith("+") for row in contacts.understood) == 151
    assert sum(row.attributes.get("Postal Code", "").startswith("0") for row in contacts.understood) == 83
    assert sum("account" not in row.fields for row in contacts.understood) == 271
    cases = take(sample("crm/hubspot_tickets.csv"), target="support-cases")
    closed = [row for row in cases.understood if row.closed_at]
    assert (len(closed), {row.fields["status"] for row in closed}) == (74, {"Closed"})


def test_a_hidden_rating_is_not_guessed():
    taken = take(sample("support/zendesk_satisfaction_rating_data.csv"))
    assert {(error.code, error.column) for error in taken.refused} == {("code-unknown", "score")}


def test_what_a_label_means_is_asked():
    taken = take(sample("reviews/trustpilot_reviews.csv"))
    assert taken.proposal.asks == ["day", "rating"]
    assert Counter(row.fields["rating"] for row in taken.understood) == {"4": 150, "0": 121, "3": 20, "2": 7, "1": 2}


XES = [("xes/running_example.xes", 6, 42, 8), ("xes/roadtraffic100traces.xes", 100, 390, 10)]


@pytest.mark.parametrize(("name", "cases", "events", "activities"), XES, ids=[row[0] for row in XES])
def test_an_event_log_says_the_same_in_xes_and_csv(name, cases, events, activities):
    log = XesLog()
    found = list(read_events(sample(name), log))
    assert (log.traces, log.events, len(found)) == (cases, events, events)
    steps = Counter((event.case, event.attributes["concept:name"]) for event in found)
    assert len({step for _case, step in steps}) == activities
    for path in (sample(name), sample(name.replace(".xes", ".csv"))):
        taken = take(path)
        assert (taken.target, taken.refused) == ("interactions", [])
        assert Counter((row.fields["case"], row.fields["type"]) for row in taken.understood) == steps
        assert min(row.at for row in taken.understood).year in (2000, 2010)


REFUSED = [
    ("support/zendesk_ticket_tag_data.csv", "", "zendesk-tags"),
    ("support/zendesk_ticket_schedule_data.csv", "", "zendesk-schedules"),
    ("support/zendesk_ticket_chat_data.csv", "", "zendesk-chats"),
    ("support/zendesk_sla_policy_metric_history_data.csv", "", "zendesk-sla"),
    ("journey-maps/lucidchart_user_journeys.csv", "", "lucidchart"),
]


@pytest.mark.parametrize(("name", "target", "layout"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_file_without_a_place_here_is_refused_with_the_reason(name, target, layout):
    found = find_layout(sample(name))
    assert (found.format, found.target) == (layout, target)
    assert found.refused


def test_no_sample_is_forgotten():
    samples = shared_file("imports/README.md").parent
    listed = {row[0] for table in (ANSWERS, RECORDS, XES, REFUSED, DEFINITIONS) for row in table}
    listed |= {f"messy-csv/frictionless/{row[0]}" for row in MESSY}
    files = {str(path.relative_to(samples)) for path in samples.rglob("*.*") if path.suffix != ".md"}
    files = {name for name in files if "csv-spectrum" not in name and name != "MANIFEST.tsv"}
    assert files - listed == set()


def test_a_journey_in_cjml_is_named_for_what_it_is(tmp_path):
    path = tmp_path / "journey.xml"
    path.write_text("<?xml version='1.0'?><!-- a --><CJML version='2.0'></CJML>")
    with pytest.raises(ImportFileError, match="CJML"):
        find_layout(path)


def test_the_same_file_as_utf_16_with_tabs_gives_the_same_answers(tmp_path):
    rows = list(csv.reader(sample("qualtrics/no_basis_insights.csv").read_text().splitlines()))
    path = tmp_path / "export.tsv"
    text = "\n".join("\t".join(f'"{cell}"' for cell in row) for row in rows)
    path.write_bytes(text.encode("utf-16"))
    again, first = take(path), take(sample("qualtrics/no_basis_insights.csv"))
    assert [row.answers for row in again.understood] == [row.answers for row in first.understood]
