import numpy as np
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeRegressor

from tests.estimators.case import Case
from tests.estimators.cases.neighbors import bells

EXACT = ("transform",)
EXPANDED = "scikit-learn takes distances from expanded squares, which weights see: 2e-10 of the scale measured"


CASES = [
    *(Case(SimpleImputer(strategy=s, add_indicator=i), data, exact=EXACT)
      for s in ("mean", "median", "most_frequent", "constant") for i in (True, False)
      for data in ("missing", "empty column")),
    *(Case(SimpleImputer(strategy=s, keep_empty_features=True), "empty column", exact=EXACT)
      for s in ("mean", "median", "most_frequent", "constant")),
    Case(SimpleImputer(strategy="constant", fill_value=-7.5), "missing", exact=EXACT),
    Case(SimpleImputer(strategy=np.max), "missing", exact=EXACT, label="callable"),
    *(Case(SimpleImputer(missing_values=0, strategy=s, add_indicator=True), "zeros", exact=EXACT)
      for s in ("mean", "most_frequent")),
    Case(SimpleImputer(), "multiclass", exact=EXACT, label="nothing missing"),
    *(Case(MissingIndicator(features=f), data) for f in ("missing-only", "all")
      for data in ("missing", "empty column")),
    Case(MissingIndicator(missing_values=0, sparse=True, error_on_new=False), "zeros"),
    *(Case(KNNImputer(n_neighbors=k, weights=w, add_indicator=i), data, oracle=1e-9, why=EXPANDED)
      for k, w, i in ((5, "uniform", False), (3, "distance", True), (100, "uniform", True), (1, "distance", False))
      for data in ("missing", "empty column")),
    Case(KNNImputer(keep_empty_features=True), "empty column"),
    *(Case(KNNImputer(n_neighbors=4, weights=bells), data, oracle=1e-9, why=EXPANDED, label="function")
      for data in ("missing", "empty column")),
    *(Case(IterativeImputer(max_iter=3, random_state=0, add_indicator=i, **p), "missing regression")
      for i, p in ((False, {}), (True, {"min_value": -1, "max_value": 1}), (False, {"n_nearest_features": 2}),
                   (False, {"imputation_order": "random", "initial_strategy": "median"}))),
    *(Case(IterativeImputer(max_iter=2, random_state=0, keep_empty_features=k), "empty column") for k in (True, False)),
    Case(IterativeImputer(Ridge(), max_iter=2, skip_complete=True), "missing regression"),
    Case(IterativeImputer(DecisionTreeRegressor(max_depth=3, random_state=0), max_iter=1), "missing regression"),
]  # fmt: skip
