"""The frame around pages. Load with `{% load cx %}`.

    {% tabs nav more_url more_label is_more as phone_tabs %}   the phone's four: the three first entries, and More
    {{ nav|entries }}                                          the entries with named parts
    {{ field|styled }}                                         a form field's widget with our classes and ARIA state
    {{ field|is_tick }} {{ field|is_group }}                   one box to tick; several boxes or buttons
    part_id, described_by, first_id, error_count               parts of our form includes
    {{ code|language_attrs }}                                  `lang` and, from right to left, `dir`
    {% our_words %}                                            attributes of an element whose words are ours, in English
                                                               where the page speaks a language that the house does not
    {{ code|named:names }}                                     what a code is called; the code where nothing is known

An entry of `nav` is (url, label, icon, is_current), a fifth member is the short label of the phone; objects and dicts
with the same names do as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from cxprogram.languages import attrs, frame_of

register = template.Library()


@register.filter
def language_attrs(code: str) -> str:
    """The attributes of an element whose text is in the language."""
    return format_html_join(" ", '{}="{}"', attrs(code).items())


@register.simple_tag
def our_words() -> str:
    """Nothing where the page's language is one of ours: the element is in that of the page."""
    language = get_language() or "en"
    ours = frame_of(language)
    return "" if ours == language.partition("-")[0] else format_html(' lang="{}" dir="ltr"', ours)


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


@register.filter
def named(code: str, names: Mapping[str, str]) -> str:
    return names.get(code, code)


@register.filter
def part_id(field: BoundField, part: str) -> str:
    """The id of a field's hint or error."""
    return f"{field.auto_id or field.html_name}-{part}"


@register.filter
def first_id(field: BoundField) -> str:
    """Where a link from the summary lands: the widget, or the first of its boxes."""
    return f"{field.auto_id}_0" if is_group(field) else field.id_for_label


@register.filter
def described_by(field: BoundField) -> str:
    """Ids of the hint and the error, in the order they are read."""
    parts = [("hint", field.help_text), ("error", field.errors)]
    return " ".join(part_id(field, name) for name, there in parts if there)


@register.filter
def error_count(form: forms.BaseForm) -> int:
    """How many messages the summary on top lists."""
    return sum(len(messages) for messages in form.errors.values())


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
    attrs: dict[str, Any] = {"class": f"{css} {widget.attrs.get('class', '')}".strip()}
    if widget.attrs.get("rows") == "10":  # Django's own default, a third of a phone
        attrs["rows"] = 4
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
