"""Missing values (:mod:`sklearn.impute`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from numbers import Real
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import impute as sk
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - IterativeImputer is behind it

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.pairwise.knn_imputation import mean_of_nearest, shared_neighbors
from skl2tflite.converters.pairwise.neighbor_weights import (
    INSTEAD,
    inverse_distances,
    recorded_weights,
    refuse_too_light,
)
from skl2tflite.converters.pairwise.pairwise_functions import values_of_pairs
from skl2tflite.errors import GraphError
from skl2tflite.features.columns import as_text, is_nan, sendable
from skl2tflite.flow.column import NA, NAN, NONE, Column, KindError, MadeColumn
from skl2tflite.flow.table import Table, TableLike, as_matrix
from skl2tflite.forest.transformed import Monotone
from skl2tflite.graph import Array, DType, Tensor, as_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.distances import EXCLUDED_RANK, UNCOMPARABLE_RANK, nan_squared_distances


class MissingConverter(TransformerConverter):
    """A transformer that looks for missing values: NaN, or another value that marks them."""

    @property
    def missing_is_na(self) -> bool:
        """Whether ``missing_values`` is ``pandas.NA``, which covers None and NaN; among numbers all arrive as NaN."""
        return type(self.estimator.missing_values).__name__ == "NAType"

    @property
    def missing_is_nan(self) -> bool:
        """Whether NaN marks missing numbers."""
        missing = self.estimator.missing_values
        return self.missing_is_na or (isinstance(missing, Real) and np.isnan(float(missing)))

    @property
    def missing_is_object(self) -> bool:
        """Whether None or text marks missing values, and NaN is refused; among numbers the mark arrives as NaN."""
        return self.estimator.missing_values is None or isinstance(self.estimator.missing_values, str)

    def is_missing(self, X: Array) -> Array:
        """Return where values are missing."""
        if xp.dtype_of(X) == DType.STRING:
            texts = (
                [NAN, NONE, NA] if self.missing_is_na else as_text(np.array([self.estimator.missing_values], object))
            )
            return reduce(or_, [X == np.array(text, dtype=object) for text in texts])
        if self.missing_is_nan or self.missing_is_object:
            return xp.isnan(X)
        missing = self.estimator.missing_values
        return X == (
            float(missing) if isinstance(missing, Real) else np.inf
        )  # infinity is refused in any input, so that nothing is missing

    def with_indicator(self, imputed: Array, missing: Array) -> Array:
        """Append the columns that say where values were missing, if ``add_indicator`` is set."""
        if not self.estimator.add_indicator:
            return imputed
        indicators = xp.take(missing, self.estimator.indicator_.features_, axis=1)
        return xp.concat([imputed, xp.astype(indicators, float)], axis=1)

    @property
    def allows_nan(self) -> bool:
        """Whether NaN is what is missing."""
        return self.missing_is_nan

    @property
    def removes_nan(self) -> bool:
        """True: missing values are replaced."""
        return True


@converts(sk.SimpleImputer)
class SimpleImputerConverter(MissingConverter):
    """Replaces missing values by ``statistics_``; columns without any value at fit are dropped."""

    takes_tables = True
    exact = TRANSFORM

    def check(self) -> None:
        text = [value for value in self.estimator.statistics_ if isinstance(value, str)]
        if not all(map(sendable, text)):
            raise self.refuse("fills in text that is no UTF-8, or reserved")

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Columns that accept NaN: those of numbers, if None or text marks missing values, which become NaN there."""
        if not self.missing_is_object:
            return super().nan_columns(clean)
        return np.array([not isinstance(value, str | None) for value in self.estimator.statistics_])

    @property
    def _kept(self) -> NDArray[np.intp]:
        """Positions of the columns that had values at fit, or are kept without (``keep_empty_features``)."""
        known = np.array([not is_nan(value) for value in self.estimator.statistics_])
        return np.flatnonzero(known | self.estimator.keep_empty_features)

    def _of_columns(self, X: Table) -> Table:
        """Impute each column by itself, for an estimator fitted on objects such as text."""
        est = self.estimator
        made: list[Column] = []
        for i in self._kept:
            fill = est.statistics_[i]
            try:
                values = X[i].strings() if isinstance(fill, str) or fill is None else self._numbers(X[i])
            except KindError as error:
                raise self.refuse(f"fills in {fill!r}, but {error.reason}") from None
            filled = np.array(fill if isinstance(fill, str) else as_text(np.array([fill], object))[0], dtype=object)
            if values.dtype != DType.STRING:
                filled = np.array(float(fill))
            made.append(MadeColumn(X[i].name, as_tensor(xp.where(self.is_missing(values), filled, values))))
        for i in est.indicator_.features_ if est.add_indicator else []:
            missing = self.is_missing(X[int(i)].values)
            made.append(MadeColumn(f"missingindicator_{X[int(i)].name}", as_tensor(xp.astype(missing, float))))
        return Table(made)

    def gives_sparse(self, sparse: bool) -> bool:
        """As X is; entries that a sparse matrix does not hold are 0, and not missing."""
        return sparse

    def stored(self, X: Any, result: Array) -> Callable[[], Array] | None:
        """Entries that the sparse matrix holds: those of X (imputed values may be 0), and indicators that are true."""
        est = self.estimator
        kept = self._kept
        if X.stored is None and not np.any(est.statistics_[kept] == 0):
            return None

        def stored() -> Array:
            present: Array = X.take(kept).present
            return xp.concat([present, result[:, len(kept) :] != 0.0][: 1 + est.add_indicator], axis=1)

        return stored

    def _numbers(self, column: Column) -> Tensor:
        """Return a column's numbers; rows may hold the text that marks missing values."""
        missing = self.estimator.missing_values
        return column.numbers_but(missing) if isinstance(missing, str) else column.numbers()

    def transform(self, X: TableLike) -> TableLike:
        est = self.estimator
        if est._fit_dtype.kind == "O" and isinstance(X, Table):
            return self._of_columns(X)
        try:
            X = as_matrix(X)
        except KindError as error:
            raise self.refuse(f"was fitted on numbers, but {error.reason}", "fit it on such columns apart") from None
        statistics = est.statistics_.astype(np.float64)
        kept = self._kept
        missing = self.is_missing(X)
        fill_dtype = getattr(est, "_fill_dtype", np.float64)  # scikit-learn 1.8
        values = statistics[kept].astype(fill_dtype).astype(np.float64)
        imputed = xp.where(xp.take(missing, kept, axis=1), values, xp.take(X, kept, axis=1))
        return self.with_indicator(imputed, missing)

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        est = self.estimator
        indicated = est.indicator_.features_.tolist() if est.add_indicator else []
        return Monotone((*self._kept.tolist(), *indicated), imputes=True) if self.missing_is_nan else None


