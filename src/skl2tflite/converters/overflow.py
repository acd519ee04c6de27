"""Rows so great that scores leave float32, though not scikit-learn's float64: no label may hang on infinity or NaN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.unanswered import Unanswered, can_mark
from skl2tflite.forest.op import TreeSums, TreeValues
from skl2tflite.graph import Array, Constant, DType, Graph, Node, Tensor, evaluate, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.evaluate import Values
from skl2tflite.graph.op import Input

GREATEST_EXPONENT = 100
"""Rows of up to two to this power, 10³⁰, are tried: beyond, float32 ends for linear scores too."""
ROWS = 32
"""How many are."""
LIMIT = 2.0**120
"""Magnitude from which scores count as infinite: some kernels of TensorFlow Lite Micro stop at the greatest number."""

TOO_GREAT = "compares numbers beyond float32's range in these rows; scale the features, or leave such rows out"
"""Why a row has no answer."""

_CHOICES = (ops.ArgMax, ops.ArgMin, ops.Softmax, ops.LogSoftmax)
_ORDERS = (ops.Less, ops.LessEqual, ops.Greater, ops.GreaterEqual)
_POLES = (ops.Log, ops.Log1p, ops.Divide, ops.Power)
"""Operations that are infinite beside poles, in float64 as well."""
_DTYPES = {DType.INT: np.int64, DType.BOOL: np.bool_}


def overflowing(path: str, inputs: Mapping[str, Tensor], outputs: Sequence[Tensor]) -> list[Unanswered]:
    """Return the rows in which a label, or a probability, hangs on a score that has left float32.

    Only choices whose scores do so for some rows up to 10³⁰: those of sums of squares, of products of features, of
    exponentials. Linear scores and sums over trees do not, and their files stay as they are.

    Parameters
    ----------
    path : str
        Where the estimator stands, for the reason.
    inputs : mapping of str to Tensor
    outputs : sequence of Tensor
        What a method gives; positions of labels are whole numbers.

    Returns
    -------
    list of Unanswered
    """
    kinds = {output.dtype for output in outputs}
    if not can_mark(outputs) or not _can_be_tried(inputs.values()):
        return []
    rows = outputs[0].shape[0]
    found = [
        node
        for node in _deciding(outputs)
        if isinstance(node.op, _CHOICES) or (isinstance(node.op, _ORDERS) and kinds == {DType.INT})
    ]
    scores = {node: score for node in found if (score := _score(node)) is not None and score.shape[0] == rows}
    unsure = _leaving(inputs, scores)
    if not unsure:
        return []
    lost: Array = _lost(unsure[0], scores[unsure[0]])
    for node in unsure[1:]:
        lost = xp.logical_or(lost, _lost(node, scores[node]))
    assert isinstance(lost, Tensor)
    return [Unanswered(lost, f"{path} {TOO_GREAT}", gives_nan=True)]


def _can_be_tried(inputs: Iterable[Tensor]) -> bool:
    """Whether rows can be made up: of numbers and categories, not of texts, which have lengths of their own."""
    return all(None not in x.shape[1:] for x in inputs)


def _deciding(outputs: Sequence[Tensor]) -> Iterator[Node]:
    """Yield the nodes that outputs hang on, but for what only guards a choice among numbers, as against poles."""
    seen: set[Node] = set()
    stack = [output.node for output in outputs]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        guards = isinstance(node.op, ops.Where) and node.outputs[0].dtype == DType.FLOAT
        stack += [tensor.node for tensor in node.inputs[1 if guards else 0 :]]


def _score(node: Node) -> Tensor | None:
    """Return the numbers that a node chooses by, None where they are whole, or cannot leave float32."""
    floats = [x for x in node.inputs if x.dtype == DType.FLOAT and x.constant is None]
    if len(floats) != 1 or not floats[0].ndim:
        return None
    seen: set[Node] = set()
    stack, reaches_rows = [floats[0].node], False
    while stack:
        each = stack.pop()
        if each in seen or isinstance(each.op, Constant | TreeSums | TreeValues):
            continue
        seen.add(each)
        if isinstance(each.op, ops.WhileLoop):  # what a loop converges to is not tried
            return None
        reaches_rows |= isinstance(each.op, Input)
        stack += [tensor.node for tensor in each.inputs]
    return floats[0] if reaches_rows else None


def _leaving(inputs: Mapping[str, Tensor], scores: Mapping[Node, Tensor]) -> list[Node]:
    """Return the choices by scores that overflow in float32 for some great rows."""
    unsure: set[Node] = set()
    named = {str(i): score for i, score in enumerate(scores.values())}
    graph = Graph("scores", inputs, named)
    batch = next((x.shape[0] for x in inputs.values()), None)
    generator = np.random.default_rng(0)
    for _ in range(ROWS // 4 if batch is None else ROWS) if scores else ():
        overflown: set[Node] = set()

        def watch(
            node: Node,
            operands: Sequence[NDArray[Any]],
            results: Sequence[NDArray[Any]],
            overflown: set[Node] = overflown,
        ) -> Sequence[NDArray[Any]]:
            if any(tensor.node in overflown for tensor in node.inputs) or _overflows(node, operands, results):
                overflown.add(node)
            return results

        tried = {name: _great(x, 4 if batch is None else batch, generator) for name, x in inputs.items()}
        with np.errstate(all="ignore"):
            values = evaluate(graph, tried, np.float32, rounding=watch)
        for node, value in zip(scores, values.values(), strict=True):
            if scores[node].node in overflown and not np.all(np.abs(value) < LIMIT):
                unsure.add(node)
        if len(unsure) == len(scores):
            break
    return [node for node in scores if node in unsure]


def _overflows(node: Node, operands: Values, results: Values) -> bool:
    """Whether a node makes infinity of finite numbers."""
    if isinstance(node.op, _POLES):
        return False
    made = any(bool(np.isinf(x).any()) for x in results if x.dtype.kind == "f")
    return made and all(bool(np.isfinite(x).all()) for x in operands if x.dtype.kind == "f")


def _great(x: Tensor, rows: int, generator: np.random.Generator) -> NDArray[Any]:
    """Return values of an input: numbers of every magnitude, alike in half the rows; of other kinds nothing special."""
    shape = (rows, *(int(length or 1) for length in x.shape[1:]))
    if x.dtype != DType.FLOAT:
        return np.full(shape, "", dtype=object) if x.dtype == DType.STRING else np.zeros(shape, _DTYPES[x.dtype])
    alike = generator.uniform(size=(rows, *[1] * (len(shape) - 1))) < 0.5
    powers = generator.uniform(0, GREATEST_EXPONENT, size=shape)
    powers = np.where(alike, powers.max(), powers)
    return np.asarray(np.exp2(powers) * generator.choice([-1.0, 1.0], size=shape), dtype=np.float32)


def _lost(node: Node, score: Tensor) -> Array:
    """Return the rows in which a choice hangs on scores that are NaN, or all of them infinite."""
    axis = getattr(node.op, "axis", None)
    if axis is None:
        within: Array = xp.equal(score, score)
    elif isinstance(node.op, ops.ArgMin):
        within = xp.logical_and(xp.all(score > -LIMIT, axis=axis), xp.any(score < LIMIT, axis=axis))
    else:
        within = xp.logical_and(xp.all(score < LIMIT, axis=axis), xp.any(score > -LIMIT, axis=axis))
    others = tuple(range(1, within.ndim))
    return xp.logical_not(xp.all(within, axis=others) if others else within)
