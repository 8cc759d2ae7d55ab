"""Every message in every language, and the compiled catalogues in step with their sources."""

import ast
import gettext
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import dates, translation

from cxprogram.languages import OURS

LANGUAGES = [code for code in OURS if code != "en"]
LOCALE = Path(settings.LOCALE_PATHS[0])
MSGFMT = shutil.which("msgfmt")
needs_gettext = pytest.mark.skipif(MSGFMT is None, reason="gettext is not installed: apt-get install gettext")


ROOMS = ("cxprogram", "journeys", "feedback", "actions", "governance")
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}


@cache
def messages() -> dict[str, str]:
    """Every text that the code marks, and a file with it; xgettext does not see those inside of an f-string."""
    found = {}
    for room in ROOMS:
        for path in (LOCALE.parent.parent / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
                if name in MARKS and isinstance(node.args[0], ast.Constant):
                    found[node.args[0].value] = path.name
    return found


def catalogue(path: Path) -> dict[object, str]:
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]


@needs_gettext
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_and_compiled(language: str, tmp_path: Path) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    fresh = tmp_path / "django.mo"
    done = subprocess.run(
        [str(MSGFMT), "--check-format", "--statistics", "-o", str(fresh), str(folder / "django.po")],
        capture_output=True,
        text=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    assert "untranslated" not in done.stderr and "fuzzy" not in done.stderr, done.stderr
    compiled, expected = catalogue(folder / "django.mo"), catalogue(fresh)
    assert {key: text for key, text in compiled.items() if key} == {key: text for key, text in expected.items() if key}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_code_is_a_message(language: str) -> None:
    keys = catalogue(LOCALE / language / "LC_MESSAGES" / "django.mo").keys()
    known = {key[0] if isinstance(key, tuple) else key for key in keys}
    assert len(messages()) > 1_000
    assert {text: file for text, file in messages().items() if text not in known} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_needs_a_glyph_that_the_font_lacks(language: str) -> None:
    """The PDF embeds Inter alone: arrows and signs outside its subset would bring in another font."""
    texts = "".join(catalogue(LOCALE / language / "LC_MESSAGES" / "django.mo").values())
    assert re.findall("[\u2190-\u21ff\u2248-\u22ff\u25a0-\u25ff\u202f]", texts) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_of_ours_takes_the_place_of_a_months_name(language: str) -> None:
    """Django asks the same catalogue for "May": our verb would stand in every date of that month."""
    names = {*dates.MONTHS.values(), *dates.MONTHS_3.values(), *dates.WEEKDAYS.values(), *dates.WEEKDAYS_ABBR.values()}
    ours = catalogue(LOCALE / language / "LC_MESSAGES" / "django.mo").keys()
    with translation.override("en"):
        assert {str(name) for name in names} & ours == set()
