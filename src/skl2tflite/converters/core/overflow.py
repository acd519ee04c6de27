"""Rows of such magnitude that scores overflow in float32, though not in scikit-learn's float64.

A label or probability that depends on an infinite score or NaN would be wrong, and nothing would show it. So the graph
itself finds such rows, and they become row errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.op import TreeSums, TreeValues
from skl2tflite.graph import Array, Constant, DType, Graph, Node, Tensor, evaluate, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.evaluate import Values
from skl2tflite.graph.op import Input
from skl2tflite.tracing.row_errors import RowError, can_hold_sentinel

GREATEST_EXPONENT = 100
"""Rows with magnitudes up to two to this power, 10³⁰, are tried: linear scores may overflow for larger ones too."""
ROWS_TRIED = 32
"""Number of rows tried."""
ROWS_COMPARED = 16
"""Number of rows with overflows whose results are compared with those in float64."""
OVERFLOW_LIMIT = 2.0**120
"""Magnitude from which scores count as infinite: some kernels of TensorFlow Lite Micro give the greatest float32 number
instead of infinity."""
LARGEST_FLOAT32 = float(np.finfo(np.float32).max)
TOLERANCE = 1e-3
"""Difference from float64 beyond which an answer is wrong, as a fraction of its magnitude or of 1."""
SATURATION = 2.0**90
"""Magnitude beyond which answers count as equal: a number that overflows and is then scaled differs from infinity."""

OVERFLOW_REASON = "compares numbers beyond float32's range in these rows; scale the features, or leave such rows out"
"""Why a row has no answer; the estimator's place in the model stands in front."""

_CHOICES = (ops.ArgMax, ops.ArgMin, ops.Softmax, ops.LogSoftmax)
_ORDERS = (ops.Less, ops.LessEqual, ops.Greater, ops.GreaterEqual)
_POLES = (ops.Log, ops.Log1p, ops.Divide, ops.Power)
"""Operations that give infinity at poles, in float64 as well."""
_ELEMENTWISE = (ops.Multiply, ops.Square, ops.Add, ops.Subtract, ops.Exp, ops.Expm1)
"""Operations that give NaN only where the rows hold NaN, as long as nothing is infinite."""
_DTYPES = {DType.INT: np.int64, DType.BOOL: np.bool_}


def overflowing(
    path: str, inputs: Mapping[str, Tensor], outputs: Sequence[Tensor], predictions: bool = False
) -> list[RowError]:
    """Return the rows in which a label or a probability depends on a score that overflows in float32.

    A score counts only if it overflows for some rows of magnitudes up to 10³⁰: sums of squares, products of features,
    exponentials. Linear scores and sums over trees do not overflow for such rows, so nothing is added to their graphs.

    Parameters
    ----------
    path : str
        The estimator's place in the model, for the reason.
    inputs : mapping of str to Tensor
    outputs : sequence of Tensor
        Results of the method, labels as their positions.
    predictions : bool, default=False
        Whether outputs are labels, probabilities or targets, which must not be wrong without a row error.

    Returns
    -------
    list of RowError
    """
    kinds = {output.dtype for output in outputs}
    if not can_hold_sentinel(outputs) or not _can_be_tried(inputs.values()):
        return []
    rows = outputs[0].shape[0]
    found = [
        node
        for node in _deciding(outputs)
        if isinstance(node.op, _CHOICES) or (isinstance(node.op, _ORDERS) and kinds == {DType.INT})
    ]
    scores = {node: score for node in found if (score := _score(node)) is not None and score.shape[0] == rows}
    answers = [*filter(_is_computed_from_rows, outputs), *_features_of_trees(outputs)] if predictions else []
    unsure, origins = _find_overflows(inputs, scores, answers)
    unanswerable = [_undecided_rows(node, scores[node]) for node in unsure] + [
        _overflowed_rows(x, nan=not isinstance(x.node.op, _ELEMENTWISE)) for x in origins
    ]
    if not unanswerable:
        return []
    lost: Array = reduce(or_, unanswerable)
    assert isinstance(lost, Tensor)
    return [RowError(lost, f"{path} {OVERFLOW_REASON}", gives_nan=True)]


def _can_be_tried(inputs: Iterable[Tensor]) -> bool:
    """Return whether rows can be made up: of numbers and categories, but not of texts, whose lengths are unknown."""
    return all(None not in x.shape[1:] for x in inputs)


