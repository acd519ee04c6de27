from sklearn.isotonic import IsotonicRegression

from tests.estimators.case import Case

CASES = [
    *(Case(IsotonicRegression(out_of_bounds=outside), "single feature") for outside in ("nan", "clip")),
    Case(IsotonicRegression(y_min=-0.5, y_max=0.7, out_of_bounds="clip"), "single feature"),
    Case(IsotonicRegression(increasing=False), "single feature"),
    Case(IsotonicRegression(increasing="auto", out_of_bounds="clip"), "single feature"),
]
