"""Who may be paid by which numbers, and that nobody can change a statement unseen."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import ProgrammingError, connections, transaction
from django.urls import reverse

from cxprogram.choices import Role
from governance.analytics.statement import calculate, points_of
from governance.choices import StatementStatus
from governance.models import CompensationStatement, SchemeComponent
from governance.services import compensation
from governance.services.compensation import CompensationError
from journeys.models import KpiValue
from journeys.services import kpis
from tests import factories as make
from tests.tampering import without_triggers

AT = datetime(2018, 2, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def house(db):
    """NPS of area G: 60 promoters, 20 passives, 20 detractors = 40 points. Area A has 8 answers, below the minimum."""
    house = make.House(program := make.make_program(), units := make.make_units(program, ("A", "G")), {}, None)
    house.people = make.make_people(program, units)
    house.survey = make.make_survey(program)
    house.kpis = make.make_kpis(program)
    make.make_scores(house.survey, "NETPRO", {10: 60, 8: 20, 3: 20}, unit=units["G"])
    make.make_scores(house.survey, "NETPRO", {10: 8}, unit=units["A"])
    make.make_scores(house.survey, "Q7ALL", {5: 10, 4: 10}, unit=units["G"])
    house.scheme = make.make_scheme(
        program, author=house.people[Role.OWNER], approver=house.people[Role.EXECUTIVE], min_n=50
    )
    return house


def issue(house, code="G", *, user=None, by=None, scheme=None, at=AT):
    return compensation.issue(
        scheme or house.scheme,
        user or house.people[Role.UNIT_MANAGER],
        house.units[code],
        at=at,
        by=by or house.people[Role.OWNER],
    )


def refused(house, **kwargs):
    with pytest.raises(CompensationError) as caught, transaction.atomic():
        issue(house, **kwargs)
    assert not CompensationStatement.objects.exists()
    assert not KpiValue.objects.exists()
    return caught.value.code


def test_the_target_pays_the_whole_amount_and_the_reading_is_frozen(house):
    statement = issue(house)
    assert (statement.payout_share, statement.amount) == (Decimal(1), Decimal("10000.00"))
    assert (statement.version, statement.status, statement.previous_sha256) == (1, StatementStatus.ISSUED, "")
    part = json.loads(statement.inputs)["components"][0]
    assert (part["value"], part["n"], part["basis"]["code"], part["passed_over"]) == (40.0, 100, "G", [])
    kept = KpiValue.objects.get(pk=part["kpi_value"])
    assert (kept.value, kept.low, kept.high, kept.n) == (part["value"], part["low"], part["high"], 100)
    assert (kept.period, kept.question_code, kept.computed_at) == ("2017", "NETPRO", AT)


def test_with_too_few_answers_the_unit_above_counts_and_the_statement_says_so(house):
    part = json.loads(issue(house, "A").inputs)["components"][0]
    assert part["basis"]["code"] == "SFO"
    assert part["value"] == pytest.approx(100 * (68 - 20) / 108)
    assert [(each["unit"]["code"], each["n"]) for each in part["passed_over"]] == [("A", 8)]


def test_a_hidden_reading_is_passed_over_without_its_number_even_if_the_scheme_asks_for_less(house):
    unit = make.make_unit(house.program, "T")
    house.units["T"] = unit
    make.make_scores(house.survey, "NETPRO", {10: 3}, unit=unit)
    house.scheme.min_n = 1
    house.scheme.save()
    part = json.loads(issue(house, "T").inputs)["components"][0]
    assert part["basis"]["code"] == "SFO"
    assert [(each["unit"]["code"], each["n"]) for each in part["passed_over"]] == [("T", None)]


def test_noise_is_never_paid(house):
    house.scheme.min_n = 1000
    house.scheme.save()
    assert refused(house) == "kpi-too-few-answers"


def test_the_issuer_is_not_the_recipient(house):
    owner = house.people[Role.OWNER]
    assert refused(house, user=owner, by=owner) == "issuer-is-recipient"


def test_a_scheme_that_only_its_author_knows_pays_nothing(house):
    house.scheme.approver = None
    house.scheme.save()
    assert refused(house) == "scheme-not-approved"


def test_approval_is_read_from_the_database_not_from_the_callers_copy(house):
    stale = type(house.scheme).objects.get(pk=house.scheme.pk)
    house.scheme.approver = None
    house.scheme.save()
    assert refused(house, scheme=stale) == "scheme-not-approved"


def test_a_scheme_that_was_replaced_pays_nothing(house):
    house.scheme.is_current = False
    house.scheme.save()
    assert refused(house) == "scheme-not-in-force"


def test_a_unit_of_another_program_is_refused(house):
    house.units["X"] = make.root_of(make.make_program("other"))
    assert refused(house, code="X") == "unit-of-other-program"


@pytest.mark.parametrize("weight", ["0.9999", "0.5"])
def test_weights_that_do_not_sum_to_one_are_refused(house, weight):
    SchemeComponent.objects.update(weight=Decimal(weight))
    assert refused(house) == "payout-weights"


def test_a_scheme_without_goals_is_refused(house):
    house.scheme.components.all().delete()
    assert refused(house) == "payout-weights"


def test_two_goals_count_with_their_weights_and_money_is_rounded_once_half_up(house):
    # NPS 40 pays 1; the mean 4.5 lies ⅓ of the way from target 4.4 to maximum 4.7: 1 + ⅓ · ½.
    SchemeComponent.objects.update(weight=Decimal("0.6"))
    SchemeComponent.objects.create(
        scheme=house.scheme, position=2, kpi_code="mean", weight=Decimal("0.4"), threshold=Decimal("4"),
        target=Decimal("4.4"), maximum=Decimal("4.7"), threshold_share=Decimal("0.5"), maximum_share=Decimal("1.5"),
    )  # fmt: skip
    house.scheme.min_n = 20
    house.scheme.base_amount = Decimal("1000.05")
    house.scheme.save()
    statement = issue(house)
    assert statement.payout_share == Decimal("1.0666666667")
    # 1000.05 · 16/15 = 1066.72 exactly; by the rounded share it would be 1066.7200…3.
    assert statement.amount == Decimal("1066.72")
    exact = calculate(json.loads(statement.inputs)).share
    assert abs(exact - Decimal(16) / 15) < Decimal("1e-25")


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (39.83976, "39.8398"), (39.83975, "39.8398"), (39.839749999, "39.8397"),
        (-0.00005, "-0.0001"), (4.06436, "4.0644"), (0.1 + 0.2, "0.3000"), (0.0, "0.0000"),
    ],
)  # fmt: skip
def test_a_value_enters_the_curve_as_its_shortest_decimal_rounded_half_up_to_four_places(value, points):
    assert str(points_of(value, higher_is_better=True)) == points


def test_where_low_is_good_the_points_are_negative(house):
    kpis.new_version(house.kpis["mean"], valid_from=date(2000, 1, 1), higher_is_better=False)
    SchemeComponent.objects.update(
        kpi_code="mean", question_code="", threshold=Decimal("-5"), target=Decimal("-4.5"), maximum=Decimal("-4")
    )
    house.scheme.min_n = 20
    house.scheme.save()
    statement = issue(house)
    assert calculate(json.loads(statement.inputs)).steps[0].points == Decimal("-4.5")
    assert statement.amount == Decimal("10000.00")


def test_exactly_at_a_strict_threshold_nothing_is_paid(house):
    SchemeComponent.objects.update(threshold=Decimal("40"), target=Decimal("50"), is_strict=True)
    assert issue(house).amount == 0
    SchemeComponent.objects.update(is_strict=False)
    assert issue(house).amount == Decimal("5000.00")


def test_the_same_inputs_give_the_same_statement_and_write_nothing(house):
    first = issue(house)
    again = issue(house, at=datetime(2019, 1, 1, tzinfo=UTC))
    assert again.pk == first.pk
    assert CompensationStatement.objects.count() == 1
    assert KpiValue.objects.count() == 1


def test_what_a_goal_freezes_is_what_it_always_was_where_its_kpi_is_of_everyone(house):
    (goal,) = json.loads(issue(house).inputs)["components"]
    assert goal.keys() == {
        "kpi", "kpi_version", "question", "name", "measure", "higher_is_better", "weight", "threshold", "target",
        "maximum", "threshold_share", "maximum_share", "is_strict", "value", "low", "high", "n", "method", "basis",
        "passed_over", "kpi_value",
    }  # fmt: skip


def test_changed_inputs_give_the_next_version_and_the_one_before_is_corrected(house):
    first = issue(house)
    make.make_scores(house.survey, "NETPRO", {10: 20}, unit=house.units["G"])
    second = issue(house)
    first.refresh_from_db()
    assert (first.status, second.status) == (StatementStatus.CORRECTED, StatementStatus.ISSUED)
    assert (second.version, second.previous_sha256) == (2, first.sha256)
    assert first.amount == Decimal("10000.00") != second.amount
    assert KpiValue.objects.count() == 2
    assert compensation.verify_chain(house.program) == []


def test_a_new_version_of_the_scheme_corrects_the_statement_of_the_one_before(house):
    first = issue(house)
    house.scheme.is_current = False
    house.scheme.save()
    scheme = make.make_scheme(
        house.program, author=house.people[Role.OWNER], approver=house.people[Role.STEERING], version=2, min_n=50
    )
    second = issue(house, scheme=scheme)
    first.refresh_from_db()
    assert (first.status, second.version) == (StatementStatus.CORRECTED, 2)
    assert compensation.verify_chain(house.program) == []


def three(house):
    people = [house.people[role] for role in (Role.UNIT_MANAGER, Role.FRONTLINE, Role.PROJECT_LEAD)]
    return [issue(house, user=person) for person in people]


def found(program, **kwargs):
    return [(fault.position, fault.code) for fault in compensation.verify_chain(program, **kwargs)]


def forge(statement, **columns):
    """What only someone with the database's own powers can do."""
    with without_triggers("governance_compensationstatement") as cursor:
        for column, value in columns.items():
            cursor.execute(
                f"UPDATE governance_compensationstatement SET {column} = %s WHERE id = %s", [value, statement.pk]
            )


