"""Functions of DataFrames whose columns have no text for names, of which scikit-learn keeps none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.features.frames import is_frame
from skl2tflite.tracing.refusing import Refusing
from skl2tflite.tracing.rows_at_hand import given
from skl2tflite.tracing.trial_calls import tried

SAMPLE = 8
"""Rows that a function is tried on."""


def check_unnamed(converter: Refusing, name: str, function: Callable[[Any], Any], width: int) -> None:
    """Refuse a function that answers otherwise for a DataFrame than for an array, where nobody knows which it gets.

    Rows given to ``convert`` are such a DataFrame; the function may get it, or what a step before has made of it.

    Parameters
    ----------
    converter : Refusing
        Of the estimator that calls it.
    name : str
        Of the parameter or the method that it is.
    function : callable
    width : int
        Number of columns that it takes.

    Raises
    ------
    UnsupportedEstimatorError
    """
    X = given().X
    if not is_frame(X) or not hasattr(X, "iloc"):
        return
    if all(isinstance(name, str) for name in X.columns):
        return
    import pandas as pd

    if len(X.columns) == width:
        frame = X.iloc[:SAMPLE]
    else:
        frame = pd.DataFrame(np.random.default_rng(0).uniform(0.5, 2.0, (SAMPLE, width)))
    answer = _called(function, frame)
    if answer is None:
        return  # so it gets an array
    other = _called(function, frame.to_numpy())
    if other is None or not _same(answer, other):
        raise converter.refuse(
            f"{name} answers otherwise for a DataFrame than for an array, and scikit-learn keeps no column names of X",
            "column names must be text: fit and convert with X.columns = X.columns.astype(str)",
        )


def _called(function: Callable[[Any], Any], rows: Any) -> Any:
    """Return what a function gives as an array, None where it raises an error."""
    return tried(lambda copy: np.asarray(function(copy)), rows)


def _same(a: Any, b: Any) -> bool:
    if a.shape != b.shape:
        return False
    try:
        return bool(np.allclose(a.astype(float), b.astype(float), rtol=1e-6, equal_nan=True))
    except (TypeError, ValueError):
        return bool(np.array_equal(a, b))
