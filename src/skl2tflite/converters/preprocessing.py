"""Scalers, normalizers and polynomials (:mod:`sklearn.preprocessing`)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn import preprocessing as sk

from skl2tflite.converters.base import TRANSFORM, TRANSFORMS, TransformerConverter, float32_shift
from skl2tflite.converters.columns_of_nan import columns_of_nan
from skl2tflite.converters.compared import AsArray, Given, is_symbolic
from skl2tflite.converters.given import given
from skl2tflite.converters.held import called, dtype_given
from skl2tflite.converters.monotone import elementwise
from skl2tflite.converters.narrow import collect as collect_narrow
from skl2tflite.converters.narrow import noted
from skl2tflite.converters.recorded import recorded_of
from skl2tflite.converters.registry import converts
from skl2tflite.converters.seen import SeenConverter
from skl2tflite.converters.truths_given import truths_given
from skl2tflite.converters.trying import quiet
from skl2tflite.converters.unnamed import check_unnamed
from skl2tflite.features.frames import is_frame
from skl2tflite.forest.folding import Monotone
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.graph import Array, Tensor, as_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.graph.matrix import Matrix
from skl2tflite.graph.renamed import renamed
from skl2tflite.graph.table import Column, Table, as_matrix

_INSTEAD = (
    "write it with NumPy's functions of arrays or pandas' of columns, or make it a transformer with a converter of its "
    "own (@skl2tflite.converts)"
)
_OF_POLARS = (
    "functions of polars' DataFrames are not recorded: fit it on pandas' (X.to_pandas()) or arrays (X.to_numpy())"
)
SKLEARN = tuple(map(int, sklearn.__version__.split(".")[:2]))


def subtract_float64(X: Array, subtrahend: Any) -> Array:
    """``X - subtrahend`` with a float64 subtrahend, held in two float32 numbers: as scikit-learn does in place.

    Near the subtrahend the first difference is exact, and the second brings what float32 left out of it.
    """
    high = np.asarray(subtrahend).astype(np.float32).astype(np.float64)
    low = subtrahend - high
    X = X - high
    return X - low if np.any(low) else X


@converts(sk.StandardScaler)
class StandardScalerConverter(TransformerConverter):
    """``(X - mean_) / scale_``; since scikit-learn 1.8 both are rounded to the dtype of X first."""

    exact = TRANSFORMS if SKLEARN >= (1, 8) else frozenset()
    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        est = self.estimator
        if est.with_mean:
            X = X - est.mean_ if SKLEARN >= (1, 8) else subtract_float64(X, est.mean_)
        if est.with_std:
            X = X / est.scale_
        return X

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone()

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        if est.with_std:
            X = X * est.scale_
        if est.with_mean:
            X = X + est.mean_
        return X


@converts(sk.RobustScaler)
class RobustScalerConverter(TransformerConverter):
    """``(X - center_) / scale_``."""

    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        est = self.estimator
        if est.with_centering:
            X = subtract_float64(X, est.center_)
        if est.with_scaling:
            X = X / est.scale_
        return X

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone()

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        if est.with_scaling:
            X = X * est.scale_
        if est.with_centering:
            X = X + est.center_
        return X


@converts(sk.MinMaxScaler)
class MinMaxScalerConverter(TransformerConverter):
    """``X * scale_ + min_``, kept within ``feature_range`` on demand."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        shift = float32_shift(est.data_min_, est.data_range_)
        if np.any(shift):
            X = X - shift
        X = X * est.scale_ + (est.min_ + shift * est.scale_)
        return xp.clip(X, *map(float, est.feature_range)) if est.clip else X

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone()

    def inverse_transform(self, X: Array) -> Array:
        X = (X - self.estimator.min_) / self.estimator.scale_
        return X


@converts(sk.MaxAbsScaler)
class MaxAbsScalerConverter(TransformerConverter):
    """``X / scale_``, kept within -1 and 1 on demand."""

    exact = TRANSFORMS
    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        X = X / self.estimator.scale_
        return xp.clip(X, -1.0, 1.0) if getattr(self.estimator, "clip", False) else X  # clip: scikit-learn 1.8

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone()

    def inverse_transform(self, X: Array) -> Array:
        X = X * self.estimator.scale_
        return X


NORMS: dict[str, Callable[[Array], Array]] = {
    "l1": lambda X: xp.sum(xp.abs(X), axis=1, keepdims=True),
    "l2": lambda X: xp.sqrt(xp.squared_norm(X)),
    "max": lambda X: xp.max(xp.abs(X), axis=1, keepdims=True),
}


@converts(sk.Normalizer)
class NormalizerConverter(TransformerConverter):
    """Each row divided by its norm, unless that is zero as far as rounding can tell.

    As far as float64's can: rows are of float64 most often, and a file does not know.
    """

    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        norms = NORMS[self.estimator.norm](X)
        zero = 10 * np.finfo(np.float64 if isinstance(X, Tensor) else X.dtype).eps
        return X / xp.where(norms < zero, 1.0, norms)


@converts(sk.Binarizer)
class BinarizerConverter(TransformerConverter):
    """1 above the threshold, else 0; scikit-learn's sparse matrix holds the ones only."""

    exact = TRANSFORM
    keeps_sparse = True
    keeps_dtype = True

    def gives_bounds(self, bounds: tuple[float, float] | None) -> tuple[float, float]:
        """0 and 1."""
        return (0.0, 1.0)

    def stored(self, X: Any, result: Array) -> None:
        """All numbers but 0."""

    def transform(self, X: Array) -> Array:
        threshold = self.estimator.threshold
        if getattr(threshold, "dtype", None) == np.float64:  # a Python number is rounded to the dtype of X instead
            threshold = float(round_down_to_float32(threshold))
        return xp.astype(X > threshold, float)

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone()