def test_an_untouched_chain_has_no_fault_and_its_links_follow_each_other(house):
    one, two, last = three(house)
    assert (one.previous_sha256, two.previous_sha256, last.previous_sha256) == ("", one.sha256, two.sha256)
    assert found(house.program) == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"amount": 99999}, [(2, "row")]),
        ({"payout_share": 2}, [(2, "row")]),
        ({"period": "2016"}, [(2, "row")]),
        ({"status": "corrected"}, [(2, "status")]),
        ({"inputs": "{}"}, [(2, "row"), (2, "text")]),
        ({"sha256": "0" * 64}, [(2, "text"), (3, "order")]),
    ],
)
def test_every_column_that_is_tampered_with_is_found_at_its_place(house, columns, expected):
    forge(three(house)[1], **columns)
    assert found(house.program) == expected


def test_inputs_changed_together_with_their_hash_break_the_next_link(house):
    statement = three(house)[1]
    inputs = json.loads(statement.inputs)
    inputs["components"][0]["value"] = 60.0
    text = compensation.chain.canonical(inputs)
    forge(statement, inputs=text, sha256=compensation.chain.digest(statement.previous_sha256, text))
    assert found(house.program) == [(2, "row"), (3, "order")]


def test_a_statement_taken_out_is_found(house):
    statement = three(house)[1]
    with without_triggers("governance_compensationstatement") as cursor:
        cursor.execute("DELETE FROM governance_compensationstatement WHERE id = %s", [statement.pk])
    assert found(house.program) == [(2, "order")]


