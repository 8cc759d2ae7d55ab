"""What the numbers say, read once for every surface: pages, home pages, the steering report.

Each module has one `build_…` function that returns frozen dataclasses: readings, targets and marked changes, no HTML
and no rounding. Sentences made of them stand in `words`.
"""
