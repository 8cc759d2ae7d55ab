"""The frame around pages. Load with `{% load cx %}`.

    {% tabs nav more_url more_label is_more as phone_tabs %}   the phone's four: the three first entries, and More
    {{ nav|entries }}                                          the entries with named parts
    {{ field|styled }}                                         a form field's widget with our classes and ARIA state
    {{ field|is_tick }} {{ field|is_group }}                   one box to tick; several boxes or buttons

An entry of `nav` is (url, label, icon, is_current), a fifth member is the short label of the phone; objects and dicts
with the same names do as well.
"""

from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@dataclass(frozen=True)
class Entry:
    url: str
    label: str
    icon: str
    is_current: bool
    short_label: str


def entry(item: Any) -> Entry:
    names = ("url", "label", "icon", "is_current", "short_label")
    if isinstance(item, dict):
        parts = {name: item[name] for name in names if name in item}
    elif isinstance(item, tuple | list):
        parts = dict(zip(names, item, strict=False))
    else:
        parts = {name: getattr(item, name) for name in names if hasattr(item, name)}
    parts.setdefault("short_label", parts["label"])
    return Entry(**parts)


@register.filter
def entries(nav: Any) -> list[Entry]:
    """The navigation as entries with named parts."""
    return [entry(item) for item in nav or ()]


@register.simple_tag
def tabs(nav: Any, more_url: str, more_label: str, is_more: bool = False) -> list[Entry]:
    """Four tabs at most; the last one leads to the page with everything else."""
    found = entries(nav)
    kept = found[:3]
    rest_is_current = is_more or any(e.is_current for e in found[3:])
    return [*kept, Entry(more_url, more_label, "more", rest_is_current, more_label)]


def described_by(field: BoundField) -> str:
    """Ids of the hint and the error, in the order they are read."""
    ids = []
    if field.help_text:
        ids.append(f"{field.id_for_label or field.html_name}-hint")
    if field.errors:
        ids.append(f"{field.id_for_label or field.html_name}-error")
    return " ".join(ids)


@register.filter
def styled(field: BoundField) -> SafeString:
    """The widget with Bootstrap's classes and its state for assistive tools."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        css = "form-check-input"
    elif isinstance(widget, forms.Select):
        css = "form-select"
    else:
        css = "form-control"
    attrs = {"class": f"{css} {widget.attrs.get('class', '')}".strip()}
    if ids := described_by(field):
        attrs["aria-describedby"] = ids
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


@register.filter
def is_tick(field: BoundField) -> bool:
    """Whether the field is one box to tick, whose label stands behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is several boxes or buttons that need a fieldset."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
