"""Languages: the house speaks five; customers are asked in any that Django knows."""

import re
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError

OURS: dict[str, str] = dict(settings.LANGUAGES)
# Every language by its own name: ours first, the others in the order of their codes.
NAMES: dict[str, str] = OURS | {
    code: info["name_local"].capitalize()
    for code, info in sorted(LANG_INFO.items())
    if "name_local" in info and code not in OURS and code != "no"
}
MAX_CODE = 10
TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")


class LanguageError(DomainError):
    code = "language-unknown"


def is_rtl(code: str) -> bool:
    """Whether it is written from right to left."""
    return bool(LANG_INFO.get(code, {}).get("bidi"))


def frame_of(code: str) -> str:
    """The language in which the words of our own pages stand there."""
    base = code.partition("-")[0]
    return base if base in OURS else "en"


def attrs(code: str) -> dict[str, Any]:
    """The attributes of an element whose text is in the language."""
    return {"lang": code} | ({"dir": "rtl"} if is_rtl(code) else {})


def code_of(name: str) -> str:
    """Our code of what others call a language; empty for none that is known.

    de-informal is German, EN-GB English, ZH-S simplified Chinese; pt_BR and es-MX are languages of their own.
    """
    told = name.strip().replace("_", "-").lower()
    told = {"zh-s": "zh-hans", "zh-t": "zh-hant", "no": "nb"}.get(told, told)
    base = told.partition("-")[0]
    if base in OURS:
        return base
    fallbacks = LANG_INFO.get(told, {}).get("fallback", [])
    return next((code for code in (told, *fallbacks, told.rpartition("-")[0], base) if code in NAMES), "")


def told(tag: str) -> str:
    """Our code of the language that another program says; empty where it says none. Raises LanguageError for what has
    not the form of a code, or is that of no language in which customers can be asked."""
    code = code_of(tag) if TAG.fullmatch(tag) else ""
    if tag and not code:
        raise LanguageError(_("We do not know this language."))
    return code


def chosen(tag: str, among: list[str]) -> str:
    """Which of these languages a reader of that language is served in; empty for none."""
    base = tag.lower().partition("-")[0]
    known = [each for each in (tag.lower(), code_of(tag), base) if each in among]
    kinds = [each for each in among if each.partition("-")[0] == base]
    return next(iter([*known, *kinds]), "")