def test_a_cut_end_is_found_with_the_hash_of_a_printed_statement(house):
    statement = three(house)[2]
    with without_triggers("governance_compensationstatement") as cursor:
        cursor.execute("DELETE FROM governance_compensationstatement WHERE id = %s", [statement.pk])
    assert found(house.program) == []
    assert found(house.program, anchor=statement.sha256) == [(2, "anchor")]


def test_a_frozen_kpi_value_that_was_changed_is_found(house):
    three(house)
    with without_triggers("journeys_kpivalue") as cursor:
        cursor.execute("UPDATE journeys_kpivalue SET value = 12.0")
    assert found(house.program) == [(1, "row"), (2, "row"), (3, "row")]


@pytest.mark.parametrize("change", [{"amount": 1}, {"inputs": "{}"}, {"user_id": 1}])
def test_the_database_itself_keeps_a_statement_as_it_is(house, change):
    statement = issue(house)
    with pytest.raises(ProgrammingError), transaction.atomic():
        CompensationStatement.objects.filter(pk=statement.pk).update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        statement.delete()


@pytest.mark.django_db(transaction=True)
def test_statements_issued_at_once_form_one_chain():
    program = make.make_program()
    unit = make.make_unit(program, "G")
    author, approver = make.make_user(Role.OWNER, unit), make.make_user(Role.EXECUTIVE, unit)
    people = [make.make_user(Role.FRONTLINE, unit) for _ in range(4)]
    make.make_kpis(program)
    make.make_scores(make.make_survey(program), "NETPRO", {10: 60}, unit=unit)
    scheme = make.make_scheme(program, author=author, approver=approver, min_n=50)
    gate, errors = Barrier(len(people)), []

    def work(person):
        try:
            gate.wait(timeout=20)
            compensation.issue(scheme, person, unit, at=AT, by=author)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert CompensationStatement.objects.count() == len(people)
    assert compensation.verify_chain(program) == []


