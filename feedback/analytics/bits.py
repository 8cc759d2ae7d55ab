"""Sets of whole numbers as bits, 65,536 numbers a block: 8 KB, however many are in. Pure.

Bit k of a block is bit k % 8 of byte k // 8, the lowest first, as PostgreSQL's get_bit counts.
"""

from collections.abc import Iterable, Iterator

import numpy as np

BLOCK_BITS = 16
BLOCK = 1 << BLOCK_BITS
WORD_BITS = 6
WORDS = BLOCK >> WORD_BITS  # in a block
WRITTEN = np.dtype([("place", ">u2"), ("bits", ">u8")])


def block_of(number: int) -> tuple[int, int]:
    """The block in which a number is, and its place there."""
    return number >> BLOCK_BITS, number & (BLOCK - 1)


class Numbers:
    """A set of numbers that are not negative."""

    def __init__(self, blocks: Iterable[tuple[int, bytes]]) -> None:
        """Each block with those of its words of 64 numbers that are not empty, in any order: two bytes that say which
        of the block it is and eight with its bits, the highest first. No block comes twice."""
        self._blocks = {}
        for block, written in blocks:
            found = np.frombuffer(written, dtype=WRITTEN)
            self._blocks[block] = words = np.zeros(WORDS, dtype="<u8")
            words[found["place"]] = found["bits"]

    def __len__(self) -> int:
        return sum(int.from_bytes(members).bit_count() for _block, members in self.blocks())

    def remove(self, numbers: Iterable[int]) -> None:
        """Take away numbers, whether they are in or not."""
        for number in numbers:
            block, place = block_of(number)
            if (words := self._blocks.get(block)) is not None:
                words[place >> WORD_BITS] &= ~(np.uint64(1) << np.uint64(place % 64))

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """Each block and its bits."""
        for block, words in self._blocks.items():
            yield block, words.tobytes()
