"""Targets: read by all who see scores, set by those who define, approved by a second person."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cxprogram.access import Right
from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import OrgUnit
from cxprogram.page_base import Visit, member_page, number_in
from cxprogram.periods import ALL, Period, PeriodError, parse
from journeys.insight import target_table, waves
from journeys.insight.target_table import TargetStudy
from journeys.models import Kpi, KpiTarget
from journeys.pages import filters
from journeys.pages import targets as pages
from journeys.services import targets
from journeys.target_forms import TargetForm

PLACES = Decimal("0.0001")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.SEE_SCORES)
def target_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?period=`; with `&kpi= &question= &unit=` one target is looked at. A POST says in `do` what is done:
    `accept` a proposal, `set` an own value, `approve` a target."""
    if request.method == "POST" and request.POST.get("do") == "approve":
        return _approve(request, visit)
    unit = filters.unit_asked(request, visit)
    years = _years(visit)
    period = filters.period_asked(request) or years[0]
    offered = _with_months(years, period)
    study = _study(request, visit, unit, period)
    if request.method != "POST":
        return _show(request, visit, unit, period, offered, study, TargetForm(study=study) if study else None)
    if study is None:
        raise Http404
    form = TargetForm(request.POST if request.POST.get("do") == "set" else None, study=study)
    try:
        if request.POST.get("do") == "accept":
            _accept(request, visit, study)
        elif request.POST.get("do") != "set":
            raise Http404
        elif form.is_valid():
            _put(request, visit, study, **form.cleaned_data)
        else:
            return _show(request, visit, unit, period, offered, study, form, status=422)
    except DomainError as error:
        messages.error(request, str(error.detail))
        return _show(request, visit, unit, period, offered, study, form, status=error.status)
    messages.success(request, _("The target is set. Someone else approves it."))
    return _back(period)


def _approve(request: HttpRequest, visit: Visit) -> HttpResponse:
    rows = KpiTarget.objects.visible_to(visit.user).filter(program=visit.program).select_related("program")
    target = rows.filter(pk=number_in(request.POST.get("target", "")) or 0).first()
    if target is None or not targets.may_approve(visit.user, target):
        raise Http404
    try:
        targets.approve(target, by=visit.user)
    except DomainError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, _("The target is approved."))
    return _back(parse(target.period[:4]))


def _study(request: HttpRequest, visit: Visit, unit: OrgUnit, period: Period) -> TargetStudy | None:
    """The target that is looked at: for those who define, for a year or a month."""
    code, question = request.GET.get("kpi", ""), request.GET.get("question", "")
    if not code or period == ALL:
        return None
    if not visit.can(Right.DEFINE, unit=unit):
        raise Http404
    kpi = Kpi.objects.current().filter(program=visit.program, code=code).first()
    if kpi is None:
        raise Http404
    return target_table.study(visit.program, kpi, unit, period, at=visit.at, question=question[:60])


def _accept(request: HttpRequest, visit: Visit, study: TargetStudy) -> None:
    """Take a proposal over. Raises ConflictError (`proposal-changed`) if it no longer says what was shown."""
    code = request.POST.get("basis", "")
    proposal = next((each for each in study.proposals if each.basis == code), None)
    if proposal is None or repr(proposal.value) != request.POST.get("value", ""):
        raise ConflictError(_("The figures have changed meanwhile. Look at them again."), code="proposal-changed")
    _put(
        request,
        visit,
        study,
        value=_stored(proposal.value),
        stretch=None if proposal.stretch is None else _stored(proposal.stretch),
        point_amount=study.point_amount,
        basis=pages.basis(study, code),
    )


def _put(request: HttpRequest, visit: Visit, study: TargetStudy, **facts: Any) -> KpiTarget:
    last = study.last
    return targets.put(
        study.unit,
        kpi_code=study.kpi.code,
        question_code=study.question_code,
        period=study.period.code,
        seen=number_in(request.POST.get("seen", "")) or 0,
        by=visit.user,
        baseline=None if last is None or last.value is None else _stored(last.value),
        probability=study.probability(float(facts["value"])),
        is_illustrative=False,
        **facts,
    )


def _stored(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(PLACES)


def _with_months(years: list[Period], chosen: Period) -> list[Period]:
    """The years, and the months of the one that is looked at."""
    if chosen == ALL:
        return years
    year = parse(chosen.code[:4])
    months = [parse(f"{year.code}-{month:02}") for month in range(1, 13)]
    return [*(years if year in years else [year, *years]), *months]


def _years(visit: Visit) -> list[Period]:
    """The years that have targets and the one after the last wave, the newest target's first."""
    codes = KpiTarget.objects.visible_to(visit.user).filter(program=visit.program).values_list("period", flat=True)
    found = set()
    for code in {code[:4] for code in codes}:
        try:
            found.add(parse(code))
        except PeriodError:
            continue
    last = waves.of_program(visit.program).default
    year = last.start.year if last.is_year else visit.at.year
    ordered = sorted(found, reverse=True)
    following = parse(f"{year + 1:04}")
    return ordered if following in found else [*ordered, following]


def _back(period: Period) -> HttpResponse:
    address = f"{reverse('journeys:target-list')}?period={period.code}"
    return HttpResponse(status=303, headers={"Location": address})


def _show(
    request: HttpRequest,
    visit: Visit,
    unit: OrgUnit,
    period: Period,
    offered: list[Period],
    study: TargetStudy | None,
    form: TargetForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    units = filters.units_of(visit)
    rows = target_table.build_table(visit.program, period, units, user=visit.user)
    kpis = Kpi.objects.current().filter(program=visit.program).order_by("code")
    context = {
        "headline": pages.headline(rows),
        "lines": pages.lines(rows, user=visit.user),
        "period": period,
        "periods": filters.period_choices(offered, period),
        "units": filters.unit_choices(units, unit),
        "kpis": [filters.Choice(each.code, each.label, bool(study and study.kpi == each)) for each in kpis],
        "may_define": visit.can(Right.DEFINE),
        "may_propose": visit.can(Right.DEFINE) and period != ALL,
        "study": study,
        "whose": pages.whose(study.kpi) if study else "",
        "form": form,
        "offers": pages.offers(study) if study else [],
        "doubt": pages.doubt(study) if study else "",
        "season": pages.season(study) if study else "",
        "expectation": pages.expectation(study) if study else "",
    }
    return render(request, "journeys/target_list.html", context, status=status)
