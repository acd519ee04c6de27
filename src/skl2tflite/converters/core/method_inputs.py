"""Symbolic rows, which a converter's method is called with to record it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skl2tflite.converters.core.absent_entries import sparse_input
from skl2tflite.converters.core.base import Converter
from skl2tflite.errors import GraphError
from skl2tflite.features import (
    INPUT_NAME,
    column_names,
)
from skl2tflite.flow.column import ColumnType, RetraceError, TextInput
from skl2tflite.flow.input_columns import InputColumns
from skl2tflite.flow.table import Table
from skl2tflite.graph import DType, Tensor, input_tensor


@dataclass(frozen=True)
class InputLayout:
    """How rows come into a graph.

    Attributes
    ----------
    batch : int, optional
        Number of rows, where the target needs it fixed.
    kinds : dict of int to DType, optional
        Makes each feature an input of its own, of these kinds where they are known; what is decided while a method is
        recorded is written there. Without it all features are one matrix.
    text : {"characters", "tokens", "counts"}
        What the file takes for texts that a vectorizer reads.
    text_length : int, optional
        Their length, where it is fixed.
    sparse : bool, default=False
        Whether rows are given in a sparse matrix.
    absent_is_missing : bool, default=False
        Whether the input has NaN for what a sparse matrix of rows does not hold; else 0.
    types : mapping of int to ColumnType, optional
        What the rows given to ``convert`` show of each feature; None without rows.
    allows_nan : tuple of bool, optional
        Which features may be NaN; all where nothing is known.
    """

    batch: int | None = None
    kinds: dict[int, DType] | None = None
    text: TextInput = "characters"
    text_length: int | None = None
    sparse: bool = False
    absent_is_missing: bool = False
    types: Mapping[int, ColumnType] | None = None
    allows_nan: tuple[bool, ...] | None = None


@dataclass(frozen=True, eq=False)
class SymbolicRows:
    """What a method is called with, and what it has asked for afterwards.

    Attributes
    ----------
    X : Table, Column, Matrix or Tensor
        The rows.
    names : list of str
        Names of the features.
    columns : InputColumns or None
        The inputs, where each feature is one.
    matrix : Tensor or None
        The input, where there is one for all features.
    asked : set of int or None
        The features of a matrix that something has looked at, where that is noted.
    """

    X: Any
    names: list[str]
    columns: InputColumns | None = None
    matrix: Tensor | None = None
    asked: set[int] | None = None

    @property
    def inputs(self) -> dict[str, Tensor]:
        """The graph's inputs by name."""
        if self.columns is not None:
            return self.columns.inputs()
        assert self.matrix is not None
        return {INPUT_NAME: self.matrix}

    @property
    def read(self) -> frozenset[int] | None:
        """Features of a matrix that something has looked at; None where all are, or there is no matrix of features."""
        return None if self.asked is None or len(self.asked) == len(self.names) else frozenset(self.asked)


def symbolic_rows(converter: Converter, method: str, layout: InputLayout) -> SymbolicRows:
    """Return rows to record a method on.

    Parameters
    ----------
    converter : Converter
    method : str
    layout : InputLayout
    """
    inverse = method == "inverse_transform"
    count = _width(converter, method)
    rows = converter.inverse_rows if inverse else converter.rows
    are_features = count == converter.n_features and not inverse
    names = column_names(converter.feature_names if are_features else None, count)
    one = rows.symbolic({0: DType.INT} if inverse else layout.kinds, layout.batch, layout.text, layout.text_length)
    if one is not None and isinstance(one.inputs, InputColumns):
        return SymbolicRows(one.given, names, one.inputs)
    if one is not None and isinstance(one.given, Tensor):
        return SymbolicRows(one.given, names, matrix=one.given)
    if layout.kinds is not None and are_features:
        columns = InputColumns(
            names, layout.kinds, layout.batch, layout.text, layout.types, layout.text_length, layout.allows_nan
        )
        return SymbolicRows(columns.table(), names, columns)
    holds_nan = not are_features or layout.allows_nan is None or any(layout.allows_nan) or layout.absent_is_missing
    matrix = input_tensor(INPUT_NAME, DType.FLOAT, (layout.batch, count), holds_nan)
    if layout.sparse and not inverse:
        return SymbolicRows(sparse_input(matrix, layout.absent_is_missing), names, matrix=matrix)
    if not are_features:
        return SymbolicRows(Table.of_matrix(matrix, names), names, matrix=matrix)
    asked: set[int] = set()
    return SymbolicRows(Table.of_matrix(matrix, names, True, layout.types, asked), names, matrix=matrix, asked=asked)


def _width(converter: Converter, method: str) -> int:
    """Number of columns that a method takes: an inverse takes as many as ``transform`` gives."""
    if method != "inverse_transform" or not converter.inverse_rows.is_table or not converter.has("transform"):
        return converter.n_features
    kinds: dict[int, DType] = {}
    while True:
        try:
            columns: int | None = converter.method("transform")(_any_rows(converter, kinds)).shape[-1]
            return converter.n_features if columns is None else columns
        except RetraceError as change:
            kinds[change.feature] = change.kind
        except GraphError as error:
            raise GraphError(f"{converter.path}.transform cannot be recorded: {error}") from None


def _any_rows(converter: Converter, kinds: dict[int, DType]) -> Any:
    """Return what ``transform`` takes: labels, a matrix of numbers, or columns where some must be of other kinds."""
    one = converter.rows.symbolic(kinds, None, "characters")
    if one is not None:
        return one.given
    names = column_names(converter.feature_names, converter.n_features)
    if kinds:
        return InputColumns(names, kinds).table()
    return Table.of_matrix(input_tensor(INPUT_NAME, DType.FLOAT, (None, len(names))), names, inputs=True)
