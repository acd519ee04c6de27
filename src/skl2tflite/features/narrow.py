"""Dtypes of rows for which a part of a model answers otherwise than for the same numbers as floats.

A file computes in floats. A function that computes in the rows' own dtype may not: integers of 8 bits wrap around.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skl2tflite.errors import ConversionError, InvalidInputError
from skl2tflite.features.frames import as_cells, columns_of, is_frame
from skl2tflite.stored import NarrowPart

NARROW = (
    "bool", "uint8", "int8", "uint16", "int16", "float16", "uint32", "int32", "uint64", "int64",
)  # fmt: skip
"""Dtypes in which NumPy's arithmetic wraps around, drops decimals, or rounds to few digits."""

WITH_NA = " with NA"
NULLABLE = ("Float64", "Int64", "Float64" + WITH_NA, "Int64" + WITH_NA, "boolean" + WITH_NA)
"""Dtypes of pandas' that tell NA from NaN, of any width: what is missing equals nothing, and computes to NA."""
TEXT_WITH_NA = "string" + WITH_NA
"""That of text."""


WIDE = ("float32", "float64", "object")
"""Dtypes that are compared too where rows given to ``convert`` hold booleans or integers."""

_TELLING_NA = (*NULLABLE, TEXT_WITH_NA)


@dataclass(frozen=True)
class Narrow:
    """A part of a model that computes in the rows' own dtype, and for some dtypes answers otherwise than for floats.

    Parameters
    ----------
    reader : str
        What the part is, and where in the model, for error messages.
    dtypes : tuple of str
        NumPy's names of these dtypes.
    features : tuple of int, optional
        The columns of a DataFrame that the part reads; None where it is given one array of all columns.
    least : int, default=1
        How many of these columns must have such a dtype for the answer to differ.
    instead : str, default=""
        The dtype, other than floats, for which the file answers: that of the rows given to ``convert``.
    """

    reader: str
    dtypes: tuple[str, ...]
    features: tuple[int, ...] | None = None
    least: int = 1
    instead: str = ""

    def met_in(self, X: Any, places: Callable[[], Mapping[int, int]]) -> str | None:
        """Return a dtype of the rows for which the part answers otherwise, None where they have no such dtype.

        Parameters
        ----------
        X : array-like or DataFrame
        places : callable
            Gives the position of each feature among a DataFrame's columns.
        """
        if not is_frame(X):
            dtype = _name(getattr(X, "dtype", None) or as_cells(X).dtype)
            return dtype if dtype in self.dtypes else None
        at = places()
        features = at if self.features is None else self.features
        columns = columns_of(X, [at[i] for i in features if i in at])
        found = [_name(each.dtype) for each in columns]
        if self.features is not None:
            names = [(name, *_nullable(each)) for name, each in zip(found, columns, strict=True)]
            met = [first for each in names if (first := next((n for n in each if n in self.dtypes), None)) is not None]
            return met[0] if len(met) >= self.least else None
        try:
            common = str(np.result_type(*found))
        except TypeError:
            return None
        return common if common in self.dtypes else None

    def check(self, X: Any, places: Callable[[], Mapping[int, int]]) -> None:
        """Raise where rows have a dtype for which the part answers otherwise."""
        if (dtype := self.met_in(X, places)) is not None:
            if dtype == TEXT_WITH_NA:
                raise InvalidInputError(
                    f"X holds {dtype}, for which {self.reader} gives other answers than for NaN, and the file knows "
                    "only NaN; give such columns as object, with NaN"
                )
            if self.instead:
                raise InvalidInputError(
                    f"X holds {dtype}, for which {self.reader} answers otherwise than for {self.instead}, which the "
                    f"model was converted for; give such columns as {self.instead}"
                )
            instead = "such columns as floats" if is_frame(X) else "X.astype(float)"
            if dtype == "bool":
                instead += ", or convert it with rows (X) that hold bool too"
            raise InvalidInputError(
                f"X holds {dtype}, for which {self.reader} gives other answers than for floats, and the file computes "
                f"with floats; give {instead}"
            )

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON keeps them."""
        fields: dict[str, object] = {"reader": self.reader, "dtypes": list(self.dtypes)}
        if self.features is not None:
            fields["features"] = list(self.features)
        if self.least != 1:
            fields["least"] = self.least
        if self.instead:
            fields["instead"] = self.instead
        return fields


def answers_otherwise(reader: str, dtypes: str) -> str:
    """Say that something gives other answers for rows of some dtypes than for the same numbers as floats."""
    return (
        f"{reader} answers otherwise for rows of {dtypes} than for the same numbers as floats: it computes in the "
        "rows' own dtype, which wraps around or loses digits, and a file computes in floats; give it floats, as "
        "X.astype(float), when it is converted and in use"
    )


def not_met(narrow: Narrow, X: Any, places: Callable[[], Mapping[int, int]]) -> Narrow | None:
    """Return a part without the dtypes that rows have, as a comparison on these rows shows whether the answers differ.

    Parameters
    ----------
    narrow : Narrow
        The part, with the dtypes for which it may answer otherwise.
    X : array-like or DataFrame
        Rows on which the model is compared with its estimator.
    places : callable
        Gives the position of each feature among a DataFrame's columns.

    Returns
    -------
    Narrow or None
        None where no dtype is left.

    Raises
    ------
    ConversionError
        Where rows are an array of 8 or 16 bits: they hold too few different numbers for a comparison to show it.
    """
    nullable = tuple(
        each for each in narrow.dtypes if each in _TELLING_NA
    )  # which their own rows never show to be right
    narrow = replace(narrow, dtypes=tuple(each for each in narrow.dtypes if each not in _TELLING_NA))
    while (dtype := narrow.met_in(X, places)) is not None:
        if (narrow.features is None or not is_frame(X)) and np.dtype(dtype).itemsize <= 2:
            raise ConversionError(answers_otherwise(narrow.reader, dtype))
        narrow = replace(narrow, dtypes=tuple(each for each in narrow.dtypes if each != dtype))
    narrow = replace(narrow, dtypes=(*narrow.dtypes, *nullable))
    return narrow if narrow.dtypes else None


def narrow_from_facts(facts: NarrowPart) -> Narrow:
    """Return what :meth:`Narrow.to_json` wrote."""
    return Narrow(facts.reader, facts.dtypes, facts.features, facts.least, facts.instead)


def _name(dtype: Any) -> str:
    """Return NumPy's name of a dtype, whether it is NumPy's, one of pandas that may be missing, or one of polars."""
    name = str(getattr(dtype, "subtype", dtype)).lower().split("[")[0]
    return "bool" if name == "boolean" else name


def _nullable(column: Any) -> tuple[str, ...]:
    """Return what a column of a DataFrame is among the dtypes that tell NA from NaN."""
    dtype = column.dtype
    if type(getattr(dtype, "na_value", None)).__name__ != "NAType":
        return ()
    name = {"f": "Float64", "i": "Int64", "u": "Int64", "b": "boolean"}.get(dtype.kind)
    if name is None:
        return (TEXT_WITH_NA,) if "string" in str(dtype) and column.isna().any() else ()
    return (name, name + WITH_NA) if column.isna().any() else (name,)
