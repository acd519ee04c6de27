"""Branches of user functions whose conditions are about all rows at once, such as ``if X.isna().any().any(): …``.

Such a condition is a *question*: does a property hold for at least one row? The answer is known only at run time, so
the function is recorded several times. Each *way* through its branches is one recording with one list of answers: the
first has the answer no to every question, and the others have yes to some of them. At run time, each row gets the
result of the way that the function takes if called with this row alone.
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
"""Largest number of ways through a function that are recorded; a function with more is refused."""


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
    """One way through a function: the questions that it met, and the answers that it was given.

    Attributes
    ----------
    given : tuple of bool
        Answers to give to the first questions. All further ones are answered with no.
    questions : list of (Tensor, bool)
        Each question, as booleans of shape (n_rows,), and its answer.
    """

    given: tuple[bool, ...] = ()
    questions: list[tuple[Tensor, bool]] = field(default_factory=list)

    def answer(self, rows: Tensor) -> bool:
        """Answer a question, in the same way each time that it is asked."""
        known = self._answered_before(rows)
        if known is not None:
            return known
        place = len(self.questions)
        self.questions.append((rows, place < len(self.given) and self.given[place]))
        return self.questions[-1][1]

    def _answered_before(self, rows: Tensor) -> bool | None:
        """Return the answer that an earlier question already gave or implies; None where none does."""
        for asked, answered in self.questions:
            if difference(asked, rows) is None:
                return answered
        for asked, answered in self.questions:
            parts = _alternatives(asked)
            others = [part for part in parts if difference(part, rows) is not None]
            if len(others) == len(parts):
                continue
            if not answered:
                return False
            if all(any(not yes and difference(part, each) is None for each, yes in self.questions) for part in others):
                return True
        return None

    def taken(self, without: Sequence[Tensor] = ()) -> Tensor | None:
        """Return whether the function takes this way if called with one row, for each row; None if so for every row.

        Parameters
        ----------
        without : sequence of Tensor
            Questions that are left out if their answer is no.
        """
        asked = [
            (rows, answered) for rows, answered in self.questions if answered or all(rows is not w for w in without)
        ]
        if not asked:
            return None
        return reduce(and_, [rows if answered else ~rows for rows, answered in asked])


def _alternatives(rows: Tensor) -> list[Tensor]:
    """Return the operands of a question that is a disjunction (``a | b``), else the question itself."""
    if not isinstance(rows.node.op, ops.LogicalOr):
        return [rows]
    return [part for operand in rows.node.inputs for part in _alternatives(operand)]


class _Ways(threading.local):
    way: Way | None = None


_current = _Ways()


def any_row(rows: Tensor) -> bool:
    """Answer a question, given as booleans of shape (n_rows,): whether it holds for any row."""
    if rows.constant is not None:
        return bool(np.any(rows.constant))
    if _current.way is None:
        raise refusal("a condition on all rows is known only at run time")
    return _current.way.answer(rows)


@contextmanager
def _taking(way: Way) -> Iterator[None]:
    outer, _current.way = _current.way, way
    try:
        yield
    finally:
        _current.way = outer


def ways(function: Callable[[], Any]) -> list[tuple[Way, Any]]:
    """Call a function once for each way through its branches.

    Parameters
    ----------
    function : callable
        Takes nothing; calls the user's function on symbolic rows.

    Returns
    -------
    list of (Way, object)
        Each way, and what the function returned or the error that it raised. In the first way every answer is no.

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
            raise refusal("too many of its branches depend on all rows; compute with numpy.where instead of if")
        answers = [answered for _, answered in way.questions]
        pending += [(*answers[:i], True) for i in range(len(way.given), len(answers))]
    return found


def truth(x: Tensor) -> bool | None:
    """Answer the question that a condition on all rows asks (``any``, ``all`` or ``not``); None of other tensors."""
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
