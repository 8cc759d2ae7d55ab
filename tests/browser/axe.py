"""What axe-core finds wrong with a page, as WCAG 2.2 AA and good practice have it."""

from typing import Any

from tests.demo_site import ROOT

SCRIPT = (ROOT / "tests" / "assets" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Only violations are written out: the rest of a long page takes many times as long as the rules do.
RUN = "([part, rules]) => axe.run(part, {runOnly: rules, resultTypes: ['violations']})"


def flaws(page: Any, *, beside: tuple[str, ...] = ()) -> list[tuple[str, list[str]]]:
    """The broken rules with the elements that break them; the parts `beside` (selectors) are not looked at.

    axe is put in by the debugger, not by the page: the page's own policy stays as strict as it is.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT)
    found = page.evaluate(RUN, [{"include": [["html"]], "exclude": [[each] for each in beside]}, RULES])
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found["violations"]]
