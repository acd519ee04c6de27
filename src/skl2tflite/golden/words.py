"""Texts made of the words that a model knows: no text of a user is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, combinations_with_replacement, islice

from skl2tflite.converters import Converter

WORDS_OF_A_TEXT = 3
"""Words of a made text, where the vocabulary has so many."""
_WITHOUT_A_VOCABULARY = ("some", "words", "of", "a", "text")


def known_words(converter: Converter) -> tuple[str, ...]:
    """Return the single words of the vocabularies of a model's vectorizers, sorted; all terms where none is a word.

    A model that hashes its words has no vocabulary: it counts any word, and gets a few of English.
    """
    vocabularies = [getattr(part, "vocabulary", None) for part in converter.every_part() if part.reads_texts]
    terms = sorted({term.strip() for vocabulary in vocabularies for term in vocabulary or ()} - {""})
    if not terms and None in vocabularies:
        return _WITHOUT_A_VOCABULARY
    return tuple(term for term in terms if term.isalpha()) or tuple(terms)


def made_texts(words: Sequence[str], rows: int) -> tuple[str, ...]:
    """Return texts for some rows, each another one: first those whose words lie far apart in the vocabulary.

    Parameters
    ----------
    words : sequence of str
        Those to choose from, sorted. The words of a text are not.
    rows : int
        Number of texts at most; there are fewer only without any word.
    """
    texts = (" ".join((*some[-1:], *some[:-1])) for some in _choices(words, rows))
    return tuple(islice(filter(None, dict.fromkeys(texts)), rows))


def _choices(words: Sequence[str], rows: int) -> Iterator[tuple[str, ...]]:
    """Return the words of texts: where there are few, fewer or repeated ones.

    Parameters
    ----------
    words : sequence of str
    rows : int
    """
    count = min(WORDS_OF_A_TEXT, len(words))
    for row in range(rows):
        yield tuple(words[(row + rows * i) * len(words) // (rows * count)] for i in range(count))
    few = words[:rows]
    yield from chain.from_iterable(combinations(few, length) for length in range(WORDS_OF_A_TEXT, 0, -1))
    yield from chain.from_iterable(combinations_with_replacement(few, length) for length in range(2, rows + 1))
