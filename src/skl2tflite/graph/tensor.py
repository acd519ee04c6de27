"""Symbolic tensors: immutable results of operations whose dtype and shape are known when they are made."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import DType, Shape, Spec
from skl2tflite.graph.recorder import functions, recorder
from skl2tflite.graph.source import NoAttributeError, Source, refusal

if TYPE_CHECKING:
    from skl2tflite.graph.op import Op


_serials = itertools.count()


class Node:
    """One application of an operation to tensors.

    Attributes
    ----------
    op : Op
        The operation.
    inputs : tuple of Tensor
        Its operands.
    outputs : tuple of Tensor
        Its results.
    source : Source
        The line that applied it.
    serial : int
        Nodes made earlier have smaller numbers.
    """

    __slots__ = ("inputs", "op", "outputs", "serial", "source")

    def __init__(self, op: Op, inputs: tuple[Tensor, ...], source: Source | None = None) -> None:
        self.op = op
        self.inputs = inputs
        self.source = source or Source.caller()
        self.serial = next(_serials)
        try:
            specs = op.infer(*(tensor.spec for tensor in inputs))
        except GraphError as error:
            operands = ", ".join(str(tensor.spec) for tensor in inputs)
            raise GraphError(f"{op.name}({operands}): {error} [{self.source}]") from None
        self.outputs = tuple(Tensor(self, index, spec) for index, spec in enumerate(specs))


_METHODS = frozenset({"compress", "cumprod", "diagonal", "repeat", "std", "swapaxes", "take", "trace", "var"})
"""Further methods of arrays; each calls NumPy's function of the same name."""


