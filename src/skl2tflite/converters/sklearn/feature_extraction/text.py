"""Bags of words, n-grams and hashed terms of texts (:mod:`sklearn.feature_extraction.text`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import text

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import INTEGER_RESULTS, TRANSFORM
from skl2tflite.converters.core.registry import converts
from skl2tflite.errors import UnsupportedEstimatorError
from skl2tflite.features import TextRows
from skl2tflite.features.texts import characters
from skl2tflite.flow.column import Column
from skl2tflite.flow.table import TableLike, as_matrix
from skl2tflite.graph import Array, DType, Graph, as_tensor, evaluate, input_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.text.characters import CharacterAnalyzer
from skl2tflite.text.counts import WordAnalyzer
from skl2tflite.text.hashing import Spans, columns_and_signs, hashed_counts
from skl2tflite.text.patterns import PatternError, read_pattern
from skl2tflite.text.unicode import substitution

_TOKENS = "use text='tokens', which leaves the cutting of texts to the app"


class VectorizerConverter(TransformerConverter):
    """Turns texts into counts of their terms; subclasses say how the counts become features.

    A file takes one text at a time, as code points or as the ids of its terms.
    """

    runs_on = ("litert", "web")
    takes_tables = True
    rows = TextRows()
    reads_texts = True

    @property
    def vocabulary(self) -> dict[str, int] | None:
        """Column of each term, or None if columns follow from hashes."""
        raise NotImplementedError

    def counted(self, characters: Array) -> Array:
        """Return the features of one text, given as code points, as a vector."""
        raise NotImplementedError

    def collected(self, ids: Array) -> Array:
        """Return the features of one text, given as the ids of its terms, as a vector."""
        raise NotImplementedError

    def weighed(self, counts: Array) -> Array:
        """Return the features for given counts of the vocabulary's terms."""
        raise NotImplementedError

    @property
    def n_columns(self) -> int:
        """Number of features of a text."""
        return int(self.estimator.n_features) if self.vocabulary is None else len(self.vocabulary)

    def transform(self, X: TableLike) -> Array:
        """Count the terms of each text."""
        if isinstance(X, Column):
            if X.text == "characters":
                return xp.expand_dims(self.counted(xp.reshape(X.characters(), (-1,))), 0)
            if X.text == "counts" and self.vocabulary is None:
                raise self.refuse(
                    "target 'micro' is given the counts of a vocabulary's terms, and hashed features have none",
                    "use CountVectorizer, or leave the vectorizer out and give the file its columns",
                )
            terms = X.terms(self.estimator, self._terms, self.n_columns)
            if X.text == "counts":
                return self.weighed(terms)
            return xp.expand_dims(self.collected(_closed(terms)), 0)
        if not isinstance(X, np.ndarray):
            raise self.refuse("takes texts, one column of them", "name it by a string, 'text' instead of ['text']")
        return np.stack([evaluate(self._recorded, {"text": characters(each, "X")[0]})["counts"] for each in X.ravel()])

    @cached_property
    def _recorded(self) -> Graph:
        """Graph that counts the terms of one text; its tables are made once."""
        text = input_tensor("text", DType.INT, (None,))
        return Graph("transform", {"text": text}, {"counts": as_tensor(self.counted(text))})

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """False: a text is never missing."""
        return False

    def gives_sparse(self, sparse: bool) -> bool:
        """True: scikit-learn returns a sparse matrix."""
        return True

    def gives_dtype(self, dtype: np.dtype[Any] | None) -> np.dtype[Any] | None:
        """The vectorizer's own dtype."""
        given: np.dtype[Any] = np.dtype(self.estimator.dtype)
        return given

    @cached_property
    def _terms(self) -> tuple[str, ...] | None:
        if self.vocabulary is None:
            return None
        return tuple(sorted(self.vocabulary, key=self.vocabulary.__getitem__))

    @cached_property
    def analyzer(self) -> WordAnalyzer | CharacterAnalyzer:
        """What splits texts into terms."""
        est = self.estimator
        for name in ("preprocessor", "tokenizer"):
            if getattr(est, name) is not None and not callable(est.analyzer):
                raise self.refuse(f"a {name} of your own cannot run in the file", _TOKENS)
        if callable(est.analyzer):
            raise self.refuse("an analyzer of your own cannot run in the file", _TOKENS)
        if callable(est.strip_accents):
            raise self.refuse("a strip_accents of your own cannot run in the file", _TOKENS)
        if est.input != "content":
            raise self.refuse(f"input={est.input!r} reads files", "fit it with input='content'")
        preprocessed = substitution(bool(est.lowercase), est.strip_accents or None)
        ngrams = (int(est.ngram_range[0]), int(est.ngram_range[1]))
        if est.analyzer != "word":
            return CharacterAnalyzer(preprocessed, ngrams, est.analyzer == "char_wb")
        try:
            pattern = read_pattern(est.token_pattern)
            return WordAnalyzer(preprocessed, pattern, frozenset(est.get_stop_words() or ()), ngrams)
        except PatternError as error:
            raise self._refused_pattern(error) from None

    def _refused_pattern(self, error: PatternError) -> UnsupportedEstimatorError:
        return self.refuse(f"token_pattern {self.estimator.token_pattern!r} cannot run in the file: {error}", _TOKENS)


