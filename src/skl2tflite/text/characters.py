"""Character n-grams of a text (``analyzer="char"`` and ``"char_wb"``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.text.counts import count_sequences
from skl2tflite.text.hashing import Spans, utf8
from skl2tflite.text.preprocessing import Replacement, final_sigmas_matter, with_final_sigmas
from skl2tflite.text.sequences import spread
from skl2tflite.text.tables import CharacterTable
from skl2tflite.text.tries import Trie
from skl2tflite.text.unicode import Substitution, whitespace


@dataclass(frozen=True, eq=False)
class Windows:
    """The symbols over which windows move: a text with normalized white space, and one symbol behind it.

    Attributes
    ----------
    values : array of int of shape (n + 1,)
    begins, ends : array of bool of shape (n + 1,) or None
        For windows within words: whether a symbol is the space in front of a word, or behind one.
    """

    values: Array
    begins: Array | None = None
    ends: Array | None = None


@dataclass(frozen=True, eq=False)
class CharacterAnalyzer:
    """How a vectorizer makes character n-grams: preprocessing, white space, windows.

    Attributes
    ----------
    preprocessed : Substitution
        Lower case and accents.
    ngrams : (int, int)
        Least and greatest number of characters of a term.
    within_words : bool
        Whether windows stay within words that have a space at both ends (``char_wb``). A word shorter than the
        shortest window is a term itself.
    """

    preprocessed: Substitution
    ngrams: tuple[int, int]
    within_words: bool

    @property
    def lengths(self) -> tuple[int, int]:
        """Least and greatest length of a term; within words, a term may be one letter between two spaces."""
        least, most = self.ngrams
        return (min(least, 3) if self.within_words else least), most

    def counts(self, term: str) -> bool:
        """Return whether a text can contain a term."""
        least, most = self.ngrams
        if least <= len(term) <= most:
            return True
        return self.within_words and 3 <= len(term) < least and term[0] == term[-1] == " "

    def counter(self, vocabulary: Mapping[str, int]) -> Callable[[Array], Array]:
        """Return a function that counts the terms of a text; see :meth:`WordAnalyzer.counter`."""
        terms = [term for term in vocabulary if self.counts(term)]
        # Symbols: 0 for characters in no term, then the characters of the terms, the space in front of a word, and
        # other white space.
        known = sorted({" ", *"".join(terms)})
        symbol_of = {character: symbol for symbol, character in enumerate(known, 1)}
        space, front, white = symbol_of[" "], len(known) + 1, len(known) + 2
        meanings = np.where(whitespace(), white, 0).astype(np.int32)
        meanings[[ord(character) for character in known]] = np.arange(1, front)
        is_white = np.zeros(white + 1, np.int64)
        is_white[meanings[whitespace()]] = 1
        sigmas = final_sigmas_matter(self.preprocessed, meanings)
        one_to_one = self.preprocessed.is_one_to_one
        replacement = None if one_to_one else Replacement.of(self.preprocessed, meanings)
        table = CharacterTable.of(meanings[self.preprocessed.single] if one_to_one else meanings)
        behind = self.preprocessed.unchanged(meanings == 0)
        trie, ends = Trie.of([[symbol_of[character] for character in term] for term in terms], white)
        ignored = len(vocabulary)
        columns = np.full(trie.n_states, ignored)
        columns[ends] = [vocabulary[term] for term in terms]

        def count(characters: Array) -> Array:
            if sigmas:
                characters = with_final_sigmas(characters)
            if replacement is not None:
                symbols = table.take(replacement.apply(characters, behind))
            else:
                symbols = xp.concat([table.take(characters), np.zeros(1, np.int64)])
            windows = self.windows(symbols, xp.take(is_white, symbols), space)
            symbols = windows.values
            if windows.begins is not None:
                # The space in front of a word is a symbol of its own, which no term has inside: windows end before it.
                symbols = xp.where(windows.begins, front, symbols)
            return count_sequences(trie, windows.values, symbols, columns, self.lengths, ignored)

        return count

    def marker(self) -> Callable[[Array], Spans]:
        """Return a function that finds the terms of a text, given as code points, as spans of its UTF-8 bytes."""
        sigmas = final_sigmas_matter(self.preprocessed)
        replacement = None if self.preprocessed.is_identity else Replacement.of(self.preprocessed)
        behind = self.preprocessed.unchanged(~whitespace())
        is_white = CharacterTable.of(whitespace().astype(np.int32))

        def mark(characters: Array) -> Spans:
            if sigmas:
                characters = with_final_sigmas(characters)
            if replacement is not None:
                characters = replacement.apply(characters, behind)
            else:
                characters = xp.concat([characters, np.array([behind])])
            return self._spans(self.windows(characters, is_white.take(characters), ord(" ")))

        return mark

    def _spans(self, windows: Windows) -> Spans:
        n_values = xp.length(windows.values)
        ones = windows.values * 0 + 1
        stream = utf8(windows.values, ones, ones * 0)
        starts = stream.ends - stream.sizes
        inside = xp.astype(xp.arange(n_values) < n_values - 1, int)  # 0 for the symbol behind the text
        least, most = self.ngrams
        terms = []
        for length in range(self.lengths[0], most + 1):
            there = xp.ahead(inside, length - 1)
            if windows.begins is not None and windows.ends is not None:
                # A window is within one word if as many words begin up to its first character as up to its last.
                word = xp.cumulative_sum(xp.astype(windows.begins, int))
                there = there * xp.astype(xp.ahead(word, length - 1) == word, int)
                if length < least:
                    whole = xp.astype(windows.begins, int) * xp.ahead(xp.astype(windows.ends, int), length - 1)
                    there = there * whole
            terms.append(there * (xp.ahead(stream.ends, length - 1) - starts))
        return Spans(stream.values, xp.concat([starts] * len(terms)), xp.concat(terms))

    def windows(self, values: Array, white: Array, space: int) -> Windows:
        """Normalize white space: runs of it become one space; within words, each word gets a space at both ends.

        Parameters
        ----------
        values : array of int of shape (n,)
            Characters or symbols, and one behind them that is no part of the text.
        white : array of int of shape (n,)
            1 for white space, else 0.
        space : int
            The value that stands for a space.
        """
        if not self.within_words:
            # Of a run of white space the first stays, as a space.
            several = xp.minimum(white, xp.ahead(white, 1))
            values = xp.where(several, space, values)
            sources, _ = spread(1 - xp.minimum(white, xp.ahead(white, -1)))
            return Windows(xp.take(values, sources))
        n_values = xp.length(values)
        last = xp.astype(xp.arange(n_values) == n_values - 1, int)
        inside = (1 - white) * (1 - last)
        begins = xp.maximum(inside - xp.ahead(inside, -1), 0)
        ends = xp.maximum(inside - xp.ahead(inside, 1), 0)
        sources, offsets = spread(inside + begins + ends + last)
        begins, ends = xp.take(begins, sources), xp.take(ends, sources)
        front = (begins == 1) & (offsets == 0)
        back = (ends == 1) & (offsets == begins + 1)
        return Windows(xp.where(front | back, space, xp.take(values, sources)), front, back)
