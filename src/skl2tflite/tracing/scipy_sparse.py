"""Symbolic sparse matrices with the interface of SciPy's, for user functions behind a step that gives sparse
results.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
import scipy.sparse

from skl2tflite.flow.matrix import Matrix, as_floats, side_by_side
from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import NoAttributeError, refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.casting import cast
from skl2tflite.tracing.numpy.protocol import record_ufunc
from skl2tflite.tracing.numpy.writable import Writable, plain
from skl2tflite.tracing.pandas.protocol import knowing
from skl2tflite.tracing.patches import Patch
from skl2tflite.tracing.values_needed import no_hash, no_text

ELEMENTWISE = {
    name: getattr(np, name)
    for name in (
        "arcsin", "arcsinh", "arctan", "arctanh", "ceil", "deg2rad", "expm1", "floor", "log1p", "rad2deg", "rint",
        "sign", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
    )
}  # fmt: skip
"""Methods of SciPy's sparse matrices that compute each stored number by itself; the functions are 0 at 0."""
MAKERS = ("csr_matrix", "csr_array", "csc_matrix", "csc_array", "coo_matrix", "coo_array")
"""Names of SciPy's classes of sparse matrices."""
_HSTACK = scipy.sparse.hstack
_SAME = ("tocsr", "tocsc", "tocoo", "tolil", "todok", "tobsr", "todia", "asformat", "sorted_indices", "copy", "conj")


