"""Results of reductions over the rows, such as ``X.isna().any()``, while a function is recorded.

They have no value then. A function may only branch on them, as in ``if X.isna().any().any(): raise …``; see
:mod:`skl2tflite.tracing.ways`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.values_needed import no_hash
from skl2tflite.tracing.ways import any_row

_ONLY_WHETHER = "a function may only ask whether a condition holds for some row, not for how many or which"


class Whether:
    """Whether a condition holds for some row, or for how many rows it holds.

    A function may only ask whether that number is 0: otherwise the result of a row would depend on other rows.

    Parameters
    ----------
    rows : Tensor of shape (n_rows,)
        Booleans: whether the condition holds for each row.
    counted : bool, default=False
        Whether the object is the number of such rows, the result of ``sum``.
    """

    def __init__(self, rows: Tensor, counted: bool = False) -> None:
        self.rows = rows
        self.counted = counted

    def __bool__(self) -> bool:
        return any_row(self.rows)

    def any(self) -> Whether:
        """Whether there is such a row."""
        return Whether(self.rows)

    def sum(self) -> Whether:
        """The number of such rows."""
        return Whether(self.rows, counted=True)

    def item(self) -> Whether:
        """The same object; ``item`` of a NumPy scalar gives its value."""
        return self

    def __or__(self, other: object) -> Whether | bool:
        if isinstance(other, Whether):
            return Whether(self.rows | other.rows)
        return bool(other) or bool(self)

    __ror__ = __or__

    def __and__(self, other: object) -> bool:
        return bool(self) and bool(other)

    __rand__ = __and__

    def __invert__(self) -> bool:
        return not self

    def __add__(self, other: object) -> Whether:
        if isinstance(other, Whether):
            return Whether(self.rows | other.rows, self.counted)
        if isinstance(other, int) and other == 0:
            return self
        raise self._refusal()

    __radd__ = __add__

    def _compared(self, other: object, some: tuple[object, ...], none: tuple[object, ...]) -> bool:
        if not self.counted and isinstance(other, bool | np.bool_):
            raise self._refusal()
        if other in some:
            return bool(self)
        if other in none:
            return not self
        raise self._refusal()

    def __gt__(self, other: object) -> bool:
        return self._compared(other, (0,), ())

    def __ge__(self, other: object) -> bool:
        return self._compared(other, (1,), ())

    def __lt__(self, other: object) -> bool:
        return self._compared(other, (), (1,))

    def __le__(self, other: object) -> bool:
        return self._compared(other, (), (0,))

    def __eq__(self, other: object) -> bool:
        return self._compared(other, (), (0,))

    def __ne__(self, other: object) -> bool:
        return self._compared(other, (0,), ())

    __hash__ = no_hash

    def _refusal(self) -> GraphError:
        return refusal(_ONLY_WHETHER)

    def __int__(self) -> int:
        raise self._refusal()

    __float__ = __index__ = __int__


class WhetherAll:
    """Whether a condition holds for all rows.

    Parameters
    ----------
    rows : Tensor of shape (n_rows,)
        Booleans: whether the condition holds for each row.
    """

    def __init__(self, rows: Tensor) -> None:
        self.others = Whether(~rows)

    def __bool__(self) -> bool:
        return not self.others

    def __invert__(self) -> Whether:
        return self.others

    def all(self) -> WhetherAll:
        """The same object."""
        return self


class PerColumn:
    """One :class:`Whether` for each column of a DataFrame, with methods of the Series that pandas' reduction returns.

    Parameters
    ----------
    answers : mapping of str to Whether
    """

    def __init__(self, answers: Mapping[str, Whether]) -> None:
        self.answers = dict(answers)

    def any(self, *_: object, **__: object) -> Whether:
        """Whether the condition holds for some value in any column."""
        return Whether(self._rows())

    def sum(self, *_: object, **__: object) -> Whether:
        """The number of values for which the condition holds."""
        return Whether(self._rows(), counted=True)

    def max(self, *_: object, **__: object) -> Whether:
        """The greatest answer: whether the condition holds for some value in any column."""
        return Whether(self._rows(), all(each.counted for each in self.answers.values()))

    def _rows(self) -> Tensor:
        rows = [each.rows for each in self.answers.values()]
        return reduce(or_, rows)

    @property
    def index(self) -> Any:
        """Names of the columns."""
        import pandas as pd

        return pd.Index(list(self.answers))

    @property
    def values(self) -> Any:
        """The answers as an array."""
        return np.array([bool(each) for each in self.answers.values()], dtype=bool)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.values

    def tolist(self) -> list[bool]:
        """The answers in a list."""
        return [bool(each) for each in self.answers.values()]

    def items(self) -> Any:
        """Names and answers."""
        return self.answers.items()

    def __iter__(self) -> Iterator[Whether]:
        return iter(self.answers.values())

    def __len__(self) -> int:
        return len(self.answers)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, PerColumn):
            return PerColumn({name: each for name, each in self.answers.items() if bool(key.answers[name])})
        return self.answers[key] if isinstance(key, str) else PerColumn({name: self.answers[name] for name in key})

    def __gt__(self, other: object) -> PerColumn:
        if other != 0:
            raise refusal(_ONLY_WHETHER)
        return PerColumn({name: each.any() for name, each in self.answers.items()})

    __ne__ = __gt__  # type: ignore[assignment]
    __hash__ = no_hash


class Size:
    """A number of values or rows that is known only at run time; a function may only ask whether it is 0.

    Parameters
    ----------
    some : bool
        Whether the number is above 0. It is for rows: a file is always run with at least one.
    of : str
        What the number belongs to, for errors.
    """

    def __init__(self, some: bool, of: str) -> None:
        self.some = some
        self.of = of

    def __bool__(self) -> bool:
        return self.some

    def __eq__(self, other: object) -> bool:
        return self._compared(other, not self.some)

    def __ne__(self, other: object) -> bool:
        return self._compared(other, self.some)

    __gt__ = __ne__
    __le__ = __eq__

    def _compared(self, other: object, answer: bool) -> bool:
        if other != 0:
            raise self._refusal()
        return answer

    def _refusal(self) -> GraphError:
        return refusal(f"the number of elements of {self.of} is known only at run time")

    def __int__(self) -> int:
        raise self._refusal()

    def __mul__(self, other: object) -> int:
        raise self._refusal()

    __float__ = __index__ = __int__
    __rmul__ = __add__ = __radd__ = __sub__ = __rsub__ = __truediv__ = __rtruediv__ = __lt__ = __ge__ = __mul__
    __hash__ = no_hash


def of_some_row(columns: Mapping[str, Tensor], counted: bool = False) -> PerColumn:
    """Return, for each column of booleans, whether some row is true, or how many are if ``counted``."""
    for name, values in columns.items():
        if values.dtype != DType.BOOL:
            raise refusal(f"a sum of column {name!r} depends on other rows; compute it in fit, or use axis=1")
    return PerColumn({name: Whether(values, counted) for name, values in columns.items()})
