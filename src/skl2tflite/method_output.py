"""How a method's output tensors become what scikit-learn returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite import stored
from skl2tflite.errors import NoAnswerError
from skl2tflite.label_json import LABEL_KINDS, NUMBER_KINDS, dtype_of, labels_from_facts, labels_to_json
from skl2tflite.stored import damaged

GIVE_LABELS = ("predict", "inverse_transform")
"""Methods whose results may be labels."""


@dataclass(frozen=True)
class MethodOutput:
    """How one method's output tensors become what scikit-learn returns.

    Attributes
    ----------
    outputs : tuple of str
        The signature's outputs, in order.
    is_list : bool
        Whether the method returns a list of arrays, one for each output.
    dtype : str
        NumPy dtype of what is returned.
    labels : tuple of ndarray, optional
        Where the output holds positions: the labels they stand for, for each column.
    parts : tuple of str, optional
        Where the method returns a tuple of arrays: the dtype of each output.
    constants : tuple of ndarray
        What stands behind them in the tuple, the same for all rows.
    sentinel : float, optional
        What the outputs hold of rows for which scikit-learn raises an error once it has looked at them.
    reason : str
        Why it does.
    is_ragged : bool
        Whether the output holds distances of all points, and the method returns those of each row that are finite, and
        their positions.
    rows_second : bool
        Whether the method returns rows on the second axis; the output has them on the first.
    """

    outputs: tuple[str, ...]
    is_list: bool
    dtype: str
    labels: tuple[NDArray[Any], ...] | None = None
    parts: tuple[str, ...] | None = None
    constants: tuple[NDArray[Any], ...] = ()
    sentinel: float | None = None
    reason: str = ""
    is_ragged: bool = False
    rows_second: bool = False

    def without_answer(self, tensors: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        """Return which rows hold the sentinel."""
        values = tensors[self.outputs[0]]
        if self.sentinel is None:
            return np.zeros(len(values), dtype=bool)
        held = np.isnan(values) if np.isnan(self.sentinel) else values == self.sentinel
        return np.asarray(held.all(axis=tuple(range(1, values.ndim))))

    def check(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Raise where rows have no answer.

        Raises
        ------
        NoAnswerError
        """
        rows = np.flatnonzero(self.without_answer(tensors))
        if rows.size:
            raise NoAnswerError(rows, self.reason)

    @property
    def note(self) -> str:
        """What is to be said of the outputs' values, in words."""
        if self.is_ragged:
            return "; of all points, infinite beyond the radius"
        return "" if self.sentinel is None else f"; {self.sentinel:.0f} where there is no answer: {self.reason}"

    def decode(self, tensors: Mapping[str, NDArray[Any]]) -> Any:
        """Return an array, or a list or tuple of them, as the estimator's method does."""
        if self.parts is not None:
            pairs = zip(self.outputs, self.parts, strict=True)
            return (*(tensors[name].astype(dtype) for name, dtype in pairs), *(c.copy() for c in self.constants))
        if self.is_ragged:
            return _finite(tensors[self.outputs[0]].astype(self.dtype))
        arrays = [self._decode(tensors[name]) for name in self.outputs]
        if self.rows_second:
            arrays = [np.moveaxis(array, 0, 1) for array in arrays]
        return arrays if self.is_list else arrays[0]

    def _decode(self, values: NDArray[Any]) -> NDArray[Any]:
        if self.labels is None:
            return values.astype(self.dtype, copy=False)
        if values.ndim == 1:
            return np.asarray(self.labels[0][values])
        columns = [classes[values[:, i]] for i, classes in enumerate(self.labels)]
        return np.stack(columns, axis=1).astype(self.dtype, copy=False)

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON keeps them."""
        labels = labels_to_json(self.labels)
        fields: dict[str, object] = {
            "outputs": list(self.outputs),
            "list": self.is_list,
            "dtype": self.dtype,
            "labels": labels,
        }
        if self.parts is not None:
            fields["parts"] = list(self.parts)
        if self.constants:
            fields["constants"] = labels_to_json(self.constants)
        if self.rows_second:
            fields["rows_second"] = True
        if self.is_ragged:
            fields["ragged"] = True
        if self.sentinel is not None:
            fields["refused"] = {"mark": f"{self.sentinel:.0f}", "reason": self.reason}
        return fields

    @classmethod
    def from_facts(cls, facts: stored.Method) -> MethodOutput:
        """Return what :meth:`to_json` wrote."""
        labels = labels_from_facts(facts.labels)
        for dtype in (facts.dtype, *(facts.parts or ())):
            dtype_of(dtype, "the dtype of a method", LABEL_KINDS if labels is not None else NUMBER_KINDS)
        if not facts.outputs or (facts.parts is not None and len(facts.parts) != len(facts.outputs)):
            raise damaged("the outputs of a method", "differ in number from their dtypes")
        return cls(
            facts.outputs,
            facts.list,
            facts.dtype,
            labels,
            facts.parts,
            labels_from_facts(facts.constants) or (),
            None if facts.refused is None else _sentinel(facts.refused),
            "" if facts.refused is None else facts.refused.reason,
            facts.ragged,
            facts.rows_second,
        )

    def misfit(self, outputs: Mapping[str, tuple[str, tuple[int, ...]]]) -> str:
        """Say what of it does not fit the tensors that the file gives, nothing where all does.

        Parameters
        ----------
        outputs : mapping of str to (str, tuple of int)
            Dtype and shape of each output tensor, by name.
        """
        if outputs.keys() != set(self.outputs):
            return f"name the outputs {', '.join(self.outputs)}, and the file gives {', '.join(outputs)}"
        shapes = [outputs[name][1] for name in self.outputs]
        least = 2 if self.is_ragged or self.rows_second else 1
        if any(len(shape) < least for shape in shapes):
            return "tell of more axes than its outputs have"
        if any(outputs[name][0] == "string" for name in self.outputs):
            return "tell of numbers, and an output gives strings"
        if self.labels is None:
            return ""
        columns = 1 if len(shapes[0]) == 1 else shapes[0][-1]
        if len(shapes[0]) > 2 or len(self.labels) != columns or outputs[self.outputs[0]][0] != "int32":
            return f"have tables of labels for {len(self.labels)} columns, and its output gives others"
        return ""


def _finite(rows: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the finite values of each row and their positions, in two arrays of arrays."""
    values, positions = np.empty(len(rows), dtype=object), np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        positions[i] = np.flatnonzero(np.isfinite(row))
        values[i] = row[positions[i]]
    return values, positions


def _sentinel(refused: stored.Refused) -> float:
    try:
        return float(refused.mark)
    except ValueError:
        raise damaged("the mark of rows without an answer", "is no number") from None
