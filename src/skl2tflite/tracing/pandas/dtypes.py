"""Dtypes of symbolic columns, and errors for attributes of pandas that cannot be recorded."""

from __future__ import annotations

from typing import Any

from skl2tflite.flow.column import Column, recorded_tensor
from skl2tflite.flow.renamed import Categorical
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import NoAttributeError, refusal
from skl2tflite.graph.tensor import Tensor

OF_ALL_ROWS = frozenset(
    {
        *("argmax", "argmin", "autocorr", "bfill", "corr", "count", "cov", "cummax", "cummin", "cumprod", "cumsum"),
        *("describe", "diff", "drop_duplicates", "dropna", "duplicated", "expanding", "ewm", "factorize", "ffill"),
        *("groupby", "head", "idxmax", "idxmin", "interpolate", "is_unique", "kurt", "max"),
        *("mean", "median", "min", "mode", "nlargest", "nsmallest", "nunique", "pct_change", "pivot", "pivot_table"),
        *("prod", "quantile", "query", "rank", "resample", "rolling", "sample", "sem", "shift", "skew"),
        *(
            "sort_index",
            "sort_values",
            "std",
            "tail",
            "to_dict",
            "tolist",
            "unique",
            "value_counts",
            "var",
            "melt",
            "stack",
        ),
    }
)
"""Attributes of pandas that compute a result from several rows."""
ALONG_AN_AXIS = frozenset(
    {"dropna", "interpolate", "pct_change", "rank", "rolling", "expanding", "sort_values", "nunique", "mode"}
)
"""Those of them that pandas can also compute along each row of a DataFrame (``axis=1``)."""


def no_attribute(name: str, of: str) -> NoAttributeError:
    """Return the error for an attribute of pandas that cannot be recorded."""
    if name in ALONG_AN_AXIS and of == "a DataFrame":
        return NoAttributeError(
            f"{name!r} of {of} cannot be recorded: down its rows it depends on other ones, compute that in fit; along "
            "axis=1 write it of the columns, or with NumPy of X.to_numpy()"
        )
    if name in OF_ALL_ROWS:
        return NoAttributeError(
            f"{name!r} of {of} depends on other rows, and a file answers for each row alone; compute it in fit"
        )
    if name in ("iterrows", "itertuples"):
        return NoAttributeError(f"{name!r}, a loop over rows of {of}, cannot be recorded; compute with whole columns")
    if name in ("str", "dt"):
        return NoAttributeError(f"{name!r} of {of} cannot be recorded; do that before the pipeline")
    return NoAttributeError(f"{name!r} of {of} cannot be recorded")


def is_category(dtype: Any) -> bool:
    """Return whether a dtype is categorical."""
    return (isinstance(dtype, str) and dtype == "category") or hasattr(dtype, "categories")


def as_category(column: Column, dtype: Any) -> Column:
    """Return a column as a categorical of pandas.

    Parameters
    ----------
    column : Column
    dtype : "category" or pandas.CategoricalDtype
    """
    import pandas as pd

    if isinstance(dtype, str) and column.categories is not None:
        return column
    categories = getattr(dtype, "categories", None)
    known = () if categories is None else tuple(categories.tolist())
    while isinstance(column, Categorical) and not (known and column.categories):
        column = column.column
    return Categorical(column, known, dtype if known else pd.CategoricalDtype())


def read(column: Column) -> Tensor:
    """Return the values of a column: booleans where its dtype says so, also if a file's input holds numbers."""
    if getattr(column.dtype, "kind", "") != "b" or column.kind == DType.BOOL:
        return column.values
    return recorded_tensor(column.numbers() != 0.0)


def dtype_of(column: Column) -> Any:
    """Return the dtype that pandas gives a column.

    Raises
    ------
    GraphError
        Where it is not known: no rows were given to ``convert``.
    """
    if column.dtype is None:
        raise refusal(
            f"the dtype of column {column.name!r} is not known: give convert rows, a DataFrame as the estimator "
            "was fitted on"
        )
    return column.dtype
