"""Small drawings as SVG text, each for the screen and for print.

On the screen a drawing carries classes, symbols come from the static sprite and positions are per cents. In print
(WeasyPrint) neither document CSS nor `<use>` reaches into a drawing: colours are attributes, symbols stand in place,
and a `<title>` becomes the alternative text in the PDF. Both take colours and shapes from the same two files.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

STATIC = Path(__file__).parent / "static" / "cxprogram"
SVG = "http://www.w3.org/2000/svg"


@cache
def tokens() -> dict[str, str]:
    """Colours of the light mode by token name, read from cx.css (print is always light)."""
    css = (STATIC / "cx.css").read_text()
    block = css[css.index(':root, [data-bs-theme="light"] {') :]
    return dict(re.findall(r"--cx-([\w-]+):\s*(#[0-9a-f]{6})", block[: block.index("}")]))


@dataclass(frozen=True)
class Symbol:
    view_box: str
    markup: str


@cache
def symbols() -> dict[str, Symbol]:
    """The sprite's symbols by name."""
    sprite = (STATIC / "icons.svg").read_text()
    return {
        name: Symbol(view_box, markup)
        for name, view_box, markup in re.findall(
            r'<symbol id="([\w-]+)" viewBox="([^"]+)">(.*?)</symbol>', sprite, re.DOTALL
        )
    }


def title(text: str) -> str:
    return f"<title>{conditional_escape(text)}</title>"


def icon_in_place(name: str, colour: str, text: str, *, size: float = 9) -> SafeString:
    """A symbol drawn with a literal colour and a title, for print."""
    symbol = symbols()[name]
    body = symbol.markup.replace("currentColor", colour)
    return mark_safe(  # noqa: S308 - our own sprite; the title is escaped
        f'<svg class="cx-i" xmlns="{SVG}" width="{size:g}" height="{size:g}" viewBox="{symbol.view_box}">'
        f'{title(text)}<g fill="{colour}">{body}</g></svg>'
    )


@dataclass(frozen=True)
class Scale:
    """Places values on a drawing of `width` (100 for per cents); values outside stand at the edge."""

    low: float
    high: float
    width: float = 100.0

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"a scale must rise: {self.low} to {self.high}")

    def at(self, value: float) -> float:
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0) * self.width


@dataclass(frozen=True)
class IntervalMarks:
    """What stands on an interval bar; every mark but the value may be missing."""

    value: float
    low: float | None = None
    high: float | None = None
    target: float | None = None
    expectation: float | None = None
    peers: Sequence[float] = ()


def interval_bar(marks: IntervalMarks, scale: Scale, *, ends: tuple[str, str] | None = None) -> SafeString:
    """The bar for the screen. It is hidden from assistive tools: the same numbers stand beside it as text."""

    def pct(value: float) -> str:
        return f"{scale.at(value):.2f}%"

    def tick(css: str, value: float, top: int, foot: int) -> str:
        return f'<line class="{css}" x1="{pct(value)}" x2="{pct(value)}" y1="{top}" y2="{foot}"/>'

    parts = ['<line class="track" x1="0" x2="100%" y1="10" y2="10"/>']
    if marks.low is not None and marks.high is not None:
        parts.append(f'<line class="band" x1="{pct(marks.low)}" x2="{pct(marks.high)}" y1="10" y2="10"/>')
    if marks.expectation is not None:
        parts.append(tick("expect", marks.expectation, 1, 19))
    parts += [tick("peer", peer, 3, 17) for peer in marks.peers]
    parts.append(f'<circle class="dot" cx="{pct(marks.value)}" cy="10" r="4.5"/>')
    if marks.target is not None:
        parts.append(tick("target", marks.target, 1, 19))
    css = "cx-int"
    if ends:
        css += " cx-int--ends"
        parts.append(f'<text x="0" y="34">{conditional_escape(ends[0])}</text>')
        parts.append(f'<text x="100%" y="34" text-anchor="end">{conditional_escape(ends[1])}</text>')
    return mark_safe(f'<svg class="{css}" aria-hidden="true">{"".join(parts)}</svg>')  # noqa: S308 - escaped


