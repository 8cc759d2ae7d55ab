"""Everything a page of ours needs: `{% load cx %}`. The tags themselves stand, with their signatures, in

- `cx_numbers`: figure, signed, short, interval, kpi_value, kpi_n, kpi_interval, kpi_part, hidden, why_hidden,
  unit_word, kind, answers
- `cx_marks`: icon, change, verdict, flag, grade, score_word, score_box, due, progress, illustrative, token
- `cx_drawings`: interval_bar, kpi_bar, print_key, nice_scale, nps_split, chart, experience_curve
- `cx_frame`: tabs, entries, styled, is_tick, is_group, language_attrs, our_words

Includes: `cxprogram/_tile.html` (a KPI tile), `cxprogram/_chart.html` (drawing, caption, the same in numbers),
`cxprogram/_empty.html`, `cxprogram/_note.html`, `cxprogram/_errors.html` (summary on top of a form),
`cxprogram/_form.html` and `cxprogram/_field.html`; each says at its top which variables it reads.
"""

from django import template

from cxprogram.templatetags import cx_drawings, cx_frame, cx_marks, cx_numbers

register = template.Library()
for _library in (cx_numbers.register, cx_marks.register, cx_drawings.register, cx_frame.register):
    register.tags.update(_library.tags)
    register.filters.update(_library.filters)
