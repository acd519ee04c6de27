from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import (
    RFE,
    RFECV,
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFromModel,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
    SequentialFeatureSelector,
    VarianceThreshold,
    f_regression,
)
from sklearn.linear_model import LinearRegression, LogisticRegression

from tests.estimators.case import Case

EXACT = ("transform", "inverse_transform")
classifier = LogisticRegression(max_iter=1000)

CASES = [
    Case(SelectKBest(k=3), "multiclass", exact=EXACT),
    Case(SelectKBest(k="all"), "multiclass", exact=EXACT),
    Case(SelectKBest(f_regression, k=1), "regression", exact=EXACT),
    Case(SelectPercentile(percentile=40), "multiclass", exact=EXACT),
    Case(SelectFpr(alpha=0.2), "multiclass", exact=EXACT),
    Case(SelectFdr(alpha=0.3), "multiclass", exact=EXACT),
    Case(SelectFwe(alpha=0.3), "multiclass", exact=EXACT),
    Case(GenericUnivariateSelect(mode="k_best", param=2), "multiclass", exact=EXACT),
    Case(VarianceThreshold(0.5), "multiclass", exact=EXACT),
    Case(VarianceThreshold(0.5), "missing", methods=("transform",), exact=EXACT, label="NaN"),
    Case(SelectFromModel(RandomForestClassifier(5, random_state=0)), "multiclass", exact=EXACT),
    Case(SelectFromModel(LinearRegression(), threshold="1.25*median", max_features=3), "regression", exact=EXACT),
    Case(SequentialFeatureSelector(LinearRegression(), n_features_to_select=3), "regression", exact=EXACT),
    *(Case(RFE(classifier, n_features_to_select=3), d, exact=EXACT) for d in ("binary strings", "multiclass gaps")),
    Case(RFE(LinearRegression(), n_features_to_select=2), "regression", exact=EXACT),
    Case(RFECV(LinearRegression(), cv=3), "regression", exact=EXACT),
    Case(RFECV(classifier, cv=3, min_features_to_select=2), "multiclass", exact=EXACT),
]
