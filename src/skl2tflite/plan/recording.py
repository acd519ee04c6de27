"""Record the methods of an estimator, and find out how their rows come into a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skl2tflite.choices import Inputs
from skl2tflite.converters import Converter
from skl2tflite.converters.core.method_call import called
from skl2tflite.converters.core.method_graph import Traced, traced
from skl2tflite.converters.core.method_inputs import InputLayout
from skl2tflite.errors import ConversionError
from skl2tflite.features import RowKind, column_names
from skl2tflite.flow.binding import Binding
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
    binding : Binding
        What of it recording has decided.
    rows : RowKind
        The kind of rows, and what their tensors hold for what a row lacks.
    """

    traced: dict[str, Traced]
    layout: InputLayout
    binding: Binding
    rows: RowKind


def record(
    converter: Converter,
    methods: Sequence[str],
    layout: InputLayout,
    allows_nan: NDArray[np.bool_],
    inputs: Inputs | None = None,
    hints: Mapping[int, DType] | None = None,
) -> Recorded:
    """Record methods, and decide for a matrix or for columns of what kinds.

    Columns, where one is text or holds numbers that float32 does not: so the rows show, or steps ask while they are
    recorded. Each method is recorded once, but for two cases: text in the rows that the estimator does not take, and
    text that only shows behind a function that was given it for numbers.

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
    if inputs == "columns" and converter.rows.undivided:
        raise ConversionError(
            f"{converter.path} takes {converter.rows.undivided}, which are no columns; leave out inputs='columns'"
        )
    # Booleans that may be missing in later rows are given as numbers.
    allowed = np.broadcast_to(allows_nan, converter.n_features)
    hints = {} if hints is None else hints
    hints = {i: kind for i, kind in hints.items() if i < len(allowed) and not (kind == DType.BOOL and allowed[i])}
    if converter.reads_texts:
        if layout.batch not in (None, 1):
            raise ConversionError(
                f"{converter.path} reads texts, of which a file takes one at a time: use batch=1 or leave it out"
            )
        layout = replace(layout, batch=1)  # vectorizers read one text at a time
    try:
        return _recorded(converter, methods, layout, inputs, hints)
    except ConversionError as error:
        numbers = {i: kind for i, kind in hints.items() if kind != DType.STRING}
        if len(numbers) == len(hints):
            raise
        refused = error
    # Text that the estimator does not take: the rows are at fault, and refused as such, if it converts else.
    try:
        return _recorded(converter, methods, layout, inputs, numbers)
    except ConversionError:
        raise refused from refused.__cause__


def _recorded(
    converter: Converter,
    methods: Sequence[str],
    layout: InputLayout,
    inputs: Inputs | None,
    hints: Mapping[int, DType],
) -> Recorded:
    """Record each method once, with kinds of columns that are taken for known.

    Parameters
    ----------
    converter : Converter
    methods : sequence of str
    layout : InputLayout
    inputs : {"matrix", "columns"}, optional
    hints : mapping of int to DType
        Kinds of features of a table.
    """
    rows = converter.rows
    apart = inputs == "columns" or (inputs is None and DType.STRING in hints.values())
    known = {**rows.first_kinds, **(hints if apart or not rows.is_table else {})}
    layout = replace(layout, columns=apart if rows.is_table else not rows.undivided, kinds=known)
    calls = {method: called(converter, method, layout) for method in methods}
    asked = [each.kinds for method, each in calls.items() if method != "inverse_transform"]
    apart = layout.columns or any(each is not None for each in asked)
    if inputs == "matrix" and apart and (rows.is_table or converter.reads_texts):
        names = column_names(converter.feature_names, converter.n_features)
        missing = {name: DType.FLOAT for each in calls.values() for name in each.rows.columns.missing}
        name, kind = next(iter([*((names[i], kind) for i, kind in layout.kinds.items()), *missing.items()]))
        raise ConversionError(
            f"{converter.path} needs column {name!r} as {kind} values, which a matrix of float32 cannot hold; "
            "use inputs='columns'"
        )
    if any(each.confused for each in calls.values()):
        # Something was given for numbers what an estimator behind it knows to be text: now each is told beforehand.
        told = {i: kind for i, kind in layout.kinds.items() if kind != DType.FLOAT}
        return _recorded(converter, methods, layout, inputs, {**hints, **told})
    asks_absent = any(each.asks_absent for each in calls.values())
    binding = Binding({**hints, **layout.kinds} if apart else None, asks_absent)
    graphs = {method: traced(each, binding) for method, each in calls.items()}
    if binding.kinds is not None:
        names = rows.tensor_names(converter.feature_names, converter.n_features)
        taken = {name for method, each in graphs.items() if method != "inverse_transform" for name in each.graph.inputs}
        floats = {i: DType.FLOAT for i, name in enumerate(names) if name in taken}
        binding = binding._replace(kinds={**floats, **binding.kinds})
    with_nan = rows.with_nan_for_absent() if asks_absent else None
    return Recorded(graphs, layout, binding, with_nan or rows)
