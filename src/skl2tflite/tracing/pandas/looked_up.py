"""``Series.map`` with a dictionary: values looked up among constants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from skl2tflite.flow.column import DTYPES, Column, KindError, recorded_tensor
from skl2tflite.flow.renamed import Renamed
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.elementwise import as_held
from skl2tflite.tracing.numpy.writable import plain
from skl2tflite.tracing.pandas.text import text_of
from skl2tflite.tracing.row_errors import refuse_rows_of_function


def looked_up(series: Any, keys: list[Any], results: list[Any], default: Any, missing: Any) -> Any:
    """Return a Series of what constants stand for its values.

    Parameters
    ----------
    series : Series
    keys, results : list
        Values, all text or all numbers, and what each becomes.
    default : object
        What all other values become.
    missing : object
        What missing values become.
    """

    def made(values: Any) -> Any:
        return type(series)(plain(values), series.name)

    text = any(isinstance(k, str) for k in keys)
    if text and not all(isinstance(k, str) for k in keys):
        raise refusal("map takes a dictionary whose keys are all text, or all numbers")
    if not keys:
        return made(xp.where(plain(series.isna()), missing, default))
    values = series.column.strings() if text else series.column.values
    known = np.array(keys, dtype=object) if text else as_held(np.array(keys))
    hot = xp.expand_dims(values, 1) == known
    if any(isinstance(r, str) for r in results):
        chosen: Any = xp.where(plain(series.isna()), text_of(missing), text_of(default))
        for i, result in enumerate(results):
            chosen = xp.where(hot[:, i], text_of(result), chosen)
        return made(chosen)
    count = len(keys)
    place = xp.astype(xp.linear(xp.astype(hot, float), np.arange(count) - float(count), float(count)), int)
    chosen = xp.take(np.array([*results, default], dtype=float), place)
    if missing is not default:
        chosen = xp.where(plain(series.isna()), float(missing), chosen)
    return made(chosen)


def numbers_of_text(pairs: Mapping[Any, Any]) -> dict[str, float] | None:
    """Return the numbers that ``replace`` makes of text; None where it makes none.

    Other text stays as it is, beside the numbers. Rows with such text are refused: no estimator takes both.
    """
    if not any(isinstance(old, str) and _is_number(new) for old, new in pairs.items()):
        return None
    if not all(isinstance(old, str) and _is_number(new) for old, new in pairs.items()):
        raise refusal("replace makes numbers of some text, and something else of other values; use map({…})")
    return {old: float(new) for old, new in pairs.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number | np.bool_) and value == value


class NumbersOfText(Column):
    """Numbers that stand for text. When they are read, rows with any other text are refused.

    Until then, another ``replace`` may make numbers of the rest.

    Parameters
    ----------
    series : Series
        The text.
    numbers : mapping of str to float
    """

    def __init__(self, series: Any, numbers: Mapping[str, float]) -> None:
        self.name = str(series.name)
        self.series = series
        self.numbers_of = dict(numbers)

    def extended(self, more: Mapping[str, float]) -> NumbersOfText:
        """Return the column with numbers for more of the text."""
        return NumbersOfText(self.series, self.numbers_of | {k: v for k, v in more.items() if k not in self.numbers_of})

    @property
    def kind(self) -> DType:
        """Floats."""
        return DType.FLOAT

    @property
    def dtype(self) -> Any:
        """NumPy's dtype of floats."""
        return DTYPES[DType.FLOAT]

    def tensor(self, kind: DType) -> Tensor:
        """Return the numbers."""
        if kind != DType.FLOAT:
            raise KindError(f"column {self.name!r} holds numbers, not {kind}")
        return self._numbers

    @cached_property
    def _numbers(self) -> Tensor:
        series, numbers = self.series, self.numbers_of
        known = plain(series.isin(list(numbers))) | plain(series.isna())
        texts = ", ".join(map(repr, list(numbers)[:5]))
        refuse_rows_of_function(
            ~known, f"an error, as replace leaves text that is none of {texts} beside numbers", True
        )
        return recorded_tensor(plain(looked_up(series, list(numbers), list(numbers.values()), np.nan, np.nan)))


def settle(columns: Iterable[Column]) -> None:
    """Read the columns of text that became numbers, as no other ``replace`` can follow."""
    for each in columns:
        column = each
        while isinstance(column, Renamed):
            column = column.column
        if isinstance(column, NumbersOfText):
            column.tensor(DType.FLOAT)
