"""Forests as graph operations, with which the converters of all tree families are written."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType, Spec
from skl2tflite.graph.op import Op, Value, apply
from skl2tflite.graph.tensor import Array


@dataclass(frozen=True, eq=False)
class TreeValues(Op):
    """Values of the leaf that each row reaches in each tree.

    ``missing`` says whether rows may hold NaN, which goes where each node's ``missing_left`` says.
    """

    forest: Forest = field(repr=False)
    missing: bool = False

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Axes for rows, trees and outputs."""
        (x,) = inputs
        if x.dtype != DType.FLOAT or len(x.shape) != 2 or x.shape[1] != self.forest.n_features:
            raise GraphError(f"takes float rows of {self.forest.n_features} features, not {x}")
        return (Spec(DType.FLOAT, (x.shape[0], self.forest.n_trees, self.forest.n_outputs)),)

    def evaluate(self, *inputs: Value) -> Value:
        """Route with NumPy."""
        return self.forest.value[self.forest.evaluate(inputs[0])]


@dataclass(frozen=True, eq=False)
class TreeSums(TreeValues):
    """Sums over trees of the values of the leaves that each row reaches.

    Tree ``t`` adds to group ``t % groups``. Where values are double-float numbers (two ``parts``), the columns of all
    high parts come before those of the low parts. An error up to ``tolerance`` in a sum is allowed.
    """

    groups: int = 1
    parts: int = 1
    tolerance: float = 0.0

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Axes for rows, groups and outputs."""
        (values,) = super().infer(*inputs)
        rows, n_trees, n_outputs = values.shape
        if self.groups < 1 or (n_trees or 0) % self.groups:
            raise GraphError(f"{n_trees} trees do not make {self.groups} groups")
        return (Spec(DType.FLOAT, (rows, self.groups, n_outputs)),)

    def evaluate(self, *inputs: Value) -> Value:
        """Route with NumPy, and sum."""
        values = super().evaluate(*inputs)
        sums: Value = values.reshape(len(values), -1, self.groups, values.shape[2]).sum(axis=1)
        return sums


def tree_values(X: Array, forest: Forest, missing: bool = False) -> Array:
    """Return the values of the leaf that each row reaches in each tree.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    forest : Forest
    missing : bool
        Whether NaN is routed by the nodes' ``missing_left``; without, rows hold no NaN.

    Returns
    -------
    array of shape (n_rows, n_trees, n_outputs)
    """
    return apply(TreeValues(forest, missing), X)  # type: ignore[no-any-return]


def leaf_numbers(X: Array, forest: Forest, missing: bool = False) -> Array:
    """Return the number of the leaf, within its tree, that each row reaches; arguments as :func:`tree_values`.

    Parameters
    ----------
    X, forest, missing
        As in :func:`tree_values`.

    Returns
    -------
    array of int of shape (n_rows, n_trees)
    """
    sizes = np.diff([*forest.roots, forest.n_nodes])
    numbers = np.arange(forest.n_nodes) - np.repeat(forest.roots, sizes)
    leaves = tree_values(X, forest.with_values(numbers[:, np.newaxis].astype(np.float64)), missing)
    return xp.astype(xp.squeeze(leaves, 2), int)
