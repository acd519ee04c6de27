"""Configurations of :mod:`sklearn.tree` and of the forests in :mod:`sklearn.ensemble`."""

from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor

from tests.estimators.case import Case

LABELS = ("binary", "binary strings", "binary booleans", "multiclass", "multiclass strings", "multiclass gaps",
          "multiclass floats", "multilabel", "multioutput integers", "missing")  # fmt: skip
TARGETS = ("regression", "multioutput regression", "missing regression")

CASES = [
    *(Case(DecisionTreeClassifier(random_state=0), d) for d in LABELS),
    *(Case(DecisionTreeClassifier(max_depth=n, random_state=0), "multiclass") for n in (1, 2, 3, 4, 6)),
    Case(DecisionTreeClassifier(min_samples_leaf=100, random_state=0), "multiclass", label="single leaf"),
    Case(DecisionTreeClassifier(max_leaf_nodes=9, class_weight="balanced", random_state=0), "multiclass"),
    *(Case(ExtraTreeClassifier(random_state=0), d) for d in ("binary strings", "multiclass")),
    *(Case(DecisionTreeRegressor(random_state=0), d) for d in TARGETS),
    Case(DecisionTreeRegressor(criterion="absolute_error", max_depth=4, random_state=0), "regression"),
    *(Case(ExtraTreeRegressor(random_state=0), d) for d in TARGETS[:2]),
    *(Case(RandomForestClassifier(12, random_state=0), d) for d in LABELS),
    Case(RandomForestClassifier(20, max_depth=5, random_state=0), "multiclass"),
    *(Case(RandomForestRegressor(12, random_state=0), d) for d in TARGETS),
    *(Case(ExtraTreesClassifier(12, random_state=0), d) for d in ("binary", "multiclass strings", "multilabel")),
    *(Case(ExtraTreesRegressor(12, random_state=0), d) for d in TARGETS[:2]),
]
