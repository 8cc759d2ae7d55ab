"""Money in pages: `{% load governance_money %}{% money amount currency %}` writes `USD 1,234.50`."""

from decimal import Decimal

from django import template

from governance.pages.statements import money as said

register = template.Library()


@register.simple_tag
def money(amount: Decimal, currency: str) -> str:
    return said(amount, currency)