@converts(sk.MissingIndicator)
class MissingIndicatorConverter(MissingConverter):
    """Returns whether the value of each of ``features_`` is missing."""

    takes_tables = True
    exact = TRANSFORM

    @property
    def allows_nan(self) -> bool:
        """Whether NaN marks missing values, or None does, which arrives as NaN among numbers."""
        return self.missing_is_nan or self.estimator.missing_values is None

    def gives_sparse(self, sparse: bool) -> bool:
        """As the parameter ``sparse`` says; with ``"auto"``, as X is."""
        wanted = self.estimator.sparse
        return sparse if wanted == "auto" else bool(wanted)

    def gives_dtype(self, dtype: np.dtype[Any] | None) -> np.dtype[Any]:
        """Booleans."""
        return np.dtype(bool)

    def stored(self, X: Any, result: Array) -> None:
        """None: the sparse matrix holds the entries that are true."""

    def transform(self, X: TableLike) -> Array:
        if isinstance(X, Table) and not X.is_matrix:
            return xp.stack([self.is_missing(X[int(i)].values) for i in self.estimator.features_], axis=1)
        X = as_matrix(X)
        return xp.take(self.is_missing(X), self.estimator.features_, axis=1)

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone(tuple(self.estimator.features_.tolist()), imputes=True) if self.missing_is_nan else None

    def scikit_transform(self, X: NDArray[Any]) -> NDArray[Any]:
        # scikit-learn's own method raises an error for missing values in columns that had none at fit.
        return np.asarray(np.isnan(X[:, self.estimator.features_]))


