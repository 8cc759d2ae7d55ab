"""Sets of whole numbers as bits, 65,536 numbers a block: 8 KB, however many are in. Pure.

Bit k of a block is bit k % 8 of byte k // 8, the lowest first, as PostgreSQL's get_bit counts.
"""

import numpy as np

BLOCK_BITS = 16
BLOCK = 1 << BLOCK_BITS


def block_of(number: int) -> tuple[int, int]:
    """The block in which a number is, and its place there."""
    return number >> BLOCK_BITS, number & (BLOCK - 1)


def packed(places: bytes) -> bytes:
    """One block from the places that are in it, each as four bytes, the highest first, in any order."""
    bits = np.zeros(BLOCK, dtype=np.uint8)
    bits[np.frombuffer(places, dtype=">u4")] = 1
    return np.packbits(bits, bitorder="little").tobytes()
