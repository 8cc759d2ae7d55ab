"""Three states of one field: what an editor saw, what the editor wants, what stands now. Pure."""

from dataclasses import dataclass
from typing import Any

_ABSENT = object()


@dataclass(frozen=True)
class Merged:
    """What the field becomes; of no use where both wrote different things (`is_clash`)."""

    value: Any
    is_clash: bool


def merge(*, seen: Any, mine: Any, now: Any) -> Merged:
    """What the editor left alone stays as others wrote it; what others left alone becomes what the editor wants.

    Texts by language are merged language by language.
    """
    if all(isinstance(each, dict) for each in (seen, mine, now)):
        value: dict[str, Any] = {}
        is_clash = False
        for key in (*now, *(key for key in mine if key not in now)):
            found = merge(seen=seen.get(key, _ABSENT), mine=mine.get(key, _ABSENT), now=now.get(key, _ABSENT))
            is_clash = is_clash or found.is_clash
            if found.value is not _ABSENT:
                value[key] = found.value
        return Merged(value, is_clash)
    if mine == seen:
        return Merged(now, False)
    return Merged(mine, now not in (seen, mine))
