"""What a PDF says of itself to those who do not see it."""

from typing import Any

from pypdf import PdfReader


def tree(reader: PdfReader) -> list[tuple[str, Any]]:
    """Every element of the structure tree as (type, dictionary)."""
    todo: list[Any] = [reader.trailer["/Root"]["/StructTreeRoot"]]
    seen: list[tuple[str, Any]] = []
    while todo:
        node = todo.pop().get_object()
        if not hasattr(node, "get"):
            continue
        if "/S" in node:
            seen.append((node["/S"], node))
        kids = node.get("/K")
        kids = [] if kids is None else kids if isinstance(kids, list) else [kids]
        todo += [kid for kid in kids if not isinstance(kid, int)]
    return seen
