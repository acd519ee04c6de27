"""Typical values, ranges and golden rows: what a file holds for forms, and for apps that check themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite import stored
from skl2tflite.stored import Scalar, damaged, within

Range: TypeAlias = tuple[float, float]
PROBABILITIES = ("predict_proba", "predict_log_proba")
"""Methods whose values are judged by 1, however small they are."""
MOST_SHOWN = 8
"""Typical values in a description."""
LEAST_SCALE = 1e-6
"""What values are judged by where they are all smaller."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Values like those that a model's users fill in, and what the model answers.

    Attributes
    ----------
    rows : tuple of tuple
        Golden rows: a value for each feature, None for one that is missing.
    answers : mapping of str to mapping of str to ndarray of shape (n_rows, n_values)
        What the output tensors hold, by the names of method and tensor, with all axes but the first in one.
    tolerance : float
        By how much floats may differ, as a fraction of the greatest magnitude in their column.
    typical : tuple
        For each feature a value that a form may begin with; None where there is none.
    ranges : tuple
        For each feature of numbers what all but a few values lie between; None where they are few. May be empty.
    made : bool
        Whether rows were made, and not taken from rows given to ``convert``.
    """

    rows: tuple[tuple[Scalar, ...], ...]
    answers: Mapping[str, Mapping[str, NDArray[Any]]]
    tolerance: float
    typical: tuple[Scalar, ...]
    ranges: tuple[Range | None, ...] = ()
    made: bool = True

    def __eq__(self, other: object) -> bool:
        """Whether a file holds the same of both."""
        return self.to_json() == other.to_json() if isinstance(other, Examples) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # its mappings have none

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON keeps them."""
        fields: dict[str, object] = {
            "rows": [list(row) for row in self.rows],
            "answers": {
                method: {name: as_numbers(values) for name, values in outputs.items()}
                for method, outputs in self.answers.items()
            },
            "tolerance": self.tolerance,
        }
        if not self.rows or self.typical != self.rows[0]:
            fields["typical"] = list(self.typical)
        if self.ranges:
            fields["ranges"] = [None if each is None else list(each) for each in self.ranges]
        if not self.made:
            fields["made"] = False
        return fields

    def lines(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Return lines about the examples, each as a title and a text.

        Parameters
        ----------
        names : sequence of str
            Of the features.
        """
        ranges = self.ranges or (None,) * len(names)
        values = [
            f"{name} {value!r}" + ("" if span is None else f" (mostly {span[0]:g} to {span[1]:g})")
            for name, value, span in zip(names, self.typical, ranges, strict=True)
            if value is not None
        ]
        more = f", and of {len(values) - MOST_SHOWN} more" if len(values) > MOST_SHOWN else ""
        lines = [("typical", ", ".join(values[:MOST_SHOWN]) + more)] if values else []
        if self.rows:
            count = f"{len(self.rows)} {'made' if self.made else 'given'} row{'s' if len(self.rows) > 1 else ''}"
            lines.append(
                ("golden", f"{count} with the answers of {', '.join(self.answers)}, within {self.tolerance:g}")
            )
        return lines

    @classmethod
    def from_facts(cls, facts: stored.Examples, n_features: int) -> Examples:
        """Return what :meth:`to_json` wrote of a model that takes so many features."""
        typical = facts.typical if facts.typical is not None else facts.rows[0] if facts.rows else (None,) * n_features
        ranges = facts.ranges or (None,) * n_features
        for name, held in (*(("rows", row) for row in facts.rows), ("typical", typical), ("ranges", ranges)):
            if len(held) != n_features:
                raise damaged(f"examples: {name}", f"has {len(held)} values, and there are {n_features} features")
            for value in held:
                if isinstance(value, int):
                    within(value, f"examples: {name}")
        answers = {
            method: {name: _array(rows, len(facts.rows)) for name, rows in outputs.items()}
            for method, outputs in facts.answers.items()
        }
        return cls(facts.rows, answers, facts.tolerance, typical, facts.ranges, facts.made)

    def misfit(self, method: str, outputs: Mapping[str, tuple[str, tuple[int, ...]]]) -> str:
        """Say how the answers of a method differ from a file's outputs, given by dtype and shape; empty where not."""
        held = self.answers.get(method)
        if held is None:
            return ""
        shapes = {name: (values.dtype.kind, values.shape[1]) for name, values in held.items()}
        kinds = {"float32": "f", "int32": "i", "bool": "b"}
        wanted = {name: (kinds.get(dtype), int(np.prod(shape[1:]))) for name, (dtype, shape) in outputs.items()}
        return "" if shapes == wanted else "hold golden answers that its outputs cannot give"


def _array(rows: tuple[tuple[float | int | bool | None, ...], ...], count: int) -> NDArray[Any]:
    """Return the answers for some rows as an array; None stands for NaN."""
    if len(rows) != count or len({len(row) for row in rows}) > 1 or not count:
        raise damaged("examples", "has other numbers of answers than of rows")
    kinds = {type(value) for row in rows for value in row}
    for value in (value for row in rows for value in row if isinstance(value, int)):
        within(value, "examples")
    if bool in kinds:
        if kinds != {bool}:
            raise damaged("examples", "has booleans beside numbers")
        return np.array(rows, dtype=np.bool_)
    if kinds == {int}:
        try:
            return np.array(rows, dtype=np.int32)
        except OverflowError:
            raise damaged("examples", "holds integers beyond 32 bits") from None
    return np.array([[np.nan if value is None else value for value in row] for row in rows], dtype=np.float64)


def as_numbers(values: NDArray[Any]) -> list[list[float | int | bool | None]]:
    """Return an array of two axes as JSON has it: None for NaN."""
    return [[None if value != value else value for value in row] for row in values.tolist()]


def column_scales(method: str, values: NDArray[Any]) -> NDArray[np.float64]:
    """Return what the values of each column of an output are judged by.

    Parameters
    ----------
    method : str
    values : ndarray of shape (n_rows, n_values)
        Floats, of which some may be NaN.
    """
    magnitudes = np.abs(np.nan_to_num(values, posinf=0.0, neginf=0.0))
    greatest = float(magnitudes.max(initial=0.0))
    least = max(LEAST_SCALE, 1e-3 * greatest, 1.0 if method in PROBABILITIES else 0.0)
    return np.asarray(magnitudes.max(axis=0, initial=least))


def as_values(values: NDArray[Any]) -> NDArray[Any]:
    """Return an array with all its axes but the first in one."""
    return values.reshape(len(values), -1) if len(values) else values.reshape(0, int(np.prod(values.shape[1:])))


def agree(method: str, want: NDArray[Any], got: NDArray[Any], tolerance: float) -> NDArray[np.bool_]:
    """Return in which rows an output holds what it should.

    Parameters
    ----------
    method : str
    want, got : ndarray of shape (n_rows, n_values)
    tolerance : float
    """
    if want.dtype.kind != "f":
        return np.asarray((want == got).all(axis=1))
    with np.errstate(invalid="ignore"):
        near = np.abs(want - got.astype(np.float64)) <= tolerance * column_scales(method, want)
    return np.asarray((near | (np.isnan(want) & np.isnan(got))).all(axis=1))


def with_rows(examples: Examples, kept: Sequence[bool] | NDArray[np.bool_]) -> Examples:
    """Return the same examples with some of the golden rows."""
    rows = tuple(row for row, keep in zip(examples.rows, kept, strict=True) if keep)
    held = np.asarray(kept, dtype=bool)
    answers = {method: {n: v[held] for n, v in outputs.items()} for method, outputs in examples.answers.items()}
    return Examples(rows, answers if rows else {}, examples.tolerance, examples.typical, examples.ranges, examples.made)
