"""Properties of all Unicode characters, as arrays over code points, found by calling Python's own functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

CODE_POINTS = 0x110000
"""Number of Unicode code points."""
SIGMA = ord("Σ")
"""The one character whose lower case depends on its neighbours."""
FINAL_SIGMA = ord("ς")
_PAGE = 256
_MAY_HAVE_CASE = ((0, 0x3400), (0xA000, 0xAC00), (0xD800, 0x20000), (0xE0000, 0xE1000))
"""Ranges of code points that may have case; others are ideographs, Hangul syllables or unassigned."""

StripAccents = Literal["ascii", "unicode"] | None


@cache
def every_character() -> str:
    """Return all code points in order."""
    return "".join(map(chr, range(CODE_POINTS)))


def code_points(text: str) -> NDArray[np.int32]:
    """Return a text's code points."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<i4").astype(np.int32)


def matches(pattern: re.Pattern[str]) -> NDArray[np.bool_]:
    """Return which characters a pattern matches; the pattern must match runs of such characters."""
    members = np.zeros(CODE_POINTS, dtype=bool)
    for match in pattern.finditer(every_character()):
        members[match.start() : match.end()] = True
    return members


@cache
def whitespace() -> NDArray[np.bool_]:
    r"""Return which characters are ``\s``, the same at which ``str.split`` splits."""
    return matches(re.compile(r"\s+"))


NOTHING = -1
"""Stands for no character, for characters that are dropped."""


@dataclass(frozen=True, eq=False)
class Substitution:
    """A replacement of each character by a text, whatever its neighbours.

    Attributes
    ----------
    single : ndarray of int32
        Code point that each character becomes; ``NOTHING`` where it is dropped.
    several : mapping of int to str
        Texts of the characters that become more than one; their ``single`` is not used.
    """

    single: NDArray[np.int32]
    several: Mapping[int, str]

    def of(self, character: int) -> str:
        """Return the text that one character becomes."""
        single = self.single[character]
        return self.several.get(character, "" if single == NOTHING else chr(single))

    @property
    def is_one_to_one(self) -> bool:
        """Whether every character becomes exactly one character."""
        return not self.several and bool((self.single != NOTHING).all())

    @property
    def is_identity(self) -> bool:
        """Whether every character stays what it is."""
        return not self.several and np.array_equal(self.single, np.arange(CODE_POINTS))

    def unchanged(self, among: NDArray[np.bool_]) -> int:
        """Return some character, of those marked, that stays as it is."""
        stays = (self.single == np.arange(CODE_POINTS)) & among
        stays[list(self.several)] = False
        return int(np.flatnonzero(stays)[0])


@cache
def substitution(lowercase: bool, strip_accents: StripAccents) -> Substitution:
    """Return the text that a vectorizer's preprocessor makes of each character.

    As ``sklearn.feature_extraction.text._preprocess``: characters are lower-cased, then accents are stripped. Stripping
    does not depend on neighbours: decomposing a text reorders only marks, which are dropped. Of lower case only that of
    Σ does (see :func:`cased`); here it becomes σ.
    """
    lower = lower_case() if lowercase else Substitution(np.arange(CODE_POINTS, dtype=np.int32), {})
    if strip_accents is None:
        return lower
    strip = _ascii_only if strip_accents == "ascii" else _without_marks
    single = np.arange(CODE_POINTS, dtype=np.int32)
    several: dict[int, str] = {}
    decomposed, marks = _decomposed()
    single[single >= 128 if strip_accents == "ascii" else marks] = NOTHING
    for character in np.flatnonzero(decomposed).tolist():
        _put(single, several, character, strip(chr(character)))
    # Accents are stripped from the lower case of each character.
    result = Substitution(single[lower.single], {})
    leads = np.flatnonzero(np.isin(lower.single, np.fromiter(several, np.int32)))
    both = {character: several[int(lower.single[character])] for character in leads.tolist()}
    for character, text in {**both, **{c: strip(text) for c, text in lower.several.items()}}.items():
        _put(result.single, both, character, text)
    return Substitution(result.single, both)


def _put(single: NDArray[np.int32], several: dict[int, str], character: int, text: str) -> None:
    """Set the text that a character becomes, in ``single`` or ``several``.

    Parameters
    ----------
    single : ndarray of int32, shape (CODE_POINTS,)
    several : dict of int to str
        As in :class:`Substitution`.
    character : int
    text : str
        What the character becomes.
    """
    several.pop(character, None)
    if len(text) > 1:
        several[character] = text
    else:
        single[character] = ord(text) if text else NOTHING


@cache
def lower_case() -> Substitution:
    """Return the lower case of every character (``str.lower``)."""
    single = np.arange(CODE_POINTS, dtype=np.int32)
    several: dict[int, str] = {}
    for start in range(0, CODE_POINTS, _PAGE):
        page = every_character()[start : start + _PAGE]
        lower = page.lower()
        if lower == page:
            continue
        if len(lower) == _PAGE:
            single[start : start + _PAGE] = code_points(lower)
        else:
            for character in page:
                _put(single, several, ord(character), character.lower())
    single[SIGMA] = ord("σ")
    return Substitution(single, several)


def _ascii_only(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@cache
def _decomposed() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which characters decompose (NFKD), and which are combining marks."""
    decomposed = np.zeros(CODE_POINTS, dtype=bool)
    marks = np.fromiter(map(unicodedata.combining, every_character()), np.uint8, CODE_POINTS) > 0
    for start in range(0, CODE_POINTS, _PAGE):
        page = every_character()[start : start + _PAGE]
        if not unicodedata.is_normalized("NFKD", page):
            decomposed[start : start + _PAGE] = [not unicodedata.is_normalized("NFKD", c) for c in page]
    return decomposed, marks


@cache
def cased() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which characters have case, and which are skipped in search of the end of a word.

    A Σ becomes ς where the nearest character before it that is not skipped has case, and the nearest one behind it has
    none (Unicode, SpecialCasing.txt, Final_Sigma). Both properties are found by lower-casing texts with Σ.
    """
    # İ has two code points of lower case; it has case, as I has.
    places = np.concatenate([np.arange(*span) for span in _MAY_HAVE_CASE])
    asked = ["I" if c == ord("İ") else chr(c) for c in places.tolist()]

    def becomes_final(prefix: str) -> NDArray[np.bool_]:
        text = "".join(f"{prefix}{c}Σ " for c in asked)
        final = np.zeros(CODE_POINTS, dtype=bool)
        final[places] = code_points(text.lower()).reshape(len(asked), -1)[:, len(prefix) + 1] == FINAL_SIGMA
        return final

    # "cΣ" ends in ς if c has case and is not skipped; "AcΣ" also if c is skipped.
    has_case = becomes_final("")
    return has_case, becomes_final("A") & ~has_case
