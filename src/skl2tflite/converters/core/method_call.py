"""Call a converter's method on symbolic rows, which records what it computes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.absent_entries import absent_asked, sparsity_readers
from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.method_inputs import InputLayout, SymbolicRows, symbolic_rows
from skl2tflite.errors import ConversionError, GraphError
from skl2tflite.features import Narrow, Reading
from skl2tflite.flow.column import KindError
from skl2tflite.flow.matrix import dtype_of
from skl2tflite.flow.table import Table, as_matrix
from skl2tflite.graph import DType, Tensor, as_tensor
from skl2tflite.tracing.category_constraints import CategoryConstraint, category_constraints
from skl2tflite.tracing.narrow_dtypes import distinct_readers, narrow_readers
from skl2tflite.tracing.row_errors import RowError, row_errors
from skl2tflite.tracing.tracing_context import column_readings, missing_asked


class MethodCall(NamedTuple):
    """What a method has given for symbolic rows, of which it is not known yet how they come into a file.

    Attributes
    ----------
    converter : Converter
    method : str
    rows : SymbolicRows
        What it was called with.
    outputs : list of Tensor
        What it has returned; labels are positions.
    container : type
        ``list`` or ``tuple`` where it has returned several results in one of these, else ``object``.
    constants : tuple of ndarray
        The last results of a tuple, where these are the same for all rows.
    dtype : numpy.dtype or None
        Dtype of the first result in scikit-learn, where something has said it.
    demands : list of CategoryConstraint
        What scikit-learn demands of the rows' categories.
    refused : list of RowError
        Rows that scikit-learn refuses.
    absent_readers : tuple of bool
        Of each estimator that reads absent entries as missing, whether what it is given is sparse.
    asks_absent : bool
        Whether something asks which entries the model's rows hold, so that the input must have NaN for the others.
    readings : tuple of Reading
        Which features must be categoricals in a DataFrame, or must not be.
    narrow : tuple of Narrow
        What computes otherwise in some dtypes of rows than in floats.
    missing_asked : frozenset of int
        Features of no kind that is known, of which functions ask whether a value is missing.
    """

    converter: Converter
    method: str
    rows: SymbolicRows
    outputs: list[Tensor]
    container: type
    constants: tuple[NDArray[Any], ...]
    dtype: np.dtype[Any] | None
    demands: list[CategoryConstraint]
    refused: list[RowError]
    absent_readers: tuple[bool, ...]
    asks_absent: bool
    readings: tuple[Reading, ...]
    narrow: tuple[Narrow, ...]
    missing_asked: frozenset[int]

    @property
    def kinds(self) -> dict[int, DType] | None:
        """Kinds of the features, where the method has asked of one what no matrix of floats holds; else None."""
        asked = self.rows.columns
        return asked.kinds if self.rows.divided and (asked.kinds or asked.missing) else None

    @property
    def confused(self) -> bool:
        """Whether a feature was read as a number before something, of this method or another, has read it as text."""
        columns = self.rows.columns
        return self.rows.divided and any(columns.kinds.get(feature) == DType.STRING for feature in columns.read)


def called(converter: Converter, method: str, layout: InputLayout) -> MethodCall:
    """Call a method on symbolic rows.

    Parameters
    ----------
    converter : Converter
    method : str
    layout : InputLayout
        How rows come into the graph, as far as it is known.

    Raises
    ------
    ConversionError
        Where the estimator or its converter lacks the method, or it cannot be recorded.
    """
    function = converter.method(method)
    rows = symbolic_rows(converter, method, layout)
    try:
        with (
            category_constraints.collect() as demanded,
            row_errors.collect() as refused,
            sparsity_readers.collect() as readers,
            absent_asked.collect() as asked,
            column_readings.collect() as read,
            narrow_readers.collect() as narrow,
            missing_asked.collect() as missing_of,
        ):
            results = function(rows.X)
        if isinstance(results, Table):
            results = _numbers(converter, method, results)
        dtype = dtype_of(results)
        results = as_matrix(results)
    except GraphError as error:
        raise GraphError(f"{converter.path}.{method} cannot be recorded: {error}") from None
    container = list if isinstance(results, list) else tuple if isinstance(results, tuple) else object
    results = [results] if container is object else list(results)
    constants = [result for result in results if container is tuple and isinstance(result, np.ndarray)]
    outputs = [as_tensor(result) for result in results[: len(results) - len(constants)]]
    if not outputs:
        raise ConversionError(f"{converter.path}.{method} gives no array")
    for output in outputs:
        if output.constant is not None or (layout.batch is None and None not in output.shape):
            raise ConversionError(f"{converter.path}.{method} does not depend on its input")
    return MethodCall(
        converter=converter,
        method=method,
        rows=rows,
        outputs=outputs,
        container=container,
        constants=tuple(constants),
        dtype=dtype,
        demands=demanded,
        refused=refused,
        absent_readers=tuple(readers),
        asks_absent=bool(asked),
        readings=tuple(dict.fromkeys(read)),
        narrow=distinct_readers(narrow),
        missing_asked=frozenset(missing_of),
    )


def _numbers(converter: Converter, method: str, result: Table) -> Tensor:
    """Return a result's numbers; a file gives no text.

    Parameters
    ----------
    converter : Converter
    method : str
    result : Table
    """
    try:
        return result.matrix()
    except KindError as error:
        raise ConversionError(f"{converter.path}.{method} has no numbers to give: {error.reason}") from None
