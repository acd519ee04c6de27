"""Names of inference methods, and of groups of them."""

from __future__ import annotations

METHODS = (
    "predict_proba",
    "predict",
    "predict_log_proba",
    "decision_function",
    "score_samples",
    "mahalanobis",
    "predict_joint_log_proba",
    "transform",
    "inverse_transform",
    "apply",
    "decision_path",
    "kneighbors",
    "radius_neighbors",
    "latent_mean_and_variance",
    "predict_std",
)
"""Inference methods. The first of these that a file has is its main method."""


INTEGER_RESULTS = frozenset({"apply", "decision_path"})
"""Methods whose results are whole numbers for any estimator, so that they are exact."""


LABELS = INTEGER_RESULTS | {"predict"}
"""Exact methods of estimators that predict labels."""


TRANSFORM = frozenset({"transform"})


TRANSFORMS = TRANSFORM | {"inverse_transform"}
