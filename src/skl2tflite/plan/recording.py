"""Record the methods of an estimator, and find out how their rows come into a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skl2tflite.choices import Inputs
from skl2tflite.converters import Converter
from skl2tflite.converters.core.method_graph import Traced, trace
from skl2tflite.converters.core.method_inputs import InputLayout
from skl2tflite.errors import ConversionError
from skl2tflite.features import TextRows, column_names
from skl2tflite.flow.column import AbsentError, OneRowError, RetraceError
from skl2tflite.graph import DType


@dataclass(frozen=True)
class Recorded:
    """The graphs of an estimator's methods.

    Attributes
    ----------
    traced : dict of str to Traced
        By the methods' names, the main one first.
    layout : InputLayout
        How rows come into all of them.
    """

    traced: dict[str, Traced]
    layout: InputLayout

    @property
    def absent_is_nan(self) -> bool:
        """Whether the input has NaN for what a sparse matrix of rows does not hold."""
        return self.layout.sparse and self.layout.absent_is_missing


def record(
    converter: Converter,
    methods: Sequence[str],
    layout: InputLayout,
    allows_nan: NDArray[np.bool_],
    inputs: Inputs | None = None,
    hints: Mapping[int, DType] | None = None,
) -> Recorded:
    """Record methods, and decide for a matrix or for columns of what kinds.

    Columns, where one is text or holds numbers that float32 does not: so the data say, or an encoder's categories.
    What a step asks of a column shows while it is recorded: where it is not what was assumed, all methods are recorded
    again, with what is known by then.

    Parameters
    ----------
    converter : Converter
    methods : sequence of str
    layout : InputLayout
        What is known of it from the target and the rows; kinds of columns are decided here.
    allows_nan : ndarray of bool, of shape () or (n_features,)
        Which features may hold NaN.
    inputs : {"matrix", "columns"}, optional
        Whether features are one tensor, or one each; by default what the model needs.
    hints : mapping of int to DType, optional
        Kinds of features that rows show.

    Returns
    -------
    Recorded

    Raises
    ------
    ConversionError
        Where a method cannot be recorded, or not with such inputs.
    """
    # Truth values that may be missing in later rows are given as numbers.
    allowed = np.broadcast_to(allows_nan, converter.n_features)
    hints = {} if hints is None else hints
    hints = {i: kind for i, kind in hints.items() if i < len(allowed) and not (kind == DType.BOOL and allowed[i])}
    kinds = _first_kinds(converter, inputs, hints)
    layout = replace(layout, kinds=kinds)
    if isinstance(converter.rows, TextRows) and inputs != "matrix":
        layout = _for_one_text(converter, layout)  # with a matrix they are refused
    known = hints
    refused: ConversionError | None = None
    while True:
        try:
            return Recorded({method: trace(converter, method, layout) for method in methods}, layout)
        except AbsentError:
            if (rows := converter.rows.with_nan_for_absent()) is not None:
                converter.learn_rows(rows)
            layout = replace(layout, absent_is_missing=True)
        except ConversionError as error:
            # Text that the estimator does not take: the rows are at fault, and refused as such, if it converts else.
            if DType.STRING not in hints.values():
                if refused is not None:
                    raise refused from refused.__cause__
                raise
            refused = error
            hints = known = {i: kind for i, kind in hints.items() if kind != DType.STRING}
            layout = replace(layout, kinds=dict(known) if inputs == "columns" else None)
        except RetraceError as change:
            if inputs == "matrix":
                names = column_names(converter.feature_names, converter.n_features)
                raise ConversionError(
                    f"{converter.path} needs column {names[change.feature]!r} as {change.kind} values, which a matrix "
                    "of float32 cannot hold; use inputs='columns'"
                ) from None
            known = {**known, change.feature: change.kind}
            layout = _for_one_text(converter, layout) if isinstance(change, OneRowError) else layout
            layout = replace(layout, kinds=dict(known))


def _for_one_text(converter: Converter, layout: InputLayout) -> InputLayout:
    """Return the layout for one row at a time, as vectorizers read texts."""
    if layout.batch not in (None, 1):
        raise ConversionError(
            f"{converter.path} reads texts, of which a file takes one at a time: use batch=1 or leave it out"
        )
    return replace(layout, batch=1)


def _first_kinds(converter: Converter, inputs: Inputs | None, hints: Mapping[int, DType]) -> dict[int, DType] | None:
    """Return the kinds of columns before anything is recorded, None for one matrix.

    Parameters
    ----------
    converter : Converter
    inputs : {"matrix", "columns"}, optional
    hints : mapping of int to DType
        Kinds of features that rows show.
    """
    if inputs == "columns" and converter.rows.undivided:
        raise ConversionError(
            f"{converter.path} takes {converter.rows.undivided}, which are no columns; leave out inputs='columns'"
        )
    in_columns = inputs == "columns" or (inputs is None and DType.STRING in hints.values())
    return converter.rows.input_kinds(dict(hints) if in_columns else None)
