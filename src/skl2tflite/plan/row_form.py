"""Which rows the recorded graphs are right for: dense ones, sparse ones, or both."""

from __future__ import annotations

from typing import NamedTuple

from skl2tflite.converters import Converter
from skl2tflite.converters.core.method_graph import trace
from skl2tflite.converters.core.method_inputs import InputLayout
from skl2tflite.errors import ConversionError
from skl2tflite.features import Form
from skl2tflite.flow.column import AbsentError, RetraceError
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
    traced, layout, absent_is_nan = recorded.traced, recorded.layout, recorded.absent_is_nan
    readers = [is_sparse for each in traced.values() for is_sparse in each.absent_readers]
    if layout.kinds is not None or not (layout.sparse or readers):
        return RowForm(None, absent_is_nan)
    for other_absent_is_nan in (False, True):
        other = InputLayout(layout.batch, sparse=not layout.sparse, absent_is_missing=other_absent_is_nan)
        try:
            others = [trace(converter, method, other) for method in traced]
        except AbsentError:
            if all(readers):
                return RowForm(None, False, tells_stored_zeros=True)
            continue
        except (ConversionError, RetraceError):
            break
        if all(str(a.graph) == str(b.graph) for a, b in zip(traced.values(), others, strict=True)):
            return RowForm(None, absent_is_nan if layout.sparse else other_absent_is_nan)
        break
    if not layout.sparse and all(readers):
        return RowForm()
    return RowForm("sparse" if layout.sparse else "dense", absent_is_nan)
