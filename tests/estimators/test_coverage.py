"""The sweep knows all of scikit-learn: every estimator and every method that answers for new rows.

Each is compared in some configuration of the table, or refused with a reason. This fails when scikit-learn grows
one of either: add a converter and configurations, or a reason to ``skl2tflite.converters.core.refusals``.
"""

from __future__ import annotations

import inspect

import pytest
from sklearn.base import BaseEstimator
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - all_estimators() lists them then
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import all_estimators

import skl2tflite
from skl2tflite.converters import registered
from skl2tflite.converters.core import refusals
from skl2tflite.converters.core.coverage import support_of
from skl2tflite.converters.core.refusals import is_inference, why_not
from skl2tflite.method_arguments import ARGUMENTS, offers
from tests.estimators.case import SKLEARN
from tests.estimators.table import CASES
from tests.estimators.test_sweep import fitted, methods_of

ESTIMATORS = [estimator for _, estimator in all_estimators()]


def public_methods(estimator: type) -> list[str]:
    """Whatever can be called that is not fitting, a parameter or metadata."""
    names = [name for name in dir(estimator) if is_inference(name)]
    spelled = [name for name in ARGUMENTS if offers(estimator, name)]
    attributes = {name: inspect.getattr_static(estimator, name) for name in names}
    return spelled + [name for name, value in attributes.items() if callable(value) or hasattr(value, "fn")]


def last_step(estimator: BaseEstimator) -> BaseEstimator:
    """What answers behind scalers; a pipeline's own cases are those of more than one scaler."""
    two = isinstance(estimator, Pipeline) and len(estimator.steps) == 2
    return estimator[1] if two and isinstance(estimator[0], StandardScaler) else estimator


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda estimator: estimator.__name__)
def test_every_method_is_compared_or_refused(estimator: type) -> None:
    wanted = {name for name in public_methods(estimator) if why_not(estimator, name) is None}
    if estimator not in registered():
        assert why_not(estimator), f"{estimator.__name__} has neither a converter nor a reason"
        return
    assert why_not(estimator) is None, f"{estimator.__name__} converts: remove the reason why not"
    compared: set[str] = set()
    for case in CASES:
        if type(last_step(case.estimator)) is estimator and not wanted <= compared:
            compared |= set(methods_of(case, fitted(case)))
    assert wanted <= compared, f"neither compared nor refused: {sorted(wanted - compared)}"
    support = support_of(estimator, registered()[estimator])
    assert set(support.methods) == wanted
    assert compared.isdisjoint(support.refused)


def test_every_reason_is_needed() -> None:
    if SKLEARN < (1, 9):
        pytest.skip("older versions lack some of what is refused")
    names = {estimator.__name__ for estimator in ESTIMATORS}
    assert refusals.ESTIMATORS.keys() <= names
    assert {name for name, _ in refusals.METHODS_OF} <= names
    used = {(estimator.__name__, name) for estimator in ESTIMATORS for name in public_methods(estimator)}
    assert refusals.METHODS_OF.keys() <= used
    for pattern, reason in refusals.METHODS.items():
        assert any(
            why_not(estimator, name) == reason for estimator in ESTIMATORS for name in public_methods(estimator)
        ), pattern


def test_reasons_are_in_the_errors() -> None:
    from sklearn.cluster import DBSCAN
    from sklearn.ensemble import GradientBoostingClassifier

    X, y = [[0.0], [1.0], [2.0]], [0, 1, 1]
    with pytest.raises(skl2tflite.ConversionError, match=r"DBSCAN cannot be converted: .* use KMeans"):
        skl2tflite.convert(DBSCAN().fit(X))
    boosting = GradientBoostingClassifier(n_estimators=2).fit(X, y)
    with pytest.raises(skl2tflite.ConversionError, match=r"'staged_predict' of .* each stage"):
        skl2tflite.convert(boosting, methods=("staged_predict",))
