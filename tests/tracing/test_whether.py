"""Questions about all rows at once, and the ways that a function takes by their answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skl2tflite.errors import GraphError
from skl2tflite.graph import DType, Graph, Tensor, evaluate, input_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.ways import RaisedError, ways
from skl2tflite.tracing.whether import PerColumn, Size, Whether


def truths(*names: str) -> list[Tensor]:
    return [input_tensor(name, DType.BOOL, (None,)) for name in names]


def rows_of(way: Any, **values: list[bool]) -> list[bool]:
    graph = Graph("way", {}, {"taken": way.taken()})
    return evaluate(graph, {name: np.array(value) for name, value in values.items()})["taken"].tolist()


def test_every_way_is_taken_once() -> None:
    a, b = truths("a", "b")
    found = ways(lambda: ("a" if Whether(a) else "") + ("b" if Whether(b) else ""))
    assert sorted(result for _, result in found) == ["", "a", "ab", "b"]
    taken = {result: rows_of(way, a=[False, True, True], b=[False, False, True]) for way, result in found}
    assert taken == {
        "": [True, False, False],
        "a": [False, True, False],
        "b": [False, False, False],
        "ab": [False, False, True],
    }


def test_errors_are_ways_too() -> None:
    (a,) = truths("a")

    def function() -> str:
        if Whether(a):
            raise RaisedError("ValueError: no", ValueError("no"))
        return "yes"

    (_, result), (way, error) = ways(function)
    assert result == "yes"
    assert isinstance(error, RaisedError)
    assert rows_of(way, a=[True, False]) == [True, False]


def test_what_follows_from_an_answer_is_not_asked_again() -> None:
    a, b = truths("a", "b")
    columns = PerColumn({"a": Whether(a), "b": Whether(b)})
    found = ways(lambda: columns.tolist() if columns.any() else None)
    # None of them, then what is asked of each only where there is one.
    assert sorted(str(result) for _, result in found) == ["None", "[False, True]", "[True, False]", "[True, True]"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (lambda count: count > 0, False),
        (lambda count: count >= 1, False),
        (lambda count: count != 0, False),
        (lambda count: count == 0, True),
        (lambda count: count <= 0, True),
        (lambda count: count < 1, True),
    ],
)
def test_a_count_is_nothing_or_something(question: Any, answer: bool) -> None:
    (a,) = truths("a")
    (_, first), (_, second) = ways(lambda: question(Series(a).sum()))
    assert first is answer
    assert second is not answer


def test_how_many_rows_is_never_told() -> None:
    (a,) = truths("a")
    with pytest.raises(GraphError, match="may only ask whether a condition holds for some row"):
        ways(lambda: Series(a).sum() > 3)
    with pytest.raises(GraphError, match="may only ask whether a condition holds for some row"):
        ways(lambda: float(Series(a).sum()))  # type: ignore[arg-type]
    with pytest.raises(GraphError, match="known only at run time"):
        ways(lambda: bool(Whether(a)) and Size(True, "X") * 2)  # type: ignore[operator]


def test_outside_of_a_recording_nobody_answers() -> None:
    (a,) = truths("a")
    with pytest.raises(GraphError, match="known only at run time"):
        bool(Whether(a))


def test_arrays_ask_too() -> None:
    X = input_tensor("X", DType.FLOAT, (None, 2))
    answers = [result for _, result in ways(lambda: (bool(np.any(np.isnan(X))), bool(np.all(X > 0))))]
    assert sorted(answers) == [(False, False), (False, True), (True, False), (True, True)]
    (_, first), *_ = ways(lambda: bool(xp.logical_not(xp.all(xp.greater(X, 0.0)))))  # type: ignore[arg-type]
    assert first is False
