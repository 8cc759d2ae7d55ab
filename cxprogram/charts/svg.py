"""Charts drawn without a browser, for PDFs and mails."""

import hashlib
import json
import re
from functools import cache

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from cxprogram import drawing
from cxprogram.charts.parts import Chart, Spec

VL_VERSION = "6.4"


@cache
def themes() -> dict[str, Spec]:
    """The three Vega-Lite configurations: light, dark, print."""
    found = json.loads((drawing.STATIC / "vega-theme.json").read_text())
    return {name: found[name] for name in ("light", "dark", "print")}


@cache
def _register_fonts() -> None:
    import vl_convert

    vl_convert.register_font_directory(str(drawing.STATIC.parent / "vendor" / "inter" / "ttf"))


def chart_svg(chart: Chart, *, theme: str = "print", width: int = 560, height: int | None = None) -> SafeString:
    """The chart as SVG text of the final size in px, the same bytes for the same chart.

    vl-convert counts clip-path ids up per process: here they follow from the chart's content, which also keeps them
    apart in a document with several charts. `<title>` is what WeasyPrint takes as alternative text.
    """
    import vl_convert  # 30 MB of native code that the web process does not need at start

    _register_fonts()
    spec = {**chart.spec, "width": width, "height": height or chart.spec["height"]}
    svg = vl_convert.vegalite_to_svg(vl_spec=spec, vl_version=VL_VERSION, config=themes()[theme])
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:10]
    names: dict[str, str] = {}
    for name in re.findall(r'\bid="([^"]+)"', svg):
        names.setdefault(name, f"c{digest}-{len(names)}")
    for old, new in names.items():
        svg = svg.replace(f'id="{old}"', f'id="{new}"').replace(f"url(#{old})", f"url(#{new})")
    text = conditional_escape(chart.description)
    svg = re.sub(
        r"<svg ([^>]*)>",
        lambda m: f'<svg class="cx-chart" role="img" aria-label="{text}" {_bare(m[1])}><title>{text}</title>',
        svg,
        count=1,
    )
    return mark_safe(svg)  # noqa: S308 - drawn from our own spec; names in it are escaped by vl-convert


def _bare(attributes: str) -> str:
    """The root's attributes without a class of its own."""
    return re.sub(r'\s*class="[^"]*"', "", attributes).strip()
