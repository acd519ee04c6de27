"""Estimators that another version of scikit-learn saved: some give other answers in the installed one, or fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from skl2tflite.errors import EstimatorError, UnsupportedEstimatorError

saved_by: ContextVar[str] = ContextVar("saved_by", default="")
"""Version of scikit-learn that saved the estimator, if scikit-learn warned of it when it was loaded."""

_TOLERANCE = 1e-6
"""Relative tolerance for the sums of a tree's values: fractions add to 1, counts to the weight of the rows."""


def check_version(estimator: Any, path: str) -> None:
    """Refuse an estimator fitted by an older scikit-learn, if the installed version computes other answers from it.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    path : str
        Place in the model, for errors.
    """
    what = _answers_otherwise(estimator)
    if what:
        from sklearn import __version__

        fitted_by = f"scikit-learn {saved_by.get()}" if saved_by.get() else "an older scikit-learn"
        raise UnsupportedEstimatorError(
            f"{path} was fitted by {fitted_by} and gives other answers in {__version__}, which is installed: {what}"
        )


def own_exception(estimator: Any, error: Exception) -> EstimatorError | None:
    """Return the error that quotes an exception as the estimator's own; None where it is not.

    It is the estimator's own if a method of it raised the exception, or if it lacks an attribute that its class sets in
    the installed version.

    Parameters
    ----------
    estimator : estimator
        The whole model.
    error : Exception
        Caught, with its traceback.
    """
    lacking = getattr(error, "obj", None) if isinstance(error, AttributeError) else None
    culprit = lacking if _is_estimator(lacking) else next(_own_estimators(error.__traceback__), None)
    if culprit is None:
        return None
    name = type(estimator).__name__
    within = "" if type(culprit) is type(estimator) else f" (in its {type(culprit).__name__})"
    text = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return EstimatorError(f"{name} fails by itself{within}: {text}; {advice(isinstance(error, AttributeError))}")


def advice(lacks_an_attribute: bool) -> str:
    """Return advice for an estimator whose own methods raise an exception."""
    from sklearn import __version__

    if saved_by.get():
        return (
            f"it was saved by scikit-learn {saved_by.get()}, and {__version__} is installed: load and convert it with "
            "the version that saved it, or fit it again"
        )
    if lacks_an_attribute:
        return (
            f"scikit-learn {__version__} is installed; if another version saved it, load and convert it with that one, "
            "or fit it again"
        )
    return "a file can answer only what the estimator itself does"


def _answers_otherwise(estimator: Any) -> str:
    """Return what shows that an older scikit-learn fitted an estimator, from which this one computes other answers."""
    state = getattr(estimator, "__dict__", {})
    kinds = {each.__name__ for each in type(estimator).__mro__ if each.__module__.startswith("sklearn.")}
    boosts = "AdaBoostClassifier" in kinds  # it uses only the labels of its members
    members = state.get("estimators_") if not boosts else None
    if _holds_counts(estimator) or (isinstance(members, list) and any(map(_holds_counts, members))):
        return "its trees hold counts of rows, where since 1.4 they hold fractions; fit it again"
    if boosts and state.get("algorithm") == "SAMME.R":
        return "its algorithm 'SAMME.R' is gone since 1.6, and its members are read as those of 'SAMME'; fit it again"
    kind = type(estimator).__name__ if type(estimator).__name__ in kinds else ""
    multi_class = state.get("multi_class") if kind in ("LogisticRegression", "LogisticRegressionCV") else None
    forgotten = multi_class is not None and "multi_class" not in estimator.get_params(deep=False)
    if forgotten and _was_multinomial(state) != (_n_classes(state) > 2):
        return (
            f"multi_class={multi_class!r} with solver {state['solver']!r} and {_n_classes(state)} classes had other "
            "probabilities up to 1.7; fit it again (within OneVsRestClassifier for those of 'ovr'), or convert it with "
            "scikit-learn 1.6 or 1.7"
        )
    return ""


def _holds_counts(estimator: Any) -> bool:
    """Return whether the values of a classification tree add to the weight of each node's rows, and not to 1."""
    tree = getattr(estimator, "tree_", None)
    if tree is None or type(estimator).__name__ not in ("DecisionTreeClassifier", "ExtraTreeClassifier"):
        return False
    sums = tree.value.sum(axis=2)
    return bool(np.allclose(sums.T, tree.weighted_n_node_samples, rtol=_TOLERANCE, atol=0.0)) and not np.allclose(
        sums, 1.0, rtol=_TOLERANCE
    )


def _n_classes(state: dict[str, Any]) -> int:
    return len(state.get("classes_", ()))


def _was_multinomial(state: dict[str, Any]) -> bool:
    """Return whether probabilities were a softmax, up to scikit-learn 1.7."""
    if state["multi_class"] in ("auto", "deprecated", "warn"):
        return _n_classes(state) > 2 and state["solver"] != "liblinear"
    return bool(state["multi_class"] == "multinomial")


def _is_estimator(value: Any) -> bool:
    return hasattr(type(value), "get_params") and not isinstance(value, type) and not _is_ours(type(value).__module__)


def _is_ours(module: str) -> bool:
    return module.split(".")[0] == "skl2tflite"


def _own_estimators(traceback: TracebackType | None) -> Iterator[Any]:
    """Yield the estimators whose methods this package had called when an exception was raised, innermost first."""
    frames: list[FrameType] = []
    while traceback is not None:
        frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    for frame in reversed(frames):
        if _is_ours(str(frame.f_globals.get("__name__"))):
            return
        if _is_estimator(frame.f_locals.get("self")):
            yield frame.f_locals["self"]
