"""Functions of the user's (:class:`sklearn.preprocessing.FunctionTransformer`)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import preprocessing as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.core.seen_rows import SeenConverter
from skl2tflite.features.frames import is_frame
from skl2tflite.flow.column import Column
from skl2tflite.flow.matrix import Matrix
from skl2tflite.flow.renamed import renamed
from skl2tflite.flow.table import Table, as_matrix
from skl2tflite.forest.transformed import Monotone
from skl2tflite.graph import Input, Tensor, as_tensor, ops
from skl2tflite.tracing.boolean_rows import truths_given
from skl2tflite.tracing.function_checks import is_symbolic
from skl2tflite.tracing.given_dtypes import narrow_readers
from skl2tflite.tracing.matrix_arguments import called, dtype_given
from skl2tflite.tracing.monotone import elementwise, source_of
from skl2tflite.tracing.nan_allowed import nan_allowed_columns
from skl2tflite.tracing.narrow_dtypes import note_narrow_dtypes
from skl2tflite.tracing.rows_at_hand import given
from skl2tflite.tracing.sample_rows import AsArray, Given
from skl2tflite.tracing.trial_calls import quiet
from skl2tflite.tracing.unnamed_columns import check_unnamed
from skl2tflite.tracing.user_functions import recorded_of

_INSTEAD = (
    "write it with NumPy's functions of arrays or pandas' of columns, or make it a transformer with a converter of its "
    "own (@skl2tflite.converts)"
)


_OF_POLARS = (
    "functions of polars' DataFrames are not recorded: fit it on pandas' (X.to_pandas()) or arrays (X.to_numpy())"
)


@converts(sk.FunctionTransformer)
class FunctionTransformerConverter(SeenConverter, TransformerConverter):
    """Records the user's function by calling it with a symbolic array, or DataFrame if it was fitted on one."""

    takes_tables = True
    takes_matrices = True
    cleans_each = True

    def transform(self, X: Any) -> Any:
        if self.estimator.validate and isinstance(X, Table):
            X.mark_read()
        names = None if self.estimator.validate else self.feature_names
        return self._call("func", self.estimator.func, X, self.estimator.kw_args, names)

    def numbers_read(self, X: Any, made: Any) -> Any:
        """Return those of a DataFrame's columns too, where the function computes with all of them at once."""
        read = super().numbers_read(X, made)
        if read is not None or not isinstance(X, Table) or not isinstance(made, Tensor):
            return read
        source = source_of(made)
        stacked = source.node
        # By the names of the model's inputs: to look at columns would be to ask for them.
        names = [part.node.op.key if isinstance(part.node.op, Input) else None for part in stacked.inputs]
        is_whole = isinstance(stacked.op, ops.Stack) and stacked.op.axis == 1 and names == self.feature_names
        return source if is_whole or _takes(source, X) else None

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
        with narrow_readers.collect():  # the function's own narrow dtypes, which are found by calling it
            found = recorded_of(self, name, call, *forms, instead=instead)
        result = note_narrow_dtypes(call, forms[0], found, f"the function of {self.path}")
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
        """Return what to call the function with, in the order in which forms are tried.

        That is a table if the function was fitted on a DataFrame, else an array; a single column may be either.
        """
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
        """Call scikit-learn's ``transform`` on an array, as a DataFrame if the function takes one."""
        if self.feature_names is None or self.estimator.validate:
            return super().scikit_transform(X)
        import pandas as pd

        with quiet():
            return np.asarray(self.estimator.transform(pd.DataFrame(np.array(X), columns=self.feature_names)))

    def nan_columns(self, clean: bool | NDArray[np.bool_] = False) -> bool | NDArray[np.bool_]:
        """Columns in which the function accepts NaN."""
        if self.estimator.validate or self.estimator.func is None:
            if self.estimator.validate:
                return False
            return ~np.asarray(clean) if np.ndim(clean) else not clean
        count = getattr(self.estimator, "n_features_in_", self.seen.count)  # None: fitted on a single axis
        return nan_allowed_columns(self.transform, count, self.feature_names, clean, self.seen.sample)


def _takes(x: Tensor, table: Table) -> bool:
    """Return whether a tensor is made of the columns of a table, in their order, which are columns of one matrix."""
    op, matrix, at = x.node.op, x, np.arange(x.shape[-1] or 0)
    if isinstance(op, ops.Take) and op.axis == 1 and x.node.inputs[1].constant is not None:
        matrix, at = x.node.inputs[0], x.node.inputs[1].constant
    places = [column.place for column in table.columns]
    return len(places) == at.size and all(
        place is not None and place[0] is matrix and place[1] == i for place, i in zip(places, at, strict=True)
    )
