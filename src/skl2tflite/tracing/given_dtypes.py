"""Columns and tensors that hold the model's own rows, in whatever dtype the rows have."""

from __future__ import annotations

from skl2tflite.features.narrow import Narrow
from skl2tflite.flow.column import Column
from skl2tflite.flow.renamed import Renamed
from skl2tflite.forest.transformed import Transformed
from skl2tflite.graph import DType, Tensor, ops
from skl2tflite.graph.op import Input
from skl2tflite.graph.tensor import Node
from skl2tflite.tracing.pandas.replaced import Replaced
from skl2tflite.tracing.tracing_context import Collector

MOVES = (ops.Slice, ops.Take, ops.Reshape, ops.PermuteDims, ops.Concat, ops.AbsentAsZero)
"""Operations that move numbers without changing them."""


narrow_readers: Collector[Narrow | Node] = Collector("narrow_readers")
"""Collects, while a method is recorded, what computes in the dtype of the model's own rows (:class:`Narrow`), and the
nodes whose results still have that dtype."""


class Widened(Renamed):
    """A column whose numbers have become float64, whatever dtype the rows had."""


def reads(column: Column) -> bool:
    """Return whether a column is a feature of the model in the dtype of the rows, and may hold numbers."""
    if isinstance(column, Widened) or column.kind == DType.STRING or column.categories is not None:
        return False
    if column.origin is not None:
        return True
    while type(column) is Renamed:
        column = column.column
    if isinstance(column, Replaced):  # its dtype may not be decided yet
        return column.numbers_stay and reads(column.column)
    place = column.place
    return is_given(column.values if place is None else place[0])


def is_given(x: Tensor) -> bool:
    """Return whether a tensor holds numbers in the dtype of the model's rows: the rows, or what a function left so."""
    node = x.node
    if isinstance(node.op, Input) or any(node is each for each in narrow_readers.found):
        return True
    if isinstance(node.op, Transformed):
        return is_given(node.inputs[1])
    if isinstance(node.op, ops.Cast):
        return node.inputs[0].dtype != DType.FLOAT and is_given(node.inputs[0])
    if not isinstance(node.op, MOVES):
        return False
    return all(map(is_given, node.inputs if isinstance(node.op, ops.Concat) else node.inputs[:1]))