def _wrapped(counts: Array, dtype: np.dtype[Any]) -> Array:
    """Return counts as an integer dtype holds them: they wrap around beyond its greatest value."""
    if dtype.kind not in "iu" or dtype.itemsize >= 4:
        return counts
    limits = np.iinfo(dtype)
    least = int(limits.min)
    return (counts - least) % (int(limits.max) - least + 1) + least


def _closed(ids: Array) -> Array:
    """Return the ids of one text's terms as a vector, with the id of an unknown term at its end."""
    return xp.concat([xp.reshape(ids, (-1,)), np.array([-1])])


@converts(text.CountVectorizer)
class CountVectorizerConverter(VectorizerConverter):
    """Counts how often each term of the vocabulary occurs in a text."""

    exact = TRANSFORM

    @property
    def vocabulary(self) -> Mapping[str, int]:  # type: ignore[override]
        """Column of each term."""
        return {term: int(column) for term, column in self.estimator.vocabulary_.items()}

    def counted(self, characters: Array) -> Array:
        return self.weighed(self._count(characters))

    @cached_property
    def _count(self) -> Callable[[Array], Array]:
        """Function that counts terms; its tables are made once for all methods."""
        return self.analyzer.counter(self.vocabulary)

    def collected(self, ids: Array) -> Array:
        n_columns = len(self.vocabulary)
        columns = xp.where(ids < 0, n_columns, xp.minimum(ids, n_columns))
        return self.weighed(xp.segment_sum(ids * 0 + 1, columns, n_columns + 1)[:n_columns])

    def weighed(self, counts: Array) -> Array:
        counts = xp.minimum(counts, 1) if self.estimator.binary else _wrapped(counts, np.dtype(self.estimator.dtype))
        return xp.astype(counts, DType.FLOAT) if np.dtype(self.estimator.dtype).kind == "f" else counts


@converts(text.TfidfVectorizer)
class TfidfVectorizerConverter(CountVectorizerConverter):
    """Counts terms, and weights the counts as :class:`~sklearn.feature_extraction.text.TfidfTransformer` does."""

    exact = INTEGER_RESULTS

    def transform(self, X: TableLike) -> Array:
        tfidf = self.sub(self.estimator._tfidf, "._tfidf")
        return as_matrix(tfidf.method("transform")(super().transform(X)))  # type: ignore[no-any-return]


@converts(text.HashingVectorizer)
class HashingVectorizerConverter(VectorizerConverter):
    """Adds up terms in the columns given by their hashes, and divides each row by its norm."""

    def check_fitted(self) -> None:
        """Do nothing: the estimator is stateless, which scikit-learn 1.6 does not declare."""

    @property
    def vocabulary(self) -> None:
        """None: columns follow from hashes."""
        return None

    def counted(self, characters: Array) -> Array:
        est = self.estimator
        return self._divided(*hashed_counts(self._mark(characters), est.n_features, est.alternate_sign))

    def stored(self, X: Any, result: Array) -> Callable[[], Array] | None:
        """Entries that the sparse matrix holds: columns that receive terms, even if terms of both signs cancel."""
        if not self.estimator.alternate_sign or self.estimator.binary:
            return None
        unsigned = copy(self.estimator).set_params(alternate_sign=False, norm=None)
        return lambda: HashingVectorizerConverter(unsigned, self.path).transform(X) > 0

    @cached_property
    def _mark(self) -> Callable[[Array], Spans]:
        """Function that finds terms; its tables are made once for all methods."""
        return self.analyzer.marker()

    def collected(self, ids: Array) -> Array:
        est = self.estimator
        # The last id stands for no term; all others are hashes, whatever their values.
        there = xp.astype(xp.arange(xp.length(ids)) < xp.length(ids) - 1, int)
        return self._divided(*columns_and_signs(ids, there, est.n_features, est.alternate_sign))

    def _divided(self, sums: Array, numbers: Array) -> Array:
        values = xp.astype(xp.minimum(numbers, 1) if self.estimator.binary else sums, DType.FLOAT)
        norm = self.estimator.norm
        if norm is None:
            return values
        size = xp.sum(xp.square(values) if norm == "l2" else xp.abs(values), axis=-1, keepdims=True)
        size = xp.sqrt(size) if norm == "l2" else size
        return values / xp.where(size == 0.0, 1.0, size)


@converts(text.TfidfTransformer)
class TfidfTransformerConverter(TransformerConverter):
    """Weights the counts of terms by how rare a term is, and divides each row by its norm; rows of zeros stay.

    scikit-learn returns a sparse matrix, whatever the counts are.
    """

    def gives_sparse(self, sparse: bool) -> bool:
        """True: the result is always a sparse matrix."""
        return True

    @property
    def n_features(self) -> int:
        """Number of columns; that of the weights, if the estimator does not know it."""
        weights = getattr(self.estimator, "idf_", None)
        return super().n_features if weights is None else len(weights)

    def transform(self, X: Array) -> Array:
        est = self.estimator
        if est.sublinear_tf:
            zero = X == 0.0
            X = xp.where(zero, 0.0, xp.log(xp.where(zero, 1.0, X)) + 1.0)
        if hasattr(est, "idf_"):
            X = X * est.idf_
        if est.norm is None:
            return X
        magnitudes = xp.square(X) if est.norm == "l2" else xp.abs(X)
        norms = xp.sum(magnitudes, axis=1, keepdims=True)
        norms = xp.sqrt(norms) if est.norm == "l2" else norms
        return X / xp.where(norms == 0.0, 1.0, norms)
