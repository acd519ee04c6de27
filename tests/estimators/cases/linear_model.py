from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

from tests.estimators.case import Case

CASES = [
    *(Case(LinearRegression(), d) for d in ("regression", "multioutput regression")),
    Case(Ridge(fit_intercept=False), "regression"),
    *(
        Case(LogisticRegression(max_iter=1000), d)
        for d in ("binary", "binary strings", "binary booleans", "multiclass", "multiclass strings",
                  "multiclass gaps", "multiclass floats")
    ),
]  # fmt: skip