@converts(sk.KNNImputer)
class KNNImputerConverter(MissingConverter):
    """The mean over the nearest fitted rows that have a value; distances use the features that both rows have."""

    def check(self) -> None:
        if callable(self.estimator.weights):
            self._check_weights(self.estimator.weights)

    def _check_weights(self, function: Any) -> None:
        """Refuse a function whose weights depend on the order of the donors, which scikit-learn does not define."""
        distances = np.sort(np.random.default_rng(0).uniform(0.5, 2.0, (4, self.estimator.n_neighbors)), axis=1)
        try:
            backwards = np.asarray(function(distances[:, ::-1].copy()), dtype=np.float64)[:, ::-1]
            same = np.allclose(backwards, np.asarray(function(distances.copy())), equal_nan=True)
        except Exception:
            return  # recording it will say what is wrong
        if not same:
            raise self.refuse("weights depend on the order of the donors, which scikit-learn leaves open", INSTEAD)

    def transform(self, X: Array) -> Array:
        est = self.estimator
        absent = np.asarray(est._mask_fit_X)
        points = np.where(absent, np.nan, est._fit_X).astype(np.float64)
        missing = self.is_missing(X)
        if callable(est.metric):
            nearness = -self._by_function(X, np.asarray(est._fit_X, dtype=np.float64))
        else:
            nearness = -nan_squared_distances(xp.where(missing, np.nan, X), points)
        filled = np.flatnonzero(est._valid_mask)
        wanted, known = xp.take(missing, filled, axis=1), xp.take(X, filled, axis=1)
        imputed = xp.where(wanted, self._means(nearness, wanted, points[:, filled]), known)
        if est.keep_empty_features and len(filled) < points.shape[1]:
            places = np.full(points.shape[1], len(filled))
            places[filled] = np.arange(len(filled))
            imputed = xp.take(xp.concat([imputed, xp.broadcast_rows(np.zeros(1), X)], axis=1), places, axis=1)
        return self.with_indicator(imputed, missing)

    def _by_function(self, X: Array, points: NDArray[np.float64]) -> Array:
        """Return distances by the user's metric, with ``UNCOMPARABLE_RANK`` in place of NaN."""
        metric = self.estimator.metric
        try:
            distances = values_of_pairs(partial(metric, missing_values=self.estimator.missing_values), X, points)
        except GraphError as error:
            raise self.refuse(
                f"metric={getattr(metric, '__name__', metric)!s} cannot be recorded ({error})",
                "write it with NumPy's functions of arrays, or use 'nan_euclidean'",
            ) from error
        return xp.where(xp.isnan(distances), UNCOMPARABLE_RANK, distances)

    def _means(self, nearness: Array, wanted: Array, points: NDArray[np.float64]) -> Array:
        """Return the mean of each feature over its nearest donors, from one ranking or from one for each feature.

        Parameters
        ----------
        nearness : array of shape (n_rows, n_points)
            The squared distances with the sign changed.
        wanted : array of bool of shape (n_rows, n_features)
            Which means are needed.
        points : ndarray of shape (n_points, n_features)
            NaN where there is no value.
        """
        est = self.estimator
        among = None
        if not (callable(est.weights) or callable(est.metric)) and np.all(
            (~np.isnan(points)).sum(axis=0) >= est.n_neighbors
        ):
            among = shared_neighbors(points, est.n_neighbors)
        if among is None:
            return xp.stack([self._mean(nearness, wanted[:, i], values) for i, values in enumerate(points.T)], axis=1)
        return mean_of_nearest(nearness, wanted, points, est.n_neighbors, among, est.weights == "distance")

    def _mean(self, nearness: Array, wanted: Array, values: NDArray[np.float64]) -> Array:
        """Return the mean of a feature over its nearest donors; over all donors if none has a distance.

        Parameters
        ----------
        nearness : array of shape (n_rows, n_points)
            The squared distances with the sign changed.
        wanted : array of bool of shape (n_rows,)
            Which rows need the mean.
        values : ndarray of shape (n_points,)
            The feature, NaN where there is no value.
        """
        est = self.estimator
        known = ~np.isnan(values)
        scores = nearness if known.all() else xp.where(known, nearness, -EXCLUDED_RANK)
        top, positions = xp.topk(scores, min(est.n_neighbors, int(known.sum())))
        strange = top <= -UNCOMPARABLE_RANK
        distances = -top if callable(est.metric) else xp.sqrt(-top)
        if callable(est.weights):
            distances = xp.where(strange, np.nan, distances)
            weights = recorded_weights(self, distances)
            weights = xp.where(xp.isnan(weights), 0.0, weights)
            refuse_too_light(self, weights, distances, among=wanted & ~xp.all(strange, axis=1))
        elif est.weights == "distance":
            weights = xp.where(strange, 0.0, inverse_distances(distances))
        else:
            weights = xp.astype(~strange, float)
        mean = values[known].mean()
        total = xp.sum(weights, axis=1)
        # Means of differences from the mean, of which float32 keeps more digits.
        offsets = xp.take(np.where(known, values, mean) - mean, positions)
        alone = xp.all(strange, axis=1)
        none = (total == 0.0) | alone if callable(est.weights) else total == 0.0
        weighted = xp.sum(weights * offsets, axis=1)
        result: Array = xp.where(none, 0.0, weighted / xp.where(none, 1.0, total)) + mean
        if not callable(est.weights):
            return result
        # scikit-learn's masked division leaves the numerator where the sum of the weights is 0 or infinite.
        numerator = xp.sum(weights * xp.take(np.where(known, values, mean), positions), axis=1)
        odd = none | (xp.abs(total) == np.inf)
        return xp.where(odd & ~alone, numerator, result)


