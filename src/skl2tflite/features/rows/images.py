"""Rows that are images, as PatchExtractor takes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from skl2tflite import stored
from skl2tflite.errors import InvalidInputError
from skl2tflite.features.frames import as_cells
from skl2tflite.features.matrix import as_float32, check_finite
from skl2tflite.features.rows.base import RowKind
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.tensor_names import INPUT_NAME
from skl2tflite.features.texts import Rows
from skl2tflite.flow.input_columns import InputColumns
from skl2tflite.graph import Tensor


@dataclass(frozen=True)
class ImageRows(RowKind):
    """Images of one size, which are sent in one tensor.

    Parameters
    ----------
    shape : tuple of int
        Height, width and, where there are any, channels of the images given to ``convert``.
    """

    kind = "images"
    file = "images"
    read_once = False
    undivided = "images"

    shape: tuple[int, ...] = ()

    def __str__(self) -> str:
        return " × ".join(map(str, self.shape))

    def tensors(self, X: Any, schema: FeatureSchema) -> dict[str, Rows]:
        """Return images as one float32 array."""
        images = as_float32(as_cells(X))
        if images.shape[1:] != self.shape:
            raise InvalidInputError(f"X has shape {images.shape}, but the model takes images of {self}")
        check_finite(images.reshape(len(images), schema.count), schema, self._pixel)
        return {INPUT_NAME: np.ascontiguousarray(images)}

    def _pixel(self, place: int) -> str:
        """Return the name of one of an image's numbers, for error messages."""
        return f"pixel {tuple(map(int, np.unravel_index(place, self.shape)))}"

    @property
    def known(self) -> bool:
        """Whether the size is known: an estimator does not learn it."""
        return bool(self.shape)

    def seen_in(self, X: Any) -> ImageRows:
        """Return the kind with the shape that images have."""
        shape = as_cells(X).shape
        if len(shape) < 3 or 0 in shape[1:]:
            raise InvalidInputError(
                f"X has shape {shape}, expected images: (n_images, height, width), or channels behind these"
            )
        return ImageRows(shape[1:])

    def symbolic(self, columns: InputColumns) -> Tensor:
        """Return the images."""
        return columns.matrix

    def row_shape(self, count: int) -> tuple[int, ...]:
        """Return the shape of an image."""
        return self.shape

    def answers_per_row(self, n_answers: int, X: Any) -> int:
        """Return how many patches were cut from each image."""
        return n_answers // max(1, len(X))

    def summary(self, count: int, names: Sequence[str] | None) -> tuple[str, str]:
        """Return the size of an image."""
        return "images", str(self)

    def about_matrix(self, count: int, names: Sequence[str] | None) -> str:
        """Return the size of an image."""
        return f"images of {self}"

    @classmethod
    def from_facts(cls, facts: stored.Rows) -> Self:
        """Return the kind with the shape that a file knows."""
        assert isinstance(facts, stored.Images)
        return cls(facts.shape)

    def check_consistent(self, schema: FeatureSchema) -> None:
        """Raise where the features are not the image's numbers."""
        if math.prod(self.shape) != schema.count or schema.columns is not None:
            raise stored.damaged("rows", f"is of another size than {schema.count} features")
