"""The hashing trick for dicts (:class:`sklearn.feature_extraction.FeatureHasher`)."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import FeatureHasher

from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.feature_extraction.dicts import RecordsConverter, cut_off
from skl2tflite.features import HashedRows, RowKind, record_names
from skl2tflite.flow.table import Table
from skl2tflite.graph import Array, as_tensor
from skl2tflite.graph import functions as xp


@converts(FeatureHasher)
class FeatureHasherConverter(RecordsConverter):
    """Adds up numbers in the columns given by the hashes of their names, with the signs of the hashes.

    The names are those in the rows given to ``convert``; the estimator itself is called to hash them.
    """

    rows: HashedRows = HashedRows()

    def check_fitted(self) -> None:
        """Do nothing: the estimator is stateless, which scikit-learn 1.6 does not declare."""

    def check(self) -> None:
        est = self.estimator
        if est.input_type == "pair":
            raise self.refuse(
                "input_type='pair' lets a feature come twice in a row",
                "use input_type='dict', which gives the same columns",
            )
        if est.input_type == "string":
            raise self.refuse(
                "input_type='string' takes any strings, as many as there are",
                r"join them by spaces for HashingVectorizer(token_pattern=r'\S+', lowercase=False, norm=None)",
            )
        if self.dtype not in (np.float32, np.float64, np.int32, np.int64):
            raise self.refuse(f"dtype={self.dtype} wraps around beyond few numbers", "use dtype=numpy.float64")

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the sums."""
        given: np.dtype[Any] = np.dtype(self.estimator.dtype)
        return given

    @property
    def allows_nan(self) -> bool:
        """Whether NaN is a number like others: there is no such integer."""
        return self.dtype.kind == "f"

    def gives_dtype(self, dtype: np.dtype[Any] | None) -> np.dtype[Any] | None:
        """That of the hasher, where it is no float."""
        return None if self.dtype.kind == "f" else self.dtype

    def learn_rows(self, rows: RowKind) -> None:
        """Take the names from the rows given to ``convert``."""
        assert isinstance(rows, HashedRows)
        self.rows = rows

    @property
    def feature_names(self) -> list[str]:
        """Names of the features in the rows given to ``convert``."""
        if not self.rows.known:
            raise self.refuse(
                "learns no names of features, so that a file would not know its inputs",
                "give convert a pipeline that begins with it, and rows X that have every feature",
            )
        return list(self.rows.names)

    def gives_sparse(self, sparse: bool) -> bool:
        """True: the result is always a sparse matrix."""
        return True

    def stored(self, X: Any, result: Array) -> Callable[[], Array]:
        """Entries that the sparse matrix holds: columns that receive numbers other than 0, even if these cancel."""
        unsigned = copy(self.estimator).set_params(alternate_sign=False)
        other = FeatureHasherConverter(unsigned, self.path)
        other.rows = self.rows
        return lambda: other.transform(_one_where_not_zero(X)) > 0

    def transform(self, X: Table | Any) -> Array:
        names = self.feature_names if isinstance(X, Table) else record_names(X)
        values = X.matrix() if isinstance(X, Table) else np.array([[row.get(n, 0.0) for n in names] for row in X])
        values = values if self.dtype.kind == "f" else cut_off(values)
        hashes = self.estimator.transform([{name: 1.0} for name in names])  # one number in each row
        sources = _sources(hashes.indices, self.estimator.n_features)
        # A matrix product would not do: NaN times 0 would make every column NaN.
        signed = xp.concat([values * hashes.data, xp.broadcast_rows(np.zeros(1), values)], axis=1)
        return xp.sum(xp.take(signed, sources, axis=1), axis=1)


def _one_where_not_zero(X: Table | Any) -> Table | Any:
    """Return rows with 1 in place of each number that is not 0."""
    if isinstance(X, Table):
        return Table.of_matrix(as_tensor(xp.astype(X.matrix() != 0.0, float)), X.names)
    return [{name: float(value != 0) for name, value in row.items()} for row in X]


def _sources(columns: NDArray[np.int32], n_columns: int) -> NDArray[np.int64]:
    """Return the positions of the features that each column adds up, of shape (n_summands, n_columns).

    Columns with fewer summands than the others are filled up with the number of features, where a 0 is.
    """
    most = int(np.bincount(columns).max())
    sources = np.full((most, n_columns), len(columns))
    filled = np.zeros(n_columns, dtype=int)
    for feature, column in enumerate(columns):
        sources[filled[column], column] = feature
        filled[column] += 1
    return sources
