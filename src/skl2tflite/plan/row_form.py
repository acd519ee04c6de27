"""Which rows the recorded graphs are right for: dense ones, sparse ones, or both."""

from __future__ import annotations

from typing import NamedTuple

from skl2tflite.converters import Converter
from skl2tflite.converters.core.method_call import called
from skl2tflite.converters.core.method_graph import traced
from skl2tflite.converters.core.method_inputs import InputLayout
from skl2tflite.errors import ConversionError
from skl2tflite.features import Form
from skl2tflite.flow.binding import Binding
from skl2tflite.plan.recording import Recorded


class RowForm(NamedTuple):
    """Which rows a model takes, dense and sparse ones, and what its input holds for what sparse rows do not.

    Attributes
    ----------
    only : {"dense", "sparse"}, optional
        The form that rows must have; None where the same graphs are right for either.
    absent_is_nan : bool
        Whether the input has NaN for absent entries of sparse rows; else 0.
    tells_stored_zeros : bool
        Whether a zero that sparse rows hold is no absent entry to the estimator, though it is one to the model.
    """

    only: Form | None = None
    absent_is_nan: bool = False
    tells_stored_zeros: bool = False


def row_form(converter: Converter, recorded: Recorded) -> RowForm:
    """Return which rows the graphs are right for, by recording the methods once more for rows of the other form."""
    layout, sparse = recorded.layout, recorded.layout.sparse
    absent_is_nan = sparse and recorded.binding.absent_is_nan
    readers = [is_sparse for each in recorded.traced.values() for is_sparse in each.call.absent_readers]
    if recorded.binding.kinds is not None or not (sparse or readers):
        return RowForm(None, absent_is_nan)
    neither = RowForm() if not sparse and all(readers) else RowForm("sparse" if sparse else "dense", absent_is_nan)
    try:
        others = [called(converter, method, InputLayout(layout.batch, sparse=not sparse)) for method in recorded.traced]
    except ConversionError:
        return neither
    asks_absent = any(each.asks_absent for each in others)
    if asks_absent and all(readers):
        return RowForm(None, False, tells_stored_zeros=True)
    if any(each.kinds is not None for each in others):
        return neither
    graphs = [traced(each, Binding(None, asks_absent)).graph for each in others]
    if all(str(a.graph) == str(b) for a, b in zip(recorded.traced.values(), graphs, strict=True)):
        return RowForm(None, absent_is_nan if sparse else asks_absent)
    return neither
