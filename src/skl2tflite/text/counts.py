"""Counts of the terms of a vocabulary in a text (``analyzer="word"``)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.text.hashing import Spans, utf8
from skl2tflite.text.patterns import PatternError, TokenPattern
from skl2tflite.text.tokens import Splitter
from skl2tflite.text.tries import Trie
from skl2tflite.text.unicode import Substitution
from skl2tflite.text.words import WordTable


@dataclass(frozen=True, eq=False)
class WordAnalyzer:
    """How a vectorizer makes terms of words: preprocessing, tokens, stop words, n-grams of words.

    Attributes
    ----------
    preprocessed : Substitution
        Lower case and accents.
    pattern : TokenPattern
        What a word is.
    stop_words : collection of str
        Words that are dropped.
    ngrams : (int, int)
        Least and greatest number of words of a term.
    """

    preprocessed: Substitution
    pattern: TokenPattern
    stop_words: Collection[str] = ()
    ngrams: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        if self.ngrams[1] > 1 and self.pattern.letters[ord(" ")]:
            raise PatternError("its words may hold spaces, so that different n-grams of words are the same text")

    def words_of(self, term: str) -> list[str] | None:
        """Return the words of a term; None where no text can contain the term."""
        parts = term.split(" ") if self.ngrams[1] > 1 else [term]
        if not self.ngrams[0] <= len(parts) <= self.ngrams[1]:
            return None
        possible = all(part not in self.stop_words and self.pattern.matches(part) for part in parts)
        return parts if possible else None

    def counter(self, vocabulary: Mapping[str, int]) -> Callable[[Array], Array]:
        """Return a function that counts the terms of a text; its tables are made here, once.

        Parameters
        ----------
        vocabulary : mapping of str to int
            Terms and their columns.

        Returns
        -------
        callable
            Takes code points, of shape (n_characters,), returns counts, of shape (n_columns,).
        """
        terms = {term: parts for term in vocabulary if (parts := self.words_of(term)) is not None}
        # Without n-grams, a stop word is simply a word that is not in the vocabulary.
        stops = {w for w in self.stop_words if self.pattern.matches(w)} if self.ngrams[1] > 1 else set()
        words = sorted({part for parts in terms.values() for part in parts} | stops)
        splitter = Splitter(self.pattern, self.preprocessed, set("".join(words)))
        table = WordTable.of([splitter.letters(word) for word in words])
        ignored = len(vocabulary)
        slot_of = dict(zip(words, table.slots.tolist(), strict=True))
        if self.ngrams[1] == 1:
            columns = np.full(len(table.starts), ignored)
            for term in terms:
                columns[slot_of[term]] = vocabulary[term]

            def count_words(characters: Array) -> Array:
                slots, found = table.find(splitter.split(characters))
                return xp.segment_sum(xp.astype(found, int), xp.take(columns, slots), ignored + 1)[:ignored]

            return count_words
        is_stop = np.isin(np.arange(len(table.starts)), [slot_of[word] for word in stops])
        trie, ends = Trie.of([[slot_of[part] + 1 for part in parts] for parts in terms.values()], len(table.starts))
        columns = np.full(trie.n_states, ignored)
        columns[ends] = [vocabulary[term] for term in terms]

        def count(characters: Array) -> Array:
            text = splitter.split(characters)
            slots, found = table.find(text)
            kept = text.valid & ~(found & xp.take(is_stop, slots)) if stops else text.valid
            # Symbols of the kept words, moved together: a dropped word adds 0 at the position of the next one.
            symbols = xp.astype(found & kept, int) * (slots + 1)
            places = xp.cumulative_sum(xp.astype(kept, int), exclusive=True)
            symbols = xp.segment_sum(symbols, places, xp.length(slots))
            return count_sequences(trie, symbols, symbols, columns, self.ngrams, ignored)

        return count

    def marker(self) -> Callable[[Array], Spans]:
        """Return a function that finds the terms of a text, given as code points, as spans of its UTF-8 bytes."""
        splitter = Splitter(self.pattern, self.preprocessed)
        stops = sorted(word for word in self.stop_words if self.pattern.matches(word))
        table = WordTable.of([splitter.letters(word) for word in stops])

        def mark(characters: Array) -> Spans:
            text = splitter.split(characters)
            kept = xp.astype(text.valid & ~table.find(text)[1] if stops else text.valid, int)
            is_last = xp.astype(text.positions == xp.take(text.lengths, text.tokens) - 1, int)
            stream = utf8(text.letters, xp.take(kept, text.tokens) * text.counts, is_last)
            n_words = xp.length(kept)
            sizes = xp.segment_sum(stream.sizes, text.tokens, n_words)
            sizes = xp.segment_sum(sizes, xp.cumulative_sum(kept, exclusive=True), n_words)
            ends = xp.cumulative_sum(sizes)
            starts = ends - sizes
            least, most = self.ngrams
            terms = []
            for n in range(least, most + 1):
                there = xp.astype(xp.ahead(sizes, n - 1) > 0, int)
                terms.append(there * (xp.ahead(ends, n - 1) - starts - 1))
            return Spans(stream.values, xp.concat([starts] * len(terms)), xp.concat(terms))

        return mark


def count_sequences(
    trie: Trie, first: Array, symbols: Array, columns: Array, lengths: tuple[int, int], ignored: int
) -> Array:
    """Count the sequences of a trie in a sequence of symbols.

    Parameters
    ----------
    trie : Trie
    first, symbols : array of int of shape (n,)
        The symbols: as the first of a sequence, and as a later one.
    columns : array of int of shape (n_states,)
        Column in which the sequence of each state is counted.
    lengths : (int, int)
        Least and greatest length of a sequence.
    ignored : int
        Column for states that are no sequence of the vocabulary; it follows those that are returned.
    """
    states = first
    reached = [states] if lengths[0] == 1 else []
    for length in range(2, lengths[1] + 1):
        states = trie.follow(states, xp.ahead(symbols, length - 1))
        reached += [states] if length >= lengths[0] else []
    every = xp.concat(reached)
    return xp.segment_sum(xp.astype(every != 0, int), xp.take(columns, every), ignored + 1)[:ignored]
