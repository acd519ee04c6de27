"""Arrays that a recorded user function can write to.

Tensors are immutable, NumPy arrays are not. A user function is therefore given *handles*: each refers to the tensor
that the array holds at that point of the function, and writing to the handle makes it refer to a new tensor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType, Spec
from skl2tflite.graph.op import apply
from skl2tflite.graph.ops import BroadcastTo
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array, Node, Tensor
from skl2tflite.tracing.numpy.casting import cast
from skl2tflite.tracing.values_needed import needed, no_hash, no_number, no_text

FULL_SLICE = slice(None)


class RowCount(int):
    """A fixed number of rows as ``X.shape[0]`` or ``len(X)`` gives it: an array made with it has the input's rows."""


def with_row_count(shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """Return a shape whose first length, where known, tells that it is a number of rows."""
    return (RowCount(shape[0]), *shape[1:]) if shape and shape[0] is not None else shape


class Writable(Tensor):
    """A handle of an array in a user function: it refers to the tensor that the array holds now.

    Parameters
    ----------
    value : Tensor
        The tensor.
    base, key : Writable and index, optional
        Of a view: the array that it is a view of, and the index. Writing to either changes both, as in NumPy.
    owner : str
        Who else holds the array, so that writing to it is refused; empty where nobody does.
    """

    __slots__ = ("_base", "_key", "_seen", "_value", "owner")

    def __init__(self, value: Tensor, base: Writable | None = None, key: Any = None, owner: str = "") -> None:
        self._value = value
        self._base = base
        self._key = key
        self._seen = None if base is None else base.value
        self.owner = owner

    def __tensor__(self) -> Tensor:
        """Return the tensor that the handle refers to."""
        return self.value

    __hash__ = no_hash
    __float__ = __int__ = __index__ = no_number
    __str__ = __format__ = no_text

    def __bool__(self) -> bool:
        try:
            return super().__bool__()
        except GraphError as error:
            raise needed(error) from None

    @property
    def value(self) -> Tensor:
        """The tensor that the array holds now."""
        if self._base is not None and self._base.value is not self._seen:
            self._seen = self._base.value
            self._value = _tensor(xp.getitem(self._seen, self._key))
        return self._value

    @property
    def node(self) -> Node:  # type: ignore[override]
        """The node that computes the tensor."""
        return self.value.node

    @property
    def index(self) -> int:  # type: ignore[override]
        """Which of the node's results it is."""
        return self.value.index

    @property
    def spec(self) -> Spec:  # type: ignore[override]
        """Dtype and shape."""
        return self.value.spec

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Length of each axis; None where it is known only at run time."""
        return with_row_count(self.spec.shape)

    def __getitem__(self, key: object) -> Tensor:
        keys = key if isinstance(key, tuple) else (key,)
        basic = all(k is None or k is Ellipsis or isinstance(k, slice | int | np.integer) for k in keys)
        part = _tensor(xp.getitem(self.value, key))
        return Writable(part, self, key) if basic else Writable(part)

    def __setitem__(self, key: object, value: object) -> None:
        if isinstance(value, Writable) and value._base is self and value._key is key:
            return  # X[:, 0] += 1 changes the part in place, which writes to X; then Python assigns the part to X
        self.write(assigned(self.value, key, plain(value)))

    def write(self, value: Tensor) -> None:
        """Refer to another tensor from now on."""
        if self._base is not None:
            self._base[self._key] = value
        elif self.owner:
            raise refusal(
                f"{self.owner} would be written to, which belongs to the caller; copy it first (X = X.copy())"
            )
        else:
            self._value = value

    def _in_place(self, name: str, other: object) -> Writable:
        result = _tensor(getattr(xp, name)(self.value, plain(other)))
        if result.shape != self.shape or (result.dtype != self.dtype and result.dtype == DType.FLOAT):
            raise refusal(f"{result.spec} cannot be written into {self.spec}, in NumPy neither")
        self.write(_tensor(xp.astype(result, self.dtype)))
        return self

    def __iadd__(self, other: object) -> Writable:
        return self._in_place("add", other)

    def __isub__(self, other: object) -> Writable:
        return self._in_place("subtract", other)

    def __imul__(self, other: object) -> Writable:
        return self._in_place("multiply", other)

    def __itruediv__(self, other: object) -> Writable:
        return self._in_place("divide", other)

    def __ifloordiv__(self, other: object) -> Writable:
        return self._in_place("floor_divide", other)

    def __imod__(self, other: object) -> Writable:
        return self._in_place("remainder", other)

    def __ipow__(self, other: object) -> Writable:
        return self._in_place("pow", other)

    def astype(self, dtype: object, **_: object) -> Tensor:
        """Return a new array of the values in another dtype."""
        return Writable(_tensor(cast(self.value, dtype)))

    def copy(self, *_: object, **__: object) -> Tensor:
        """Return a new array of the same values."""
        return Writable(self.value)


def plain(x: Any) -> Any:
    """Return the tensor that a handle, Series or frame refers to, in lists too; anything else as it is."""
    if isinstance(x, Writable):
        return x.value
    if isinstance(x, tuple | list):
        return type(x)(map(plain, x)) if any(map(_holds_handle, x)) else x
    return x.__tensor__() if is_handle(x) else x


def is_handle(x: object) -> bool:
    """Return whether an object refers to a tensor: a handle, a Series, a frame or a sparse matrix."""
    return hasattr(type(x), "__tensor__") and type(x) is not Tensor


def _holds_handle(x: object) -> bool:
    return is_handle(x) or (isinstance(x, tuple | list) and any(map(_holds_handle, x)))


def handled(result: Any, *operands: object) -> Any:
    """Return a result, or each of several, as a handle where one of the operands was a handle."""
    if not any(map(is_handle, _flat(operands))):
        return result
    if isinstance(result, tuple | list):
        return type(result)(Writable(x) if isinstance(x, Tensor) else x for x in result)
    return Writable(plain(result)) if isinstance(result, Tensor) else result


def _flat(operands: Any) -> Iterator[object]:
    for x in operands:
        if isinstance(x, tuple | list):
            yield from _flat(x)
        else:
            yield x


def _tensor(x: Array) -> Tensor:
    assert isinstance(x, Tensor)
    return x


def assigned(x: Tensor, key: Any, value: Any) -> Tensor:
    """Return the tensor that ``x`` would be after ``x[key] = value``.

    Parameters
    ----------
    x : Tensor
    key : index
        On the first axis all rows or a mask of rows, on the others constant positions; or a mask of elements.
    value : array
        Cast to the dtype of ``x`` and broadcast to the part.
    """
    keys = list(key) if isinstance(key, tuple) else [key]
    mask = keys[0] if keys and isinstance(keys[0], Tensor) else None
    if mask is not None and mask.dtype != DType.BOOL:
        raise refusal("numbers of rows to write to are known only at run time; use numpy.where")
    value = xp.astype(value, x.dtype)
    if mask is not None:
        rest = keys[1:]
        if not rest or all(k is Ellipsis for k in rest):
            return _where(mask, value, x)
        part = _tensor(xp.getitem(x, (FULL_SLICE, *rest)))
        return _put(x, rest, _where(mask, value, part))
    if keys[0] is Ellipsis and len(keys) == 1:
        keys = [FULL_SLICE]
    elif keys[0] is Ellipsis:
        keys = [FULL_SLICE] * (x.ndim - len(keys) + 1) + keys[1:]
    if keys[0] != FULL_SLICE or any(isinstance(k, Tensor) for k in keys):
        raise refusal("only whole columns, or what a mask says, can be written to; use numpy.where")
    return _put(x, keys[1:], value)


def _where(mask: Tensor, value: Any, x: Tensor) -> Tensor:
    """Return ``x`` with a value where a mask of rows, or of elements, holds.

    Parameters
    ----------
    mask : Tensor of bool, of shape (n_rows, ...)
        Its shape begins that of ``x``.
    value : array
        Broadcasts to ``x``, without the axes of the mask.
    x : Tensor of shape (n_rows, ...)
    """
    if mask.shape != x.shape[: mask.ndim]:
        raise refusal(f"a mask of shape {mask.shape} does not fit {x.spec}")
    if np.ndim(value) and (mask.ndim == x.ndim or np.shape(value) != x.shape[mask.ndim :]):
        raise refusal("the number of elements that a mask selects is known only at run time; use numpy.where")
    wide = xp.reshape(mask, (*mask.shape, *[1] * (x.ndim - mask.ndim)))
    return _tensor(xp.where(wide, value, x))


def _put(x: Tensor, keys: list[Any], value: Any) -> Tensor:
    """Return ``x`` with a value at constant positions of the axes after the first.

    Parameters
    ----------
    x : Tensor of shape (n_rows, ...)
    keys : list of index
        Indices of the axes after the first.
    value : array
        Broadcasts to the part.
    """
    lengths = [n for n in x.shape[1:] if n is not None]
    if len(lengths) != x.ndim - 1:
        raise refusal(f"{x!r} cannot be written to: a length is known only at run time")
    size = int(np.prod(lengths))
    places = np.asarray(np.arange(size).reshape(lengths)[tuple(map(_constant, keys))])
    block = xp.reshape(_spread(value, x, places.shape), (x.shape[0], places.size))
    chosen = places.ravel()
    if np.array_equal(chosen, np.arange(size)):
        return _tensor(xp.reshape(block, x.shape))
    flat = xp.reshape(x, (x.shape[0], size))
    if chosen.size and np.array_equal(chosen, np.arange(chosen[0], chosen[0] + chosen.size)):
        parts = [flat[:, : chosen[0]], block, flat[:, chosen[-1] + 1 :]]
        joined = xp.concat([part for part in parts if part.shape[1]], axis=1)
    else:
        order = np.arange(size)
        order[chosen] = size + np.arange(chosen.size)
        joined = xp.take(xp.concat([flat, block], axis=1), order, axis=1)
    return _tensor(xp.reshape(joined, x.shape))


def _constant(key: Any) -> Any:
    if isinstance(key, Tensor):
        raise refusal("columns to write to are known only at run time; use numpy.where")
    return key


def _spread(value: Any, x: Tensor, shape: tuple[int, ...]) -> Array:
    """Broadcast a value to every row and position.

    Parameters
    ----------
    value : array
    x : Tensor
        Has the rows.
    shape : tuple of int
        Shape of the positions to write to, without the rows.
    """
    whole = (x.shape[0], *shape)
    if not isinstance(value, Tensor):
        if np.ndim(value) > len(shape):
            value = np.squeeze(value, axis=0) if np.shape(value)[0] == 1 else value
        try:
            return xp.broadcast_rows(np.broadcast_to(value, shape), x)
        except ValueError:
            raise refusal(f"values of shape {np.shape(value)} do not fit {len(shape) + 1} axes {whole}") from None
    if value.shape == whole:
        return value
    if value.ndim != len(whole) or value.shape[0] != x.shape[0]:
        raise refusal(f"{value.spec} cannot be written into a part of shape {whole}")
    return _tensor(apply(BroadcastTo(whole), value))
