"""Checks of the indices in loaded estimators, which scikit-learn's compiled code follows without bounds checks.

A file of trusted types may hold a tree with a child at node 10⁹, and scikit-learn would read the memory there. So trees
are checked once, after loading and before anything is predicted. This guards against damaged files, and against simple
malicious ones; it does not make it safe to predict with the model of someone you do not trust.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidFileError


def check_sound(model: Any) -> None:
    """Check every tree and sparse matrix within an object.

    Raises
    ------
    InvalidFileError
        Where an index points out of bounds, a tree's node comes after its own child, or an array has values, but no
        bytes: its length is then not bounded by the file's.
    """
    for part, n_features in _parts(model, None, set()):
        kind = f"{type(part).__module__}.{type(part).__qualname__}"
        try:
            fault = _fault(part, kind, n_features)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            fault = str(error)
        if fault:
            raise InvalidFileError(f"damaged: {kind}: {fault}")


def _parts(value: Any, n_features: int | None, seen: set[int]) -> Iterator[tuple[Any, int | None]]:
    """Yield every object within another, with the number of features of the estimator that it belongs to."""
    stack: list[tuple[Any, int | None]] = [(value, n_features)]
    keep = []  # keeps objects alive that are made on the way, so that no two of them have the same id
    while stack:
        value, n_features = stack.pop()
        if id(value) in seen or isinstance(value, str | bytes | int | float | type):
            continue
        seen.add(id(value))
        keep.append(value)
        if isinstance(value, Mapping):
            stack += [(item, n_features) for item in value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            stack += [(item, n_features) for item in value]
        elif isinstance(value, np.ndarray):
            if value.size and not value.dtype.itemsize:
                raise InvalidFileError(f"damaged: {value.size} values without a byte in them")
            if value.dtype == object:
                stack += [(item, n_features) for item in value.ravel()]
        else:
            attributes = getattr(value, "__dict__", {})
            if "n_features_in_" in attributes:
                n_features = int(attributes["n_features_in_"])
            yield value, n_features
            stack += [(item, n_features) for item in attributes.values()]


def _fault(part: Any, kind: str, n_features: int | None) -> str:
    """Return what is wrong with an object; empty where nothing is."""
    if kind == "sklearn.tree._tree.Tree":
        return _tree_fault(part, n_features)
    if kind.endswith(".TreePredictor"):
        return _predictor_fault(part, n_features)
    if kind.startswith(("sklearn.neighbors._kd_tree.", "sklearn.neighbors._ball_tree.")):
        return _neighbours_fault(part)
    if kind.startswith("scipy.sparse.") and hasattr(part, "check_format"):
        part.check_format(full_check=True)
    estimators = getattr(part, "__dict__", {}).get("estimators_")
    # Gradient boosting calls its trees' compiled code, which does not check the number of features.
    boosted = estimators.ravel() if kind.startswith("sklearn.ensemble._gb.") and estimators is not None else ()
    if any(tree.tree_.n_features != n_features for tree in boosted):
        return "a tree takes another number of features"
    return ""


def _tree_fault(tree: Any, n_features: int | None) -> str:
    if not 0 < tree.node_count <= tree.capacity:
        return f"{tree.node_count} nodes in the space of {tree.capacity}"
    if n_features is not None and tree.n_features != n_features:
        return f"it takes {tree.n_features} features, its estimator {n_features}"
    left, right = np.asarray(tree.children_left), np.asarray(tree.children_right)
    return _links_fault(left, right, np.asarray(tree.feature), left != -1, tree.n_features)


def _predictor_fault(predictor: Any, n_features: int | None) -> str:
    nodes = predictor.nodes
    inner = nodes["is_leaf"] == 0
    fault = _links_fault(
        nodes["left"].astype(np.int64), nodes["right"].astype(np.int64), nodes["feature_idx"], inner, n_features
    )
    categorical = inner & (nodes["is_categorical"] != 0)
    for bitsets in (predictor.raw_left_cat_bitsets, predictor.binned_left_cat_bitsets):
        if categorical.any() and (
            bitsets.ndim != 2 or bitsets.shape[1] != 8 or nodes["bitset_idx"][categorical].max() >= len(bitsets)
        ):
            return "a split by categories without its table"
    return fault


def _links_fault(
    left: NDArray[Any], right: NDArray[Any], feature: NDArray[Any], inner: NDArray[np.bool_], n_features: int | None
) -> str:
    if not len(left):
        return "it has no nodes"
    parents = np.flatnonzero(inner)
    for child in (left[parents], right[parents]):
        # scikit-learn adds children after their parent; so no path through the tree can be a cycle.
        if (child <= parents).any() or (child >= len(left)).any():
            return "a node's child is not a later node"
    used = feature[parents]
    if n_features is not None and ((used < 0).any() or (used >= n_features).any()):
        return "a split by a feature that does not exist"
    return ""


def _neighbours_fault(tree: Any) -> str:
    state = tree.__getstate__()
    data, order, nodes, bounds = (np.asarray(array) for array in state[:4])
    n_levels, n_nodes, metric, weights = state[5], state[6], state[11], state[12]
    if n_nodes != len(nodes) or n_nodes != 2**n_levels - 1 or bounds.shape[1:] != (n_nodes, data.shape[1]):
        # A ball tree keeps a centre for each node, a KD tree two corners: both are (…, nodes, features).
        return "the number of its nodes does not fit its levels"
    if order.shape != (len(data),) or (order < 0).any() or (order >= len(data)).any():
        return "it refers to rows that do not exist"
    start, stop = nodes["idx_start"], nodes["idx_end"]
    if (start < 0).any() or (stop > len(data)).any() or (start > stop).any():
        return "a node refers to rows that do not exist"
    if weights is not None and len(weights) != len(data):
        return "the number of its weights differs from that of its rows"
    metric._validate_data(data)  # vectors and matrices of the metric as wide as the rows
    return ""
