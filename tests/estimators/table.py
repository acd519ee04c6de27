"""Every configuration that the sweep runs, one list for each of scikit-learn's modules."""

from __future__ import annotations

from sklearn.base import BaseEstimator

from tests.estimators.case import Case
from tests.estimators.cases import (
    calibration,
    cluster,
    compose,
    covariance,
    cross_decomposition,
    decomposition,
    discriminant_analysis,
    dummy,
    ensemble,
    feature_extraction,
    feature_selection,
    frozen,
    gaussian_process,
    impute,
    isotonic,
    kernel_approximation,
    kernel_ridge,
    linear_model,
    manifold,
    mixture,
    model_selection,
    multiclass,
    multioutput,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    random_projection,
    semi_supervised,
    svm,
    thresholds,
    trees,
)

_CASES: list[Case] = [
    *calibration.CASES,
    *cluster.CASES,
    *compose.CASES,
    *covariance.CASES,
    *cross_decomposition.CASES,
    *decomposition.CASES,
    *discriminant_analysis.CASES,
    *dummy.CASES,
    *ensemble.CASES,
    *feature_extraction.CASES,
    *feature_selection.CASES,
    *frozen.CASES,
    *gaussian_process.CASES,
    *impute.CASES,
    *isotonic.CASES,
    *kernel_approximation.CASES,
    *kernel_ridge.CASES,
    *linear_model.CASES,
    *manifold.CASES,
    *mixture.CASES,
    *model_selection.CASES,
    *multiclass.CASES,
    *multioutput.CASES,
    *naive_bayes.CASES,
    *neighbors.CASES,
    *neural_network.CASES,
    *pipeline.CASES,
    *preprocessing.CASES,
    *random_projection.CASES,
    *semi_supervised.CASES,
    *svm.CASES,
    *thresholds.CASES,
    *trees.CASES,
]


def held(estimator: BaseEstimator) -> int:
    """Number of estimators that an estimator holds, theirs included."""
    return sum(isinstance(value, BaseEstimator) for value in estimator.get_params(deep=True).values())


CASES = sorted(_CASES, key=lambda case: held(case.estimator))
"""Estimators before those that hold them: what is broken in one shows there first, and not in all that hold it."""
