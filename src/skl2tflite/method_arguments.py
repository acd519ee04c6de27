"""Methods that scikit-learn spells as another one with an argument: a file has a signature of its own for each."""

from __future__ import annotations

from inspect import signature
from typing import Any

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
