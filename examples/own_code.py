"""Code of one's own in a file: a function, a transformer that is recorded, and one with a converter.

Sensors report a temperature, a humidity, an hour and a place. A function makes features of the table, a transformer
takes what is off the scale back to it, another one smooths: each goes into the file its own way.

    python examples/own_code.py
"""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

import skl2tflite


def readings(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return what sensors have seen, with holes, and whether it rained within the hour."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "temperature": random.normal(12.0, 8.0, rows).astype(np.float32),
            "humidity": random.uniform(0.2, 1.0, rows).astype(np.float32),
            "hour": random.integers(0, 24, rows),
            "place": random.choice(["roof", "garden", "shore", "cellar"], rows),
        }
    )
    table.loc[random.random(rows) < 0.1, "humidity"] = np.nan
    wet = table["humidity"].fillna(0.6) + 0.1 * (table["place"] == "shore") - 0.01 * table["temperature"]
    return table, (wet + random.normal(0, 0.1, rows) > 0.6).to_numpy().astype(int)


def features(table: pd.DataFrame) -> pd.DataFrame:
    """Return numbers to learn from: pandas and NumPy, recorded by calling it."""
    angle = 2 * np.pi * table["hour"] / 24
    humidity = table["humidity"].fillna(0.6).clip(0, 1)
    return pd.DataFrame(
        {
            "dew point": 243.0 * np.log(humidity + 0.01) / (17.6 - np.log(humidity + 0.01)) + table["temperature"],
            "unknown": table["humidity"].isna(),
            "sine": np.sin(angle),
            "cosine": np.cos(angle),
            "shelter": table["place"].map({"roof": 0.0, "garden": 0.3, "shore": 0.1}).fillna(1.0),
        }
    )


@skl2tflite.trace
class Winsorizer(TransformerMixin, BaseEstimator):
    """Takes what is beyond some quantiles back to them. NumPy code: recorded."""

    def __init__(self, share: float = 0.02) -> None:
        self.share = share

    def fit(self, X: np.ndarray, y: object = None) -> "Winsorizer":
        """Learn the quantiles."""
        X = validate_data(self, X)
        self.low_, self.high_ = np.quantile(X, [self.share, 1 - self.share], axis=0)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Limit each feature."""
        check_is_fitted(self)
        return np.clip(validate_data(self, X, reset=False), self.low_, self.high_)


class Squash(TransformerMixin, BaseEstimator):
    """``x / (1 + |x|)``, in a loop over rows that nothing can record."""

    def fit(self, X: np.ndarray, y: object = None) -> "Squash":
        """Count the features."""
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Squash each row."""
        return np.array([[value / (1 + abs(value)) for value in row] for row in np.asarray(X)])


@skl2tflite.converts(Squash)
class SquashConverter(skl2tflite.TransformerConverter):
    """The same of whole arrays."""

    def check_fitted(self) -> None:
        """There is nothing to fit."""

    def transform(self, X):
        """Squash each row."""
        return X / (1.0 + np.abs(X))


def fitted(rows: int = 2000) -> Pipeline:
    """Return the pipeline that goes into the file."""
    pipeline = make_pipeline(
        FunctionTransformer(features), Winsorizer(), StandardScaler(), Squash(), LogisticRegression()
    )
    return pipeline.fit(*readings(rows, 0))


def main(folder: Path = Path("demo")) -> None:
    """Convert the pipeline, and compare the file with it on new readings."""
    pipeline = fitted()
    new, _ = readings(1000, 1)
    model = skl2tflite.convert(pipeline, new)
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / "rain.tflite")
    same = int(np.sum(model.predict(new) == pipeline.predict(new)))
    print(f"rain.tflite: {len(bytes(model)):,} bytes, {same:,} of {len(new):,} labels agree")


if __name__ == "__main__":
    main()
