"""Texts that a vectorizer reads, as inputs hold them: code points, ids of terms, or counts of terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.flow.column import Terms
from skl2tflite.stored import AnalyzerParameters, damaged

Analyzer: TypeAlias = Callable[[str], Iterable[str]]
"""A function that makes terms of a text: what ``build_analyzer`` of scikit-learn's vectorizers gives."""
Rows: TypeAlias = NDArray[Any] | list[NDArray[Any]]
"""The content of an input tensor: an array, or one array for each row where rows are of different lengths."""

PARAMETERS = (
    "analyzer", "token_pattern", "lowercase", "strip_accents", "stop_words", "ngram_range", "preprocessor", "tokenizer",
)  # fmt: skip
"""The parameters of a vectorizer that its analyzer depends on."""


def characters(text: object, name: str) -> NDArray[np.int32]:
    """Return a text as code points, of shape (1, n_characters).

    Raises
    ------
    InvalidInputError
        Where it is no text: scikit-learn takes no missing texts.
    """
    if not isinstance(text, str):
        raise InvalidInputError(f"{name} holds {text!r:.40}, which is no text (str); put in '' where one is missing")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<i4").astype(np.int32)[np.newaxis]


def token_ids(terms: Iterable[str], vocabulary: Mapping[str, int] | None) -> NDArray[np.int32]:
    """Return the ids of terms, of shape (1, n_terms): positions in the vocabulary, -1 for terms that are not in it.

    Without a vocabulary an id is the term's MurmurHash3, as in scikit-learn's HashingVectorizer.
    """
    if vocabulary is not None:
        return np.array([[vocabulary.get(term, -1) for term in terms]], dtype=np.int32)
    from sklearn.utils import murmurhash3_32

    return np.array([[murmurhash3_32(term.encode()) for term in terms]], dtype=np.int32)


def counts(ids: NDArray[np.int32], n_terms: int) -> NDArray[np.float32]:
    """Return how often each term of a vocabulary is among ids, of shape (1, n_terms)."""
    return np.bincount(ids[ids >= 0], minlength=n_terms).astype(np.float32)[np.newaxis]


def analyzer_of(vectorizer: Any) -> Analyzer:
    """Return the function with which a vectorizer makes terms of a text."""
    analyzer: Analyzer = vectorizer.build_analyzer()
    return analyzer


def described(terms: Terms) -> dict[str, Any] | None:
    """Return the parameters of a vectorizer's analyzer; None where some are functions, which no file can hold."""
    found: dict[str, Any] = {name: getattr(terms.vectorizer, name) for name in PARAMETERS}
    if any(callable(value) for value in found.values()):
        return None
    if found["stop_words"] is not None and not isinstance(found["stop_words"], str):
        found["stop_words"] = sorted(found["stop_words"])
    found["ngram_range"] = [int(n) for n in found["ngram_range"]]
    found["lowercase"] = bool(found["lowercase"])
    return found


def analyzer_parameters(facts: AnalyzerParameters) -> dict[str, Any]:
    """Return the parameters of an analyzer from a file, as :func:`described` gave them; others are refused."""
    found: dict[str, Any] = {name: getattr(facts, name) for name in PARAMETERS}
    if isinstance(facts.stop_words, tuple):
        found["stop_words"] = list(facts.stop_words)
    found["ngram_range"] = list(facts.ngram_range)
    if facts.ngram_range[0] > facts.ngram_range[1]:
        raise damaged("ngram_range", f"is {found['ngram_range']}, expected two numbers in order")
    try:
        groups = re.compile(facts.token_pattern or "").groups
    except (re.error, RecursionError, OverflowError) as error:
        raise damaged("token_pattern", f"is no regular expression ({error})") from None
    if groups > 1 or (facts.token_pattern is None and facts.analyzer == "word"):
        raise damaged("token_pattern", "is no pattern of words")
    return found


def rebuilt(parameters: Mapping[str, Any]) -> Analyzer:
    """Return the analyzer that has these parameters, as :func:`described` gives them."""
    from sklearn.feature_extraction.text import CountVectorizer

    return analyzer_of(CountVectorizer(**{**parameters, "ngram_range": tuple(parameters["ngram_range"])}))
