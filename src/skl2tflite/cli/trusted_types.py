"""Types that a .skops file may hold beyond those that skops trusts by itself.

How a name gets here. skops never runs what a file says, but it makes objects of the types that a file names: it may
make an empty one and fill it (``__setstate__`` or ``__dict__``), and it may *call* any name on this list with
whatever arguments the file holds. So a name is listed only after reading its source, if

* it is defined by scikit-learn, NumPy or SciPy, and a fitted scikit-learn estimator needs it;
* making it, filling it and calling it with any arguments computes numbers or keeps data, and nothing else: no files, no
  imports, no ``eval`` or ``exec``, no calling of what it was given;
* what it keeps and later calls (a scorer's metric, a kernel's metric) is itself loaded from the file, hence on a list.

Left out on purpose: ``functools.partial`` (any trusted function with arguments of the file's choice);
``scipy.stats`` distributions, which searches over random parameters keep (``rv_generic.__setstate__`` runs ``exec``
on a string that the file holds); ``PyFuncDistance`` (calls a function). skops itself trusts NumPy's ufuncs.

Types that are indexed without bounds checks by compiled code are marked CHECKED: :mod:`skl2tflite.cli.integrity`
examines them after loading, before anything runs on them. That is why skops does not trust them by itself.

Models of boosting libraries are left out too: each library's compiled code reads its own bytes, which no check here
looks at before, and says nowhere that hostile ones are safe. They are on lists of their own, named by the library.

``tests/cli/test_trusted_types.py`` fits scikit-learn's estimators, saves and loads them with this list.
"""

from __future__ import annotations

from collections.abc import Iterable


def _names(module: str, names: str) -> list[str]:
    return [f"{module}.{name}" for name in names.split()]


CHECKED = frozenset(
    [
        "sklearn.tree._tree.Tree",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        *_names("sklearn.neighbors._kd_tree", "KDTree KDTree32 KDTree64"),
        *_names("sklearn.neighbors._ball_tree", "BallTree BallTree32 BallTree64"),
        *_names("scipy.sparse._csr", "csr_array csr_matrix"),
        *_names("scipy.sparse._csc", "csc_array csc_matrix"),
    ]
)
"""Types whose content is examined after loading."""

_DISTANCES = [
    "Euclidean",
    "SEuclidean",
    "Manhattan",
    "Chebyshev",
    "Minkowski",
    "Mahalanobis",
    "Hamming",
    "Canberra",
    "BrayCurtis",
    "Jaccard",
    "Matching",
    "Dice",
    "Kulsinski",
    "RogersTanimoto",
    "RussellRao",
    "SokalMichener",
    "SokalSneath",
    "Haversine",
]

