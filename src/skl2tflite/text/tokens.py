"""Splitting a text into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.text.patterns import TokenPattern
from skl2tflite.text.preprocessing import Replacement, final_sigmas_matter, with_final_sigmas
from skl2tflite.text.tables import CharacterTable
from skl2tflite.text.unicode import CODE_POINTS, NOTHING, Substitution, code_points

_OTHER = 1
"""Number of all letters that occur in no word of the vocabulary."""


@dataclass(frozen=True, eq=False)
class Tokens:
    """The words of a text, as sequences over its characters and over its words.

    Attributes
    ----------
    letters : array of int of shape (n_characters,)
        Letter number of each character; 0 for none.
    counts : array of int of shape (n_characters,)
        Number of letters that each character becomes in preprocessing.
    tokens : array of int of shape (n_characters,)
        Position, among all words, of the word that each character belongs to.
    positions : array of int of shape (n_characters,)
        Number of letters before each character in its word.
    lengths : array of int of shape (n_words,)
        Number of letters of each word. Some words are empty, and some are no tokens.
    valid : array of bool of shape (n_words,)
        Whether each word is a token of the pattern.
    """

    letters: Array
    counts: Array
    tokens: Array
    positions: Array
    lengths: Array
    valid: Array


_MOVES, _LETTER, _COUNT, _ENDS, _STRANGE = range(5)
"""Attributes of a kind of characters: whether its letter is to be added to its code point; the letter; how many letters
it becomes; whether a word ends behind it; whether a word with it is no token."""
_SEPARATOR, _NOTHING = (0, 0, 0, 1, 0), (0, 0, 0, 0, 0)


class Splitter:
    """Splits texts into the words that a token pattern finds in preprocessed text.

    One table look-up gives what preprocessing (lower case, accents) and the pattern make of a character: a letter,
    nothing, the end of a word, or a letter and the end of a word. İ is of the last kind: it becomes ``"i̇"``, whose dot
    is no letter. Where a character becomes more than that, the text is first replaced by its preprocessed characters.

    Parameters
    ----------
    pattern : TokenPattern
    preprocessed : Substitution
        What preprocessing makes of each character.
    known : iterable of str, optional
        Letters to distinguish from each other. By default all are distinguished, and letter numbers are code points.
    """

    def __init__(self, pattern: TokenPattern, preprocessed: Substitution, known: Iterable[str] | None = None) -> None:
        self.pattern = pattern
        self.by_code_point = known is None
        inside = pattern.letters if pattern.words is None else pattern.words
        self._meanings = np.where(inside, np.where(pattern.letters, _OTHER, 2), 0).astype(np.int32)
        for number, character in enumerate(sorted(set(known or ())), 3):
            if pattern.letters[ord(character)]:
                self._meanings[ord(character)] = number
        self._replacement: Replacement | None = None
        kinds = self._kinds(preprocessed)
        if kinds is None:
            self._replacement = Replacement.of(preprocessed, None if self.by_code_point else self._meanings)
            kinds = self._kinds(Substitution(np.arange(CODE_POINTS, dtype=np.int32), {}))
            assert kinds is not None
        numbers, self._attributes = kinds
        self._table = CharacterTable.of(numbers)
        self._sigmas = final_sigmas_matter(preprocessed, None if self.by_code_point else self._meanings)
        self._end = preprocessed.unchanged(self._meanings == 0)

    def letters(self, word: str) -> NDArray[np.int32]:
        """Return the letter numbers of a word."""
        points = code_points(word)
        return points if self.by_code_point else self._meanings[points]

    def split(self, characters: Array) -> Tokens:
        """Return the words of a text, given as code points."""
        if self._sigmas:
            characters = with_final_sigmas(characters)
        if self._replacement is not None:
            characters = self._replacement.apply(characters, self._end)
            kinds = self._table.take(characters)
        else:
            kinds = xp.concat([self._table.take(characters), np.zeros(1, np.int64)])
            characters = xp.concat([characters, np.zeros(1, np.int64)]) if self.by_code_point else characters

        def attribute(column: int) -> Array:
            return xp.take(self._attributes[:, column], kinds)

        letters = attribute(_LETTER)
        if self.by_code_point:
            letters = letters + characters * attribute(_MOVES)
        counts = attribute(_COUNT)
        tokens = xp.cumulative_sum(attribute(_ENDS), exclusive=True)
        n_tokens = xp.length(kinds)
        lengths = xp.segment_sum(counts, tokens, n_tokens)
        first = xp.take(xp.cumulative_sum(lengths, exclusive=True), tokens)
        positions = xp.cumulative_sum(counts, exclusive=True) - first
        valid = lengths >= self.pattern.least
        if self.pattern.most is not None:
            valid = valid & (lengths <= self.pattern.most)
        if self.pattern.words is not None:
            valid = valid & (xp.segment_sum(attribute(_STRANGE), tokens, n_tokens) == 0)
        return Tokens(letters, counts, tokens, positions, lengths, valid)

    def _kinds(self, preprocessed: Substitution) -> tuple[NDArray[np.int32], NDArray[np.int64]] | None:
        """Return the kind of each code point and each kind's attributes; None where texts must be replaced first."""
        single = preprocessed.single
        kinds = {_SEPARATOR: 0, _NOTHING: 1}
        numbers = np.zeros(CODE_POINTS, np.int32)
        numbers[single == NOTHING] = 1
        meanings = np.where(single == NOTHING, 0, self._meanings[single])
        differences = single - np.arange(CODE_POINTS, dtype=np.int32) if self.by_code_point else np.zeros_like(single)
        n_meanings, low = int(self._meanings.max()) + 1, int(differences.min())
        keys = np.where(meanings > 0, (differences - low) * n_meanings + meanings, 0)
        kind_of_key = np.zeros(int(keys.max()) + 1, np.int32)
        kind_of_key[keys] = 1
        for key in np.flatnonzero(kind_of_key[1:]).tolist():
            difference, meaning = divmod(key + 1, n_meanings)
            letter = difference + low if self.by_code_point else _OTHER if meaning == 2 else meaning
            kind = (int(self.by_code_point), letter, 1, int(self.pattern.single), int(meaning == 2))
            kind_of_key[key + 1] = kinds.setdefault(kind, len(kinds))
        kind_of_key[0] = 0
        numbers[meanings > 0] = kind_of_key[keys[meanings > 0]]
        for character, text in preprocessed.several.items():
            kind_of_text = self._kind_of_text(text)
            if kind_of_text is None:
                return None
            if kind_of_text[_COUNT] and self.by_code_point:
                kind_of_text = (1, kind_of_text[_LETTER] - character, *kind_of_text[2:])
            numbers[character] = kinds.setdefault(kind_of_text, len(kinds))
        return numbers, np.array(list(kinds), dtype=np.int64)

    def _kind_of_text(self, text: str) -> tuple[int, int, int, int, int] | None:
        """Return the kind of a character that becomes a text; None where no kind can express it."""
        points = code_points(text)
        meanings = self._meanings[points].tolist()
        count = sum(meaning > 0 for meaning in meanings)
        if 0 in meanings[:count]:
            return None  # a word would end before the last letter
        strange = 2 in meanings
        ends = int(count < len(meanings))
        if count == 0:
            return _SEPARATOR
        if count == 1:
            letter = int(points[0]) if self.by_code_point else _OTHER if strange else meanings[0]
            return 0, letter, 1, int(ends or self.pattern.single), int(strange)
        if self.by_code_point or self.pattern.single or not (strange or _OTHER in meanings):
            return None
        return 0, _OTHER, count, ends, int(strange)
