"""The categories of a feature where scikit-learn refuses all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.flow.column import FOREIGN, NA, NAN, NONE
from skl2tflite.lazily import cached_property
from skl2tflite.stored import Scalar, damaged, within

_STOOD_FOR: dict[Any, Any] = {NAN: np.nan, NONE: None, NA: "<NA>", FOREIGN: "<no text>"}


@dataclass(frozen=True)
class Known:
    """The categories of a feature, for an encoder that refuses all others.

    Parameters
    ----------
    feature : int
    values : tuple of str or float
        The categories, as tensors hold them; None stands for NaN.
    """

    feature: int
    values: tuple[str | float | None, ...]

    @cached_property
    def _texts(self) -> frozenset[Any]:
        return frozenset(self.values)

    @cached_property
    def _asked(self) -> dict[int, tuple[tuple[str, ...], bool]]:
        return {}

    def has_all(self, texts: tuple[str, ...]) -> bool:
        """Whether all texts of a vocabulary are among the categories, which is found out once."""
        if id(texts) not in self._asked:
            self._asked[id(texts)] = texts, self._texts.issuperset(texts)  # with the texts, which so keep their address
        return self._asked[id(texts)][1]

    def check(self, cells: NDArray[Any], feature: str) -> None:
        """Raise if a cell is no known category, as scikit-learn does.

        Parameters
        ----------
        cells : ndarray of shape (n_rows,)
            Numbers, or the text that stands for them.
        feature : str
            Name of the feature, for the message.
        """
        if cells.dtype.kind == "O":
            known = np.array([cell in self._texts for cell in cells.tolist()], dtype=np.bool_)
        else:
            numbers = np.array([value for value in self.values if value is not None], dtype=np.float64)
            known = np.isin(cells, numbers)
            if None in self.values:
                known |= np.isnan(cells)
        if not known.all():
            found = list(dict.fromkeys(_STOOD_FOR.get(cell, cell) for cell in cells[~known].tolist()))[:5]
            raise InvalidInputError(f"found unknown categories {found} in {feature}; the estimator refuses them too")

    def to_json(self) -> list[object]:
        """Return the feature and its values as JSON keeps them."""
        return [self.feature, list(self.values)]


def known_from_facts(feature: int, values: tuple[Scalar, ...]) -> Known:
    """Return what :meth:`Known.to_json` wrote."""
    numbers = [value for value in values if value is not None and not isinstance(value, str)]
    if numbers and any(isinstance(value, str) for value in values):
        raise damaged("known", "holds texts beside numbers")
    for value in numbers:
        within(value, "known")
    return Known(feature, values)
