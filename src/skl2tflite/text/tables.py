"""A small integer for each code point, in a table of pages of which equal ones are stored once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.text.unicode import CODE_POINTS

_PAGE_BITS = (4, 5, 6, 7, 8)
"""Page sizes to try, as numbers of bits of a code point; the smallest table is taken."""


@dataclass(frozen=True, eq=False)
class CharacterTable:
    """A small integer for each code point.

    Attributes
    ----------
    bits : int
        A page holds ``2**bits`` code points.
    moves : ndarray of int
        Difference between the position of each page among the entries and its number.
    entries : ndarray of int
        The distinct pages, one after another.
    """

    bits: int
    moves: NDArray[np.int32]
    entries: NDArray[np.int32]

    @classmethod
    def of(cls, numbers: NDArray[np.int32]) -> CharacterTable:
        """Return the smallest table of a number for each code point."""
        last = int(np.flatnonzero(numbers != numbers[-1]).max(initial=0)) + 1  # everything from here on is alike
        return min((cls._paged(numbers, last, bits) for bits in _PAGE_BITS), key=lambda table: table._size)

    @classmethod
    def _paged(cls, numbers: NDArray[np.int32], last: int, bits: int) -> CharacterTable:
        size = 1 << bits
        pages = numbers[: min((last // size + 1) * size, CODE_POINTS)].reshape(-1, size)
        places: dict[bytes, int] = {}
        rows = [places.setdefault(page.tobytes(), len(places)) for page in pages]
        entries = np.frombuffer(b"".join(places), numbers.dtype)
        return cls(bits, (np.array(rows) - np.arange(len(pages))).astype(np.int32), entries)

    @property
    def _size(self) -> int:
        width = 1 if self.entries.max() < 128 else 2
        return 2 * len(self.moves) + width * len(self.entries)

    def take(self, characters: Array) -> Array:
        """Return the numbers of code points."""
        last = (len(self.moves) << self.bits) - 1
        known = xp.minimum(characters, last)
        page = xp.bitwise_right_shift(known, np.array(self.bits))
        return xp.take(self.entries, known + xp.take(self.moves, page) * (1 << self.bits))