class Tensor:
    """An immutable symbolic array: a result of a node, with its dtype and shape.

    Arithmetic, comparisons, indexing, NumPy ufuncs and NumPy functions on a tensor record new nodes.
    """

    __slots__ = ("index", "node", "spec")
    __hash__ = object.__hash__
    __array_priority__ = 1000

    def __tensor__(self) -> Tensor:
        """Return the tensor that the object refers to: itself."""
        return self

    def __init__(self, node: Node, index: int, spec: Spec) -> None:
        self.node = node
        self.index = index
        self.spec = spec

    @property
    def dtype(self) -> DType:
        """Kind of the elements."""
        return self.spec.dtype

    @property
    def shape(self) -> Shape:
        """Lengths of the axes, ``None`` where known only at run time."""
        return self.spec.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.spec.shape)

    @property
    def T(self) -> Tensor:  # noqa: N802 - NumPy's name
        """The tensor with its axes reversed."""
        return _call("permute_dims", self, tuple(reversed(range(self.ndim))))

    @property
    def constant(self) -> NDArray[Any] | None:
        """The value, where the tensor is a constant; else None."""
        value = getattr(self.node.op, "value", None)
        return value if isinstance(value, np.ndarray) else None

    def __repr__(self) -> str:
        return f"<{self.node.op.name} {self.spec}>"

    def __len__(self) -> int:
        if not self.shape or self.shape[0] is None:
            raise refusal(f"the number of rows of {self!r} is known only at run time")
        return self.shape[0]

    def __bool__(self) -> bool:
        answer = recorder().truth(self) if not self.ndim else None
        if answer is not None:
            return answer
        raise refusal(
            f"a condition on values ({self!r}) cannot be recorded; use numpy.where instead of if, "
            "and &, | and ~ instead of and, or and not"
        )

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __float__(self) -> float:
        raise refusal(f"{self!r} has no value yet, only a place in the graph")

    __int__ = __index__ = __float__

    def __array__(self, *_: object, **__: object) -> NDArray[Any]:
        raise refusal(f"{self!r} was passed to code that needs its values; only operations on arrays can be recorded")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in _METHODS:
            return partial(getattr(np, name), self)
        raise NoAttributeError(f"{name!r} of {self!r} cannot be recorded")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: object, **kwargs: object) -> Any:
        return recorder().ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: object, args: tuple[object, ...], kwargs: dict[str, object]) -> Any:
        return recorder().function(func, args, kwargs)

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        return functions()

    def __getitem__(self, key: object) -> Tensor:
        return _call("getitem", self, key)

    def __setitem__(self, key: object, value: object) -> None:
        raise refusal(f"{self!r} cannot be written to; join columns with numpy.column_stack, or use numpy.where")

    def __neg__(self) -> Tensor:
        return _call("negative", self)

    def __abs__(self) -> Tensor:
        return _call("abs", self)

    def __invert__(self) -> Tensor:
        return _call("logical_not", _truths("~", self))

    def __add__(self, other: object) -> Tensor:
        return _call("add", self, other)

    def __radd__(self, other: object) -> Tensor:
        return _call("add", other, self)

    def __sub__(self, other: object) -> Tensor:
        return _call("subtract", self, other)

    def __rsub__(self, other: object) -> Tensor:
        return _call("subtract", other, self)

    def __mul__(self, other: object) -> Tensor:
        return _call("multiply", self, other)

    def __rmul__(self, other: object) -> Tensor:
        return _call("multiply", other, self)

    def __truediv__(self, other: object) -> Tensor:
        return _call("divide", self, other)

    def __rtruediv__(self, other: object) -> Tensor:
        return _call("divide", other, self)

    def __floordiv__(self, other: object) -> Tensor:
        return _call("floor_divide", self, other)

    def __rfloordiv__(self, other: object) -> Tensor:
        return _call("floor_divide", other, self)

    def __mod__(self, other: object) -> Tensor:
        return _call("remainder", self, other)

    def __rmod__(self, other: object) -> Tensor:
        return _call("remainder", other, self)

    def __pow__(self, other: object) -> Tensor:
        return _call("pow", self, other)

    def __rpow__(self, other: object) -> Tensor:
        return _call("pow", other, self)

    def __matmul__(self, other: object) -> Tensor:
        return _call("matmul", self, other)

    def __rmatmul__(self, other: object) -> Tensor:
        return _call("matmul", other, self)

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
        return _call("equal", self, other)

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return _call("not_equal", self, other)

    def __lt__(self, other: object) -> Tensor:
        return _call("less", self, other)

    def __le__(self, other: object) -> Tensor:
        return _call("less_equal", self, other)

    def __gt__(self, other: object) -> Tensor:
        return _call("greater", self, other)

    def __ge__(self, other: object) -> Tensor:
        return _call("greater_equal", self, other)

    def __and__(self, other: object) -> Tensor:
        return _call("logical_and", _truths("&", self), _truths("&", other))

    __rand__ = __and__

    def __or__(self, other: object) -> Tensor:
        return _call("logical_or", _truths("|", self), _truths("|", other))

    __ror__ = __or__

    def __xor__(self, other: object) -> Tensor:
        return _call("not_equal", _truths("^", self), _truths("^", other))

    __rxor__ = __xor__

    # The ndarray methods that user code calls most; each is the function of the same name.

    def __lshift__(self, other: object) -> Tensor:
        raise refusal("<< and >> on the bits of numbers cannot be recorded; use X * 2**n, and X // 2**n")

    __rlshift__ = __rshift__ = __rrshift__ = __lshift__

    def __divmod__(self, other: object) -> tuple[Tensor, Tensor]:
        return _call("floor_divide", self, other), _call("remainder", self, other)

    def __pos__(self) -> Tensor:
        return self

    @property
    def size(self) -> Any:
        """Number of elements; where it is unknown, an object that can only be compared with 0."""
        lengths = [n for n in self.shape if n is not None]
        return math.prod(lengths) if len(lengths) == self.ndim else recorder().number_of_elements(self)

    def astype(self, dtype: object, **_: object) -> Tensor:
        """Cast to the dtype of a NumPy dtype; its width is ignored, as the target decides it."""
        return _call("astype", self, dtype)

    def reshape(self, *shape: Any, order: str = "C") -> Tensor:
        """Give the elements another shape."""
        if order not in "CKA":
            raise refusal(f"reshape with order={order!r} cannot be recorded; transpose before")
        return _call("reshape", self, shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)

    def ravel(self, order: str = "C") -> Tensor:
        """Flatten to one axis."""
        return self.reshape(-1, order=order)

    flatten = ravel

    def sum(
        self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **others: Any
    ) -> Tensor:
        """Sum over axes."""
        return _reduced("sum", self, axis, keepdims, dtype=dtype, out=out, **others)

    def mean(
        self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **others: Any
    ) -> Tensor:
        """Mean over axes."""
        return _reduced("mean", self, axis, keepdims, dtype=dtype, out=out, **others)

    def max(self, axis: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Tensor:
        """Greatest value over axes."""
        return _reduced("max", self, axis, keepdims, out=out, **others)

    def min(self, axis: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Tensor:
        """Least value over axes."""
        return _reduced("min", self, axis, keepdims, out=out, **others)

    def prod(
        self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **others: Any
    ) -> Tensor:
        """Product over axes."""
        return _reduced("prod", self, axis, keepdims, dtype=dtype, out=out, **others)

    def any(self, axis: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Tensor:
        """Whether any is true."""
        return _reduced("any", self, axis, keepdims, out=out, **others)

    def all(self, axis: Any = None, out: Any = None, keepdims: bool = False, **others: Any) -> Tensor:
        """Whether all are true."""
        return _reduced("all", self, axis, keepdims, out=out, **others)

    def argmax(self, axis: int | None = None) -> Tensor:
        """Position of the first greatest value along an axis."""
        return _numpy(np.argmax, self, axis=axis)

    def argmin(self, axis: int | None = None) -> Tensor:
        """Position of the first least value along an axis."""
        return _numpy(np.argmin, self, axis=axis)

    def cumsum(self, axis: int | None = None, dtype: Any = None) -> Tensor:
        """Running sum along an axis."""
        return _numpy(np.cumsum, self, axis=axis, dtype=dtype)

    def dot(self, other: object) -> Tensor:
        """Matrix product."""
        return _numpy(np.dot, self, other)

    def round(self, decimals: int = 0) -> Tensor:
        """Nearest number of so many decimals, halves to even."""
        return _numpy(np.round, self, decimals)

    def squeeze(self, axis: Any = None) -> Tensor:
        """Drop axes of length 1."""
        return _call("squeeze", self, axis=axis)

    def transpose(self, *axes: Any) -> Tensor:
        """Reorder the axes."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None
        return _numpy(np.transpose, self, order)

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        """Limit values to an interval."""
        return _call("clip", self, min, max)

    def copy(self, *_: object, **__: object) -> Tensor:
        """Return itself: tensors are immutable."""
        return self


Array: TypeAlias = Tensor | NDArray[Any]
"""What graph functions take and return: tensors, on which they record, or NumPy arrays, on which they compute."""


def _truths(symbol: str, operand: object) -> object:
    """Return an operand of ``&``, ``|``, ``^`` or ``~``; refuse numbers, on whose bits these would work."""
    dtype = operand.dtype if isinstance(operand, Tensor) else DType.of(np.asarray(operand))
    if dtype != DType.BOOL:
        shown = "~(X > 0)" if symbol == "~" else f"(X > 0) {symbol} ..."
        raise refusal(
            f"{symbol} on the bits of numbers cannot be recorded; compare first, as in {shown}, or, if these are "
            "booleans, give convert rows, whose dtypes tell"
        )
    return operand


def _numpy(function: Callable[..., Any], *args: object, **kwargs: object) -> Tensor:
    result = function(*args, **kwargs)
    assert isinstance(result, Tensor)
    return result


def _call(name: str, *args: object, **kwargs: object) -> Tensor:
    result = recorder().call(getattr(functions(), name), *args, **kwargs)
    assert isinstance(result, Tensor)
    return result


def _reduced(name: str, x: Tensor, axis: Any, keepdims: bool, **others: Any) -> Tensor:
    """Return a reduction over axes.

    Parameters
    ----------
    name : str
        Of the function, both among the graph's and among NumPy's.
    x : Tensor
    axis : int or tuple of int, optional
    keepdims : bool
    **others : object
        NumPy's other arguments, None where they were not given; only NumPy's function knows these.
    """
    given = {key: value for key, value in others.items() if value is not None}
    if given:
        return _numpy(getattr(np, name), x, axis=axis, keepdims=keepdims, **given)
    return _call(name, x, axis=axis, keepdims=keepdims)
