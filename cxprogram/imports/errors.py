"""What can be wrong with a file, or with one row of it."""

from dataclasses import asdict, dataclass

SHOWN_CHARACTERS = 80


def shown(text: object) -> str:
    """A cell as it may stand in a message: printable characters only, at most 80 of them, in quotes.

    Error texts are an output channel: what cannot be printed is escaped, what is long is cut.
    """
    escaped = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in str(text)[: SHOWN_CHARACTERS + 1]
    )
    return f"“{escaped}”" if len(escaped) <= SHOWN_CHARACTERS else f"“{escaped[: SHOWN_CHARACTERS - 1]}…”"


def gettext_noop(sentence: str) -> str:
    """The sentence as it is: the mark by which the catalogues find it. It is translated where a reader sees it."""
    return sentence


class Told(str):
    """A text that readers may see in a language of theirs: made of a `sentence` in English and the `facts` in it."""

    sentence: str
    facts: dict[str, str | int]

    def __new__(cls, text: str, sentence: str = "", facts: dict[str, str | int] | None = None) -> "Told":
        new = super().__new__(cls, text)
        new.sentence = sentence or text
        new.facts = facts or {}
        return new


def told(sentence: str, **facts: str | int) -> Told:
    """The sentence in English, with its facts in place: texts, and numbers. `why` is a sentence of ours itself."""
    texts = {name: fact if isinstance(fact, str) else f"{fact:,}" for name, fact in facts.items()}
    return Told(sentence % texts if texts else sentence, sentence, facts)


class ImportFileError(Exception):
    """The whole file is refused; `line` is the physical line that showed it, `column` the column, if one did.

    `detail` is the sentence, in English, with its facts in place (see `told`).
    """

    def __init__(
        self, code: str, sentence: str, line: int | None = None, *, column: str = "", **facts: str | int
    ) -> None:
        self.detail = sentence if isinstance(sentence, Told) else told(sentence, **facts)
        super().__init__(code, self.detail, line)
        self.code = code
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"line {self.line}: {self.detail}" if self.line else self.detail


class MappingError(ValueError):
    """The mapping itself is refused: not JSON, an unknown key, a wrong type, a rule that cannot work."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


@dataclass(frozen=True, slots=True)
class RowError:
    """One reason why one row is not taken. `column` is empty when the row as a whole is at fault."""

    line: int
    column: str
    code: str
    detail: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
