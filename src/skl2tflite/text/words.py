"""A hash table of words in a graph: words are found by a hash and compared letter by letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.text.tokens import Tokens

_BUCKET = 3
"""Average number of words in a bucket, which share a multiplier."""
_FILLED = 0.75
"""Fraction of the slots that hold a word."""
_MULTIPLIERS = 4096
_GOLDEN = 0x9E3779B1


def _signed(numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the int32 numbers with the same low 32 bits."""
    return (numbers & 0xFFFFFFFF).astype(np.uint32).astype(np.int32).astype(np.int64)


@dataclass(frozen=True, eq=False)
class WordTable:
    """Words, each in a slot of its own that follows from a hash of its letters.

    A word's two hashes are sums of its letters times random factors by position, in int32 arithmetic. The first gives a
    bucket; the second, times the bucket's multiplier, gives the slot (hash and displace: F. Botelho, R. Pagh,
    N. Ziviani, "Simple and space-efficient minimal perfect hash functions", 2007). All letters are then compared with
    those of the word in the slot, so that no other word is ever mistaken for it, however long.

    Attributes
    ----------
    slots : ndarray of int of shape (n_words,)
        Slot of each word.
    factors : ndarray of int of shape (longest + 1, 2)
        Factors of the letter at each position, for both hashes.
    multipliers : ndarray of int of shape (n_buckets,)
        Multiplier of each bucket.
    starts, lengths : ndarray of int of shape (n_slots,)
        Position of each slot's word in ``letters``, and its length; -1 for an empty slot.
    letters : ndarray of int
        The letters of all words, one word after another.
    """

    slots: NDArray[np.int64]
    factors: NDArray[np.int64]
    multipliers: NDArray[np.int64]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    letters: NDArray[np.int64]

    @classmethod
    def of(cls, words: Sequence[NDArray[np.int32]]) -> WordTable:
        """Return a table of distinct words, none of which is empty."""
        lengths = np.array([len(word) for word in words], dtype=np.int64)
        longest = int(lengths.max(initial=1))
        letters = np.concatenate([np.empty(0, np.int32), *words]).astype(np.int64)
        starts = np.cumsum(lengths) - lengths
        positions = np.arange(len(letters)) - np.repeat(starts, lengths)
        n_slots = int(len(words) / _FILLED) | 1
        n_buckets = len(words) // _BUCKET + 1
        generator = np.random.default_rng(0)
        while True:
            factors = generator.integers(-(2**31), 2**31, (longest + 1, 2)) | 1
            products = letters.astype(np.uint64)[:, np.newaxis] * factors[positions].astype(np.uint64)
            hashes = _signed(np.add.reduceat(products, starts)) if len(words) else np.empty((0, 2), np.int64)
            placed = _place(hashes[:, 0] % n_buckets, hashes[:, 1], n_buckets, n_slots)
            if placed is not None:
                break
        slots, multipliers = placed
        first, count = np.zeros(n_slots, np.int64), np.full(n_slots, -1)
        first[slots], count[slots] = starts, lengths
        return cls(slots, factors, multipliers, first, count, np.append(letters, np.zeros(longest + 1, np.int64)))

    def find(self, text: Tokens) -> tuple[Array, Array]:
        """Look up the words of a text.

        Returns
        -------
        slots : array of int of shape (n_words,)
            The only slot in which each word can be.
        found : array of bool of shape (n_words,)
            Whether the word is in that slot.
        """
        n_words = xp.length(text.lengths)
        places = xp.minimum(text.positions, len(self.factors) - 1)
        products = xp.wrap(xp.expand_dims(text.letters, 1) * xp.take(self.factors, places))
        hashes = xp.wrap(xp.segment_sum(products, text.tokens, n_words))
        multiplier = xp.take(self.multipliers, hashes[:, 0] % len(self.multipliers))
        slots = xp.wrap(hashes[:, 1] * multiplier) % len(self.starts)
        expected = xp.take(self.letters, xp.take(xp.take(self.starts, slots), text.tokens) + places)
        wrong = xp.segment_sum(xp.astype(text.letters != expected, int) * text.counts, text.tokens, n_words)
        return slots, (wrong == 0) & (text.lengths == xp.take(self.lengths, slots))


def _place(
    buckets: NDArray[np.int64], hashes: NDArray[np.int64], n_buckets: int, n_slots: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Choose a multiplier for each bucket such that all words fall into different slots.

    Parameters
    ----------
    buckets, hashes : ndarray of int of shape (n_words,)
        Bucket of each word, and its second hash.
    n_buckets, n_slots : int

    Returns
    -------
    slots : ndarray of int of shape (n_words,)
    multipliers : ndarray of int of shape (n_buckets,)
        None in place of both where no multiplier is found for some bucket.
    """
    slots = np.empty(len(hashes), np.int64)
    multipliers = np.ones(n_buckets, np.int64)
    taken = bytearray(n_slots)
    order = np.argsort(buckets, kind="stable")
    bounds = np.searchsorted(buckets[order], np.arange(n_buckets + 1))
    sizes = np.diff(bounds)
    for bucket in np.argsort(-sizes, kind="stable").tolist():
        words = order[bounds[bucket] : bounds[bucket + 1]]
        if not len(words):
            break
        numbers = hashes[words].tolist()
        for trial in range(_MULTIPLIERS):
            multiplier = ((2 * trial + 1) * _GOLDEN & 0xFFFFFFFF) - 2**31
            wanted = [((number * multiplier + 2**31 & 0xFFFFFFFF) - 2**31) % n_slots for number in numbers]
            if len(set(wanted)) == len(wanted) and not any(taken[slot] for slot in wanted):
                break
        else:
            return None
        for slot in wanted:
            taken[slot] = 1
        slots[words] = wanted
        multipliers[bucket] = multiplier
    return slots, multipliers
