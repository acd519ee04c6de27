"""Groups of inference methods, by their names."""

from __future__ import annotations

INTEGER_RESULTS = frozenset({"apply", "decision_path"})
"""Methods whose results are integers for any estimator, so that they are exact."""


LABELS = INTEGER_RESULTS | {"predict"}
"""Exact methods of estimators that predict labels."""


TRANSFORM = frozenset({"transform"})


TRANSFORMS = TRANSFORM | {"inverse_transform"}
