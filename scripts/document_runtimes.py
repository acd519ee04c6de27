"""Write the tables of ``docs/runtimes.md``: which releases run the files of some models, as converted today."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Normalizer,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.svm import SVC

import skl2tflite
from skl2tflite.backends.tflite.min_runtime import MinRuntime
from skl2tflite.backends.tflite.releases import named, releases

PAGE = Path(__file__).parents[1] / "docs" / "runtimes.md"
BEGIN, END = "<!-- written by scripts/document_runtimes.py -->\n", "<!-- to here -->"
TEXTS = ["a rose is a rose", "no flower here", "rose text", "another one"] * 3


def models() -> Iterator[tuple[str, Any, Any, dict[str, Any]]]:
    """Yield models by what they are called, with rows and options of convert."""
    random = np.random.default_rng(0)
    X = random.normal(size=(120, 4)).astype(np.float32)
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    labels = [0, 1, 0, 1] * 3

    def scaled(last: Any) -> Any:
        return make_pipeline(StandardScaler(), last).fit(X, y)

    yield "`StandardScaler`, `LogisticRegression`", scaled(LogisticRegression()), X, {}
    yield "`StandardScaler`, `MLPClassifier`", scaled(MLPClassifier(max_iter=5, random_state=0)), X, {}
    yield "`StandardScaler`, `SVC`", scaled(SVC()), X, {}
    yield (
        "`PCA`, `PolynomialFeatures`, `LogisticRegression`",
        make_pipeline(PCA(2), PolynomialFeatures(), LogisticRegression()).fit(X, y),
        X,
        {},
    )
    yield "`PowerTransformer`, `Normalizer`", make_pipeline(PowerTransformer(), Normalizer()).fit(X), X, {}
    yield "`QuantileTransformer`", QuantileTransformer(n_quantiles=20).fit(X), X, {}
    yield "`KNeighborsClassifier`", KNeighborsClassifier().fit(X, y), X, {}
    yield "`KMeans`, 8 clusters: `transform`", KMeans(8, n_init=1).fit(X), X, {"methods": ("transform",)}
    yield "`KMeans`, 100 clusters: `transform`", KMeans(100, n_init=1).fit(X), X, {"methods": ("transform",)}
    many = KMeans(100, n_init=1).fit(X)
    yield 'the same, `min_runtime="2.14"`', many, X, {"methods": ("transform",), "min_runtime": "2.14"}
    process = GaussianProcessRegressor(Matern(), random_state=0).fit(X, y)
    yield "`GaussianProcessRegressor(Matern())`, 120 rows", process, X, {"methods": ("predict",)}
    forest = RandomForestClassifier(20, max_depth=6, random_state=0).fit(X, y)
    for layout in ("latency", "throughput", "size"):
        yield f'`RandomForestClassifier`, `optimize_for="{layout}"`', forest, X, {"optimize_for": layout}
    yield "`HistGradientBoostingClassifier`", HistGradientBoostingClassifier(max_iter=20).fit(X, y), X, {}
    text = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, labels)
    yield "`TfidfVectorizer`, `LogisticRegression`", text, TEXTS, {}
    hashed = make_pipeline(HashingVectorizer(n_features=64), LogisticRegression()).fit(TEXTS, labels)
    yield "`HashingVectorizer`, `LogisticRegression`", hashed, TEXTS, {}


def row(title: str, found: MinRuntime) -> str:
    lacks = "; ".join(found.reasons).replace("|", "\\|")
    return f"| {title} | {named(found.version)} | {', '.join(found.ranges) or '–'} | {lacks or '–'} |"


def tables() -> str:
    """Return the tables in Markdown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = [(title, skl2tflite.convert(each, X, **options)) for title, each, X, options in models()]
    lines = ["| model | runs from | but not on | what others lack |", "|---|---|---|---|"]
    lines += [row(title, model.min_runtime) for title, model in made if model.min_runtime is not None]
    return "\n".join([*lines, "", f"The scale: {', '.join(map(named, releases()))}.", ""])


def main() -> None:
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{tables()}\n{END}{rest.split(END)[1]}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
