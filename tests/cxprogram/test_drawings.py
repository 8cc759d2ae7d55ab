"""The drawings of `{% load cx %}`, on screen and in print."""

import io
import re

import pytest
from django.template import TemplateSyntaxError
from django.utils import translation

from cxprogram import drawing, figures
from cxprogram.figures import Change
from journeys.analytics.curve import curve
from journeys.analytics.curve_marks import CurvePoint, CurveStage
from tests.cxprogram.test_templatetags import render


def test_an_interval_bar_places_its_marks_in_per_cent():
    html = render("{% interval_bar 4.06 4.04 4.09 3.8 4.3 target=4.05 ends=True %}")
    assert 'class="band" x1="48.00%" x2="58.00%"' in html
    assert 'class="dot" cx="52.00%"' in html
    assert 'class="target" x1="50.00%"' in html
    assert re.findall(r"<text[^>]*>([^<]+)<", html) == ["3.8", "4.3"]
    assert "style=" not in html


def test_what_lies_outside_the_scale_stands_at_its_edge():
    html = render("{% interval_bar 9 -5 20 0 10 %}")
    assert 'x1="0.00%" x2="100.00%"' in html


def test_a_scale_that_does_not_rise_is_refused():
    with pytest.raises(ValueError, match="rise"):
        render("{% interval_bar 4 3 5 5 5 %}")


def test_nice_ends_are_round_and_hold_everything():
    low, high = figures.nice_ends([4.08, 4.02, 4.13, 4.06])
    assert (low, high) == pytest.approx((3.9, 4.25)) or (low < 4.02 and high > 4.13)
    assert (round(low * 20) / 20, round(high * 20) / 20) == pytest.approx((low, high))


def test_an_nps_split_sums_to_all_answers_and_says_so():
    # 2017: 342 detractors, 968 passives, 1,436 promoters of 2,746 (12.5, 35.3, 52.3 %).
    html = render("{% nps_split counts %}{% nps_split counts %}", counts={"0": 342, "8": 968, "9": 436, "10": 1000})
    assert 'aria-label="Detractors 12.5\u00a0%, passives 35.3\u00a0%, promoters 52.3\u00a0%"' in html
    assert 'class="pas" x="12.45%" y="0" width="35.25%"' in html
    assert html.count('id="cx-hatch-1"') == html.count('id="cx-hatch-2"') == 1
    assert [w for w in ("detractors, 0–6", "passives, 7–8", "promoters, 9–10") if w not in html] == []


def test_a_score_beyond_ten_is_refused():
    with pytest.raises(ValueError, match="0 to 10"):
        render("{% nps_split counts %}", counts={11: 1})


def a_curve(**options):
    points = [
        CurvePoint(1, "Signs & screens", 4.1, 4.05, 4.15, is_truth=True, expectation=4.0),
        CurvePoint(2, "Shops", 3.6, 3.5, 3.7, pain_rank=1, expectation=4.0, change=Change("worse", -0.2, "2016")),
        CurvePoint(3, "Security", 4.3, 4.2, 4.4, is_same_question=False),
    ]
    return curve([CurveStage("One", points)], **options)


def test_the_curve_on_screen_uses_classes_and_per_cents():
    html = render("{% experience_curve c %}", c=a_curve())
    assert "Lowest: Shops 3.60, Signs &amp; screens 4.10. Highest: Security 4.30." in html
    assert html.count('class="dot"') == 2 and html.count('class="sq"') == 1
    assert "Expected 4, assumed" in html or "Expected 4.00, assumed" in html
    assert "#0" not in html.replace("icons.svg#", "")


def test_positions_are_written_for_machines_in_every_language():
    with translation.override("sv"):
        html = render("{% experience_curve c %}", c=a_curve())
    assert ">4,10<" in html
    assert not re.search(r'(?:x|y|x1|x2|y1|y2|cx|cy)="[\d.]*,', html)


def test_in_print_the_curve_needs_a_width():
    with pytest.raises(TemplateSyntaxError, match="width"):
        render("{% experience_curve c %}", c=a_curve(), is_print=True)


PRINTED = {
    "icon": '{% icon "up" %}',
    "change": "{% change c %}",
    "flags": '{% flag "truth" %}{% flag "pain" rank=1 %}{% grade "assumed" %}{% score_word 3 %}',
    "bar": "{% interval_bar 4.06 4.04 4.09 3.8 4.3 target=4.05 expectation=4 peers=4.1 ends=True %}",
    "split": "{% nps_split counts %}",
    "curve": "{% experience_curve curve %}",
}


@pytest.mark.parametrize("name", PRINTED)
def test_print_draws_in_place_with_literal_colours_and_a_title(name):
    context = {"c": Change("better", 0.1), "counts": {0: 1, 7: 1, 9: 1}, "curve": a_curve(width=672, height=180)}
    html = render(PRINTED[name], is_print=True, **context)
    assert "<use" not in html and "currentColor" not in html and "var(" not in html
    drawings = re.findall(r"<svg .*?</svg>", html, re.DOTALL)
    assert drawings
    assert all("<title>" in d and re.search(r'(fill|stroke)="#[0-9a-f]{6}"', d) for d in drawings)


def test_print_by_argument_is_print_by_context():
    assert render('{% icon "up" print=True %}') == render('{% icon "up" %}', is_print=True)


def elements(node):
    """The structure elements of a tagged PDF, from the root downwards."""
    children = node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        child = child.get_object()
        if isinstance(child, dict) and "/S" in child:
            yield child
            yield from elements(child)


def test_every_drawing_of_a_pdf_has_its_alternative_and_no_other_font():
    weasyprint = pytest.importorskip("weasyprint", exc_type=OSError, reason="Pango is not installed")
    from pypdf import PdfReader

    body = render(
        "".join(PRINTED.values()) + "<h1>Steady at 4.06 of 5</h1>",
        is_print=True,
        c=Change("better", 0.1),
        counts={0: 1, 7: 1, 9: 1},
        curve=a_curve(width=672, height=180),
    )
    sheets = "".join(f'<link rel="stylesheet" href="cxprogram/{name}.css">' for name in ("cx", "print"))
    html = f'<html lang="en"><head><title>T</title>{sheets}</head><body>{body}</body></html>'
    pdf = weasyprint.HTML(string=html, base_url=f"{drawing.STATIC.parent}/").write_pdf(pdf_variant="pdf/ua-1")
    reader = PdfReader(io.BytesIO(pdf))
    figures_found = [e for e in elements(reader.trailer["/Root"]["/StructTreeRoot"]) if e.get("/S") == "/Figure"]
    assert len(figures_found) == body.count("<svg ")
    assert all(str(f.get("/Alt", "")).strip() for f in figures_found)
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts and all(name.startswith("Inter") for name in fonts)
