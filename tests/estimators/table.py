"""Every configuration that the sweep runs, one list for each of scikit-learn's modules."""

from __future__ import annotations

from tests.estimators.case import Case
from tests.estimators.cases import (
    cluster,
    compose,
    covariance,
    cross_decomposition,
    decomposition,
    discriminant_analysis,
    dummy,
    feature_selection,
    frozen,
    impute,
    isotonic,
    linear_model,
    mixture,
    model_selection,
    naive_bayes,
    neural_network,
    pipeline,
    preprocessing,
    random_projection,
    svm,
    trees,
)

CASES: list[Case] = [
    *cluster.CASES,
    *compose.CASES,
    *covariance.CASES,
    *cross_decomposition.CASES,
    *decomposition.CASES,
    *discriminant_analysis.CASES,
    *dummy.CASES,
    *feature_selection.CASES,
    *frozen.CASES,
    *impute.CASES,
    *isotonic.CASES,
    *linear_model.CASES,
    *mixture.CASES,
    *model_selection.CASES,
    *naive_bayes.CASES,
    *neural_network.CASES,
    *pipeline.CASES,
    *preprocessing.CASES,
    *random_projection.CASES,
    *svm.CASES,
    *trees.CASES,
]
