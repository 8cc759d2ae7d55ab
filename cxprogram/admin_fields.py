"""Form fields of the admin for what is stored as JSON: texts by language, lists of codes, documents.

Whoever defines a program writes words, not JSON; where a document remains, its errors say what to change.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from unfold.widgets import (
    INPUT_CLASSES,
    TEXTAREA_CLASSES,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from cxprogram.languages import NAMES, OURS


class TranslationsWidget(forms.MultiWidget):
    """One labelled input for each language."""

    use_fieldset = True

    def __init__(self, languages: Sequence[str], *, is_long: bool = False) -> None:
        self.languages = languages
        parts = {
            code: UnfoldAdminTextareaWidget({"rows": 2, "class": " ".join(TEXTAREA_CLASSES), "lang": code})
            if is_long
            else forms.TextInput({"class": " ".join(INPUT_CLASSES), "lang": code})
            for code in languages
        }
        super().__init__(parts)

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, str):  # an inline form's initial value comes as text
            value = json.loads(value or "{}")
        return [(value or {}).get(code, "") for code in self.languages]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value, attrs)
        parts = zip(self.languages, self.widgets, context["widget"]["subwidgets"], strict=True)
        rows = format_html_join(
            "",
            '<div class="cx-text"><label for="{}">{}</label>{}</div>',
            (
                (
                    part["attrs"].get("id", ""),
                    OURS[code],
                    widget.render(part["name"], part["value"], part["attrs"], renderer),
                )
                for code, widget, part in parts
            ),
        )
        return format_html('<div class="cx-texts">{}</div>', rows)


class TranslationsField(forms.MultiValueField):
    """Texts by language, `{"sv": "…"}`, in the house's own; an empty text is left out, other languages are kept."""

    def __init__(self, *, without: Sequence[str] = (), is_long: bool = False, **kwargs: Any) -> None:
        codes = [code for code in OURS if code not in without]
        super().__init__(
            [forms.CharField(required=False) for _code in codes],
            require_all_fields=False,
            widget=TranslationsWidget(codes, is_long=is_long),
            **kwargs,
        )
        self.codes = codes

    def compress(self, data_list: Sequence[str]) -> dict[str, str]:
        return {code: text for code, text in zip(self.codes, data_list, strict=False) if text}

    def kept(self, before: Any, written: Mapping[str, str]) -> dict[str, str]:
        """What was written, with the texts in languages that the field does not show."""
        return {**written, **{code: text for code, text in (before or {}).items() if code not in self.codes}}


class CodesField(forms.CharField):
    """A list of codes, written with commas between them."""

    def __init__(self, *, of: Callable[[str], Any] = str, maximum: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextInputWidget())
        super().__init__(**kwargs)
        self.of, self.maximum = of, maximum

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        parts = [part.strip() for part in (value or "").split(",") if part.strip()]
        try:
            codes = list(dict.fromkeys(self.of(part) for part in parts))
        except ValueError:
            raise ValidationError(_("Write whole numbers with commas between them.")) from None
        if self.maximum is not None and len(codes) > self.maximum:
            raise ValidationError(_("%(maximum)s at most.") % {"maximum": self.maximum})
        return codes

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != (initial or [])
        except ValidationError:
            return True


class LanguagesField(forms.MultipleChoiceField):
    """Languages, the house's own first, as a list of codes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(NAMES.items()), widget=UnfoldAdminSelect2MultipleWidget(), **kwargs)


class DocumentField(forms.JSONField):
    """A JSON document, shown with line breaks; `check` raises ValidationError with what is wrong in it."""

    def __init__(self, *, check: Callable[[Any], None] | None = None, **kwargs: Any) -> None:
        kwargs["widget"] = AdminTextareaWidget(
            {"class": " ".join([*TEXTAREA_CLASSES, "font-mono"]), "rows": 8, "spellcheck": "false"}
        )
        super().__init__(**kwargs)
        self.check = check

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, forms.fields.InvalidJSONInput):
            return value
        return json.dumps(value, indent=2, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, dict | list):
            return value if value not in (None, "") else {}
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            raise ValidationError(
                _("This is not JSON: line %(line)s, column %(column)s: %(what)s."),
                params={"line": error.lineno, "column": error.colno, "what": error.msg},
            ) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != (initial or {})
        except ValidationError:
            return True

    def validate(self, value: Any) -> None:
        super().validate(value)
        if self.check is not None:
            self.check(value)


def check_texts(texts: Any, place: str) -> list[str]:
    """What is wrong with texts by language, in sentences that name the place."""
    if not isinstance(texts, Mapping):
        return [_('%(place)s: write texts by language, for example {"en": "…", "sv": "…"}.') % {"place": place}]
    wrong = []
    for code, text in texts.items():
        if code not in NAMES:
            wrong.append(
                _('%(place)s: "%(code)s" is not a language; use %(languages)s.')
                % {"place": place, "code": code, "languages": ", ".join([*OURS, "…"])}
            )
        elif not isinstance(text, str) or not text.strip():
            wrong.append(_("%(place)s: the text in %(language)s is empty.") % {"place": place, "language": code})
    return wrong


def check_options(options: Any) -> None:
    """The options of a question: by answer code, texts `title`, `sentence`, `label` by language.

    The codes are whole numbers, or `low` and `high` for the two ends of a scale.
    """
    if not isinstance(options, Mapping):
        raise ValidationError(_('Write the options by answer code: {"1": {"title": {"en": "…"}}}.'))
    wrong: list[str] = []
    for code, parts in options.items():
        place = _("Answer %(code)s") % {"code": code}
        if code not in ("low", "high") and not code.lstrip("-").isdigit():
            wrong.append(_("%(place)s: an answer code is a whole number.") % {"place": place})
        if not isinstance(parts, Mapping) or not any(name in parts for name in ("title", "sentence", "label")):
            wrong.append(_('%(place)s: give it a title, {"title": {"en": "…"}}.') % {"place": place})
            continue
        for name in ("title", "sentence", "label"):
            if name in parts:
                wrong += check_texts(parts[name], f"{place}, {name}")
    if wrong:
        raise ValidationError(wrong)


def check_problems(problems: Any) -> None:
    """Problems by answer code, each with its texts by language."""
    if not isinstance(problems, Mapping):
        raise ValidationError(_('Write the problems by answer code: {"101": {"en": "…"}}.'))
    wrong: list[str] = []
    for code, texts in problems.items():
        place = _("Problem %(code)s") % {"code": code}
        if not code.isdigit():
            wrong.append(_("%(place)s: an answer code is a whole number.") % {"place": place})
        wrong += check_texts(texts, place)
    if wrong:
        raise ValidationError(wrong)