def _deciding(outputs: Sequence[Tensor]) -> Iterator[Node]:
    """Yield the nodes that outputs depend on, except conditions of ``where`` between floats, which only avoid poles."""
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
    """Return the floats by which a node chooses; None where it chooses by integers, or the floats cannot overflow."""
    floats = [x for x in node.inputs if x.dtype == DType.FLOAT and x.constant is None]
    if len(floats) != 1 or not floats[0].ndim:
        return None
    return floats[0] if _is_computed_from_rows(floats[0], loops=False) else None


def _is_computed_from_rows(x: Tensor, loops: bool = True) -> bool:
    """Return whether numbers are computed from rows without a forest; if not ``loops``, also without a loop."""
    seen: set[Node] = set()
    stack, reaches_rows = [x.node], False
    while stack:
        each = stack.pop()
        if each in seen or isinstance(each.op, Constant | TreeSums | TreeValues):
            continue
        seen.add(each)
        if isinstance(each.op, ops.WhileLoop) and not loops:
            return False
        reaches_rows |= isinstance(each.op, Input)
        stack += [tensor.node for tensor in each.inputs]
    return reaches_rows


def _features_of_trees(outputs: Sequence[Tensor]) -> Iterator[Tensor]:
    """Yield the numbers that trees compare, where these are computed."""
    for node in _deciding(outputs):
        if isinstance(node.op, TreeSums | TreeValues):
            yield from (x for x in node.inputs if x.dtype == DType.FLOAT and x.constant is None and x.node.inputs)


