"""User functions whose results depend on the dtype of the rows: integers that wrap around, float16 that loses digits.

A file computes with floats. So each function that reads the model's own rows is called twice: with made-up rows of each
narrow dtype, and with the same numbers as floats. If the results differ, the model refuses rows of that dtype.

If rows given to ``convert`` hold booleans or integers, the file computes what the function gives for them. So
they take the place of floats in the comparison, and floats are compared too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.features.narrow import NARROW, NULLABLE, TEXT_WITH_NA, WIDE, Narrow
from skl2tflite.flow.column import Column
from skl2tflite.flow.matrix import Matrix, is_sparse
from skl2tflite.flow.table import Table
from skl2tflite.graph import DType, Tensor, as_tensor, ops
from skl2tflite.graph.op import apply
from skl2tflite.graph.tensor import Node
from skl2tflite.tracing.given_dtypes import Widened, is_given, narrow_readers, reads
from skl2tflite.tracing.narrow_trials import Trial, alike
from skl2tflite.tracing.sample_rows import AsArray, Given


def distinct_readers(found: list[Narrow | Node]) -> tuple[Narrow, ...]:
    """Return each reader once, in the order in which they were found."""
    return tuple(dict.fromkeys(each for each in found if isinstance(each, Narrow)))


def note_narrow_dtypes(function: Callable[[Any], Any], X: Given, result: Any, reader: str) -> Any:
    """Report the dtypes of the model's rows for which a function gives other results than for floats.

    Parameters
    ----------
    function : callable
    X : Tensor, Table, Column, AsArray or Matrix
        What the function was recorded on.
    result : object
        What recording it has given.
    reader : str
        Name of the function in messages.

    Returns
    -------
    object
        The result, in which later steps can see whether its numbers still have the dtype of the rows.
    """
    features = _features(X)
    trial = Trial(function, X)
    if (text := _texts(X)) and "pandas" in sys.modules and not alike(*trial.both_texts(text)):
        narrow_readers.add(Narrow(reader, (TEXT_WITH_NA,), tuple(text.values())))
    if features == ():
        return result
    dtypes = [
        dtype for dtype in NARROW if not (is_sparse(X) and dtype == "float16")
    ]  # SciPy has no sparse matrices of float16
    further = NULLABLE if isinstance(X, Table | Column) and features is not None and "pandas" in sys.modules else ()
    further = (*further, *(WIDE if any(trial.held) else ()))
    found: dict[tuple[tuple[int, ...] | None, int], list[str]] = {}
    answers: list[tuple[list[Any], list[Any]]] = []
    for dtype in (*dtypes, *further):
        for group in trial.groups(dtype):
            narrow, held = trial.both(dtype, group)
            if not alike(narrow, held):
                found.setdefault(trial.concerned(dtype, features, group), []).append(dtype)
            if dtype in dtypes:
                answers.append((narrow, held))
    if (truths := trial.among_numbers(features)) and "bool" not in found.get((truths, 1), ()):
        found.setdefault((truths, 1), []).append("bool")
    for (concerned, least), those in found.items():
        narrow_readers.add(Narrow(reader, tuple(those), concerned, least, trial.expected(concerned, features)))
    pairs = [pair for pair in answers if pair[0] and len(pair[0]) == len(pair[1])]
    stays = [
        any(narrow[i].dtype != floats[i].dtype and _is_narrow(narrow[i].dtype) for narrow, floats in pairs)
        for i in range(min((len(pair[0]) for pair in pairs), default=0))
    ]
    return _with_dtypes(result, stays)


def _is_narrow(dtype: np.dtype[Any]) -> bool:
    return dtype.name in NARROW


def _features(X: Any) -> tuple[int, ...] | None:
    """Return the model's features that a function is given unchanged.

    None stands for all of them, in an array; () for none.
    """
    if isinstance(X, AsArray):
        X = X.table
        if not all(reads(column) for column in X.columns):
            return ()  # one column of floats makes an array of floats
    if isinstance(X, Table):
        read = [column for column in X.columns if reads(column)]
        features = [column.origin for column in read]
        return tuple(each for each in features if each is not None) if None not in features else None
    if isinstance(X, Column):
        return () if not reads(X) else None if X.origin is None else (X.origin,)
    if isinstance(X, Matrix):
        return None if X.dtype is None and isinstance(X.values, Tensor) else ()
    return None if is_given(as_tensor(X)) else ()


def _texts(X: Any) -> dict[int, int]:
    """Return which columns are the model's own text, and which features they are."""
    columns = X.columns if isinstance(X, Table) else [X] if isinstance(X, Column) else ()
    return {
        i: column.origin
        for i, column in enumerate(columns)
        if column.kind == DType.STRING and column.origin is not None and column.categories is None
    }


def _with_dtypes(result: Any, stays: list[bool]) -> Any:
    """Return a result from which later steps can tell whether its numbers still have the dtype of the rows.

    Parameters
    ----------
    result : Table, Tensor or object
    stays : list of bool
        For each column of a table, or in one value for a tensor, whether the numbers keep the dtype of the rows.
    """
    if isinstance(result, Table) and len(stays) == len(result.columns):
        if result.is_computed:
            matrix = result.matrix()
            cast = _with_dtypes(matrix, [any(stays)])
            return result if cast is matrix else Table.of_matrix(cast, result.names)
        columns = [
            Widened(column.name, column) if reads(column) and not stay else column
            for column, stay in zip(result.columns, stays, strict=True)
        ]
        return Table(columns, result.matrix_so_far) if any(isinstance(each, Widened) for each in columns) else result
    if isinstance(result, Table):
        if len(stays) == 1 and not stays[0] and any(map(reads, result.columns)):
            return Table([Widened(column.name, column) for column in result.columns], result.matrix_so_far)
        return result
    if not isinstance(result, Tensor) or not stays:
        return result
    given = is_given(result)
    if any(stays) and not given:
        narrow_readers.add(as_tensor(result).node)
    return apply(ops.Cast(DType.FLOAT), result) if given and not any(stays) and result.dtype == DType.FLOAT else result
