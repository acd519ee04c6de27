"""Comparisons of text that ``where`` has chosen: runtimes can compare strings, but cannot select among them."""

from __future__ import annotations

from skl2tflite.graph import DType, Graph, Node, Tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import as_tensor
from skl2tflite.passes.base import Pass

COMPARISONS = (ops.Equal, ops.NotEqual)


def compare_text(graph: Graph) -> tuple[Graph, list[str]]:
    """Compare each alternative, and select among the results of the comparisons.

    ``where(c, x, y) == t`` becomes ``where(c, x == t, y == t)``; reshapes and slices move inside ``where``.
    """
    notes: list[str] = []

    def rule(node: Node, operands: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        if isinstance(node.op, COMPARISONS) and operands[0].dtype == DType.STRING:
            x, y = operands
            if _is_choice(y):
                x, y = y, x
            if _is_choice(x):
                notes.append("text compared before it is chosen")
                return (_compared(node.op, x, y),)
        if isinstance(node.op, ops.Reshape | ops.Slice) and _is_choice(operands[0]):
            return (_moved(node.op, operands[0]),)
        return None

    return graph.rewrite(rule), notes


def _is_choice(x: Tensor) -> bool:
    return x.dtype == DType.STRING and isinstance(x.node.op, ops.Where)


def _compared(op: ops.Equal | ops.NotEqual, x: Tensor, y: Tensor) -> Tensor:
    """Return the comparison of a text, in which every alternative of a choice is compared by itself.

    Parameters
    ----------
    op : Equal or NotEqual
    x : Tensor
        May be a choice (``where``) among texts, or a choice among choices.
    y : Tensor
    """
    if not _is_choice(x):
        return Node(op, (x, y)).outputs[0]
    condition, *choices = x.node.inputs
    return as_tensor(xp.where(condition, *(_compared(op, choice, y) for choice in choices)))


def _moved(op: ops.Reshape | ops.Slice, x: Tensor) -> Tensor:
    if x.constant is not None and x.ndim == 0:
        return x  # it fits any shape
    if not _is_choice(x):
        return Node(op, (x,)).outputs[0]
    condition, *choices = x.node.inputs
    return as_tensor(xp.where(Node(op, (condition,)).outputs[0], *(_moved(op, choice) for choice in choices)))


COMPARE_TEXT = Pass("compare_text", "compare text before choosing among it", compare_text)
