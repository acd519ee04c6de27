"""The ways that a function may take, by the answers to its questions about all rows at once.

While a function is recorded nobody knows whether there will be a row like what it asks for. It is called once for each
way that it may take: first as if there were none, then for each question with the answer that there is one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Any

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph import functions as xp
from skl2tflite.graph import ops
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.same import difference

MOST_WAYS = 64
"""Ways through a function that are looked at."""


class RaisedError(GraphError):
    """A function has raised an error of its own while it was recorded.

    Attributes
    ----------
    original : Exception
    """

    def __init__(self, message: str, original: Exception) -> None:
        super().__init__(message)
        self.original = original


@dataclass
class Way:
    """One way through a function.

    Attributes
    ----------
    given : tuple of bool
        Answers to the first questions; to all others, that there is no such row.
    asked : list of (Tensor, bool)
        What was asked, of each row, and the answer.
    """

    given: tuple[bool, ...] = ()
    asked: list[tuple[Tensor, bool]] = field(default_factory=list)

    def answer(self, rows: Tensor) -> bool:
        """Answer whether there is a row of which something holds; the same question always the same."""
        known = self._known(rows)
        if known is not None:
            return known
        place = len(self.asked)
        self.asked.append((rows, place < len(self.given) and self.given[place]))
        return self.asked[-1][1]

    def _known(self, rows: Tensor) -> bool | None:
        """Return the answer to what was asked before, or follows from it, None where it does not."""
        for asked, answered in self.asked:
            if difference(asked, rows) is None:
                return answered
        for asked, answered in self.asked:
            parts = _alternatives(asked)
            others = [part for part in parts if difference(part, rows) is not None]
            if len(others) == len(parts):
                continue
            if not answered:
                return False
            if all(any(not yes and difference(part, each) is None for each, yes in self.asked) for part in others):
                return True
        return None

    def taken(self, without: Sequence[Tensor] = ()) -> Tensor | None:
        """Return whether each row by itself takes this way, of shape (n_rows,); None where all do.

        Parameters
        ----------
        without : sequence of Tensor
            Questions of which it does not matter for what rows they are answered with no.
        """
        asked = [(rows, answered) for rows, answered in self.asked if answered or all(rows is not w for w in without)]
        if not asked:
            return None
        return reduce(and_, [rows if answered else ~rows for rows, answered in asked])


def _alternatives(rows: Tensor) -> list[Tensor]:
    """Return what a question is made of, which asks for one thing or another."""
    if not isinstance(rows.node.op, ops.LogicalOr):
        return [rows]
    return [part for operand in rows.node.inputs for part in _alternatives(operand)]


class _Ways(threading.local):
    way: Way | None = None


_now = _Ways()


def any_row(rows: Tensor) -> bool:
    """Answer whether there is a row of which something holds, given as truth values of shape (n_rows,)."""
    if rows.constant is not None:
        return bool(np.any(rows.constant))
    if _now.way is None:
        raise refusal("whether some row is like that is known only at run time")
    return _now.way.answer(rows)


@contextmanager
def _taking(way: Way) -> Iterator[None]:
    outer, _now.way = _now.way, way
    try:
        yield
    finally:
        _now.way = outer


def ways(function: Callable[[], Any]) -> list[tuple[Way, Any]]:
    """Call a function in all ways that it may take, and return each with what it gave, or the error that it raised.

    The first is that in which no row is like what is asked for.

    Raises
    ------
    GraphError
        Where some way cannot be recorded, or there are too many.
    """
    found: list[tuple[Way, Any]] = []
    pending: list[tuple[bool, ...]] = [()]
    while pending:
        way = Way(pending.pop())
        with _taking(way):
            try:
                result = function()
            except RaisedError as error:
                if not found:
                    raise
                result = error
        found.append((way, result))
        if len(found) > MOST_WAYS:
            raise refusal("too much of it hangs on what all rows hold; compute with numpy.where instead of if")
        answers = [answered for _, answered in way.asked]
        pending += [(*answers[:i], True) for i in range(len(way.given), len(answers))]
    return found


def truth(x: Tensor) -> bool | None:
    """Answer a question about all rows that a tensor without axes is; None where it is none."""
    op = x.node.op
    if isinstance(op, ops.LogicalNot):
        inner = truth(x.node.inputs[0])
        return None if inner is None else not inner
    if not isinstance(op, ops.Any | ops.All):
        return None
    (operand,) = x.node.inputs
    if not operand.ndim or len(op.axes) < operand.ndim:
        return None
    if isinstance(op, ops.All):
        return not any_row(_each_row(~operand))
    return any_row(_each_row(operand))


def _each_row(x: Any) -> Tensor:
    return _tensor(xp.any(x, axis=tuple(range(1, x.ndim))) if x.ndim > 1 else x)


def _tensor(x: Any) -> Tensor:
    assert isinstance(x, Tensor)
    return x