@pytest.fixture
def pages(house, client):
    house.statements = {
        "own": issue(house),
        "other": issue(house, "A", user=house.people[Role.FRONTLINE]),
    }
    return house, client


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [
        (Role.UNIT_MANAGER, 200, 404), (Role.FRONTLINE, 404, 200), (Role.OWNER, 200, 200), (Role.AUDITOR, 200, 200),
        (Role.EXECUTIVE, 404, 404), (Role.ANALYST, 404, 404), (Role.INTEGRATION, 404, 404),
    ],
)  # fmt: skip
def test_statements_are_read_by_the_person_and_by_those_who_may_read_all(pages, role, own, other):
    house, client = pages
    client.force_login(house.people[role])
    for key, status in (("own", own), ("other", other)):
        url = reverse("governance:statement-detail", args=[house.statements[key].pk])
        assert client.get(url).status_code == status
    listed = client.get(reverse("governance:statement-list"))
    assert listed.status_code == 200
    shown = listed.content.decode()
    for key, status in (("own", own), ("other", other)):
        assert (reverse("governance:statement-detail", args=[house.statements[key].pk]) in shown) == (status == 200)


def test_every_step_of_the_calculation_can_be_read(pages):
    house, client = pages
    client.force_login(house.people[Role.FRONTLINE])
    shown = client.get(reverse("governance:statement-detail", args=[house.statements["other"].pk])).content.decode()
    # Value, points as they enter the curve, the knots, the share; the unit that counted instead of A, and why.
    for text in ('data-value="44.44444444444445"', "44.4444", "20", "40", "60", "1.111", "11,111.10", "108"):
        assert text in shown, text
    assert "Boarding area A, n 8" in shown
    assert house.statements["other"].sha256 in shown