@converts(sk.IterativeImputer)
class IterativeImputerConverter(MissingConverter):
    """Predicts each feature from others, in rounds that the graph repeats one after another."""

    def check(self) -> None:
        if self.estimator.sample_posterior:
            raise self.refuse("sample_posterior=True draws at random", "use sample_posterior=False")

    def transform(self, X: Array) -> Array:
        est = self.estimator
        missing = self.is_missing(X)
        initial = self.sub(est.initial_imputer_, ".initial_imputer_").method("transform")(X)
        empty = getattr(est, "_is_empty_feature", None)
        if empty is None:  # scikit-learn 1.6
            empty = np.isnan(np.asarray(est.initial_imputer_.statistics_, dtype=np.float64))
        kept = np.arange(len(empty)) if est.keep_empty_features else np.flatnonzero(~empty)
        columns = [initial[:, i] for i in range(len(kept))]
        for step, (feature, neighbors, estimator) in enumerate(est.imputation_sequence_):
            if empty[kept[feature]]:
                continue
            others = xp.stack([columns[i] for i in neighbors], axis=1)
            predicted = self.sub(estimator, f".imputation_sequence_[{step}].estimator").method("predict")(others)
            low, high = float(est._min_value[feature]), float(est._max_value[feature])
            predicted = xp.clip(predicted, None if np.isinf(low) else low, None if np.isinf(high) else high)
            columns[feature] = xp.where(missing[:, int(kept[feature])], predicted, columns[feature])
        return self.with_indicator(xp.stack(columns, axis=1), missing)
