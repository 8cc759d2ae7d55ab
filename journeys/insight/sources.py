"""Which surveys ask a question; the room that owns them registers the reader."""

from collections.abc import Callable, Collection, Mapping, Sequence

from cxprogram.models import Program

# By question of the program: the names of the surveys that ask it.
Reader = Callable[[Program, Collection[str]], Mapping[str, Sequence[str]]]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    if reader not in _readers:
        _readers.append(reader)


def surveys(program: Program, codes: Collection[str]) -> Mapping[str, Sequence[str]]:
    wanted = {code for code in codes if code}
    return next((found for reader in _readers if (found := reader(program, wanted))), {}) if wanted else {}
