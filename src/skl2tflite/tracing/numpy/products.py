"""NumPy's products of vectors and matrices, norms, and ``einsum``.

Parameters and shapes are those of the functions of the same names.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array


def dot(a: Any, b: Any) -> Array:
    """Matrix product; where one operand is a scalar, the product of each element with it."""
    if 0 in (np.ndim(a), np.ndim(b)):
        return a * b  # type: ignore[no-any-return]
    if np.ndim(b) > 2:
        raise refusal("numpy.dot with more than two axes on the right cannot be recorded; use @")
    return a @ b  # type: ignore[no-any-return]


def inner(a: Any, b: Any) -> Array:
    """Sum of products over the last axes."""
    if 0 in (np.ndim(a), np.ndim(b)):
        return a * b  # type: ignore[no-any-return]
    return dot(a, b if np.ndim(b) == 1 else xp.matrix_transpose(b))


def outer(a: Any, b: Any) -> Array:
    """Products of all pairs of elements."""
    return xp.reshape(a, (-1, 1)) * xp.reshape(b, (1, -1))


def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Array:
    """Sum of products along an axis."""
    return xp.sum(x1 * x2, axis=axis)


def cross(a: Array, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Array:
    """Cross product of vectors of three elements along the last axis."""
    if axis not in (None, -1) or (axisa, axisb, axisc) != (-1, -1, -1) or a.shape[-1] != 3 or np.shape(b)[-1] != 3:
        raise refusal("numpy.cross takes vectors of three elements along the last axis")
    x, y = ([xp.getitem(each, (..., i)) for i in range(3)] for each in (a, b))
    parts = [x[i - 2] * y[i - 1] - x[i - 1] * y[i - 2] for i in range(3)]
    return xp.stack(parts, axis=-1)


def norm(x: Array, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Array:
    """Norm of vectors along an axis; the Frobenius norm without one."""
    if ord in (None, "fro") or (ord == 2 and isinstance(axis, int)):
        return xp.sqrt(xp.sum(xp.square(xp.astype(x, float)), axis=axis, keepdims=keepdims))
    if not isinstance(axis, int):
        raise refusal(f"numpy.linalg.norm with ord={ord!r} needs one axis of features (axis=1)")
    magnitude = xp.abs(xp.astype(x, float))
    if ord == 1:
        return xp.sum(magnitude, axis=axis, keepdims=keepdims)
    if ord == 0:
        return xp.sum(xp.astype(x != 0, float), axis=axis, keepdims=keepdims)
    if np.isinf(ord):
        return (xp.max if ord > 0 else xp.min)(magnitude, axis=axis, keepdims=keepdims)
    return xp.sum(magnitude ** float(ord), axis=axis, keepdims=keepdims) ** (1.0 / ord)  # type: ignore[no-any-return]


def einsum(subscripts: Any, *operands: Any, optimize: Any = None) -> Array:
    """Einstein summation: products of the operands, summed over the letters that the result lacks."""
    if not isinstance(subscripts, str) or "." in subscripts:
        raise refusal("numpy.einsum takes letters, as in 'ij,kj->ik', and no ellipsis")
    terms, _, result = subscripts.replace(" ", "").partition("->")
    letters = terms.split(",")
    if "->" not in subscripts:
        joined = terms.replace(",", "")
        result = "".join(sorted(c for c in set(joined) if joined.count(c) == 1))
    if any(len(set(term)) < len(term) for term in letters) or len(letters) != len(operands):
        raise refusal("numpy.einsum with a letter twice in one operand cannot be recorded; use numpy.diagonal")
    if len(operands) == 2 and all(len(term) == 2 for term in (*letters, result)):
        a, b = operands
        i, j, k, l = list("".join(letters))  # noqa: E741 - indices
        if j == k and result == i + l and len({i, j, l}) == 3:
            return a @ b  # type: ignore[no-any-return]
        if j == l and result == i + k and len({i, j, k}) == 3:
            return a @ xp.matrix_transpose(b)  # type: ignore[no-any-return]
    summed = [c for c in dict.fromkeys("".join(letters)) if c not in result]
    order = [*result, *summed]
    product: Any = None
    for term, operand in zip(letters, operands, strict=True):
        present = [c for c in order if c in term]
        moved = xp.permute_dims(operand, [term.index(c) for c in present]) if len(term) > 1 else operand
        lengths = iter(np.shape(moved))
        spread = xp.reshape(moved, [next(lengths) if c in term else 1 for c in order])
        product = spread if product is None else product * spread
    return xp.sum(product, axis=tuple(range(len(result), len(order)))) if summed else product
