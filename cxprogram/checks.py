"""System checks: a missing system package is named with the command that installs it."""

import ctypes
from ctypes.util import find_library
from typing import Any

from django.core.checks import CheckMessage, Warning, register

# What WeasyPrint loads when it makes a PDF, with the Debian package of each.
PDF_LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}


@register()
def pdf_libraries(**kwargs: Any) -> list[CheckMessage]:
    missing = [package for library, package in PDF_LIBRARIES.items() if not _is_installed(library)]
    if not missing:
        return []
    return [
        Warning(
            "Reports cannot be made as PDF: system libraries are missing. Everything else works.",
            hint=f"On Debian: apt-get install --no-install-recommends {' '.join(missing)} fonts-dejavu-core",
            id="cxprogram.W001",
        )
    ]


def _is_installed(library: str) -> bool:
    try:
        ctypes.CDLL(f"lib{library}.so.0")
    except OSError:
        return find_library(library) is not None
    return True
