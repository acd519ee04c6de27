"""Texts made of the words that a model knows: no text of a user is in them."""

from __future__ import annotations

from collections.abc import Sequence

from skl2tflite.converters import Converter

WORDS_OF_A_TEXT = 3
"""Words of a made text."""
_WITHOUT_A_VOCABULARY = ("some", "words", "of", "a", "text")


def known_words(converter: Converter) -> tuple[str, ...]:
    """Return the single words of the vocabularies of a model's vectorizers, sorted; a few where they have none."""
    found: set[str] = set()
    for part in converter.every_part():
        vocabulary = getattr(part, "vocabulary", None) if part.reads_texts else None
        found.update(term.strip() for term in vocabulary or ())
    words = sorted(word for word in found if word.isalpha())
    return tuple(words) or _WITHOUT_A_VOCABULARY


def made_text(words: Sequence[str], row: int, rows: int) -> str:
    """Return the text of one of some rows, whose words lie far apart in the vocabulary.

    Parameters
    ----------
    words : sequence of str
        Those to choose from.
    row : int
        Position of the row.
    rows : int
        Number of rows.
    """
    count = min(WORDS_OF_A_TEXT, len(words))
    places = ((row + rows * i) * len(words) // (rows * count) for i in range(count))
    return " ".join(words[place] for place in places)
