"""Configurations of :mod:`sklearn.ensemble`, its forests apart (they are among the trees)."""

import numpy as np
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    RandomTreesEmbedding,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

from tests.estimators.case import SKLEARN, Case

LABELS = ("binary", "binary strings", "binary booleans", "multiclass", "multiclass strings", "multiclass gaps",
          "multiclass floats")  # fmt: skip

logistic = make_pipeline(StandardScaler(), LogisticRegression())
tree = DecisionTreeClassifier(max_depth=3, random_state=0)
hard = VotingClassifier([("tree", tree), ("linear", LogisticRegression(max_iter=5000))])
three = [("linear", logistic), ("tree", tree), ("forest", RandomForestClassifier(5, random_state=0))]
regressors = [
    ("linear", LinearRegression()),
    ("tree", DecisionTreeRegressor(max_depth=4, random_state=0)),
    ("forest", RandomForestRegressor(5, random_state=0)),
]

in_float32 = {
    "oracle": 1e-6,
    "why": "scikit-learn hands the initial estimator float32 rows, and scales and multiplies in float32",
}
COMPLEMENT = 1e-12 if SKLEARN >= (1, 9) else 1e-9

GRADIENT_BOOSTING = [
    *(Case(GradientBoostingClassifier(n_estimators=15, random_state=0), d) for d in LABELS),
    Case(GradientBoostingClassifier(n_estimators=150, learning_rate=0.05, random_state=0), "binary"),
    Case(GradientBoostingClassifier(n_estimators=60, random_state=0), "multiclass"),
    Case(GradientBoostingClassifier(n_estimators=1, random_state=0), "multiclass"),
    Case(GradientBoostingClassifier(n_estimators=1, random_state=0), "binary"),
    Case(GradientBoostingClassifier(n_estimators=15, loss="exponential", random_state=0), "binary strings"),
    *(
        Case(
            GradientBoostingClassifier(n_estimators=10, init=init, random_state=0),
            d,
            oracle=COMPLEMENT,
            why="before 1.9 scikit-learn took the logarithm of 1 - p for the first of two classes",
        )
        for d in ("binary", "multiclass")
        for init in ("zero", tree, RandomForestClassifier(7, random_state=0))
    ),
    *(
        Case(GradientBoostingClassifier(n_estimators=10, init=logistic, loss=loss, random_state=0), d, **in_float32)
        for d, loss in (("binary", "log_loss"), ("binary", "exponential"), ("multiclass", "log_loss"))
    ),
    *(
        Case(GradientBoostingRegressor(n_estimators=20, loss=loss, alpha=0.8, random_state=0), "regression")
        for loss in ("squared_error", "absolute_error", "huber", "quantile")
    ),
    *(
        Case(GradientBoostingRegressor(n_estimators=15, init=init, random_state=0), "regression")
        for init in ("zero", RandomForestRegressor(5, random_state=0))
    ),
    Case(
        GradientBoostingRegressor(n_estimators=15, init=LinearRegression(), random_state=0), "regression", **in_float32
    ),
    Case(GradientBoostingRegressor(n_estimators=200, subsample=0.7, max_leaf_nodes=6, random_state=0), "regression"),
]

HIST_GRADIENT_BOOSTING = [
    *(Case(HistGradientBoostingClassifier(max_iter=12, min_samples_leaf=5), d) for d in (*LABELS, "missing")),
    Case(HistGradientBoostingClassifier(max_iter=150, min_samples_leaf=5), "binary"),
    Case(HistGradientBoostingClassifier(max_iter=60, min_samples_leaf=3, early_stopping=True), "missing"),
    *(
        Case(HistGradientBoostingRegressor(loss=loss, quantile=0.3, max_iter=20, min_samples_leaf=5), "counts")
        for loss in ("squared_error", "absolute_error", "poisson", "quantile")
    ),
    Case(HistGradientBoostingRegressor(loss="gamma", max_iter=20, min_samples_leaf=5), "amounts"),
    Case(HistGradientBoostingRegressor(max_iter=150, min_samples_leaf=5), "regression"),
    Case(HistGradientBoostingRegressor(max_iter=20, min_samples_leaf=5), "missing regression"),
    *(
        Case(
            HistGradientBoostingClassifier(max_iter=15, min_samples_leaf=3, categorical_features=columns),
            f"categorical {d}",
        )
        for d in ("binary", "multiclass")
        for columns in ([1, 4], [0, 1, 4])
    ),
    Case(
        HistGradientBoostingRegressor(max_iter=20, min_samples_leaf=3, categorical_features=[4, 1]),
        "categorical regression",
    ),
]

UNSUPERVISED = [
    *(Case(IsolationForest(n_estimators=20, random_state=0), d) for d in ("binary", "missing")),
    Case(IsolationForest(n_estimators=30, contamination=0.1, random_state=0), "binary"),
    Case(IsolationForest(n_estimators=30, max_features=3, max_samples=40, random_state=0), "binary"),
    Case(
        IsolationForest(n_estimators=20, max_features=0.6, bootstrap=True, contamination=0.2, random_state=0), "missing"
    ),
    Case(IsolationForest(n_estimators=20, max_samples=3, random_state=0), "binary"),
    *(
        Case(IsolationForest(n_estimators=3, max_samples=1, contamination=c, random_state=0), "binary")
        for c in ("auto", 0.1)
    ),
    Case(RandomTreesEmbedding(8, max_depth=3, random_state=0), "binary", exact=("transform",)),
    Case(RandomTreesEmbedding(6, max_leaf_nodes=7, sparse_output=False, random_state=0), "binary"),
    Case(make_pipeline(RandomTreesEmbedding(6, random_state=0), LogisticRegression()), "multiclass"),
]

