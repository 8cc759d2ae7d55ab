"""The counts every score is computed from."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import fsum, isfinite
from operator import index


class ScaleError(ValueError):
    """An answer lies outside the scale its score is defined on."""

    code = "kpi-scale-mismatch"


@dataclass(frozen=True)
class Tally:
    """Valid answers to one question, by score code: the sufficient statistics of all its scores.

    n          answers per code
    weight     Σw of these answers, per code
    weight_sq  Σw² of these answers, per code

    The three mappings have the same keys. Missing answers (blank, not applicable) are not codes and are
    left out. Raises ValueError for keys that differ and for negative or non-finite entries, TypeError
    for a code that is no integer.
    """

    n: Mapping[int, int]
    weight: Mapping[int, float]
    weight_sq: Mapping[int, float]

    def __post_init__(self) -> None:
        if not (self.n.keys() == self.weight.keys() == self.weight_sq.keys()):
            raise ValueError("n, weight and weight_sq must have the same codes")
        codes = sorted(index(code) for code in self.n)
        # Copies: a frozen tally must not change when its caller's dict does.
        for name, convert in (("n", index), ("weight", float), ("weight_sq", float)):
            entries = {code: convert(getattr(self, name)[code]) for code in codes}
            if any(entry < 0 or not isfinite(entry) for entry in entries.values()):
                raise ValueError(f"{name} must be finite and not negative")
            object.__setattr__(self, name, entries)
        if any((self.weight[code] > 0) != (self.weight_sq[code] > 0) for code in codes):
            raise ValueError("Σw and Σw² must be positive together")
        if any(self.weight[code] > 0 and not self.n[code] for code in codes):
            raise ValueError("weight without an answer")

    @classmethod
    def from_counts(cls, counts: Mapping[int, int]) -> "Tally":
        """Return the tally of answers that all weigh 1."""
        return cls(n=counts, weight=counts, weight_sq=counts)

    @classmethod
    def from_cells(cls, cells: Iterable[tuple[int, int, float, float]]) -> "Tally":
        """Add up cells of (code, n, Σw, Σw²); a code may come in many cells."""
        n: dict[int, int] = {}
        weights: dict[int, list[float]] = {}
        squares: dict[int, list[float]] = {}
        for code, count, weight, weight_sq in cells:
            n[code] = n.get(code, 0) + count
            weights.setdefault(code, []).append(weight)
            squares.setdefault(code, []).append(weight_sq)
        return cls(
            n=n,
            weight={code: fsum(parts) for code, parts in weights.items()},
            weight_sq={code: fsum(parts) for code, parts in squares.items()},
        )

    def __add__(self, other: "Tally") -> "Tally":
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally.from_cells(
            (code, tally.n[code], tally.weight[code], tally.weight_sq[code])
            for tally in (self, other)
            for code in tally.n
        )

    @property
    def total(self) -> int:
        """Answers."""
        return sum(self.n.values())

    @property
    def total_weight(self) -> float:
        """Σw."""
        return fsum(self.weight.values())

    @property
    def effective_n(self) -> float:
        """(Σw)²/Σw² (Kish 1965): how many equally weighted answers tell as much; 0 when nothing weighs."""
        squares = fsum(self.weight_sq.values())
        return self.total_weight**2 / squares if squares else 0.0

    @property
    def kish_deff(self) -> float | None:
        """n·Σw²/(Σw)² (Kish 1965): what unequal weights cost; None when nothing weighs."""
        effective = self.effective_n
        return self.total / effective if effective else None

    def refuse_outside(self, scale: Collection[int]) -> None:
        """Raise ScaleError when an answer lies outside `scale`, the collection of all its codes."""
        strangers = [code for code, count in self.n.items() if count and code not in scale]
        if strangers:
            raise ScaleError(f"codes {strangers} are not on the scale {min(scale)} to {max(scale)}")
