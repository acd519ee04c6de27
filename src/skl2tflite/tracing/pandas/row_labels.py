"""The index of symbolic DataFrames and columns."""

from __future__ import annotations

from typing import Any

from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor


class RowLabels:
    """The stand-in for an index. A file's rows have no labels, so it only tells whose rows there are.

    Parameters
    ----------
    like : Tensor or None
        Has these rows; None for those of a DataFrame without columns.
    """

    ndim = 1

    def __init__(self, like: Tensor | None) -> None:
        self.like = like

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise refusal("the labels of rows (the index) cannot be used as values: a file's rows have none")

    def __repr__(self) -> str:
        return "the index"

    def __len__(self) -> int:
        raise refusal("the number of rows is known only at run time")

    def __iter__(self) -> Any:
        raise refusal("the labels of rows (the index) cannot be used one by one: a file's rows have none")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise refusal(f"{name!r} of an index cannot be recorded: a file's rows have no labels")