ADA_BOOST = [
    Case(AdaBoostClassifier(n_estimators=3, random_state=0), "one class"),
    *(Case(AdaBoostClassifier(n_estimators=12, random_state=0), d) for d in LABELS),
    Case(AdaBoostClassifier(tree, n_estimators=20, learning_rate=0.5, random_state=0), "multiclass"),
    Case(AdaBoostClassifier(ExtraTreeClassifier(max_depth=2, random_state=0), n_estimators=5), "multiclass strings"),
    Case(AdaBoostClassifier(DecisionTreeClassifier(), n_estimators=5, random_state=0), "binary", label="perfect"),
    *(Case(AdaBoostClassifier(LogisticRegression(max_iter=500), n_estimators=6, random_state=0), d)
      for d in ("binary strings", "multiclass", "multiclass gaps")),
    *(Case(AdaBoostRegressor(n_estimators=n, loss=loss, random_state=0), "regression")
      for n, loss in ((1, "linear"), (10, "linear"), (25, "square"), (10, "exponential"))),
    Case(AdaBoostRegressor(Ridge(), n_estimators=8, random_state=0), "regression"),
]  # fmt: skip

few_rows = {"max_samples": 4, "random_state": 0}  # so few that members miss classes
BAGGING = [
    *(Case(BaggingClassifier(n_estimators=10, random_state=0), d) for d in (*LABELS, "missing")),
    Case(BaggingClassifier(tree, max_features=3, n_estimators=12, random_state=0), "multiclass"),
    Case(BaggingClassifier(tree, max_features=0.6, bootstrap_features=True, random_state=0), "missing"),
    Case(BaggingClassifier(ExtraTreeClassifier(), n_estimators=8, bootstrap=False, random_state=0), "binary strings"),
    Case(BaggingClassifier(tree, n_estimators=8, **few_rows), "multiclass gaps"),
    Case(BaggingClassifier(logistic, n_estimators=5, random_state=0), "binary strings"),
    Case(BaggingClassifier(logistic, n_estimators=5, max_features=4, random_state=0), "multiclass"),
    Case(BaggingClassifier(RandomForestClassifier(3), n_estimators=6, **few_rows), "multiclass gaps"),
    Case(BaggingClassifier(AdaBoostClassifier(n_estimators=4), n_estimators=4, random_state=0), "multiclass strings"),
    *(Case(BaggingClassifier(hard, n_estimators=5, random_state=0), d) for d in ("binary", "multiclass gaps")),
    Case(BaggingClassifier(hard, n_estimators=8, max_samples=9, random_state=1), "multiclass gaps"),
    *(Case(BaggingRegressor(n_estimators=10, max_features=5, random_state=0), d)
      for d in ("regression", "multioutput regression", "missing regression")),
    *(Case(BaggingRegressor(LinearRegression(), n_estimators=5, max_features=5, random_state=0), d)
      for d in ("regression", "multioutput regression")),
    Case(BaggingRegressor(GradientBoostingRegressor(n_estimators=5), n_estimators=3, random_state=0), "regression"),
]  # fmt: skip

VOTING = [
    *(Case(VotingClassifier(three, voting=voting), d)
      for voting in ("hard", "soft")
      for d in ("binary", "multiclass strings", "multiclass gaps")),
    *(Case(VotingClassifier(three, voting=voting, weights=weights), "multiclass")
      for voting in ("hard", "soft")
      for weights in ([2, 1, 1], [0.1, 0.2, 0.3], np.array([0.5, 0.0, 0.25]))),
    Case(VotingClassifier([*three, ("gone", "drop")], voting="hard", weights=[1, 2, 3, 4]), "multiclass"),
    Case(VotingClassifier([("gone", "drop"), *three], voting="soft", weights=[4, 1, 2, 3]), "binary"),
    Case(VotingRegressor(regressors), "regression"),
    Case(VotingRegressor([("gone", "drop"), *regressors], weights=[9, 0.2, 0.3, 0.1]), "regression"),
]  # fmt: skip

ordinary = LogisticRegression(max_iter=1000)
STACKING = [
    *(Case(StackingClassifier(three, cv=3), d) for d in ("binary strings", "multiclass", "multiclass gaps")),
    *(Case(StackingClassifier(three, ordinary, cv=3, stack_method="predict"), d) for d in ("binary", "multiclass")),
    Case(StackingClassifier([("gone", "drop"), *three], ordinary, cv=3, passthrough=True), "binary"),
    Case(StackingClassifier(three, RandomForestClassifier(5, random_state=0), cv=3, passthrough=True), "multiclass"),
    Case(StackingClassifier([("hard", hard), ("linear", logistic)], cv=3), "multiclass strings"),
    Case(StackingClassifier([("number", Ridge()), ("linear", logistic)], cv=3), "multiclass"),
    Case(StackingClassifier([("one", RandomForestClassifier(5, random_state=0))],
                            RandomForestClassifier(5, random_state=0), cv=3), "multilabel"),
    Case(StackingRegressor(regressors, Ridge(), cv=3), "regression"),
    Case(StackingRegressor([*regressors, ("gone", "drop")], Ridge(), cv=3, passthrough=True), "regression"),
]  # fmt: skip

CASES = [*GRADIENT_BOOSTING, *HIST_GRADIENT_BOOSTING, *UNSUPERVISED, *ADA_BOOST, *BAGGING, *VOTING, *STACKING]
