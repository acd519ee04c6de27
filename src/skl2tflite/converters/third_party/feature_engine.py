"""Transformers of the package feature-engine (:mod:`feature_engine`): their own pandas code, recorded."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import feature_engine.encoding
import feature_engine.imputation
import feature_engine.outliers
import feature_engine.pipeline
import pandas as pd

from skl2tflite.converters.core.refusals import refuses
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.core.user_estimators import RecordedTransformer
from skl2tflite.converters.sklearn.pipeline import PipelineConverter

RECORDED = (
    "creation", "discretisation", "encoding", "imputation", "outliers", "preprocessing", "scaling", "selection",
    "transformation", "wrappers",
)  # fmt: skip
"""Modules whose transformers compute each row by itself."""
OF_DATES = ("datetime", "timeseries.forecasting")
DROP_ROWS = (feature_engine.imputation.DropMissingData, feature_engine.outliers.OutlierTrimmer)
OTHERS = (
    *DROP_ROWS,
    feature_engine.imputation.RandomSampleImputer,
    feature_engine.encoding.StringSimilarityEncoder,
)
"""Transformers in these modules that do not, or that cannot be recorded."""


def transformers(*modules: str) -> Iterator[type]:
    """Yield the transformers of some of the package's modules."""
    for name in modules:
        module = import_module(f"feature_engine.{name}")
        yield from (each for each in map(vars(module).get, module.__all__) if isinstance(each, type))


@converts(*(each for each in transformers(*RECORDED) if each not in OTHERS))
class FeatureEngineConverter(RecordedTransformer):
    """Transformers whose own methods are recorded; rows for which these raise an exception are row errors."""

    @property
    def known_rows(self) -> Any:
        """Rows given to ``convert``, or one row of categories that the encoder knows."""
        if self.seen.sample is not None or self.feature_names is None:
            return self.seen.sample
        seen: dict[str, Any] = getattr(self.estimator, "encoder_dict_", {})
        return pd.DataFrame({name: [next(iter(seen.get(name, ())), 1.0)] for name in self.feature_names})


converts(feature_engine.pipeline.Pipeline)(PipelineConverter)

for _dropping in DROP_ROWS:
    refuses(
        _dropping,
        "it drops rows, and a file has an answer for every row that it is given; drop rows before fitting, or cap or "
        "impute values instead",
    )
refuses(feature_engine.imputation.RandomSampleImputer, "it draws values at random for each row")
refuses(
    feature_engine.encoding.StringSimilarityEncoder,
    "it compares the characters of each value with every category, which no graph does; use OneHotEncoder",
)
for _of_dates in transformers(*OF_DATES):
    refuses(_of_dates, "it reads dates or other rows, and a file takes numbers and text, row by row")
for _of_text in transformers("text"):
    refuses(_of_text, "it counts characters and words by pandas' methods of text, which no graph has")