def _find_overflows(
    inputs: Mapping[str, Tensor], scores: Mapping[Node, Tensor], answers: Sequence[Tensor]
) -> tuple[list[Node], list[Tensor]]:
    """Return the choices by scores that overflow in float32 for some large rows, and hidden overflows.

    A hidden overflow leaves scores and answers finite, but makes them differ from those in float64. Examples are an
    infinite divisor, and two overflowing numbers in a kernel that saturates, whose difference is 0.

    Parameters
    ----------
    inputs : mapping of str to Tensor
    scores : mapping of Node to Tensor
        The scores that each node chooses by.
    answers : sequence of Tensor
        Results that must not be wrong without a row error.

    Returns
    -------
    list of Node
        Nodes among ``scores`` whose scores overflow.
    list of Tensor
        Tensors in which hidden overflows begin.
    """
    unsure: set[Node] = set()
    unseen: dict[Tensor, None] = {}
    named = {f"score {i}": score for i, score in enumerate(scores.values())}
    named |= {f"answer {i}": answer for i, answer in enumerate(answers)}
    graph = Graph("scores", inputs, named)
    own = set(graph.nodes())  # without those within loops
    batch = next((x.shape[0] for x in inputs.values()), None)
    generator = np.random.default_rng(0)
    left = ROWS_COMPARED
    for _ in range(max(1, ROWS_TRIED // (batch or 4))) if scores or answers else ():
        if left <= 0 and len(unsure) == len(scores):
            break
        tried = {name: _large_values(x, 4 if batch is None else batch, generator) for name, x in inputs.items()}
        seen = _Overflows()
        with np.errstate(all="ignore"):
            values = evaluate(graph, tried, np.float32, rounding=seen)
            if not any(tensor.node in seen.overflown for tensor in (*scores.values(), *answers)):
                continue
            for i, (node, score) in enumerate(scores.items()):
                if score.node in seen.overflown and not np.all(np.abs(values[f"score {i}"]) < OVERFLOW_LIMIT):
                    unsure.add(node)
            left -= 4 if batch is None else batch
            if left < 0:
                continue
            held = evaluate(graph, tried, np.float32, rounding=_Overflows(LARGEST_FLOAT32))
            exact = evaluate(graph, tried)
            for each in (values, held):
                shown = np.zeros(len(next(iter(each.values()))), dtype=bool)
                for i, (node, score) in enumerate(scores.items()):
                    marked = np.asarray(_undecided_rows(node, each[f"score {i}"]))
                    wrong = _differs(each[f"score {i}"], exact[f"score {i}"]) & ~marked
                    unseen |= dict.fromkeys(seen.origins_of(score, wrong))
                    shown |= marked
                for i, answer in enumerate(answers):
                    wrong = _differs(each[f"answer {i}"], exact[f"answer {i}"]) & ~shown
                    unseen |= dict.fromkeys(seen.origins_of(answer, wrong))
    return [node for node in scores if node in unsure], [x for x in unseen if x.node in own]


class _Overflows:
    """Finds overflows while a graph is evaluated in float32 (a ``rounding`` of :func:`~skl2tflite.graph.evaluate`).

    Parameters
    ----------
    greatest : float, default=infinity
        Greatest number that results may be: larger ones are replaced by it, as by kernels that saturate.

    Attributes
    ----------
    overflown : dict of Node to set of Tensor
        Nodes that infinity or NaN has reached, each with the tensors where it began.
    rows : dict of Tensor to ndarray of bool
        Of each of those tensors, the rows that overflowed.
    """

    def __init__(self, greatest: float = np.inf) -> None:
        self.greatest = greatest
        self.overflown: dict[Node, set[Tensor]] = {}
        self.rows: dict[Tensor, NDArray[np.bool_]] = {}

    def __call__(self, node: Node, operands: Values, results: Values) -> Values:
        origins = set().union(*(self.overflown.get(tensor.node, ()) for tensor in node.inputs))
        if _makes_infinity(node, operands, results):
            for tensor, result in zip(node.outputs, results, strict=True):
                origins = origins | {tensor}
                self.rows[tensor] = np.asarray(_overflowed_rows(result))
        if origins:
            self.overflown[node] = origins
        if self.greatest == np.inf:
            return results
        return [np.clip(x, -self.greatest, self.greatest) if x.dtype.kind == "f" else x for x in results]

    def origins_of(self, score: Tensor, rows: NDArray[np.bool_]) -> list[Tensor]:
        """Return the tensors where overflows began that reached a score, in at least one of some rows."""
        found = self.overflown.get(score.node, ())
        return [
            x for x in self.rows if x in found and x.shape[0] == score.shape[0] and bool(np.any(self.rows[x] & rows))
        ]


def _differs(answer: NDArray[Any], exact: NDArray[Any]) -> NDArray[np.bool_]:
    """Return the rows in which an answer differs from that in float64, unless both are beyond ``SATURATION``."""
    if answer.dtype.kind != "f":
        apart = answer != exact
    else:
        held, wanted = (np.clip(x.astype(np.float64), -SATURATION, SATURATION) for x in (answer, exact))
        apart = ~(np.abs(held - wanted) <= TOLERANCE * np.maximum(np.abs(wanted), 1.0))
        apart &= ~(np.isnan(held) & np.isnan(wanted))
    return np.asarray(apart.reshape(len(apart), -1).any(axis=1))


def _overflowed_rows(x: Any, nan: bool = True) -> Any:
    """Return the rows in which some number counts as infinite, or is NaN if ``nan`` says that infinity may give NaN."""
    within = xp.abs(x) < OVERFLOW_LIMIT
    within = within if nan else within | xp.isnan(x)
    others = tuple(range(1, within.ndim))
    return xp.logical_not(xp.all(within, axis=others) if others else within)


def _makes_infinity(node: Node, operands: Values, results: Values) -> bool:
    """Return whether a node gives infinity, or NaN as of terms that are infinite, for finite operands.

    Parameters
    ----------
    node : Node
    operands, results : sequence of ndarray
        Values of its inputs and outputs.
    """
    if isinstance(node.op, _POLES):
        return False
    made = any(not np.isfinite(x).all() for x in results if x.dtype.kind == "f")
    return made and all(bool(np.isfinite(x).all()) for x in operands if x.dtype.kind == "f")


def _large_values(x: Tensor, rows: int, generator: np.random.Generator) -> NDArray[Any]:
    """Return made-up values of an input: floats of all magnitudes, in half of the rows all of one; zeros for others.

    Parameters
    ----------
    x : Tensor
        The input.
    rows : int
        Number of rows.
    generator : numpy.random.Generator
    """
    shape = (rows, *(int(length or 1) for length in x.shape[1:]))
    if x.dtype != DType.FLOAT:
        return np.full(shape, "", dtype=object) if x.dtype == DType.STRING else np.zeros(shape, _DTYPES[x.dtype])
    alike = generator.uniform(size=(rows, *[1] * (len(shape) - 1))) < 0.5
    powers = generator.uniform(0, GREATEST_EXPONENT, size=shape)
    powers = np.where(alike, powers.max(), powers)
    return np.asarray(np.exp2(powers) * generator.choice([-1.0, 1.0], size=shape), dtype=np.float32)


def _undecided_rows(node: Node, score: Array) -> Array:
    """Return the rows in which a choice depends on scores that are NaN, or all infinite."""
    axis = getattr(node.op, "axis", None)
    if axis is None:
        within: Array = score == score
    elif isinstance(node.op, ops.ArgMin):
        within = xp.all(score > -OVERFLOW_LIMIT, axis=axis) & xp.any(score < OVERFLOW_LIMIT, axis=axis)
    else:
        within = xp.all(score < OVERFLOW_LIMIT, axis=axis) & xp.any(score > -OVERFLOW_LIMIT, axis=axis)
    others = tuple(range(1, within.ndim))
    return xp.logical_not(xp.all(within, axis=others) if others else within)
