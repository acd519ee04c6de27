"""Names of a file's input tensors."""

from __future__ import annotations

from collections.abc import Sequence

INPUT_NAME = "X"
"""Name of the one input tensor that holds all features."""
LABELS_NAME = "y"
"""Name of the input tensor of labels."""
TEXT_NAME = "text"
"""Name of the input tensor of a model whose rows are texts."""


def column_names(names: Sequence[str] | None, count: int) -> list[str]:
    """Return the names of the columns' tensors: those of the features, or ``x0``, ``x1``, … as scikit-learn has it."""
    return list(names) if names is not None else [f"x{i}" for i in range(count)]
