"""Texts, as the inputs of a model that reads them hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.graph.table import Terms

Analyzer: TypeAlias = Callable[[str], Iterable[str]]
"""What makes terms of a text; scikit-learn's vectorizers build it."""
Rows: TypeAlias = NDArray[Any] | list[NDArray[Any]]
"""Rows of one length in an array, of any length in a list."""

PARAMETERS = (
    "analyzer", "token_pattern", "lowercase", "strip_accents", "stop_words", "ngram_range", "preprocessor", "tokenizer",
)  # fmt: skip
"""What an analyzer is built of."""


def characters(text: object, name: str) -> NDArray[np.int32]:
    """Return a text as code points, of shape (1, n_characters).

    Raises
    ------
    InvalidInputError
        Where it is none: scikit-learn takes no missing texts.
    """
    if not isinstance(text, str):
        raise InvalidInputError(f"{name} holds {text!r:.40}, which is no text (str); put in '' where one is missing")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<i4").astype(np.int32)[np.newaxis]


def token_ids(terms: Iterable[str], vocabulary: Mapping[str, int] | None) -> NDArray[np.int32]:
    """Return the ids of terms, of shape (1, n_terms): positions in the vocabulary, -1 for those that are not there.

    Without a vocabulary an id is the term's MurmurHash3, as scikit-learn's hashing has it.
    """
    if vocabulary is not None:
        return np.array([[vocabulary.get(term, -1) for term in terms]], dtype=np.int32)
    from sklearn.utils import murmurhash3_32

    return np.array([[murmurhash3_32(term.encode()) for term in terms]], dtype=np.int32)


def counts(ids: NDArray[np.int32], n_terms: int) -> NDArray[np.float32]:
    """Return how often each term of a vocabulary is among ids, of shape (1, n_terms)."""
    return np.bincount(ids[ids >= 0], minlength=n_terms).astype(np.float32)[np.newaxis]


def analyzer_of(vectorizer: Any) -> Analyzer:
    """Return what makes terms of a text for a vectorizer."""
    analyzer: Analyzer = vectorizer.build_analyzer()
    return analyzer


def described(terms: Terms) -> dict[str, Any] | None:
    """Return the parameters of a vectorizer's analyzer, None where some cannot be written down: functions."""
    found: dict[str, Any] = {name: getattr(terms.vectorizer, name) for name in PARAMETERS}
    if any(callable(value) for value in found.values()):
        return None
    if found["stop_words"] is not None and not isinstance(found["stop_words"], str):
        found["stop_words"] = sorted(found["stop_words"])
    found["ngram_range"] = list(found["ngram_range"])
    return found


def rebuilt(parameters: Mapping[str, Any]) -> Analyzer:
    """Return the analyzer of such parameters."""
    from sklearn.feature_extraction.text import CountVectorizer

    return analyzer_of(CountVectorizer(**{**parameters, "ngram_range": tuple(parameters["ngram_range"])}))


def as_texts(X: Any) -> Sequence[object]:
    """Return the texts of rows: a list, an array or a column of them.

    Raises
    ------
    InvalidInputError
        Where X is one text, or a table.
    """
    if isinstance(X, str | bytes):
        raise InvalidInputError("X is one text; the model takes a list of texts")
    if getattr(X, "columns", None) is not None or np.ndim(X) > 1:
        raise InvalidInputError("X is a table; the model takes a list of texts, as a column holds them")
    return list(X)
