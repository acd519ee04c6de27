"""Lower-casing and stripping of accents on sequences of code points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.text.sequences import spread
from skl2tflite.text.tables import CharacterTable
from skl2tflite.text.unicode import CODE_POINTS, FINAL_SIGMA, NOTHING, SIGMA, Substitution, cased, code_points


@cache
def _case_table() -> CharacterTable:
    """Return a table with 1 for characters that have case, and 2 for those skipped in search of a word's end."""
    has_case, passed_over = cased()
    return CharacterTable.of(np.where(passed_over, 2, has_case).astype(np.int32))


def with_final_sigmas(characters: Array) -> Array:
    """Return code points with ς for each Σ at the end of a word, by the rule of ``str.lower`` (see :func:`cased`)."""
    kinds = _case_table().take(characters)
    order = xp.cumulative_sum(xp.astype(kinds != 2, int), exclusive=True) + 1
    # Whether each character that is not skipped has case, with a 0 in front of the first and behind the last.
    room = xp.length(xp.concat([characters, np.zeros(2, np.int64)]))
    cases = xp.segment_sum(xp.astype(kinds == 1, int), order, room)
    final = xp.take(cases, order - 1) > xp.take(cases, order + 1)
    return xp.where((characters == SIGMA) & final, FINAL_SIGMA, characters)


def final_sigmas_matter(preprocessed: Substitution, meanings: NDArray[np.int32] | None = None) -> bool:
    """Return whether it matters that Σ becomes σ or ς in lower case.

    Parameters
    ----------
    preprocessed : Substitution
    meanings : ndarray of int, optional
        A number for each code point; characters of the same number need not be distinguished.
    """
    middle, final = preprocessed.of(SIGMA), preprocessed.of(FINAL_SIGMA)
    if middle in ("Σ", final):
        return False
    return meanings is None or meanings[code_points(middle)].tolist() != meanings[code_points(final)].tolist()


@dataclass(frozen=True, eq=False)
class Replacement:
    """A substitution of characters by texts, as tables over kinds of characters.

    Characters of one kind become the same text, or the character whose code point differs by the same number.

    Attributes
    ----------
    table : CharacterTable
        Kind of each character.
    starts, lengths : ndarray of int
        Position of the text of each kind in ``texts``, and its length.
    moves : ndarray of int
        1 for kinds whose text is a difference of code points.
    texts : ndarray of int
        The texts of all kinds, one after another.
    """

    table: CharacterTable
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    moves: NDArray[np.int64]
    texts: NDArray[np.int64]

    @classmethod
    def of(cls, substitution: Substitution, meanings: NDArray[np.int32] | None = None) -> Replacement:
        """Return the replacement of a substitution.

        Parameters
        ----------
        substitution : Substitution
        meanings : ndarray of int, optional
            A number for each code point. Only these matter, so that any character may replace one of the same number.
        """
        single = substitution.single.copy()
        likes = np.zeros(0 if meanings is None else int(meanings.max()) + 1, np.int32)
        if meanings is not None:
            likes[meanings[::-1]] = np.arange(CODE_POINTS - 1, -1, -1)  # the first of each meaning
            same = (single != NOTHING) & (meanings == meanings[single])
            single = np.where(
                same, np.arange(CODE_POINTS), np.where(single == NOTHING, NOTHING, likes[meanings[single]])
            )
        kinds: dict[tuple[int, ...], int] = {(1, 0): 0, (0,): 1}  # (whether it moves, *text)
        differences = single - np.arange(CODE_POINTS)
        numbers = np.zeros(CODE_POINTS, np.int32)
        absolute = meanings is not None
        changed = (differences != 0) & (single != NOTHING)
        values = single if absolute else differences
        for value in np.unique(values[changed]).tolist():
            kinds[(0 if absolute else 1, value)] = len(kinds)
        lookup_values = np.array([k[1] for k in list(kinds)[2:]], np.int64)
        numbers[changed] = np.searchsorted(lookup_values, values[changed]) + 2
        numbers[single == NOTHING] = 1
        for character, text in substitution.several.items():
            points = code_points(text)
            replaced = points if meanings is None else likes[meanings[points]]
            numbers[character] = kinds.setdefault((0, *replaced.tolist()), len(kinds))
        lengths = np.array([len(kind) - 1 for kind in kinds])
        return cls(
            CharacterTable.of(numbers),
            np.cumsum(lengths) - lengths,
            lengths,
            np.array([kind[0] for kind in kinds]),
            np.array([point for kind in kinds for point in kind[1:]]),
        )

    def apply(self, characters: Array, end: int) -> Array:
        """Return the code points that a text becomes, and ``end`` behind them.

        Parameters
        ----------
        characters : array of int of shape (n,)
        end : int
            A character that becomes itself.
        """
        characters = xp.concat([characters, np.array([end])])
        kinds = self.table.take(characters)
        sources, offsets = spread(xp.take(self.lengths, kinds))
        kinds = xp.take(kinds, sources)
        replaced = xp.take(self.texts, xp.take(self.starts, kinds) + offsets)
        return replaced + xp.take(characters, sources) * xp.take(self.moves, kinds)
