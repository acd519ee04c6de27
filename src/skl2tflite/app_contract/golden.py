"""Golden rows, from a file's facts, with what its input tensors hold of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skl2tflite.app_contract.schema import Golden, TensorValue
from skl2tflite.errors import InvalidInputError
from skl2tflite.examples import as_numbers, as_values, column_scales
from skl2tflite.features.filled import can_be_filled, filled
from skl2tflite.features.texts import Rows
from skl2tflite.model_metadata import ModelFacts
from skl2tflite.stored import damaged


def golden_of(facts: ModelFacts) -> Golden | None:
    """Return the golden rows of a file; None where it has none.

    Raises
    ------
    InvalidFileError
        Where they are no rows that the model takes.
    """
    examples = facts.examples
    if examples is None or not examples.rows or not can_be_filled(facts.features):
        return None
    names = facts.features.names_of_values
    try:
        tensors = filled(facts.features, examples.rows)
    except (InvalidInputError, TypeError, ValueError) as error:
        raise damaged("examples", f"hold rows that the model does not take: {error}") from None
    return Golden(
        rows=tuple(dict(zip(names, row, strict=True)) for row in examples.rows),
        made=examples.made,
        inputs={name: _numbers(rows) for name, rows in tensors.items()},
        outputs={
            method: {name: _frozen(as_numbers(values)) for name, values in outputs.items()}
            for method, outputs in examples.answers.items()
        },
        allowed={
            method: {
                name: tuple((examples.tolerance * column_scales(method, values)).tolist())
                for name, values in outputs.items()
                if values.dtype.kind == "f"
            }
            for method, outputs in examples.answers.items()
        },
        tolerance=examples.tolerance,
    )


def _numbers(rows: Rows) -> tuple[tuple[TensorValue, ...], ...]:
    """Return what an input holds of each row."""
    parts = [np.asarray(row) for row in rows] if isinstance(rows, list) else list(as_values(rows))
    return tuple(tuple(as_numbers(part.reshape(1, -1))[0]) for part in parts)


def _frozen(rows: Sequence[Sequence[TensorValue]]) -> tuple[tuple[TensorValue, ...], ...]:
    return tuple(map(tuple, rows))