TRUSTED = CHECKED | frozenset(
    [
        # Estimators that scikit-learn calls experimental, so that skops does not find them.
        "sklearn.impute._iterative.IterativeImputer",
        "sklearn.impute._iterative._ImputerTriplet",  # a named tuple
        *_names("sklearn.model_selection._search_successive_halving", "HalvingGridSearchCV HalvingRandomSearchCV"),
        # Parts of fitted estimators: attributes and NumPy code.
        *_names("sklearn.neural_network._stochastic_optimizers", "AdamOptimizer SGDOptimizer"),
        *_names("sklearn._loss.loss", "HalfTweedieLoss HalfTweedieLossIdentity"),
        *_names("sklearn.calibration", "_CalibratedClassifier _SigmoidCalibration _TemperatureScaling"),
        "sklearn.cluster._bisect_k_means._BisectingTree",
        "sklearn.compose._column_transformer.make_column_selector",  # called while fitting alone
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        *_names(
            "sklearn.gaussian_process.kernels",
            "CompoundKernel ConstantKernel DotProduct ExpSineSquared Exponentiation Matern PairwiseKernel Product RBF "
            "RationalQuadratic Sum WhiteKernel",
        ),
        "sklearn.multiclass._ConstantPredictor",
        "sklearn.utils._bunch.Bunch",  # a dictionary
        *_names("sklearn.utils._metadata_requests", "MetadataRequest MethodMetadataRequest"),
        "scipy.interpolate._bsplines.BSpline",
        # Metrics of the neighbours' trees; all but the one that calls a Python function.
        *(f"sklearn.metrics._dist_metrics.{name}Distance{bits}" for name in _DISTANCES for bits in ("", "32", "64")),
        # What the searches keep of how they searched: how rows were split, how results were scored.
        *_names(
            "sklearn.model_selection._split",
            "GroupKFold GroupShuffleSplit KFold LeaveOneGroupOut LeaveOneOut LeavePGroupsOut LeavePOut PredefinedSplit "
            "RepeatedKFold RepeatedStratifiedKFold ShuffleSplit StratifiedGroupKFold StratifiedKFold "
            "StratifiedShuffleSplit TimeSeriesSplit _CVIterableWrapper",
        ),
        *_names("sklearn.metrics._scorer", "_CurveScorer _MultimetricScorer _PassthroughScorer _Scorer"),
        *_names("sklearn.metrics._scorer", "negative_likelihood_ratio positive_likelihood_ratio"),
        *_names(
            "sklearn.metrics._classification",
            "accuracy_score balanced_accuracy_score brier_score_loss d2_brier_score d2_log_loss_score f1_score "
            "fbeta_score jaccard_score log_loss matthews_corrcoef precision_score recall_score",
        ),
        *_names("sklearn.metrics._ranking", "average_precision_score roc_auc_score top_k_accuracy_score"),
        *_names(
            "sklearn.metrics._regression",
            "d2_absolute_error_score explained_variance_score max_error mean_absolute_error "
            "mean_absolute_percentage_error mean_gamma_deviance mean_poisson_deviance mean_squared_error "
            "mean_squared_log_error median_absolute_error r2_score root_mean_squared_error root_mean_squared_log_error",
        ),
        *_names(
            "sklearn.metrics.cluster._supervised",
            "adjusted_mutual_info_score adjusted_rand_score completeness_score fowlkes_mallows_score homogeneity_score "
            "mutual_info_score normalized_mutual_info_score rand_score v_measure_score",
        ),
        # Functions that estimators keep: they compute numbers from arrays.
        *_names("sklearn.feature_selection._univariate_selection", "chi2 f_classif f_oneway f_regression r_regression"),
        *_names("sklearn.feature_selection._mutual_info", "mutual_info_classif mutual_info_regression"),
        *_names("sklearn.cluster._kmeans", "_kmeans_single_elkan _kmeans_single_lloyd"),
        "scipy._lib.array_api_compat.numpy._aliases.asarray",  # of a BSpline
        *_names("numpy", "clip max mean median min nan_to_num sum"),
        # Types of numbers.
        *_names("numpy", "dtype floating integer number"),
    ]
)
"""Names that :func:`skl2tflite.cli.estimators.read_estimator` trusts."""

BOOSTERS = {
    "catboost": frozenset(
        _names("catboost.core", "CatBoost CatBoostClassifier CatBoostRanker CatBoostRegressor"),
    ),
    "lightgbm": frozenset(
        [
            "collections.OrderedDict",
            "lightgbm.basic.Booster",
            *_names("lightgbm.sklearn", "LGBMClassifier LGBMRanker LGBMRegressor"),
        ],
    ),
    "xgboost": frozenset(
        [
            "xgboost.core.Booster",
            *_names("xgboost.sklearn", "XGBClassifier XGBRFClassifier XGBRFRegressor XGBRanker XGBRegressor"),
        ]
    ),
}
"""What estimators of boosting libraries are made of: trusted where a user names the library."""


def with_boosters(names: Iterable[str]) -> frozenset[str]:
    """Return names of types, with those of a library in place of its name."""
    return frozenset().union(*(BOOSTERS.get(name, {name}) for name in names))
