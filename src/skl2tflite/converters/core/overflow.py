"""Rows so great that scores leave float32, though not scikit-learn's float64: no label may hang on infinity or NaN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.op import TreeSums, TreeValues
from skl2tflite.graph import Array, Constant, DType, Graph, Node, Tensor, evaluate, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.evaluate import Values
from skl2tflite.graph.op import Input
from skl2tflite.tracing.row_errors import Unanswered, can_mark

GREATEST_EXPONENT = 100
"""Rows of up to two to this power, 10³⁰, are tried: beyond, float32 ends for linear scores too."""
ROWS = 32
"""How many are."""
COMPARED = 16
"""How many of those that overflow are compared with float64."""
LIMIT = 2.0**120
"""Magnitude from which scores count as infinite: some kernels of TensorFlow Lite Micro stop at the greatest number."""
GREATEST = float(np.finfo(np.float32).max)
LOGISTIC_LIMIT = 1e26
"""Magnitude from which LiteRT's LOGISTIC may give NaN: XNNPACK's did from 1e27 on an x86 CPU (LiteRT 2.3.0)."""
APART = 1e-3
"""Of answers that are not those of float64: of their magnitude, or of 1."""
FAR = 2.0**90
"""Magnitude from which answers are alike: numbers that end beyond float32 and are then scaled differ from infinity."""

TOO_GREAT = "compares numbers beyond float32's range in these rows; scale the features, or leave such rows out"
"""Why a row has no answer."""

_CHOICES = (ops.ArgMax, ops.ArgMin, ops.Softmax, ops.LogSoftmax)
_ORDERS = (ops.Less, ops.LessEqual, ops.Greater, ops.GreaterEqual)
_POLES = (ops.Log, ops.Log1p, ops.Divide, ops.Power)
"""Operations that are infinite beside poles, in float64 as well."""
_DTYPES = {DType.INT: np.int64, DType.BOOL: np.bool_}


def overflowing(
    path: str, inputs: Mapping[str, Tensor], outputs: Sequence[Tensor], predictions: bool = False
) -> list[Unanswered]:
    """Return the rows in which a label, or a probability, hangs on a score that has left float32.

    Only choices whose scores do so for some rows up to 10³⁰, or hang on what does: those of sums of squares, of
    products of features, of exponentials. Linear scores and sums over trees do not, and their files stay as they are.

    Parameters
    ----------
    path : str
        Where the estimator stands, for the reason.
    inputs : mapping of str to Tensor
    outputs : sequence of Tensor
        What a method gives; positions of labels are whole numbers.
    predictions : bool, default=False
        Whether outputs are labels, probabilities or targets, which must not be wrong without a sign of it.

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
    answers = [*filter(_hangs_on_rows, outputs), *_features_of_trees(outputs)] if predictions else []
    unsure, origins = _leaving(inputs, scores, answers)
    rows_lost = [_lost(node, scores[node]) for node in unsure] + [_beyond(x) for x in origins]
    if not rows_lost:
        return []
    lost: Array = reduce(xp.logical_or, rows_lost)
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
    return floats[0] if _hangs_on_rows(floats[0], loops=False) else None


def _hangs_on_rows(x: Tensor, loops: bool = True) -> bool:
    """Whether numbers are computed from rows by more than sums over trees; by no loop, if asked to."""
    seen: set[Node] = set()
    stack, reaches_rows = [x.node], False
    while stack:
        each = stack.pop()
        if each in seen or isinstance(each.op, Constant | TreeSums | TreeValues):
            continue
        seen.add(each)
        if isinstance(each.op, ops.WhileLoop) and not loops:  # what a loop converges to is not tried
            return False
        reaches_rows |= isinstance(each.op, Input)
        stack += [tensor.node for tensor in each.inputs]
    return reaches_rows


def _features_of_trees(outputs: Sequence[Tensor]) -> Iterator[Tensor]:
    """Yield the numbers that trees compare, where they are not the rows themselves."""
    for node in _deciding(outputs):
        if isinstance(node.op, TreeSums | TreeValues):
            yield from (x for x in node.inputs if x.dtype == DType.FLOAT and x.constant is None and x.node.inputs)