@converts(sk.PolynomialFeatures)
class PolynomialFeaturesConverter(TransformerConverter):
    """Products of features: those of each degree from those of the degree before.

    In scikit-learn's order of multiplication: a term is the one without its first feature, times that feature.
    """

    exact = TRANSFORM
    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        est = self.estimator
        _, *terms = est._combinations(
            n_features=est.n_features_in_,
            min_degree=0,
            max_degree=est._max_degree,
            interaction_only=est.interaction_only,
            include_bias=True,
        )
        columns = xp.matrix_transpose(X)  # to take rows is to copy them, to take columns is to gather numbers
        degrees: dict[int, Array] = {1: columns}
        for degree in range(2, est._max_degree + 1):
            shorter = {term: i for i, term in enumerate(t for t in terms if len(t) == degree - 1)}
            longer = [term for term in terms if len(term) == degree]
            if not longer:
                break
            rest = xp.take(degrees[degree - 1], [shorter[term[1:]] for term in longer])
            degrees[degree] = rest * xp.take(columns, [term[0] for term in longer])
        blocks = [xp.broadcast_rows(np.ones(1), X)] if est.include_bias else []
        if est._min_degree <= 1 <= est._max_degree:
            blocks.append(X)
        products = [degrees[degree] for degree in degrees if degree >= max(2, est._min_degree)]
        if products:
            blocks.append(xp.matrix_transpose(xp.concat(products, axis=0)))
        return xp.concat(blocks, axis=1)


@converts(sk.FunctionTransformer)
class FunctionTransformerConverter(SeenConverter, TransformerConverter):
    """The user's function, recorded by calling it on a symbolic array, or DataFrame where it was given one."""

    takes_tables = True
    takes_matrices = True
    cleans_each = True

    def transform(self, X: Any) -> Any:
        if self.estimator.validate and isinstance(X, Table):
            X.ask()
        names = None if self.estimator.validate else self.feature_names
        return self._call("func", self.estimator.func, X, self.estimator.kw_args, names)

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return elementwise(X, transformed)

    def inverse_transform(self, X: Any) -> Any:
        return self._call("inverse_func", self.estimator.inverse_func, X, self.estimator.inv_kw_args, None)

    def _call(
        self,
        name: str,
        function: Callable[..., Any] | None,
        X: Any,
        arguments: dict[str, Any] | None,
        names: list[str] | None,
    ) -> Any:
        if function is None:
            return X
        call = partial(function, **(arguments or {}))
        if not is_symbolic(X):
            return called(call, X) if isinstance(X, Matrix) else call(X)
        if names is None and not self.estimator.validate and not isinstance(X, Column):
            check_unnamed(self, name, call, X.shape[1])
        rows = given().X
        forms = self._given(X, names)
        instead = _OF_POLARS if is_frame(rows) and not hasattr(rows, "iloc") else _INSTEAD
        with collect_narrow():  # of what is inside, which the function itself tells
            found = recorded_of(self, name, call, *forms, instead=instead)
        result = noted(call, forms[0], found, f"the function of {self.path}")
        if isinstance(X, Matrix) and isinstance(result, Tensor):
            dtype = dtype_given(call, X)
            return result if dtype is None or dtype.kind == "f" else Matrix(result, dtype)
        if isinstance(result, list):
            raise self.refuse(f"{name} gives a list, not an array that depends on its input")
        if isinstance(result, Table) and name == "func" and self.estimator.feature_names_out is not None:
            made = self.estimator.get_feature_names_out()
            result = renamed(result, made) if len(made) == len(result.columns) else result
        return result.matrix() if isinstance(result, Table) and result.is_computed else result

    def _given(self, X: Tensor | Table | Column | Matrix, names: list[str] | None) -> list[Given]:
        """Return a table where the function was given a DataFrame, else an array; one column may be either."""
        if isinstance(X, Matrix):
            return [X if names is None or X.is_sparse else Table.of_matrix(as_tensor(X.values), names)]
        if isinstance(X, Column):
            return [X, X.values] if "pandas" in sys.modules else [X.values]
        if isinstance(X, Table) and names is None and not self.estimator.validate and not X.is_computed:
            return [AsArray(X), *truths_given(X)]
        if names is None:
            return [as_matrix(X)]
        return [Table.of_matrix(X, names) if isinstance(X, Tensor) else renamed(X, names)]

    def scikit_transform(self, X: NDArray[Any]) -> NDArray[Any]:
        """Transform an array, as the DataFrame that the function takes."""
        if self.feature_names is None or self.estimator.validate:
            return super().scikit_transform(X)
        import pandas as pd

        with quiet():
            return np.asarray(self.estimator.transform(pd.DataFrame(np.array(X), columns=self.feature_names)))

    def nan_columns(self, clean: bool | NDArray[np.bool_] = False) -> bool | NDArray[np.bool_]:
        """Columns whose NaN reaches the function, where it takes that."""
        if self.estimator.validate or self.estimator.func is None:
            if self.estimator.validate:
                return False
            return ~np.asarray(clean) if np.ndim(clean) else not clean
        count = getattr(self.estimator, "n_features_in_", self.seen.count)  # None: fitted on a single axis
        return columns_of_nan(self.transform, count, self.feature_names, clean, self.seen.sample)
