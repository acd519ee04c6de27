"""Notes in a graph that say which transformer has computed a tensor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from skl2tflite.graph import Tensor, apply
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import Value
from skl2tflite.graph.ops import Note


@dataclass(frozen=True)
class Monotone:
    """Properties of a transformer each of whose output columns is a monotone function of one input column.

    Functions may rise or fall, and may be constant in parts or have jumps. What they give for NaN is not part of that.

    Attributes
    ----------
    source : tuple of int, optional
        Input column of each output column; by default the one at the same position.
    ulps : float
        Rounding error of the result, in units in the last place, by which the computed function may fail to be
        monotone. Sums, products and quotients by constants, square roots and comparisons are monotone to the bit: 0.
    offset : tuple of float
        Added to the magnitude of the result of each column when the rounding error is computed, where the result is a
        difference of numbers of that magnitude.
    partial : bool
        Whether the function is undefined (NaN) for some numbers.
    imputes : bool
        Whether it gives a number for NaN.
    positive : bool
        Whether the transformer refuses zero and negative numbers.
    even : bool
        Whether it is monotone of magnitudes: a number and its negative have the same image.
    """

    source: tuple[int, ...] | None = None
    ulps: float = 0.0
    offset: tuple[float, ...] = ()
    partial: bool = False
    imputes: bool = False
    positive: bool = False
    even: bool = False


@dataclass(frozen=True, eq=False)
class Transformed(Note):
    """A note that a fitted transformer has computed the second operand from the first; its value is the second operand.

    The passes use it to fold preprocessing into thresholds, and then remove it.

    Attributes
    ----------
    path : str
        The transformer's place in the model.
    estimator : object
        The transformer itself.
    function : callable
        Its own ``transform``, of an array, without checks for NaN and infinity.
    monotone : Monotone or None
        How it is monotone; None where an output column depends on several input columns, or rises and falls.
    """

    path: str
    estimator: object = field(repr=False)
    function: Callable[[Value], Value] = field(repr=False)
    monotone: Monotone | None = field(repr=False)

    @property
    def by_column(self) -> bool:
        """Whether the transformer is monotone, column by column."""
        return self.monotone is not None


def note(
    path: str, estimator: object, function: Callable[[Value], Value], monotone: Monotone | None, x: Tensor, made: Tensor
) -> Tensor:
    """Return what a transformer has made of a tensor, with a note that says so; arguments as :class:`Transformed`."""
    if monotone is not None and monotone.even:
        # The same for all numbers below 0, which magnitudes are not.
        return apply(  # type: ignore[no-any-return]
            Transformed(path, estimator, lambda rows: function(np.maximum(rows, 0.0)), monotone), xp.abs(x), made
        )
    return apply(Transformed(path, estimator, function, monotone), x, made)  # type: ignore[no-any-return]