class Sparse(scipy.sparse.csr_matrix):  # type: ignore[misc]
    """A sparse matrix whose numbers are known only at run time.

    A subclass of SciPy's, so that ``scipy.sparse.issparse`` is true. Attributes that are not defined here are refused.

    Parameters
    ----------
    matrix : Matrix
        The numbers, and which entries are stored.
    """

    __array_priority__ = 4000

    def __init__(self, matrix: Matrix) -> None:
        self.__dict__["matrix"] = matrix

    def __repr__(self) -> str:
        return f"<sparse matrix of {self.matrix.shape[1]} columns>"

    __str__ = __format__ = no_text

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__") or name in _OWN:
            return object.__getattribute__(self, name)
        raise NoAttributeError(f"{name!r} of a sparse matrix cannot be recorded; make it dense first (X.toarray())")

    def __setattr__(self, name: str, value: Any) -> None:
        raise refusal(f"{name!r} of a sparse matrix cannot be written while it is recorded; compute a new matrix")

    def __len__(self) -> int:
        raise TypeError("sparse array length is ambiguous; use getnnz()")

    def __bool__(self) -> bool:
        raise refusal("a condition on a sparse matrix cannot be recorded")

    def __iter__(self) -> Any:
        raise refusal("a loop over the rows of a sparse matrix cannot be recorded")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise refusal("a sparse matrix was passed to code that needs its values; make it dense first (X.toarray())")

    def __tensor__(self) -> Tensor:
        return plain(self.matrix.values)  # type: ignore[no-any-return]

    # --- shape and dtype ----------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[None, int]:
        """Unknown rows, and the number of columns."""
        return (None, int(self.matrix.shape[1]))

    @property
    def dtype(self) -> np.dtype[Any]:
        """Dtype of the numbers."""
        return np.dtype(float) if self.matrix.dtype is None else self.matrix.dtype

    @property
    def ndim(self) -> int:
        """Two."""
        return 2

    @property
    def format(self) -> str:
        """That of compressed rows."""
        return "csr"

    # --- conversion to a dense array ------------------------------------------------------------------

    def toarray(self, *_: Any, **__: Any) -> Writable:
        """Return a dense array."""
        return Writable(plain(self.matrix.values))

    todense = toarray

    # --- results that are sparse ----------------------------------------------------------------------

    def _like(self, values: Any, dtype: Any = None, keeps_zeros: bool = True) -> Sparse:
        """Return numbers as a sparse matrix of the same stored entries; of those other than 0 without
        ``keeps_zeros``.
        """
        stored = (lambda: self.matrix.present) if keeps_zeros else None
        return Sparse(Matrix(plain(values), dtype, True, stored))

    def astype(self, dtype: Any, *_: Any, **__: Any) -> Sparse:
        """Bring the numbers to another dtype."""
        kind = np.dtype(dtype)
        return self._like(cast(plain(self.matrix.values), kind), kind)

    def _elementwise(self, ufunc: np.ufunc) -> Sparse:
        values = as_floats(self.matrix.values)
        return self._like(record_ufunc(ufunc, "__call__", (values,), {}))

    def power(self, n: Any, dtype: Any = None) -> Sparse:
        """Raise stored numbers to a power above 0."""
        if not isinstance(n, Real) or n <= 0:
            raise refusal("power of a sparse matrix takes a number above 0")
        return self._like(as_floats(self.matrix.values) ** float(n))

    def multiply(self, other: Any) -> Sparse:
        """Multiply by a number, a row or a column of numbers."""
        other = plain(other.matrix.values if isinstance(other, Sparse) else other)
        if scipy.sparse.issparse(other):
            other = other.toarray()
        return self._like(as_floats(self.matrix.values) * other, keeps_zeros=False)

    def maximum(self, other: Any) -> Sparse:
        """The greater of each number and a constant that is not above 0, which keeps zeros zero."""
        if not isinstance(other, Real) or float(other) > 0:
            raise refusal("maximum of a sparse matrix takes a number that is not above 0")
        return self._like(xp.maximum(as_floats(self.matrix.values), float(other)), keeps_zeros=False)

    def __abs__(self) -> Sparse:
        return self._like(xp.abs(self.matrix.values), self.matrix.dtype)

    def __neg__(self) -> Sparse:
        return self._like(-self.matrix.values)

    def __mul__(self, other: Any) -> Sparse:
        if not isinstance(other, Real):
            raise refusal("* of sparse matrices is a product of matrices or of numbers; write multiply or @")
        return self._like(as_floats(self.matrix.values) * float(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Sparse:
        if not isinstance(other, Real):
            raise refusal("a sparse matrix is divided by a number; write multiply(1 / other)")
        return self._like(as_floats(self.matrix.values) / float(other))

    def __matmul__(self, other: Any) -> Any:
        if scipy.sparse.issparse(other):
            if isinstance(other, Sparse):
                raise refusal("a product of two sparse matrices depends on other rows")
            return self._like(xp.linear(as_floats(self.matrix.values), other.toarray()), keeps_zeros=False)
        return Writable(plain(as_floats(self.matrix.values) @ plain(other)))

    dot = __matmul__

    def _compared(self, name: str, other: Any, at_zero: Callable[[Any], bool]) -> Sparse:
        if not isinstance(other, Real) or at_zero(other):
            raise refusal("a comparison that holds for 0 makes a sparse matrix dense; write X.toarray() first")
        return self._like(getattr(xp, name)(self.matrix.values, other), np.dtype(bool), keeps_zeros=False)

    def __gt__(self, other: Any) -> Sparse:
        return self._compared("greater", other, lambda x: 0 > x)

    def __ge__(self, other: Any) -> Sparse:
        return self._compared("greater_equal", other, lambda x: 0 >= x)

    def __lt__(self, other: Any) -> Sparse:
        return self._compared("less", other, lambda x: 0 < x)

    def __le__(self, other: Any) -> Sparse:
        return self._compared("less_equal", other, lambda x: 0 <= x)

    def __ne__(self, other: object) -> Sparse:
        return self._compared("not_equal", other, lambda x: bool(x != 0))

    def __eq__(self, other: object) -> Sparse:
        return self._compared("equal", other, lambda x: bool(x == 0))

    __hash__ = no_hash

    def __getitem__(self, key: Any) -> Sparse:
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        if rows != slice(None) and rows is not Ellipsis:
            raise refusal("rows cannot be selected: their number would depend on the values")
        picked = np.arange(self.matrix.shape[1])[columns]
        return Sparse(self.matrix.take(np.atleast_1d(picked)))

    # --- sums -----------------------------------------------------------------------------------------------

    def sum(self, axis: Any = None, *_: Any, **__: Any) -> Writable:
        """Sum of each row, of shape (n_rows, 1)."""
        return self._of_rows(xp.sum, axis)

    def mean(self, axis: Any = None, *_: Any, **__: Any) -> Writable:
        """Mean of each row, of shape (n_rows, 1)."""
        return self._of_rows(xp.mean, axis)

    def _of_rows(self, function: Callable[..., Any], axis: Any) -> Writable:
        if axis not in (1, -1):
            raise refusal("sums over the rows of a sparse matrix depend on other rows; use axis=1")
        return Writable(plain(function(as_floats(self.matrix.values), axis=1, keepdims=True)))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        name = ufunc.__name__
        if method == "__call__" and len(inputs) == 1 and not kwargs:
            if name == "absolute":
                return abs(self)
            if name == "negative":
                return -self
            if name in ELEMENTWISE:
                return self._elementwise(ufunc)
        raise refusal(f"numpy.{name} of a sparse matrix cannot be recorded; make it dense first (X.toarray())")


for _name, _ufunc in ELEMENTWISE.items():
    setattr(Sparse, _name, lambda self, ufunc=_ufunc: self._elementwise(ufunc))
for _name in _SAME:
    setattr(Sparse, _name, lambda self, *_, **__: self)

_OWN = frozenset({*(name for name in vars(Sparse) if not name.startswith("__")), "matrix"})


def sparse_patches() -> list[Patch]:
    """Return patches that let SciPy's constructors of sparse matrices, and ``hstack``, take symbolic arrays."""
    makers = ((name, getattr(scipy.sparse, name)) for name in MAKERS)
    return [
        *((scipy.sparse, name, knowing(real, (), partial(_made, real))) for name, real in makers),
        (scipy.sparse, "hstack", _hstack),
    ]


def maker_of(function: Any) -> Callable[..., Any] | None:
    """Return a constructor for symbolic arrays where a function is one of SciPy's sparse classes; else None."""
    return partial(_made, function) if function in [getattr(scipy.sparse, name) for name in MAKERS] else None


def _made(real: type, data: Any, *args: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """Return a symbolic array as a sparse matrix that stores the numbers other than 0.

    Parameters
    ----------
    real : type
        SciPy's class.
    data : Tensor or Sparse of shape (n_rows, n_columns)
    dtype : dtype, optional
    """
    if args or not isinstance(data, Tensor | Sparse) or data.ndim != 2:
        raise refusal(f"scipy.sparse.{real.__name__} can be recorded of an array of two axes only")
    matrix = data if isinstance(data, Sparse) else Sparse(Matrix(plain(data), None, True))
    return matrix if dtype is None else matrix.astype(dtype)


def _hstack(blocks: Any, *args: Any, **kwargs: Any) -> Any:
    if not any(hasattr(type(block), "__tensor__") for block in blocks):
        return _HSTACK(blocks, *args, **kwargs)
    parts = [block.matrix if isinstance(block, Sparse) else plain(block) for block in blocks]
    if not all(isinstance(part, Matrix | Tensor) for part in parts):
        raise refusal("scipy.sparse.hstack of matrices of which some do not depend on the rows cannot be recorded")
    return Sparse(side_by_side(parts, sparse=True))
