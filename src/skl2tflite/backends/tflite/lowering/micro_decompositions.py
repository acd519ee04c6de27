"""Other spellings, for targets that lack an operator or have it for fewer dtypes: TensorFlow Lite Micro, mostly.

TFLM gathers, selects, sums and ranks float32 and int8 only. Whole numbers go through float32 where it holds
them, else in two halves of 16 bits each, so that every spelling here is exact for what it moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.lowering.emitter import WIDTHS, Emitter, Operand, Value, constant
from skl2tflite.backends.tflite.lowering.integers import FLOAT_INTEGERS, fits_float32, magnitude
from skl2tflite.backends.tflite.schema import TENSOR_TYPES
from skl2tflite.errors import UnsupportedOnTarget
from skl2tflite.graph.dtype import DType, Shape, Spec

Move: TypeAlias = Callable[[Value], Value]

HALF = 2**16
MOST_COMPARED = 2048
"""Comparisons that a search may make at once; above, it halves the bounds step by step."""
MOST_RANKED = 64
"""Longest row that is ranked by comparing each two of its values."""
RANKING = 12
"""Operators that such a ranking takes; finding one maximum after another takes four for each."""
MOST_FACTORS = 16
"""Greatest whole exponent that is spelt as a product."""


# --- whole numbers by way of float32 ------------------------------------------------------------------


def moved(emit: Emitter, operator: str, x: Value, move: Move, in_halves: bool = True) -> Value:
    """Write an operator that moves or picks elements, by way of float32 where the target lacks their dtype.

    Parameters
    ----------
    emit : Emitter
    operator : str
        Its name.
    x : Value
        Whole numbers or truth values.
    move : callable
        Writes the operator for the dtype that it is given: int8 too, where ``x`` is a constant that fits it.
    in_halves : bool, default=True
        Whether it does the same to both halves of a number. Otherwise numbers must fit float32.

    Raises
    ------
    UnsupportedOnTarget
        Where they may not.
    """
    if emit.target.supports(operator, x.dtype):
        return move(x)
    if x.array is not None and (in_halves or fits_float32(emit, x)):
        return _through_table(emit, x.array, x.dtype, move)
    if x.dtype == "bool" or fits_float32(emit, x):
        return emit.cast(move(emit.cast(x, "float32")), x.dtype)
    if not in_halves:
        raise _refusal(emit, operator, x, "which may not hold these whole numbers")
    half = np.array(HALF, np.int32)
    high = emit.op("DIV", [x, half], x.shape, x.dtype)
    rest = emit.op("SUB", [x, emit.op("MUL", [high, half], x.shape, x.dtype)], x.shape, x.dtype)
    return _joined(emit, *(emit.cast(move(emit.cast(part, "float32")), x.dtype) for part in (high, rest)))


def _refusal(emit: Emitter, operator: str, x: Value, why: str) -> UnsupportedOnTarget:
    return UnsupportedOnTarget(
        f"target {emit.target.name!r} has no {operator} for {x.dtype} of {x.rank} axes; it has it for float32, {why}"
    )


def _through_table(emit: Emitter, table: NDArray[np.generic], dtype: str, move: Move) -> Value:
    """Move elements of a constant table, in as narrow a dtype as there is for them."""
    numbers = table.astype(np.int64)
    smallest, largest = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    narrow = smallest >= -128 and largest <= 127
    if narrow:
        return emit.cast(move(constant(numbers.astype(np.int8))), dtype)
    if np.all(numbers.astype(np.float32) == numbers):
        return emit.cast(move(constant(numbers.astype(np.float32))), dtype)
    high = numbers // HALF
    parts = (emit.cast(move(constant(part.astype(np.float32))), dtype) for part in (high, numbers - HALF * high))
    return _joined(emit, *parts)


def _joined(emit: Emitter, high: Value, low: Value) -> Value:
    scaled = emit.op("MUL", [high, np.array(HALF, np.int32)], high.shape, high.dtype)
    return emit.op("ADD", [scaled, low], low.shape, low.dtype)


def select(emit: Emitter, condition: Operand, a: Operand, b: Operand, spec: Spec) -> Value:
    """Write a SELECT_V2 of whole numbers or truth values: by float32, by arithmetic, or by logic."""
    choices = [constant(x) if isinstance(x, np.ndarray) else x for x in (a, b)]
    chosen = emit.materialize(condition)
    if spec.dtype == DType.BOOL:
        x, y = choices
        yes = emit.op("LOGICAL_AND", [chosen, x], spec.shape, "bool")
        otherwise = emit.op("LOGICAL_NOT", [chosen], chosen.shape, "bool")
        no = emit.op("LOGICAL_AND", [otherwise, y], spec.shape, "bool")
        return emit.op("LOGICAL_OR", [yes, no], spec.shape, "bool")
    if all(fits_float32(emit, x) for x in choices):
        floats: list[Operand] = [
            x.array.astype(np.float32) if x.array is not None else emit.cast(x, "float32") for x in choices
        ]
        picked = emit.op("SELECT_V2", [chosen, *floats], spec.shape, "float32", data_dtype="float32")
        return emit.cast(picked, "int32")
    x, y = choices
    shape = _broadcast(x.shape, y.shape)
    difference = emit.op("SUB", [x, y], shape, "int32")
    product = emit.op("MUL", [emit.cast(chosen, "int32"), difference], spec.shape, "int32")
    return emit.op("ADD", [product, y], spec.shape, "int32")


def _broadcast(*shapes: Shape) -> Shape:
    lengths = [tuple(-1 if n is None else n for n in shape) for shape in shapes]
    rank = max(map(len, lengths))
    columns = zip(*[(1,) * (rank - len(shape)) + shape for shape in lengths], strict=True)
    joined = [next((n for n in column if n != 1), 1) for column in columns]
    return tuple(None if n == -1 else n for n in joined)


def floor_divide(emit: Emitter, a: Value, b: Value, spec: Spec) -> tuple[Value, Value]:
    """Write quotient and remainder of whole numbers, rounded down: DIV rounds towards 0."""

    def op(name: str, x: Operand, y: Operand, dtype: str = "int32") -> Value:
        return emit.op(name, [x, y], spec.shape, dtype)

    zero = np.zeros((), np.int32)
    quotient = op("DIV", a, b)
    rest = op("SUB", a, op("MUL", quotient, b))
    # Of different signs, where there is a rest: one less.
    opposite = op("NOT_EQUAL", op("LESS", rest, zero, "bool"), _negative(emit, b), "bool")
    less = op("LOGICAL_AND", op("NOT_EQUAL", rest, zero, "bool"), opposite, "bool")
    step = emit.cast(less, "int32")
    return op("SUB", quotient, step), op("ADD", rest, op("MUL", step, b))


def _negative(emit: Emitter, x: Value) -> Value:
    if x.array is not None:
        return constant(x.array < 0)
    return emit.op("LESS", [x, np.zeros((), np.int32)], x.shape, "bool")


def absolute(emit: Emitter, x: Value) -> Value:
    """Write the absolute value of whole numbers."""
    return emit.op("MAXIMUM", [x, negative(emit, x)], x.shape, x.dtype)


def negative(emit: Emitter, x: Value) -> Value:
    """Write ``-x`` of whole numbers."""
    return emit.op("SUB", [np.zeros((), np.int32), x], x.shape, x.dtype)


# --- functions of each element ------------------------------------------------------------------------


def sign(emit: Emitter, x: Value) -> Value:
    """Write the sign: 0 and NaN are their own."""
    if x.dtype == "int32":
        below = emit.op("MINIMUM", [x, np.ones((), np.int32)], x.shape, x.dtype)
        return emit.op("MAXIMUM", [below, np.array(-1, np.int32)], x.shape, x.dtype)
    zero, result = np.zeros((), np.float32), x
    for comparison, value in (("LESS", -1.0), ("GREATER", 1.0)):
        holds = emit.op(comparison, [x, zero], x.shape, "bool")
        number = np.array(value, np.float32)
        result = emit.op("SELECT_V2", [holds, number, result], x.shape, "float32", data_dtype="float32")
    return result


def power(emit: Emitter, base: Value, exponent: Value, spec: Spec) -> Value:
    """Write a power by products, roots and ``exp(p·log|x|)``; the exponents or the bases are constants.

    The last has an error of half an ulp of ``p·log|x|``, which is what one ulp of p does to the power. Of one
    exponent for all only the fraction is spelt so.
    """
    if exponent.array is not None:
        powers = np.unique(exponent.array.astype(np.float64))
        if len(powers) == 1 and 0 < abs(powers[0]) <= MOST_FACTORS and (base.dtype == "float32" or powers[0] % 1 == 0):
            if base.dtype == "float32" or powers[0] > 0:
                return _one_power(emit, base, float(powers[0]), spec)
        elif base.dtype == "float32":
            return _powers(emit, base, exponent.array.astype(np.float64), spec)
    elif base.array is not None and base.dtype == "float32" and np.all(base.array > 0):
        logarithm = np.asarray(np.log(base.array.astype(np.float64)))
        product = emit.op("MUL", [exponent, logarithm], spec.shape, "float32")
        return emit.op("EXP", [product], spec.shape, "float32")
    raise UnsupportedOnTarget(
        f"target {emit.target.name!r} has no POW for {base.dtype} of {len(spec.shape)} axes; it is spelt otherwise for "
        "constant exponents and for constant positive bases only (of whole numbers, for one exponent from 1 to 16)"
    )


def _one_power(emit: Emitter, x: Value, exponent: float, spec: Spec) -> Value:
    """Write ``x**p`` as the product of the whole part of p and the power of its fraction; the inverse for ``p < 0``."""
    factors: list[Value] = []
    whole, fraction = divmod(abs(exponent), 1.0)
    square, left = emit.materialize(x), int(whole)
    while left:
        if left & 1:
            factors.append(square)
        left >>= 1
        if left:
            square = emit.op("MUL", [square, square], square.shape, x.dtype)
    if fraction == 0.5:
        factors.append(emit.op("SQRT", [x], x.shape, x.dtype))
    elif fraction:
        logarithm = emit.op("LOG", [x], x.shape, x.dtype)
        product = emit.op("MUL", [logarithm, np.array(fraction)], x.shape, x.dtype)
        factors.append(emit.op("EXP", [product], x.shape, x.dtype))
    result = factors[0]
    for factor in factors[1:]:
        result = emit.op("MUL", [result, factor], x.shape, x.dtype)
    if exponent < 0:
        result = emit.op("DIV", [np.ones((), np.float32), result], x.shape, x.dtype)
    if result.shape != spec.shape:
        ones = np.ones([n or 1 for n in spec.shape], result.dtype)
        result = emit.op("MUL", [result, ones], spec.shape, result.dtype)
    return result


def _powers(emit: Emitter, x: Value, exponents: NDArray[np.float64], spec: Spec) -> Value:
    """Write ``exp(p·log|x|)``, the sign, NaN and 1 put where they belong."""
    logarithm = emit.op("LOG", [emit.op("ABS", [x], x.shape, "float32")], x.shape, "float32")
    product = emit.op("MUL", [logarithm, exponents], spec.shape, "float32")
    result = emit.op("EXP", [product], spec.shape, "float32")

    def where(condition: Operand, value: Operand, otherwise: Value) -> Value:
        return emit.op("SELECT_V2", [condition, value, otherwise], spec.shape, "float32", data_dtype="float32")

    whole = exponents == np.round(exponents)
    below = emit.op("LESS", [x, np.zeros((), np.float32)], x.shape, "bool")
    if np.any(whole & (exponents % 2 == 1)):
        odd = constant(np.broadcast_to(whole & (exponents % 2 == 1), exponents.shape))
        turned = emit.op("LOGICAL_AND", [below, odd], spec.shape, "bool")
        result = where(turned, emit.op("NEG", [result], spec.shape, "float32"), result)
    if not np.all(whole):
        undefined = emit.op("LOGICAL_AND", [below, constant(~whole)], spec.shape, "bool")
        result = where(undefined, np.array(np.nan, np.float32), result)
    if np.any(exponents == 0):
        result = where(constant(exponents == 0), np.ones((), np.float32), result)
    return result


# --- positions ----------------------------------------------------------------------------------------


def topk(emit: Emitter, x: Value, k: int, outputs: Sequence[Spec]) -> list[Value]:
    """Write the k greatest of each row and their positions, the first of equals first.

    Short rows are ranked as a whole: an element's place is the number of those that come before it. Of long
    ones, one maximum after another is found and taken out.
    """
    length = x.shape[-1]
    assert length is not None
    positions = _ranked if RANKING < 4 * k and length <= MOST_RANKED else _one_by_one
    found = positions(emit, x, k, outputs[1].shape)
    last = x.rank - 1
    values = emit.op(
        "GATHER", [x, found], outputs[0].shape, "float32", rules={"batch_dims": last > 0}, axis=last, batchDims=last
    )
    return [values, found]


def _one_by_one(emit: Emitter, x: Value, k: int, shape: Shape) -> Value:
    length = x.shape[-1] or 1
    column: Shape = (*x.shape[:-1], 1)
    axis = np.array(x.rank - 1, np.int32)
    lowest = np.array(np.finfo(np.float32).min, np.float32)
    # What has been taken out must be less than all that is left.
    left = emit.op("MAXIMUM", [x, lowest], x.shape, "float32") if k > 1 else x
    found: list[Value] = []
    for number in range(k):
        place = emit.op("ARG_MAX", [left, axis], x.shape[:-1], "int32", outputType=TENSOR_TYPES["int32"])
        found.append(emit.reshape(place, column))
        if number + 1 < k:
            taken = emit.op("EQUAL", [found[-1], np.arange(length, dtype=np.int32)], x.shape, "bool")
            operands: list[Operand] = [taken, np.array(-np.inf, np.float32), left]
            left = emit.op("SELECT_V2", operands, x.shape, "float32", data_dtype="float32")
    return found[0] if k == 1 else emit.op("CONCATENATION", found, shape, "int32", axis=x.rank - 1)


def _ranked(emit: Emitter, x: Value, k: int, shape: Shape) -> Value:
    n = x.shape[-1] or 1
    square: Shape = (*x.shape, n)
    own, others = emit.reshape(x, (*x.shape, 1)), emit.reshape(x, (*x.shape[:-1], 1, n))
    before = emit.op("GREATER", [others, own], square, "bool")
    equal = emit.op("EQUAL", [others, own], square, "bool")
    earlier = emit.op("LOGICAL_AND", [equal, np.tril(np.ones((n, n), bool), -1)], square, "bool")
    ahead = emit.cast(emit.op("LOGICAL_OR", [before, earlier], square, "bool"), "float32")
    axes = np.array([x.rank], np.int32)
    rank = emit.op("SUM", [ahead, axes], x.shape, "float32", keepDims=False)
    # Which element has rank 0, which 1, …: a row of a single 1 for each rank, times the positions.
    ranks = np.arange(k, dtype=np.float32).reshape(k, 1)
    places: Shape = (*x.shape[:-1], k, n)
    chosen = emit.op("EQUAL", [emit.reshape(rank, (*x.shape[:-1], 1, n)), ranks], places, "bool")
    weighted = emit.op("MUL", [emit.cast(chosen, "float32"), np.arange(n, dtype=np.float32)], places, "float32")
    found = emit.op("SUM", [weighted, axes], shape, "float32", keepDims=False)
    return emit.cast(found, "int32")


def searchsorted(emit: Emitter, x: Value, bounds: NDArray[np.float32]) -> Value:
    """Write the number of bounds at or below each value, NaN lying beyond all.

    Few are compared one and all; among many, the place is found by halving.
    """
    count = int(np.prod([n or 1 for n in x.shape]))
    if count * len(bounds) > MOST_COMPARED:
        return _halving(emit, x, bounds)
    shape: Shape = (*x.shape, len(bounds))
    above = emit.op("LESS", [emit.reshape(x, (*x.shape, 1)), bounds], shape, "bool")
    passed = emit.cast(emit.op("LOGICAL_NOT", [above], shape, "bool"), "float32")
    total = emit.op("SUM", [passed, np.array([x.rank], np.int32)], x.shape, "float32", keepDims=False)
    return emit.cast(total, "int32")


def _halving(emit: Emitter, x: Value, bounds: NDArray[np.float32]) -> Value:
    steps = len(bounds).bit_length()
    # Behind the last bound, infinity as often as needed: only what lies beyond all goes further.
    table = np.append(bounds, np.full(2**steps - 1 - len(bounds), np.inf, np.float32))
    place: Value | None = None
    for step in reversed(range(steps)):
        ahead = np.array(2**step, np.float32)
        if place is None:
            bound: Operand = table[2**step - 1 : 2**step].reshape(())
        else:
            index = emit.op("ADD", [place, np.asarray(ahead - 1)], x.shape, "float32") if step else place
            bound = emit.op("GATHER", [table, emit.cast(index, "int32")], x.shape, "float32", axis=0)
        above = emit.op("LESS", [x, bound], x.shape, "bool")
        passed = emit.cast(emit.op("LOGICAL_NOT", [above], x.shape, "bool"), "float32")
        if step:
            passed = emit.op("MUL", [passed, ahead], x.shape, "float32")
        place = passed if place is None else emit.op("ADD", [place, passed], x.shape, "float32")
    assert place is not None
    if len(table) > len(bounds):
        place = emit.op("MINIMUM", [place, np.array(len(bounds), np.float32)], x.shape, "float32")
    return emit.cast(place, "int32")


# --- along axes ---------------------------------------------------------------------------------------


def sum_integers(emit: Emitter, operator: str, x: Value, spec: Spec, write: Move) -> Value:
    """Write a SUM or CUMSUM of whole numbers by float32, which counts them exactly, or refuse.

    ``write`` is given the numbers as float32.
    """
    length = int(np.prod([n or 1 for n in x.shape]))
    if magnitude(emit, x) * length > FLOAT_INTEGERS:
        raise _refusal(emit, operator, x, "which may not hold the sum")
    return emit.cast(write(emit.cast(x, "float32")), WIDTHS[spec.dtype])


def product(emit: Emitter, x: Value, axes: Sequence[int], spec: Spec) -> Value:
    """Write a REDUCE_PROD by multiplying halves of each axis until one is left."""
    shape = list(x.shape)
    for axis in axes:
        while (length := shape[axis] or 1) > 1:
            half = length // 2
            parts = [(0, half), (half, 2 * half), (2 * half, length)]
            pieces = [_slice(emit, x, axis, start, stop) for start, stop in parts if stop > start]
            shape[axis] = half
            x = emit.op("MUL", pieces[:2], tuple(shape), x.dtype)
            if len(pieces) > 2:
                shape[axis] = half + 1
                x = emit.op("CONCATENATION", [x, pieces[2]], tuple(shape), x.dtype, axis=axis)
    return emit.reshape(x, spec.shape)


def _slice(emit: Emitter, x: Value, axis: int, start: int, stop: int) -> Value:
    from skl2tflite.backends.tflite.lowering.indexing import strided_slice

    slices: list[tuple[int | None, int | None, int | None]] = [(None, None, None)] * x.rank
    slices[axis] = (start, stop, 1)
    return strided_slice(emit, x, slices, (*x.shape[:axis], stop - start, *x.shape[axis + 1 :]))


def argument(emit: Emitter, operator: str, x: Value, axis: int, shape: Shape) -> Value:
    """Write an ARG_MAX or ARG_MIN of whole numbers or truth values."""

    def pick(data: Value) -> Value:
        operands: list[Operand] = [data, np.array(axis, np.int32)]
        return emit.op(operator, operands, shape, "int32", outputType=TENSOR_TYPES["int32"])

    if x.dtype == "bool":
        return pick(emit.cast(x, "float32"))
    return moved(emit, operator, x, pick, in_halves=False)
