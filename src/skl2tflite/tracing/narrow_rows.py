"""Made-up rows of a dtype, for comparing what a function gives for them and for the same numbers in another dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.narrow import NULLABLE, WIDE, WITH_NA
from skl2tflite.flow.column import Column
from skl2tflite.graph import DType

ROWS = 12
"""Number of made-up rows of each dtype."""


def series_of(column: Column, numbers: NDArray[Any], dtype: str | None, known: str | None = None) -> Any:
    """Return made-up cells of a column as a Series.

    Parameters
    ----------
    column : Column
    numbers : ndarray of shape (n_rows,)
        Used where the column holds numbers; text and categories are made up here.
    dtype : str or None
        Dtype of the numbers, for a column in a dtype of the rows; None for float64.
    known : str, optional
        The dtype that the column is known to have; objects are made of such numbers.
    """
    import pandas as pd

    categories = column.categories
    if categories is not None:
        cells = np.resize(np.array([*categories, None], dtype=object), ROWS)
        return pd.Series(pd.Categorical(cells, categories=list(categories) or None), name=column.name)
    if column.kind == DType.STRING:
        return pd.Series(np.resize(np.array(["", "Rome", "12"], dtype=object), ROWS), name=column.name)
    if dtype is None or (np.isnan(numbers).any() and dtype not in (*NULLABLE, *WIDE)):
        return pd.Series(numbers, name=column.name)
    if dtype in NULLABLE:
        nullable: Any = dtype.removesuffix(WITH_NA)
        return pd.Series(numbers, name=column.name).astype(nullable)
    cells = numbers.astype(known or float) if dtype == "object" else numbers
    return pd.Series(cells.astype(dtype), name=column.name)


def numbers_of(dtype: str, width: int) -> NDArray[np.float64]:
    """Return numbers of shape (ROWS, width) that a dtype can hold: its extremes, small ones, and others in between.

    Integers of more than two bytes stay within 2**24, which float32 holds exactly, and those of eight bytes within
    1000: beyond, NumPy wraps around only for numbers that no file could hold.
    """
    random = np.random.default_rng(0)
    if dtype in NULLABLE:
        rows = numbers_of("bool" if dtype.startswith("boolean") else "int64", width)
        if dtype.startswith("Float64"):
            rows[6:] /= 64.0
        if not dtype.startswith("boolean"):  # some rows have numbers of one sign only
            rows[6:9], rows[9:] = np.abs(rows[6:9]) + 1.0, -np.abs(rows[9:]) - 1.0
        if dtype.endswith(WITH_NA):
            rows[:6][np.random.default_rng(1).random((6, width)) < 0.4] = np.nan
            rows[np.arange(6, ROWS), np.arange(6, ROWS) % width] = np.nan
        return rows
    if dtype in WIDE:
        rows = numbers_of("int64", width)
        rows[6:] /= 64.0
        return rows
    if dtype == "bool":
        return random.integers(0, 2, (ROWS, width)).astype(float)
    if dtype == "float16":
        rows = random.normal(scale=30.0, size=(ROWS, width))
        rows[0], rows[1] = -60000.0, 60000.0
        return np.asarray(rows.astype(np.float16).astype(float))
    limits = np.iinfo(dtype)
    most = 1000 if limits.bits == 64 else 2**24
    least, greatest = max(int(limits.min), -most), min(int(limits.max), most)
    rows = random.integers(least, greatest + 1, (ROWS, width)).astype(float)
    rows[0], rows[1] = least, greatest
    rows[2:6] = random.integers(0, 4, (4, width))
    return rows


def within(numbers: NDArray[np.float64], dtype: str | None) -> NDArray[np.float64]:
    """Return numbers that a dtype holds too, made of those given; all of them where no dtype is given."""
    if dtype is None:
        return numbers
    return np.where(np.isnan(numbers), np.nan, np.abs(numbers.round()) % 2 if dtype == "bool" else numbers.round())
