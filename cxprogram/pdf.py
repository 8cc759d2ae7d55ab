"""HTML to PDF/UA-1 by WeasyPrint, from bundled styles and fonts alone: nothing is fetched from anywhere else.

WeasyPrint is imported when the first PDF is made: without Pango the application runs, only this fails, with the
command that mends it.
"""

import logging
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cxprogram.errors import DomainError

STATIC = Path(__file__).resolve().parent / "static"
# No such host exists: addresses of this form are answered from the package's own files.
BASE = "https://static.invalid/"
STYLES = ("cxprogram/cx.css", "cxprogram/print.css", "cxprogram/report.css")
FONT = ".woff2"
VARIANT = "pdf/ua-1"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"


class PdfError(DomainError):
    """No PDF could be made: `pdf-unavailable` (503) where a system library is missing, else `pdf-refused`."""

    code = "pdf-refused"
    status = 500


@cache
def _bundled() -> dict[str, Path]:
    """What a PDF may be made of, by address: our styles and the vendored Inter."""
    files = [STATIC / style for style in STYLES] + sorted((STATIC / "vendor" / "inter").glob(f"*{FONT}"))
    return {BASE + path.relative_to(STATIC).as_posix(): path for path in files}


@cache
def _unpacked(path: Path) -> bytes:
    """A font as Pango reads it, once per process: WeasyPrint would unpack each anew for every file."""
    from fontTools.ttLib import woff2

    unpacked = BytesIO()
    woff2.decompress(BytesIO(path.read_bytes()), unpacked)
    return unpacked.getvalue()


@cache
def _weasyprint() -> Any:
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse
    except OSError as error:
        raise PdfError(
            _("PDFs need a system library that is missing. Debian: apt-get install --no-install-recommends %(names)s")
            % {"names": PACKAGES},
            code="pdf-unavailable",
            status=503,
        ) from error

    # Our styles also hold rules for screens, which WeasyPrint does not know and names one by one.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)

    class BundledOnly(URLFetcher):
        """Serves the files of this package and refuses every other address, which stops the rendering."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

        def fetch(self, url: str, headers: dict | None = None) -> Any:
            path = _bundled().get(url)
            if path is None:
                raise FatalURLFetchingError(f"not a bundled file: {url[:200]}")
            if path.suffix == FONT:
                return URLFetcherResponse(url, _unpacked(path), {"Content-Type": "font/ttf"})
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "text/css"})

    return weasyprint, FontConfiguration, BundledOnly, FatalURLFetchingError


class _Faces(list):
    """Takes the place of a font configuration and keeps what it is told."""

    def add_font_face(self, descriptors: Any, _fetcher: Any) -> None:
        self.append(descriptors)


@cache
def _styles() -> tuple[list[Any], _Faces]:
    """The styles and the fonts they name, read once per process: that takes as long as laying out a page."""
    weasyprint, _configuration, bundled_only, _refused = _weasyprint()
    faces = _Faces()
    return [
        weasyprint.CSS(url=BASE + style, url_fetcher=bundled_only(), font_config=faces, media_type="print")
        for style in STYLES
    ], faces


def make_pdf(html: str) -> bytes:
    """A PDF/UA-1 file of a complete HTML document, the same bytes for the same document.

    The document links no styles itself: STYLES are applied in their order. Raises PdfError if it refers to anything
    that is not bundled (`pdf-refused`), or where Pango is missing (`pdf-unavailable`).
    """
    return _render(html).write_pdf(pdf_variant=VARIANT)


def make_sheet(documents: Iterable[str]) -> bytes:
    """The first of the documents that fits on one page, as `make_pdf` makes it; each is only written when its turn
    comes. Raises PdfError (`pdf-too-long`) when none does.
    """
    for html in documents:
        document = _render(html)
        if len(document.pages) == 1:
            return document.write_pdf(pdf_variant=VARIANT)
    raise PdfError(_("It does not fit on one page."), code="pdf-too-long", status=422)


def _render(html: str) -> Any:
    weasyprint, font_configuration, bundled_only, refused = _weasyprint()
    fetcher, fonts = bundled_only(), font_configuration()
    try:
        sheets, faces = _styles()
        for face in faces:
            fonts.add_font_face(face, fetcher)
        document = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=fetcher, media_type="print")
        return document.render(stylesheets=sheets, font_config=fonts, pdf_variant=VARIANT)
    except refused as error:
        raise PdfError(_("The report refers to something outside of it.")) from error
