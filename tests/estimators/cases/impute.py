import numpy as np
from sklearn.impute import MissingIndicator, SimpleImputer

from tests.estimators.case import Case

EXACT = ("transform",)

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
]  # fmt: skip