def _leaving(
    inputs: Mapping[str, Tensor], scores: Mapping[Node, Tensor], answers: Sequence[Tensor]
) -> tuple[list[Node], list[Tensor]]:
    """Return the choices by scores that overflow in float32 for some great rows, and what does so unseen.

    Unseen is what overflows where the scores do not show it, and they or an answer are others than
    float64's: sums that are divided by, or differences of two numbers that a kernel holds at the greatest one.
    """
    unsure: set[Node] = set()
    unseen: dict[Tensor, None] = {}
    named = {f"score {i}": score for i, score in enumerate(scores.values())}
    named |= {f"answer {i}": answer for i, answer in enumerate(answers)}
    graph = Graph("scores", inputs, named)
    own = set(graph.nodes())  # and not those within loops
    batch = next((x.shape[0] for x in inputs.values()), None)
    generator = np.random.default_rng(0)
    left = COMPARED
    for _ in range(ROWS // 4 if batch is None else ROWS) if scores or answers else ():
        if left <= 0 and len(unsure) == len(scores):
            break
        tried = {name: _great(x, 4 if batch is None else batch, generator) for name, x in inputs.items()}
        seen = _Overflows()
        with np.errstate(all="ignore"):
            values = evaluate(graph, tried, np.float32, rounding=seen)
            if not any(tensor.node in seen.overflown for tensor in (*scores.values(), *answers)):
                continue
            for i, (node, score) in enumerate(scores.items()):
                if score.node in seen.overflown and not np.all(np.abs(values[f"score {i}"]) < LIMIT):
                    unsure.add(node)
            left -= 4 if batch is None else batch
            if left < 0:
                continue
            held = evaluate(graph, tried, np.float32, rounding=_Overflows(GREATEST))
            exact = evaluate(graph, tried)
            for each in (values, held):
                shown = np.zeros(len(next(iter(each.values()))), dtype=bool)
                for i, (node, score) in enumerate(scores.items()):
                    marked = np.asarray(_lost(node, each[f"score {i}"]))
                    wrong = _differs(each[f"score {i}"], exact[f"score {i}"]) & ~marked
                    unseen |= dict.fromkeys(seen.origins_of(score, wrong))
                    shown |= marked
                for i, answer in enumerate(answers):
                    wrong = _differs(each[f"answer {i}"], exact[f"answer {i}"]) & ~shown
                    unseen |= dict.fromkeys(seen.origins_of(answer, wrong))
    return [node for node in scores if node in unsure], [x for x in unseen if x.node in own]


class _Overflows:
    """What overflows while a graph is evaluated in float32 (a ``rounding`` of :func:`~skl2tflite.graph.evaluate`).

    Parameters
    ----------
    greatest : float, default=infinity
        What is held in place of infinity.

    Attributes
    ----------
    overflown : dict of Node to set of Tensor
        Nodes that infinity, or NaN, has reached, and from where; with the rows of those tensors in ``rows``.
    """

    def __init__(self, greatest: float = np.inf) -> None:
        self.greatest = greatest
        self.overflown: dict[Node, set[Tensor]] = {}
        self.rows: dict[Tensor, NDArray[np.bool_]] = {}

    def __call__(self, node: Node, operands: Values, results: Values) -> Values:
        origins = set().union(*(self.overflown.get(tensor.node, ()) for tensor in node.inputs))
        if isinstance(node.op, ops.Expit):
            beyond = np.abs(operands[0]) > LOGISTIC_LIMIT
            if self.greatest == np.inf and beyond.any():  # kernels that hold numbers have a logistic of their own
                results = [np.where(beyond, np.nan, results[0])]
                origins = origins | {node.outputs[0]}
        elif _overflows(node, operands, results):
            for tensor, result in zip(node.outputs, results, strict=True):
                origins = origins | {tensor}
                self.rows[tensor] = np.asarray(_beyond(result))
        if origins:
            self.overflown[node] = origins
        if self.greatest == np.inf:
            return results
        return [np.clip(x, -self.greatest, self.greatest) if x.dtype.kind == "f" else x for x in results]

    def origins_of(self, score: Tensor, rows: NDArray[np.bool_]) -> list[Tensor]:
        """Return where overflows that a score hangs on began, of those that happened in some rows."""
        found = self.overflown.get(score.node, ())
        return [
            x for x in self.rows if x in found and x.shape[0] == score.shape[0] and bool(np.any(self.rows[x] & rows))
        ]


def _differs(answer: NDArray[Any], exact: NDArray[Any]) -> NDArray[np.bool_]:
    """Return the rows in which an answer is another one than in float64, unless both are far."""
    if answer.dtype.kind != "f":
        apart = answer != exact
    else:
        held, wanted = (np.clip(x.astype(np.float64), -FAR, FAR) for x in (answer, exact))
        apart = ~(np.abs(held - wanted) <= APART * np.maximum(np.abs(wanted), 1.0))
    return np.asarray(apart.reshape(len(apart), -1).any(axis=1))


def _beyond(x: Any) -> Any:
    """Return the rows in which some number is as good as infinite."""
    within = xp.abs(x) < LIMIT
    others = tuple(range(1, within.ndim))
    return xp.logical_not(xp.all(within, axis=others) if others else within)


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


def _lost(node: Node, score: Array) -> Array:
    """Return the rows in which a choice hangs on scores that are NaN, or all of them infinite."""
    axis = getattr(node.op, "axis", None)
    if axis is None:
        within: Array = score == score
    elif isinstance(node.op, ops.ArgMin):
        within = xp.all(score > -LIMIT, axis=axis) & xp.any(score < LIMIT, axis=axis)
    else:
        within = xp.all(score < LIMIT, axis=axis) & xp.any(score > -LIMIT, axis=axis)
    others = tuple(range(1, within.ndim))
    return xp.logical_not(xp.all(within, axis=others) if others else within)
