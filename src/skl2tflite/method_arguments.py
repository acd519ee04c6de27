"""Inference methods, and how scikit-learn spells those that are another one with an argument.

A file has a signature of its own for each.
"""

from __future__ import annotations

from inspect import signature
from typing import Any

METHODS = (
    "predict_proba",
    "predict",
    "predict_log_proba",
    "decision_function",
    "score_samples",
    "mahalanobis",
    "predict_joint_log_proba",
    "transform",
    "inverse_transform",
    "apply",
    "decision_path",
    "kneighbors",
    "radius_neighbors",
    "latent_mean_and_variance",
    "predict_std",
)
"""Inference methods. The first of these that a file has is its main method."""

ARGUMENTS: dict[str, tuple[str, str]] = {"predict_std": ("predict", "return_std")}
"""By the signature's name: the method, and the argument that is true."""


def offers(estimator: Any, method: str) -> bool:
    """Whether an estimator, or a class of them, has a method as scikit-learn spells it."""
    name, argument = ARGUMENTS.get(method, (method, None))
    if not hasattr(estimator, name):
        return False
    return argument is None or argument in signature(getattr(estimator, name)).parameters


def answer(estimator: Any, method: str, X: Any) -> Any:
    """Call a method as scikit-learn spells it."""
    name, argument = ARGUMENTS.get(method, (method, None))
    return getattr(estimator, name)(X, **({} if argument is None else {argument: True}))
