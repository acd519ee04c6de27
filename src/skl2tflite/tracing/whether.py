"""Answers to questions about all rows at once: ``if X.isna().any().any(): raise …``."""

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
from skl2tflite.tracing.ways import any_row


class Whether:
    """Whether something holds of some row, or in how many: only whether there is one can be told.

    Parameters
    ----------
    rows : Tensor of shape (n_rows,)
        Truth values.
    counted : bool, default=False
        Whether it stands for the number of such rows.
    """

    def __init__(self, rows: Tensor, counted: bool = False) -> None:
        self.rows = rows
        self.counted = counted

    def __bool__(self) -> bool:
        return any_row(self.rows)

    def any(self) -> Whether:
        """Whether there is one."""
        return Whether(self.rows)

    def sum(self) -> Whether:
        """How many there are."""
        return Whether(self.rows, counted=True)

    def item(self) -> Whether:
        """The same, as a scalar of NumPy's gives a Python's."""
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

    __hash__ = None  # type: ignore[assignment]

    def _refusal(self) -> GraphError:
        return refusal("of what other rows hold, only whether there is one that is like that can be asked")

    def __int__(self) -> int:
        raise self._refusal()

    __float__ = __index__ = __int__


class WhetherAll:
    """Whether something holds of all rows."""

    def __init__(self, rows: Tensor) -> None:
        self.others = Whether(~rows)

    def __bool__(self) -> bool:
        return not self.others

    def __invert__(self) -> Whether:
        return self.others

    def all(self) -> WhetherAll:
        """The same."""
        return self


class PerColumn:
    """An answer for each column, with the face of a pandas Series: whether something holds of some row in it.

    Parameters
    ----------
    answers : mapping of str to Whether
    """

    def __init__(self, answers: Mapping[str, Whether]) -> None:
        self.answers = dict(answers)

    def any(self, *_: object, **__: object) -> Whether:
        """Whether it holds of some row in some column."""
        return Whether(self._rows())

    def sum(self, *_: object, **__: object) -> Whether:
        """Of how many cells it holds."""
        return Whether(self._rows(), counted=True)

    def max(self, *_: object, **__: object) -> Whether:
        """Whether it holds of some row in some column."""
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
            raise refusal("of what other rows hold, only whether there is one that is like that can be asked")
        return PerColumn({name: each.any() for name, each in self.answers.items()})

    __ne__ = __gt__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


class Size:
    """A number of cells or rows that is known only at run time, when there is at least one row.

    Parameters
    ----------
    some : bool
        Whether there are any.
    of : str
        What has them, for errors.
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
    __hash__ = None  # type: ignore[assignment]


def of_some_row(columns: Mapping[str, Tensor], counted: bool = False) -> PerColumn:
    """Return, for truth values in columns, whether some row holds one."""
    for name, values in columns.items():
        if values.dtype != DType.BOOL:
            raise refusal(f"a sum of column {name!r} hangs on other rows; compute it in fit, or use axis=1")
    return PerColumn({name: Whether(values, counted) for name, values in columns.items()})
