"""Notes in a graph: which transformer has made a tensor."""

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
    """What is known of a transformer each of whose columns is a monotone function of one input column.

    Rising or falling; flat stretches and steps are fine. NaN is apart: its image may be anything.

    Attributes
    ----------
    source : tuple of int, optional
        The input column of each output column; its own where left out.
    ulps : float
        How far rounding may lead from a monotone function, in units of the last place of the result. Sums, products
        and quotients by constants, square roots and comparisons are monotone to the bit: 0.
    offset : tuple of float
        Added to the magnitude of each column that those units are counted for, where the result is a difference.
    partial : bool
        Whether some numbers have no image: NaN.
    imputes : bool
        Whether the image of NaN is a number.
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
    """The second operand, which a fitted transformer makes of the first.

    It says where the operands come from, until the passes have run; it computes nothing.

    Attributes
    ----------
    path : str
        The transformer's place in the model.
    estimator : object
        The transformer itself.
    function : callable
        Its own ``transform``, of an array, without checks for NaN and infinity.
    monotone : Monotone or None
        What is known of it, None where a column depends on several or the function rises and falls.
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
