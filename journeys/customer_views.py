"""The customers for those who serve them."""

from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cxprogram.access import Right
from cxprogram.errors import ConflictError
from cxprogram.page_base import Visit, member_page
from journeys.models import Customer
from journeys.pages import customers as pages
from journeys.services import subjects

_encoder = msgspec.json.Encoder(decimal_format="string")


class EraseForm(forms.Form):
    """The one act that cannot be undone asks for one tick."""

    is_sure = forms.BooleanField(
        label=gettext_lazy("I have checked that this is the right person"),
        error_messages={"required": gettext_lazy("Tick the box: an erased person cannot be brought back.")},
    )


@require_safe
@member_page(Right.SEE_VOICE)
def customer_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?q=` is a name, an address, or a key under which a source knows the customer."""
    page = pages.customer_list(visit, request.GET.get("q", ""))
    return render(request, "journeys/customer_list.html", {"page": page, "may_define": visit.can(Right.DEFINE)})


def _find(visit: Visit, number: int) -> Customer:
    customer = pages.find(visit.user, visit.program, number)
    if customer is None:
        raise Http404
    return customer


def _show(
    request: HttpRequest, visit: Visit, customer: Customer, *, form: EraseForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "page": pages.customer_view(visit, customer),
        "erase_form": form or EraseForm(auto_id="erase-%s"),
        "crumbs": [(_("Customers"), reverse("journeys:customer-list")), (str(customer), "")],
    }
    return render(request, "journeys/customer_detail.html", context, status=status)


@require_safe
@member_page(Right.SEE_VOICE)
def customer_detail(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """One customer's whole story; one that turned out to be another leads there."""
    customer = _find(visit, number)
    if customer.merged_into_id is not None and pages.find(visit.user, visit.program, customer.merged_into_id):
        return redirect("journeys:customer-detail", customer.merged_into_id)
    return _show(request, visit, customer)


@require_POST
@member_page(Right.HANDLE_PRIVACY)
def customer_export(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Everything about the person in one file."""
    customer = _find(visit, number)
    body = _encoder.encode(subjects.export(customer, at=visit.at))
    response = HttpResponse(msgspec.json.format(body, indent=1), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="customer-{customer.pk}.json"'
    return response


@require_POST
@member_page(Right.HANDLE_PRIVACY)
def customer_erase(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Take away everything that names the person; answers and figures stay."""
    customer = _find(visit, number)
    form = EraseForm(request.POST, auto_id="erase-%s")
    if not form.is_valid():
        return _show(request, visit, customer, form=form, status=422)
    try:
        subjects.erase(customer, at=visit.at, by=visit.user)
    except ConflictError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, _("The person is erased. Answers and figures stay, without a name."))
    return HttpResponse(status=303, headers={"Location": reverse("journeys:customer-detail", args=[customer.pk])})
