"""Estimators and methods that do not convert, and why: the data of errors, of ``supported`` and of the docs."""

from __future__ import annotations

from fnmatch import fnmatchcase

NOT_INFERENCE = ("fit*", "get_*", "set_*", "partial_fit")
"""Names of methods that do not answer for new rows."""

_ONLY_FITTED_ROWS = "it answers only for the rows that it was fitted on: scikit-learn itself has no {} for new ones; {}"
_CLUSTERS = _ONLY_FITTED_ROWS.format("predict", "use KMeans, or fit a classifier on its labels_")
_EMBEDDINGS = _ONLY_FITTED_ROWS.format("transform", "use PCA, KernelPCA, Isomap or LocallyLinearEmbedding")

ESTIMATORS: dict[str, str] = {
    **dict.fromkeys(
        (
            "AgglomerativeClustering",
            "DBSCAN",
            "HDBSCAN",
            "OPTICS",
            "SpectralBiclustering",
            "SpectralClustering",
            "SpectralCoclustering",
        ),
        _CLUSTERS,
    ),
    **dict.fromkeys(("ClassicalMDS", "MDS", "SpectralEmbedding", "TSNE"), _EMBEDDINGS),
}
"""Estimators of scikit-learn that do not convert, by the name of their class."""

_REASONS: dict[type, str] = {}

_EVALUATION = "it says how well the model fits rows, a question for the estimator before it is converted"
_FITTING = "it is part of fitting"
_RANDOM = "it answers at random"
_GRAPH = "it gives a sparse matrix with a column for each fitted row; {}"

METHODS: dict[str, str] = {
    "staged_*": "it gives an answer for each stage of the ensemble, a file gives one; "
    "convert an estimator fitted with fewer stages",
    **dict.fromkeys(("aic", "bic", "error_norm", "log_marginal_likelihood"), _EVALUATION),
    **dict.fromkeys(("perplexity", "reconstruction_error", "score"), _EVALUATION),
    **dict.fromkeys(("gibbs", "sample", "sample_y"), _RANDOM),
    **dict.fromkeys(("correct_covariance", "reweight_covariance"), _FITTING),
    **dict.fromkeys(("cost_complexity_pruning_path", "path"), _FITTING),
    **dict.fromkeys(("densify", "restrict", "sparsify"), "it changes the estimator itself"),
    **dict.fromkeys(("build_analyzer", "build_preprocessor", "build_tokenizer"), "it gives a function"),
    "dbscan_clustering": "it labels the rows that the estimator was fitted on",
    "decode": "it reads files",
    "kneighbors_graph": _GRAPH.format("use kneighbors, or the transform of KNeighborsTransformer"),
    "radius_neighbors_graph": _GRAPH.format("use the transform of RadiusNeighborsTransformer"),
}
"""Methods that do not convert, whichever estimator has them; a star stands for any end."""

METHODS_OF: dict[tuple[str, str], str] = {
    ("BernoulliRBM", "score_samples"): "it flips one feature of each row at random",
    **dict.fromkeys(
        (("CountVectorizer", "inverse_transform"), ("TfidfVectorizer", "inverse_transform")),
        "it gives terms, and a file gives numbers",
    ),
    ("DictVectorizer", "inverse_transform"): "it gives dicts, and a file gives arrays",
    (
        "MultiLabelBinarizer",
        "inverse_transform",
    ): "it gives sets of any length, and a file gives arrays; take the labels from classes_",
    ("SimpleImputer", "inverse_transform"): "a feature that is missing in all rows at once shifts those behind it, "
    "so that a row's result depends on the rows it comes with",
}
"""Methods of single estimators that do not convert."""


def refuses(estimator: type, reason: str) -> None:
    """Register why an estimator class of another package has no converter, and what to use instead."""
    _REASONS[estimator] = reason


def refused() -> dict[type, str]:
    """Return the classes of other packages that have a reason, and their reasons."""
    return dict(_REASONS)


def is_inference(method: str) -> bool:
    """Whether a public method's name is not one of fitting, parameters or metadata."""
    return not method.startswith("_") and not any(fnmatchcase(method, name) for name in NOT_INFERENCE)


def why_not(estimator: type, method: str | None = None) -> str | None:
    """Return why an estimator, or a method of it, does not convert; None where there is no reason."""
    name = estimator.__name__ if estimator.__module__.split(".")[0] == "sklearn" else ""
    if method is None:
        return _REASONS.get(estimator) or ESTIMATORS.get(name)
    if (name, method) in METHODS_OF:
        return METHODS_OF[name, method]
    return next((reason for pattern, reason in METHODS.items() if fnmatchcase(method, pattern)), None)
