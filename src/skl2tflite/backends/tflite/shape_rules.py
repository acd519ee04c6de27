"""The shapes that each operator gives; see :mod:`skl2tflite.backends.tflite.shapes`."""

from __future__ import annotations

from collections.abc import Sequence

from skl2tflite.backends.tflite.program import DYNAMIC
from skl2tflite.backends.tflite.shapes import Misfit, Shape, Use, alike, axis_of, broadcast, rule, size


@rule(
    "ABS", "BUCKETIZE", "CAST", "CEIL", "COS", "ELU", "EXP", "FLOOR", "GELU", "HARD_SWISH", "L2_NORMALIZATION",
    "LEAKY_RELU", "LOG", "LOGICAL_NOT", "LOGISTIC", "LOG_SOFTMAX", "NEG", "RELU", "RELU6", "ROUND", "RSQRT", "SIGN",
    "SIN", "SOFTMAX", "SQRT", "SQUARE", "TANH",
)  # fmt: skip
def same(use: Use) -> Sequence[Shape | None]:
    """Give the operand's shape."""
    return [use.shapes[0]]


@rule(
    "ADD", "ATAN2", "BITWISE_XOR", "DIV", "EQUAL", "FLOOR_DIV", "FLOOR_MOD", "GREATER", "GREATER_EQUAL", "LESS",
    "LESS_EQUAL", "LOGICAL_AND", "LOGICAL_OR", "MAXIMUM", "MINIMUM", "MUL", "NOT_EQUAL", "POW", "RIGHT_SHIFT",
    "SELECT_V2", "SQUARED_DIFFERENCE", "SUB",
)  # fmt: skip
def broadcasting(use: Use) -> Sequence[Shape | None]:
    """Give what the operands are broadcast to."""
    return [broadcast(use.shapes)]


@rule("SELECT")
def select(use: Use) -> Sequence[Shape | None]:
    """Give the shape of both branches; a condition of one axis chooses rows."""
    condition, one, other = use.shapes
    fits = alike(condition, one) or len(condition) == 0 or (len(condition) == 1 and alike(condition, one[:1]))
    if not alike(one, other) or not fits:
        raise Misfit(f"chooses by {condition} between {one} and {other}")
    return [one]


@rule("CUMSUM", "REVERSE_V2")
def along(use: Use) -> Sequence[Shape | None]:
    """Give the operand's shape; the axis is one of its axes."""
    for axis in use.vector(1) or ():
        axis_of(axis, len(use.shapes[0]))
    return [use.shapes[0]]


@rule("SUM", "MEAN", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL")
def reduction(use: Use) -> Sequence[Shape | None]:
    """Leave axes out, or give them length 1."""
    axes, shape = use.vector(1), use.shapes[0]
    if axes is None:
        return [None]
    gone = {axis_of(axis, len(shape)) for axis in axes}
    if use.option("keepDims"):
        return [tuple(1 if i in gone else n for i, n in enumerate(shape))]
    return [tuple(n for i, n in enumerate(shape) if i not in gone)]


@rule("ARG_MAX", "ARG_MIN")
def argument(use: Use) -> Sequence[Shape | None]:
    """Leave the axis out."""
    axis, shape = use.number(1), use.shapes[0]
    if axis is None:
        return [None]
    at = axis_of(axis, len(shape))
    return [shape[:at] + shape[at + 1 :]]


@rule("TOPK_V2")
def greatest(use: Use) -> Sequence[Shape | None]:
    """Give so many values of the last axis, and their positions."""
    count, shape = use.number(1), use.shapes[0]
    if count is None or not shape:
        return [None, None]
    if count < 0 or (shape[-1] != DYNAMIC and count > shape[-1]):
        raise Misfit(f"picks {count} of {shape[-1]}")
    return [(*shape[:-1], count)] * 2


@rule("FULLY_CONNECTED")
def dense(use: Use) -> Sequence[Shape | None]:
    """Give one number for each row of weights."""
    rows, weights = use.shapes[:2]
    if len(weights) != 2 or not rows:
        raise Misfit(f"multiplies {rows} by {weights}")
    n_outputs, n_inputs = weights
    bias = use.shapes[2] if len(use.shapes) == 3 and use.operator.inputs[2] != -1 else (n_outputs,)
    if size(bias) not in (n_outputs, DYNAMIC):
        raise Misfit(f"adds a bias of {bias} to {n_outputs} outputs")
    if use.option("keepNumDims"):
        if not alike(rows[-1:], (n_inputs,)):
            raise Misfit(f"multiplies {rows} by {weights}")
        return [(*rows[:-1], n_outputs)]
    known = size([n for n in rows if n != DYNAMIC])  # rows are cut anew into as many numbers as there are inputs
    if n_inputs < 1 or known % n_inputs:
        raise Misfit(f"multiplies {rows} by {weights}")
    return [(DYNAMIC if DYNAMIC in rows else known // n_inputs, n_outputs)]


@rule("BATCH_MATMUL")
def product(use: Use) -> Sequence[Shape | None]:
    """Multiply matrices, of which either may be transposed."""
    left, right = use.shapes
    if len(left) < 2 or len(right) < 2:
        raise Misfit(f"multiplies {left} by {right}")
    m, k = left[-2:][:: -1 if use.option("adjX") else 1]
    other, n = right[-2:][:: -1 if use.option("adjY") else 1]
    if not alike((k,), (other,)):
        raise Misfit(f"multiplies {left} by {right}")
    return [(*(broadcast([left[:-2], right[:-2]])), m, n)]


@rule("GATHER")
def gather(use: Use) -> Sequence[Shape | None]:
    """Replace an axis by those of the positions."""
    table, positions = use.shapes
    at = axis_of(use.option("axis"), len(table))
    batch = use.option("batchDims")
    if not 0 <= batch <= min(at, len(positions)) or not alike(table[:batch], positions[:batch]):
        raise Misfit(f"looks up {positions} in {table} with {batch} axes in common")
    use.check_positions(1, [table[at]])
    return [(*table[:at], *positions[batch:], *table[at + 1 :])]


@rule("GATHER_ND")
def gather_nd(use: Use) -> Sequence[Shape | None]:
    """Look up with one number for each of the first axes."""
    table, positions = use.shapes
    if not positions or not 0 <= positions[-1] <= len(table):
        raise Misfit(f"looks up {positions} in {table}")
    use.check_positions(1, table[: positions[-1]])
    return [(*positions[:-1], *table[positions[-1] :])]


@rule("SCATTER_ND")
def scatter_nd(use: Use) -> Sequence[Shape | None]:
    """Give the shape that the last operand says."""
    shape, positions = use.vector(2), use.shapes[0]
    if shape is None:
        return [None]
    if not positions or not 0 <= positions[-1] <= len(shape) or min(shape, default=0) < 0:
        raise Misfit(f"puts {positions} into {shape}")
    if not alike(use.shapes[1], (*positions[:-1], *shape[positions[-1] :])):
        raise Misfit(f"puts {use.shapes[1]} at {positions} into {shape}")
    use.check_positions(0, shape[: positions[-1]])
    return [tuple(shape)]


@rule("UNSORTED_SEGMENT_MAX", "UNSORTED_SEGMENT_MIN", "UNSORTED_SEGMENT_SUM")
def segments(use: Use) -> Sequence[Shape | None]:
    """Give so many segments."""
    count, (values, positions) = use.number(2), use.shapes[:2]
    if not alike(values[: len(positions)], positions):
        raise Misfit(f"puts {values} into segments of {positions}")
    if count is None:
        return [None]
    use.check_positions(1, [count], least=-(2**31))
    return [(count, *values[len(positions) :])]
