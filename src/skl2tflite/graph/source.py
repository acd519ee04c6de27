"""The line of code that made a tensor, and errors that quote it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from skl2tflite.errors import GraphError

_ROOMS = [str(Path(__file__).parents[1] / name) for name in ("graph", "flow", "tracing")]
_PACKAGE = str(Path(__file__).parents[1])
_SITE = Path(scipy.__file__).parent.parent
_NOT_THE_USERS = (
    *_ROOMS,
    str(Path(np.__file__).parent),
    *(str(_SITE / name) for name in ("scipy", "sklearn", "pandas")),
)


_place: ContextVar[str] = ContextVar("_place", default="")


def at_place(place: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function of which tensors know the place where it is called: that of an estimator in the model."""

    def call(X: Any) -> Any:
        before = _place.set(place)
        try:
            return function(X)
        finally:
            _place.reset(before)

    return call


@dataclass(frozen=True, slots=True)
class Source:
    """The line of code that made a tensor, and the place of the estimator whose converter ran it, if there is one."""

    filename: str
    line: int
    place: str = field(default="", compare=False)

    def __str__(self) -> str:
        import linecache

        text = linecache.getline(self.filename, self.line).strip()
        return f"{Path(self.filename).name}:{self.line}" + (f": {text}" if text else "")

    @classmethod
    def caller(cls) -> Source:
        """Return the innermost line of code outside graph, flow and tracing, NumPy, SciPy, scikit-learn and pandas."""
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename.startswith(_NOT_THE_USERS):
            frame = frame.f_back
        return cls(frame.f_code.co_filename, frame.f_lineno, _place.get())

    @classmethod
    def of(cls, error: BaseException) -> Source:
        """Return the innermost line of the user's code in an error's traceback."""
        frames = list(traceback.walk_tb(error.__traceback__))
        names = [frame.f_code.co_filename for frame, _ in frames]
        of_users = [not name.startswith(_NOT_THE_USERS) and not name.endswith(".pyx") for name in names]
        users = [each for each, of_user in zip(frames, of_users, strict=True) if of_user]
        frame, line = (users or frames)[-1]
        return cls(frame.f_code.co_filename, line)


def refusal(message: str) -> GraphError:
    """Return the error for something that cannot be recorded, with the user's line of code that did it."""
    source = Source.caller()
    ours = source.filename.startswith(_PACKAGE)
    return GraphError(message if ours else f"{message} [{source}]")


class NoAttributeError(GraphError, AttributeError):
    """An attribute of arrays or DataFrames that symbolic ones lack; ``hasattr`` gives False for it."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} [{Source.caller()}]")
