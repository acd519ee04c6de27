import numpy as np
from sklearn.metrics.pairwise import chi2_kernel, laplacian_kernel, rbf_kernel
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KernelCenterer, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR, NuSVC, NuSVR, OneClassSVM

from tests.estimators.case import Case

KERNELS = (
    {},
    {"kernel": "linear"},
    {"kernel": "poly"},
    {"kernel": "poly", "degree": 2, "coef0": 1.0},
    {"kernel": "poly", "degree": 5, "coef0": 0.5, "gamma": 0.1},
    {"kernel": "sigmoid", "gamma": 0.05},
    {"kernel": "sigmoid", "gamma": 0.02, "coef0": -0.3},
    {"gamma": "auto"},
    {"gamma": 0.7},
    {"gamma": 5.0},  # beyond the spread up to which distances are expanded
)


def linear_tanh(X, Y):
    return np.tanh(X / 10) @ np.tanh(Y / 10).T


def scaled(estimator):
    return make_pipeline(StandardScaler(), estimator)


CASES = [
    *(Case(scaled(SVC(**kernel)), d) for kernel in KERNELS for d in ("binary", "multiclass")),
    *(
        Case(scaled(SVC(decision_function_shape="ovo", **kernel)), d)
        for kernel in KERNELS[:3]
        for d in ("binary strings", "multiclass strings", "multiclass gaps")
    ),
    *(
        Case(scaled(SVC(break_ties=True, **kernel)), d)
        for kernel in KERNELS[:3]
        for d in ("binary booleans", "multiclass", "multiclass gaps")
    ),
    *(Case(SVC(), d) for d in ("binary", "multiclass floats", "positive")),
    Case(SVC(kernel="linear", C=0.01), "multiclass"),
    Case(scaled(SVC(C=100.0, class_weight="balanced")), "multiclass gaps"),
    *(
        Case(scaled(NuSVC(**kernel)), d)
        for kernel in ({"nu": 0.3}, {"nu": 0.7, "kernel": "linear"}, {"nu": 0.3, "kernel": "poly"})
        for d in ("binary", "multiclass strings")
    ),
    Case(
        scaled(NuSVC(nu=0.3, kernel="linear")), "binary",
        oracle=1e-10,
        why="nu is below the training error: dual coefficients of 1e5 cancel in scikit-learn's own sum, "
            "while the weights of the features they come to do not (measured 5e-12)",
    ),
    *(
        Case(
            scaled(kind(probability=True, random_state=0, **kernel)), d,
            methods=("predict_proba", "predict", "decision_function"),
        )
        for kind, kernel in ((SVC, {}), (SVC, {"kernel": "linear"}), (SVC, {"kernel": "poly"}), (NuSVC, {"nu": 0.3}))
        for d in ("binary", "multiclass strings", "multiclass gaps")
    ),
    *(
        Case(
            scaled(estimator), d, methods=("predict_log_proba",), label="logarithms",
            oracle=1e-10,
            why="libsvm takes 1 - p of a pair's probability, which costs it up to 1e-9 of a p near 1e-7; "
                "the logarithm shows it (measured 2e-11 of the scale)",
        )
        for estimator in (
            SVC(probability=True, random_state=0, C=10.0), NuSVC(nu=0.3, probability=True, random_state=0)
        )
        for d in ("binary", "multiclass", "multiclass gaps")
    ),
    *(Case(scaled(SVR(**kernel)), "regression") for kernel in KERNELS),
    Case(scaled(SVR(C=100.0)), "regression"),
    Case(SVR(epsilon=20.0), "regression"),
    *(Case(scaled(NuSVR(**kernel)), "regression") for kernel in KERNELS[:3]),
    *(
        Case(scaled(OneClassSVM(nu=0.2, **kernel)), "multiclass")
        for kernel in KERNELS
        if kernel.get("kernel") != "linear"
    ),
    Case(OneClassSVM(kernel="linear"), "positive"),
    Case(OneClassSVM(), "regression"),
    *(Case(SVC(kernel="poly", degree=n, coef0=c), d)
      for n, c, d in ((2, 0.0, "binary strings"), (3, 1.0, "multiclass gaps"), (2, 0.0, "far"))),
    Case(SVR(kernel="poly", degree=2, C=10.0, max_iter=3000), "multiclass"),
    Case(OneClassSVM(kernel="poly", degree=2), "multiclass"),
    Case(SVC(kernel="poly", degree=0, C=0.3), "multiclass gaps"),
    Case(SVR(kernel="poly", degree=0), "regression"),
    *(
        Case(estimator, "polynomial kernel")
        for estimator in (
            SVC(kernel="precomputed"), NuSVC(nu=0.3, kernel="precomputed"), SVR(kernel="precomputed", C=0.1),
            NuSVR(kernel="precomputed", C=0.1), OneClassSVM(nu=0.2, kernel="precomputed"),
            make_pipeline(KernelCenterer(), SVC(kernel="precomputed", decision_function_shape="ovo")),
        )
    ),
    *(
        Case(estimator, "positive")
        for estimator in (
            SVC(kernel=chi2_kernel, decision_function_shape="ovo"), NuSVC(nu=0.2, kernel=chi2_kernel),
            SVR(kernel=rbf_kernel), NuSVR(kernel=linear_tanh), OneClassSVM(nu=0.2, kernel=laplacian_kernel),
        )
    ),
    *(
        Case(scaled(LinearSVC(**options)), d)
        for options in ({}, {"multi_class": "crammer_singer"}, {"fit_intercept": False})
        for d in ("binary", "binary strings", "multiclass", "multiclass gaps")
    ),
    Case(scaled(LinearSVR()), "regression"),
    Case(scaled(LinearSVR(fit_intercept=False)), "regression"),
    Case(LinearSVR(epsilon=1.0), "regression"),
]  # fmt: skip
