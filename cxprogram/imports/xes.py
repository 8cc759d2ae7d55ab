"""Event logs in XES (IEEE 1849): log, traces, events, read as a stream with the line of each event.

No document type and no entities: `defusedxml` refuses them before they unfold, and we say on which line.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from cxprogram.imports import xml_reasons
from cxprogram.imports.delimited import Records
from cxprogram.imports.errors import ImportFileError, gettext_noop, shown
from cxprogram.imports.source import DEFAULT_LIMITS, Limits, open_source

CHUNK = 64 * 1024
TYPES = {"string", "date", "int", "float", "boolean", "id", "list", "container"}
CASE = "case:concept:name"
MAX_DEPTH = 50
MAX_ATTRIBUTES = 1_000
MAX_VALUE = 100_000
# A file that goes on for so long without any mark-up is no log.
MAX_SILENCE = 4 * 1024**2
NO_MARK_UP = gettext_noop("There is no mark-up for a long way.")
NO_LOG = gettext_noop("The file holds no event log.")
NOT_A_LOG = gettext_noop("The root is %(name)s, not a log.")
TOO_DEEP = gettext_noop("Elements are nested too deeply.")
LONG_VALUE = gettext_noop("A value has more than %(limit)s characters.")
MANY_NAMES = gettext_noop("There are more than %(limit)s different attributes.")


@dataclass(frozen=True, slots=True)
class XesEvent:
    """One event of one trace. Attributes are texts by key; a nested one is called `outer.inner`."""

    line: int
    case: str
    trace: dict[str, str]
    attributes: dict[str, str]


@dataclass(slots=True)
class XesLog:
    """What was met so far while the events were taken."""

    traces: int = 0
    events: int = 0
    empty_traces: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    classifiers: list[str] = field(default_factory=list)


def read_events(path: Path, log: XesLog, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[XesEvent]:
    """The events in the order of the file; `log` fills up on the way. Raises ImportFileError with the line."""
    parser = make_parser()
    handler = _Handler(log, parser)
    parser.forbid_dtd = True
    parser.forbid_entities = True
    parser.forbid_external = True
    parser.setFeature(feature_namespaces, False)
    parser.setContentHandler(handler)
    silence = 0
    with open_source(path, limits) as file:
        try:
            while chunk := file.read(CHUNK):
                before = handler.marks
                parser.feed(chunk)
                silence = 0 if handler.marks > before else silence + len(chunk)
                if silence > MAX_SILENCE:
                    raise ImportFileError("xes-invalid", NO_MARK_UP, handler.line)
                while handler.ready:
                    yield handler.ready.popleft()
            parser.close()
        except DefusedXmlException:
            raise ImportFileError("xml-forbidden", xml_reasons.FORBIDDEN, handler.line_of(parser)) from None
        except SAXParseException as error:
            why = xml_reasons.reason(error.getMessage())
            raise ImportFileError("xml-invalid", why, error.getLineNumber()) from None
        except (ValueError, LookupError):
            raise ImportFileError("xml-invalid", xml_reasons.UNKNOWN_ENCODING, handler.line_of(parser)) from None
        except SAXException:
            raise ImportFileError("xml-invalid", xml_reasons.NOT_XML, handler.line_of(parser)) from None
    yield from handler.ready
    if not handler.is_log:
        raise ImportFileError("xes-invalid", NO_LOG, 1)


class _Handler(ContentHandler):
    """Follows where in the log the parser is; complete events are put into `ready`."""

    def __init__(self, log: XesLog, parser: Any) -> None:
        super().__init__()
        self.log = log
        self.parser = parser  # it knows the line
        self.ready: deque[XesEvent] = deque()
        self.is_log = False
        self.marks = 0
        self.path: list[str] = []
        self.keys: list[str] = []
        self.trace: dict[str, str] | None = None
        self.event: dict[str, str] | None = None
        self.event_line = 0
        self.waiting: list[tuple[int, dict[str, str]]] = []
        self.had_events = False

    @property
    def line(self) -> int:
        return self.line_of(self.parser)

    @staticmethod
    def line_of(locator: Any) -> int:
        return int(locator.getLineNumber() or 1)

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self.marks += 1
        name = name.rpartition(":")[2]
        if len(self.path) >= MAX_DEPTH:
            raise ImportFileError("xml-too-deep", TOO_DEEP, self.line)
        if not self.path:
            if name != "log":
                raise ImportFileError("xes-invalid", NOT_A_LOG, self.line, name=shown(name))
            self.is_log = True
        self.path.append(name)
        if name == "trace":
            self.trace, self.had_events = {}, False
        elif name == "event":
            self.event, self.event_line = {}, self.line
        elif name == "classifier":
            self.log.classifiers.append(attrs.get("name", ""))
        elif name in TYPES and "global" not in self.path:
            self._attribute(attrs)

    def _attribute(self, attrs: AttributesImpl) -> None:
        self.keys.append(attrs.get("key", ""))
        value = attrs.get("value", "")
        if len(value) > MAX_VALUE:
            raise ImportFileError("field-too-long", LONG_VALUE, self.line, limit=MAX_VALUE)
        owner = self.event if self.event is not None else self.trace if self.trace is not None else self.log.attributes
        if len(owner) < MAX_ATTRIBUTES:
            owner[".".join(self.keys)] = value

    def endElement(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self.path.pop()
        if name == "event" and self.event is not None and self.trace is not None:
            # The name of a case may stand below its events: they wait for the end of the trace then.
            self.waiting.append((self.event_line, self.event))
            self.event, self.had_events = None, True
            self.log.events += 1
            if self.trace.get("concept:name"):
                self._release()
        elif name == "trace" and self.trace is not None:
            self._release()
            self.log.traces += 1
            self.log.empty_traces += not self.had_events
            self.trace = None
        elif name in TYPES and "global" not in self.path and self.keys:
            self.keys.pop()

    def _release(self) -> None:
        trace = self.trace or {}
        case = trace.get("concept:name") or f"trace {self.log.traces + 1}"
        self.ready.extend(XesEvent(line, case, trace, event) for line, event in self.waiting)
        self.waiting = []


class XesRows:
    """An event log as a table: one row an event, with the trace's attributes as columns named `case:…`."""

    def __init__(self, path: Path, *, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        names: dict[str, None] = {CASE: None}
        for event in read_events(path, XesLog(), limits=limits):
            names.update(dict.fromkeys(f"case:{name}" for name in event.trace))
            names.update(dict.fromkeys(event.attributes))
            if len(names) > limits.columns:
                raise ImportFileError("columns-too-many", MANY_NAMES, event.line, limit=limits.columns)
        self.header = list(names)

    def records(self) -> Records:
        """The header, then one record for each event, with the line on which it starts."""
        yield 1, self.header
        for event in read_events(self.path, XesLog(), limits=self.limits):
            cells = {f"case:{name}": value for name, value in event.trace.items()} | event.attributes
            cells[CASE] = event.case
            yield event.line, [cells.get(name, "") for name in self.header]
