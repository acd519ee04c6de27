"""Sound files of all kinds, which mutations start from."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, IsolationForest, RandomForestClassifier, RandomForestRegressor
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier, RadiusNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    LabelEncoder,
    MultiLabelBinarizer,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import skl2tflite

N_ROWS = 24
X = np.random.default_rng(0).normal(size=(N_ROWS, 3)).astype(np.float32)
Y = np.arange(N_ROWS) % 3
TABLE = pd.DataFrame(X, columns=["a", "b", "c"]).assign(c=["x", "y", "z"] * (N_ROWS // 3))
NAMED = np.array(["red", "green", "blue"])[Y]
WORDS = ["one two", "two three", "three one two", "four"]
RECORDS = [{"a": 1.0, "b": "x"}, {"a": 2.5, "b": "y"}]
SETS = pd.Series([("x",), ("y", "x")])
IMAGES = np.zeros((2, 4, 4))


@dataclass(frozen=True)
class Seed:
    """A sound file.

    Attributes
    ----------
    name : str
    suffix : str
        Of the file's name: ".tflite" for converted models.
    content : bytes
    rows : array-like
        Rows that fit the model's features.
    """

    name: str
    suffix: str
    content: bytes
    rows: Any = None

    @property
    def is_model(self) -> bool:
        """Whether it is a converted model."""
        return self.suffix == ".tflite"


def _converted() -> dict[str, Callable[[], tuple[skl2tflite.TFLiteModel, Any]]]:
    """Return what makes each model, with rows for it."""
    convert = skl2tflite.convert
    trees = {"n_estimators": 4, "max_depth": 3, "random_state": 0}
    mixed = make_column_transformer((StandardScaler(), ["a", "b"]), (OneHotEncoder(handle_unknown="ignore"), ["c"]))
    forest = RandomForestClassifier(**trees).fit(X, Y)

    def of(estimator: Any, rows: Any = X, **options: Any) -> Callable[[], tuple[skl2tflite.TFLiteModel, Any]]:
        return lambda: (convert(estimator, rows, **options), rows[:3])

    return {
        "linear": of(LinearRegression().fit(X, X[:, :2])),
        "pipeline": of(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, NAMED)),
        "table": of(make_pipeline(mixed, LogisticRegression()).fit(TABLE, NAMED), TABLE),
        "codes": of(OrdinalEncoder().fit(TABLE[["c"]]), TABLE[["c"]], categories="codes"),
        "labels": of(LabelEncoder().fit(NAMED), NAMED, methods=("transform", "inverse_transform")),
        "texts": of(make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(WORDS, [0, 1, 1, 0]), WORDS),
        "tokens": of(CountVectorizer(stop_words=["two"]).fit(WORDS), WORDS, text="tokens"),
        "sets": of(MultiLabelBinarizer().fit(SETS), SETS),
        "records": of(DictVectorizer(sparse=False).fit(RECORDS), RECORDS),
        "images": of(PatchExtractor(patch_size=(2, 2)).fit(IMAGES), IMAGES),
        "bins": of(KBinsDiscretizer(4, strategy="uniform").fit(X)),
        "quantiles": of(QuantileTransformer(n_quantiles=8).fit(X)),
        "network": of(MLPClassifier((4,), solver="lbfgs", random_state=0).fit(X, Y)),
        "neighbours": of(KNeighborsClassifier(3).fit(X, Y)),
        "radius": of(RadiusNeighborsClassifier(3.0).fit(X, Y), methods=("predict",)),
        "vectors": of(SVC().fit(X, Y), methods=("predict", "decision_function")),
        "process": of(GaussianProcessRegressor(alpha=0.1, optimizer=None).fit(X, X[:, 0]), methods=("predict_std",)),
        "several": of(MultiOutputClassifier(LogisticRegression()).fit(X, np.c_[Y, Y > 0])),
        "outliers": of(IsolationForest(n_estimators=3, random_state=0).fit(X)),
        **{f"forest for {aim}": of(forest, optimize_for=aim) for aim in ("latency", "throughput", "size")},
        "boosting": of(GradientBoostingClassifier(**trees).fit(X, Y)),
        "regressor": of(RandomForestRegressor(**trees).fit(X, X[:, :2])),
        "micro tree": of(DecisionTreeClassifier(max_depth=3).fit(X, NAMED), target="micro"),
        "micro forest": of(forest, target="micro", methods=("predict_proba",)),
        "micro vectors": of(make_pipeline(StandardScaler(), SVC()).fit(X, Y), target="micro", methods=("predict",)),
    }


def _saved(table: pd.DataFrame) -> dict[str, tuple[str, bytes]]:
    """Return files of estimators and of rows that the command line reads: a suffix and the bytes of each."""
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(table[["a", "b"]], Y)
    forest = RandomForestClassifier(n_estimators=2, max_depth=2, random_state=0).fit(table[["a", "b"]], Y)
    neighbours = KNeighborsClassifier(3, algorithm="kd_tree").fit(table[["a", "b"]], Y)
    parquet, images = io.BytesIO(), io.BytesIO()
    table.to_parquet(parquet)
    np.save(images, IMAGES)
    return {
        "saved pipeline": (".skops", skops.io.dumps(pipeline)),
        "saved forest": (".skops", skops.io.dumps(forest)),
        "saved neighbours": (".skops", skops.io.dumps(neighbours)),
        "rows of text": (".csv", table.to_csv(index=False).encode()),
        "rows in columns": (".parquet", parquet.getvalue()),
        "rows of images": (".npy", images.getvalue()),
        "rows of records": (".jsonl", b'{"a": 1.0, "b": "x"}\n{"a": 2.5, "b": "y"}\n'),
    }


def make_seeds() -> list[Seed]:
    """Fit, convert and save; the same bytes each time."""
    seeds = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, make in _converted().items():
            model, rows = make()
            seeds.append(Seed(name, ".tflite", bytes(model), rows))
    return seeds + [Seed(name, suffix, content) for name, (suffix, content) in _saved(TABLE).items()]
