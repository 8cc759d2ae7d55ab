"""XML as a tree that knows its lines, read without document types, entities or anything from outside."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.imports import xml_reasons

MAX_BYTES, MAX_NODES, MAX_DEPTH = 10 * 1024**2, 200_000, 50


class XmlError(DomainError):
    """The file is not XML as it is taken here; `line` says where, 0 for the whole."""

    code = "xml-invalid"


@dataclass
class Node:
    """One element: its name without a prefix, its attributes, its own text, and its children in order."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts).strip()

    @property
    def whole_text(self) -> str:
        """Its text and that of all below it."""
        return " ".join(filter(None, (self.text, *(child.whole_text for child in self.children))))

    def all(self, name: str) -> Iterator["Node"]:
        return (child for child in self.children if child.name == name)

    def first(self, *path: str) -> "Node | None":
        """The first element down the path of names."""
        found: Node | None = self
        for name in path:
            found = next(found.all(name), None) if found else None
        return found

    def said(self, *path: str) -> str:
        found = self.first(*path)
        return found.text if found else ""


def parse(data: bytes) -> Node:
    """The root of the tree. Raises XmlError (`xml-invalid`, `xml-too-large`, `xml-forbidden`) with the line."""
    if len(data) > MAX_BYTES:
        raise XmlError(_("The file is larger than 10 MB."), code="xml-too-large", line=0)
    parser = make_parser()
    parser.forbid_dtd = parser.forbid_entities = parser.forbid_external = True
    parser.setFeature(feature_namespaces, False)
    handler = _Handler()
    parser.setContentHandler(handler)
    try:
        parser.parse(BytesIO(data))
    except SAXParseException as error:
        raise XmlError(_(xml_reasons.reason(error.getMessage())), line=error.getLineNumber() or 0) from None
    except DefusedXmlException:
        line = handler.line
        raise XmlError(_(xml_reasons.FORBIDDEN), code="xml-forbidden", line=line) from None
    except (LookupError, ValueError):
        raise XmlError(_(xml_reasons.UNKNOWN_ENCODING), line=handler.line) from None
    assert handler.root is not None
    return handler.root


class _Handler(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Node | None = None
        self._path: list[Node] = []
        self._count = 0
        self._locator: object = None

    def setDocumentLocator(self, locator: object) -> None:
        self._locator = locator

    @property
    def line(self) -> int:
        return (self._locator.getLineNumber() or 0) if self._locator is not None else 0  # type: ignore[attr-defined]

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self._count += 1
        if len(self._path) >= MAX_DEPTH or self._count > MAX_NODES:
            raise XmlError(_("The file is nested too deep or holds too much."), code="xml-too-large", line=self.line)
        node = Node(name.rpartition(":")[2], self.line, dict(attrs.items()))
        if self._path:
            self._path[-1].children.append(node)
        else:
            self.root = node
        self._path.append(node)

    def endElement(self, name: str) -> None:
        self._path.pop()

    def characters(self, content: str) -> None:
        self._path[-1].texts.append(content)