def interval_bar_print(
    marks: IntervalMarks, scale: Scale, *, text: str, ends: tuple[str, str] | None = None
) -> SafeString:
    """The bar for print, `scale.width` px wide; `text` becomes the alternative text."""
    ink = tokens()

    def x(value: float) -> str:
        return f"{scale.at(value):.1f}"

    def tick(colour: str, value: float, top: float, foot: float, extra: str = "") -> str:
        return f'<path d="M{x(value)} {top:g}V{foot:g}" stroke="{colour}" stroke-width="1.5"{extra}/>'

    parts = [title(text), f'<path d="M0 7H{scale.width:g}" stroke="{ink["track"]}" stroke-width="1.5"/>']
    if marks.low is not None and marks.high is not None:
        parts.append(f'<path d="M{x(marks.low)} 7H{x(marks.high)}" stroke="{ink["band"]}" stroke-width="9"/>')
    if marks.expectation is not None:
        parts.append(tick(ink["expect"], marks.expectation, 0, 14, ' stroke-dasharray="3 2"'))
    parts += [tick(ink["compare"], peer, 2, 12) for peer in marks.peers]
    if marks.target is not None:
        parts.append(tick(ink["target"], marks.target, 0, 14))
    parts.append(
        f'<circle cx="{x(marks.value)}" cy="7" r="3.5" fill="{ink["data"]}" stroke="{ink["paper"]}" '
        'stroke-width="1.2"/>'
    )
    height = 14
    if ends:
        height = 24
        font = f'y="23" font-family="Inter" font-size="8.5" fill="{ink["ink-3"]}"'
        parts.append(f'<text x="0" {font}>{conditional_escape(ends[0])}</text>')
        parts.append(f'<text x="{scale.width:g}" text-anchor="end" {font}>{conditional_escape(ends[1])}</text>')
    return mark_safe(  # noqa: S308 - escaped
        f'<svg class="cx-int" xmlns="{SVG}" width="{scale.width:g}" height="{height}" '
        f'viewBox="0 0 {scale.width:g} {height}">{"".join(parts)}</svg>'
    )


def key_print(mark: str, text: str) -> SafeString:
    """One mark of the interval bar alone, for a legend in print: `interval`, `expectation` or `target`."""
    ink = tokens()
    body = {
        "interval": f'<path d="M1 5H19" stroke="{ink["band"]}" stroke-width="7"/>'
        f'<circle cx="10" cy="5" r="3" fill="{ink["data"]}" stroke="{ink["paper"]}"/>',
        "expectation": f'<path d="M10 0V10" stroke="{ink["expect"]}" stroke-width="1.5" stroke-dasharray="3 2"/>',
        "target": f'<path d="M10 0V10" stroke="{ink["target"]}" stroke-width="1.5"/>',
    }[mark]
    return mark_safe(  # noqa: S308 - the title is escaped
        f'<svg class="cx-i" xmlns="{SVG}" width="20" height="10" viewBox="0 0 20 10">{title(text)}{body}</svg>'
    )


def split_bar(shares: tuple[float, float, float], *, text: str, pattern: str) -> SafeString:
    """Detractors hatched, passives grey, promoters plain. `pattern` is an id used once on the page."""
    first, second = shares[0] * 100, (shares[0] + shares[1]) * 100
    label = conditional_escape(text)
    return mark_safe(  # noqa: S308 - escaped
        f'<svg class="cx-split" role="img" aria-label="{label}"><defs><pattern id="{pattern}" width="6" height="6" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="cx-hatch" d="M0 0V6"/></pattern>'
        "</defs>"
        f'<rect class="det" x="0" y="0" width="{first:.2f}%" height="24"/>'
        f'<rect fill="url(#{pattern})" x="0" y="0" width="{first:.2f}%" height="24"/>'
        f'<rect class="pas" x="{first:.2f}%" y="0" width="{shares[1] * 100:.2f}%" height="24"/>'
        f'<rect class="pro" x="{second:.2f}%" y="0" width="{shares[2] * 100:.2f}%" height="24"/>'
        f'<rect class="cut" x="{first:.2f}%" width="2" height="24"/>'
        f'<rect class="cut" x="{second:.2f}%" width="2" height="24"/></svg>'
    )


def split_bar_print(shares: tuple[float, float, float], *, text: str, width: float = 325) -> SafeString:
    """The same for print; the hatch is drawn line by line and covered on its right by the next group."""
    ink, height = tokens(), 20
    first, second = shares[0] * width, (shares[0] + shares[1]) * width
    hatch, x = [], 6.0
    while x - height < first:
        hatch.append(f"M{x:g} 0 {x - height:g} {height}")
        x += 7
    return mark_safe(  # noqa: S308 - escaped
        f'<svg xmlns="{SVG}" width="{width:g}" height="{height}" viewBox="0 0 {width:g} {height}">{title(text)}'
        f'<rect width="{first:.1f}" height="{height}" fill="{ink["detractor"]}"/>'
        f'<path d="{"".join(hatch)}" stroke="{ink["paper"]}" stroke-width="1.5"/>'
        f'<rect x="{first:.1f}" width="{second - first:.1f}" height="{height}" fill="{ink["passive"]}"/>'
        f'<rect x="{second:.1f}" width="{width - second:.1f}" height="{height}" fill="{ink["promoter"]}"/>'
        f'<path d="M{first:.1f} 0V{height}M{second:.1f} 0V{height}" stroke="{ink["paper"]}" stroke-width="2"/></svg>'
    )
