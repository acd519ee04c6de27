"""What one call of ``convert`` or ``verify`` works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from skl2tflite.converters import Converter, converter_for
from skl2tflite.converters.core.blame import blaming
from skl2tflite.converters.third_party.support.boosters import as_estimator
from skl2tflite.graph import Graph
from skl2tflite.tracing.kept_dictionaries import kept_dictionaries


class Conversion:
    """An estimator, its converter, and the rows that came with it.

    The converter is made when it is first asked for, and once; its members are made once by :meth:`Converter.sub`.
    Recording the methods and comparing their answers use the same ones.

    Parameters
    ----------
    estimator : estimator
        Fitted; a booster becomes an estimator that predicts as it does.
    X : array-like or DataFrame, optional
        Rows that the model is compared on.
    """

    def __init__(self, estimator: Any, X: Any = None) -> None:
        self.estimator = as_estimator(estimator)
        self.X = X
        self.graphs: dict[object, Graph] = {}
        """Graphs that comparisons have recorded, kept for the next rows."""

    @cached_property
    def converter(self) -> Converter:
        """The estimator's converter.

        Raises
        ------
        ConversionError
            Where the estimator is none, or does not convert.
        """
        return converter_for(self.estimator)

    def with_rows(self, X: Any) -> Conversion:
        """Return a conversion of the same estimator, by the same converter, with other rows."""
        other = Conversion(self.estimator, X)
        other.__dict__["converter"] = self.converter
        other.graphs = self.graphs
        return other

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Run code of users: exceptions become errors that say whose they are, and dictionaries stay as they were."""
        with blaming(self.estimator, self.X), kept_dictionaries(self.estimator):
            yield
