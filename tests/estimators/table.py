"""Every configuration that the sweep runs, one list for each of scikit-learn's modules."""

from __future__ import annotations

from tests.estimators.case import Case
from tests.estimators.cases import linear_model, preprocessing, svm, trees

CASES: list[Case] = [
    *linear_model.CASES,
    *preprocessing.CASES,
    *svm.CASES,
    *trees.CASES,
]
