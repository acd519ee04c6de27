"""Functions of the user's in a graph: recorded, and looked at whether what was recorded is what they compute."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import GraphError
from skl2tflite.graph import DType, Graph, Shape, Tensor, as_tensor, evaluate, input_tensor
from skl2tflite.graph.recording import Patch, difference, handle, record

TOLERANCE = 1e-6
"""Relative error that the graph's own approximations are allowed (of the error function, for one)."""


def _for_tensors(original: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    """Return a check of scikit-learn's that has nothing to look at in a tensor."""

    def call(X: Any, *args: Any, **kwargs: Any) -> Any:
        return answer if isinstance(X, Tensor) else original(X, *args, **kwargs)

    return call


@cache
def _scikit_learn() -> tuple[Patch, ...]:
    """Return what lets ``check_array`` and ``validate_data`` pass tensors."""
    from sklearn.utils import validation  # not when a file is only run: it takes a second

    answers = (("_assert_all_finite", None), ("_num_samples", 1))
    return tuple((validation, name, _for_tensors(getattr(validation, name), answer)) for name, answer in answers)


def recorded(function: Callable[[Any], Any], X: Tensor) -> Tensor | list[Tensor]:
    """Record a function, and refuse it where the recording does not stand for it.

    A recording keeps one path: it is made twice, and computed beside the function on rows of several kinds, so that
    what hangs on chance, on other rows or on the values themselves is found.

    Parameters
    ----------
    function : callable
        Takes and gives arrays, one or a list.
    X : Tensor

    Raises
    ------
    GraphError
        Where the function cannot be recorded; the message shows the user's line where there is one to blame.
    """
    results = _recording(function, X)
    again = input_tensor("X", X.dtype, X.shape)
    second = _recording(function, again)
    outputs, others = _listed(results), _listed(second)
    if len(outputs) != len(others):
        raise GraphError("gives another number of arrays at each call")
    for one, other in zip(outputs, others, strict=True):
        if (node := difference(one, other, (X, again))) is not None:
            raise GraphError(f"gives another answer at each call, as at random [{node.source}]")
    graph = Graph("recorded", {"X": again}, {str(i): output for i, output in enumerate(others)})
    _compare(function, graph, again)
    return results


def _listed(results: Any) -> list[Any]:
    return list(results) if isinstance(results, list | tuple) else [results]


def _recording(function: Callable[[Any], Any], X: Tensor) -> Tensor | list[Tensor]:
    results = record(function, handle(X), rows=X, patches=_scikit_learn())
    for result in _listed(results):
        if not isinstance(result, Tensor):
            raise GraphError(f"gives a {type(result).__name__}, not an array that depends on its input")
    return [as_tensor(r) for r in results] if isinstance(results, list | tuple) else as_tensor(results)


def _compare(function: Callable[[Any], Any], graph: Graph, X: Tensor) -> None:
    """Refuse a function that computes otherwise than its graph, or than for each row alone."""
    for rows in _samples(X.dtype, X.shape):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                together = _arrays(function(rows.copy()))
                alone = _joined([_arrays(function(rows[i : i + 1].copy())) for i in range(len(rows))])
        except Exception:
            continue  # the function does not take such numbers
        if not _agree(together, alone):
            raise GraphError("gives a row another answer beside other rows; compute it from each row alone")
        batches = [rows] if X.shape[0] is None else [rows[i : i + 1] for i in range(len(rows))]
        computed = _joined([list(evaluate(graph, {"X": batch}).values()) for batch in batches])
        if not _agree(computed, together):
            raise GraphError(
                "computes otherwise when it is recorded: it looks at values, dtypes or types of its input, or writes "
                "to a part of an array that it has under another name"
            )


def _samples(dtype: DType, shape: Shape) -> Iterator[NDArray[Any]]:
    """Yield rows of several kinds of numbers."""
    random = np.random.default_rng(0)
    size = (4, *(n or 1 for n in shape[1:]))
    if dtype == DType.STRING:
        yield random.choice(np.array(["", "a", "Rome", "ä ß", "12"], dtype=object), size)
    elif dtype == DType.BOOL:
        yield random.random(size) < 0.5
    elif dtype == DType.INT:
        yield random.integers(-5, 20, size)
        yield random.integers(0, 3, size)
    else:
        yield random.uniform(0.5, 2.0, size)
        yield random.normal(scale=30.0, size=size)
        yield random.integers(0, 3, size).astype(float)
        yield np.where(random.random(size) < 0.5, np.nan, random.normal(size=size))


def _arrays(results: Any) -> list[NDArray[Any]]:
    return [np.asarray(r) for r in _listed(results)]


def _joined(parts: list[list[Any]]) -> list[NDArray[Any]]:
    return [np.concatenate(blocks) for blocks in zip(*parts, strict=True)]


def _agree(first: list[Any], second: list[Any]) -> bool:
    return all(
        a.shape == b.shape and a.dtype.kind in _alike(b.dtype.kind) and _near(a, b)
        for a, b in zip(first, second, strict=True)
    )


def _alike(kind: str) -> str:
    return {"i": "iu", "u": "iu"}.get(kind, kind if kind not in "OUST" else "OUST")


def _near(a: NDArray[Any], b: NDArray[Any]) -> bool:
    if a.dtype.kind != "f":
        return bool(np.array_equal(a, b))
    scale = np.abs(b[np.isfinite(b)]).max(initial=0.0)
    return bool(np.allclose(a, b, rtol=TOLERANCE, atol=1e-9 * scale, equal_nan=True))
