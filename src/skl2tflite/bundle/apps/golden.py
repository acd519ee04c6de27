"""The golden rows of a contract as a typed language's test writes them down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.app_contract import Golden
from skl2tflite.app_contract.schema import Scalar, TensorValue
from skl2tflite.bundle.apps.typed import App, Call, Member, RowType, Value
from skl2tflite.bundle.place import Request
from skl2tflite.errors import ConversionError
from skl2tflite.examples import as_numbers, as_values, column_scales
from skl2tflite.features.columns import PADDING, UNKNOWN_CODE

MOST_ROWS = 16
"""Most golden rows of a bundle."""
TOLERANCE = 1e-5
"""By how much an answer to rows that are given may differ, as a fraction of the greatest magnitude in its column."""

Cell = bool | int | float | str
"""A value of a member: a number, a truth value, a text, or the code of a missing or unknown category."""


@dataclass(frozen=True)
class GoldenRows:
    """Rows with what tensors hold of them.

    Attributes
    ----------
    app : App
    golden : Golden
    """

    app: App
    golden: Golden

    @classmethod
    def of(cls, app: App, request: Request) -> GoldenRows:
        """Return the golden rows of a bundle: those given for it, or the file's own.

        Raises
        ------
        ConversionError
            Where there are none of both.
        """
        golden = request.contract.golden if request.X is None else _computed(app, request)
        if golden is None or not golden.rows:
            raise ConversionError(
                "the file holds no golden rows, which a bundle tests itself with; give rows: X=…, or --data ROWS"
            )
        return cls(app, golden)

    @property
    def row_calls(self) -> str:
        """The calls of the functions ``row0``, ``row1``, … that make the rows, in Kotlin and in Swift."""
        return ", ".join(f"row{at}()" for at in range(self.count))

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.golden.rows)

    @property
    def row(self) -> RowType:
        """The type of the rows: that of the main method."""
        return self.app.rows[0]

    @property
    def calls(self) -> tuple[Call, ...]:
        """The methods whose answers are known."""
        return tuple(
            call for call in self.app.calls if call.row == self.row and call.method.name in self.golden.outputs
        )

    def tensor(self, name: str) -> NDArray[Any]:
        """Return what an input tensor holds of all rows, of shape (n_rows, n_numbers)."""
        (tensor,) = (each for each in self.row.tensors if each.name == name)
        return _array(self.golden.inputs[name], tensor.dtype)

    def array(self, row: int) -> NDArray[Any]:
        """Return a row that is an array."""
        (tensor,) = self.row.tensors
        numbers: NDArray[Any] = self.tensor(tensor.name)[row]
        return numbers

    def cell(self, row: int, member: Member) -> Cell:
        """Return the value of a member of a row; the code of a category that is missing, or in no vocabulary."""
        (tensor,) = (each for each in self.row.tensors if member.position in each.features)
        if tensor.encoding == "characters":
            return str(self.golden.rows[row][member.feature.name])
        held = self.tensor(tensor.name)[row]
        if tensor.encoding == "matrix":
            return float(held[tensor.features.index(member.position)])
        if tensor.encoding == "boolean":
            return bool(held[0])
        if tensor.encoding != "code":
            return float(held[0]) if held.dtype.kind == "f" else int(held[0])
        if held[0] >= 0:
            return str((member.feature.categories or ())[int(held[0])])
        given: Scalar = self.golden.rows[row].get(member.feature.name)
        return given if held[0] == UNKNOWN_CODE and isinstance(given, str) else int(held[0])

    def answers(self, call: Call, value: Value) -> NDArray[Any]:
        """Return an output of a method, of shape (n_rows, n_numbers)."""
        return _array(self.golden.outputs[call.method.name][value.output.name], value.output.dtype)

    def answered(self, call: Call) -> list[bool]:
        """Return of each row whether the method has an answer for it."""
        no_answer = call.method.no_answer
        if no_answer is None:
            return [True] * self.count
        first = self.answers(call, call.values[0])
        marked = np.isnan(first) if no_answer.number is None else first == no_answer.number
        return [bool(each) for each in ~marked.all(axis=1)]

    def tolerances(self, call: Call, value: Value) -> tuple[float, ...]:
        """Return by how much each number of a row may differ."""
        allowed = self.golden.allowed[call.method.name].get(value.output.name)
        return (0.0,) * value.count if allowed is None else allowed


def _computed(app: App, request: Request) -> Golden:
    """Return rows given for a bundle, with the answers of LiteRT on this machine."""
    model, row = request.model, app.rows[0]
    tensors = {name: np.asarray(held) for name, held in model.facts.features.tensors(request.X[:MOST_ROWS]).items()}
    outputs = {
        call.method.name: {n: as_values(x) for n, x in model.run_tensors(call.method.name, tensors).items()}
        for call in app.calls
        if call.row == row
    }
    return Golden(
        rows=tuple(_texts(row, tensors, at) for at in range(len(next(iter(tensors.values()))))),
        made=False,
        inputs={name: _frozen(as_values(held)) for name, held in tensors.items()},
        outputs={method: {name: _frozen(x) for name, x in held.items()} for method, held in outputs.items()},
        allowed={
            method: {
                name: tuple((TOLERANCE * column_scales(method, x)).tolist())
                for name, x in held.items()
                if x.dtype.kind == "f"
            }
            for method, held in outputs.items()
        },
        tolerance=TOLERANCE,
    )


def _frozen(values: NDArray[Any]) -> tuple[tuple[TensorValue, ...], ...]:
    return tuple(map(tuple, as_numbers(values)))


def _texts(row: RowType, tensors: dict[str, NDArray[Any]], at: int) -> dict[str, Scalar]:
    """Return the texts of a row, by the names of features, which its tensors hold as code points.

    Parameters
    ----------
    row : RowType
    tensors : dict of str to ndarray
    at : int
        Which row.
    """
    return {
        row.features[tensor.features[0]].name: "".join(
            chr(point) for point in tensors[tensor.name][at].tolist() if point != PADDING
        )
        for tensor in row.tensors
        if tensor.encoding == "characters"
    }


def _array(rows: Sequence[Sequence[TensorValue]], dtype: str) -> NDArray[Any]:
    """Return the numbers of rows, None for NaN, as an array of two axes."""
    return np.array([[np.nan if each is None else each for each in row] for row in rows]).astype(dtype)
