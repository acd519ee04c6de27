"""A table as most are: numbers, text, categories, booleans and holes, and a function somebody wrote.

Two models learn from it who will pay back a loan, gradient boosting and logistic regression, behind the same
preprocessing. Each becomes one file that takes the table's columns as they are. New applications hold towns and
jobs that nobody has seen and holes where there were none: both files give scikit-learn's label for every row.

    python examples/mixed_table.py
"""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

import skl2tflite

TOWNS = ["Aarhus", "Łódź", "Évora", "Malmö", "Graz", "Ioannina", "Þorlákshöfn", "St. Gallen", "'s-Hertogenbosch", "Åbo"]
JOBS = ["nurse", "teacher", "driver", "clerk", "baker", "engineer"]
EDUCATION = ["school", "apprenticeship", "bachelor", "master", "doctorate"]


def applications(rows: int, seed: int, *, new: bool = False) -> tuple[pd.DataFrame, np.ndarray]:
    """Return applications for loans and whether each was paid back.

    With ``new`` some are from towns and of jobs, schools and branches that are found in no others, and more is missing.
    """
    random = np.random.default_rng(seed)

    def among(values: list, others: list) -> np.ndarray:
        share = np.full(len(values), 0.96 / len(values)) if new else np.full(len(values), 1 / len(values))
        chosen = random.choice(values, rows, p=share / share.sum())
        return np.where(random.random(rows) < 0.04, random.choice(others, rows), chosen) if new else chosen

    def holes(values: np.ndarray, share: float) -> np.ndarray:
        values = values.astype(object)
        values[random.random(rows) < share * (2 if new else 1)] = np.nan
        return values

    income = np.exp(random.normal(10.3, 0.5, rows)).astype(np.float32)
    amount = np.exp(random.normal(9.0, 0.7, rows)).astype(np.float32)
    education = random.integers(0, len(EDUCATION), rows)
    frame = pd.DataFrame(
        {
            "age": pd.Series(holes(random.integers(18, 80, rows), 0.03), dtype="Float64"),
            "income": holes(income, 0.06).astype(np.float32),
            "amount": amount,
            "months": random.choice([12, 24, 36, 48, 60], rows),
            "children": random.poisson(1.1, rows).astype("int8"),
            "town": pd.Series(holes(among(TOWNS, ["Ærø", "", "aarhus"]), 0.05), dtype=object),
            "job": pd.Categorical(holes(among(JOBS, ["astronaut", "poet"]), 0.04)),
            "education": pd.Series(holes(np.array(EDUCATION)[education], 0.05), dtype=object),
            "branch": among([16_777_217 + 12 * k for k in range(30)], [16_777_218, 99]).astype(np.int64),
            "owns home": random.random(rows) < 0.4,
            "married": pd.Series(holes(random.random(rows) < 0.5, 0.08), dtype="boolean"),
            "application": [f"A-{seed}-{i}" for i in range(rows)],
        }
    )
    score = (
        0.7 * np.log(income / amount) + 0.25 * education - 0.01 * frame["months"] - 0.2 * frame["children"]
        + 0.6 * frame["owns home"] + 0.8 * frame["town"].isin(TOWNS[:3]) - 0.7 * (frame["job"] == "poet")
        - 0.9 * (frame["branch"] % 7 == 3)
    )  # fmt: skip
    paid = random.random(rows) < 1 / (1 + np.exp(-np.asarray(score, dtype=float)))
    return frame, np.where(paid, "paid back", "defaulted")


def burden(X):
    """Of income and amount: both on a scale of magnitudes, and how many months' income the loan is."""
    income, amount = np.asarray(X).T
    months = np.clip(12 * amount / np.maximum(income, 1.0), 0.0, 240.0)
    return np.column_stack([np.log1p(income), np.log1p(amount), months])


def preprocessing():
    """Return what both models have in front: nothing of it has to be done by hand on the phone."""
    return make_column_transformer(
        (SimpleImputer(strategy="median", add_indicator=True), ["age", "months", "children"]),
        (
            make_pipeline(FunctionTransformer(burden), SimpleImputer(strategy="constant", fill_value=-1)),
            ["income", "amount"],
        ),
        (OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.02), ["town", "job"]),
        (
            OrdinalEncoder(
                categories=[EDUCATION],
                handle_unknown="use_encoded_value",
                unknown_value=-1,
                encoded_missing_value=-1,
            ),
            ["education"],
        ),
        (TargetEncoder(), ["branch"]),
        (SimpleImputer(strategy="most_frequent"), ["married"]),
        ("passthrough", ["owns home"]),
        remainder="drop",  # the application's number
    )


def models() -> dict[str, Pipeline]:
    """Return the models, not fitted."""
    return {
        "boosting": make_pipeline(preprocessing(), HistGradientBoostingClassifier(max_iter=60, random_state=0)),
        "regression": make_pipeline(preprocessing(), StandardScaler(), LogisticRegression(max_iter=2000)),
    }


def main(folder: Path = Path("demo")) -> None:
    """Fit, convert, and compare on new applications; files go to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    train, paid = applications(4000, seed=0)
    rows, _ = applications(3000, seed=1, new=True)
    for name, pipeline in models().items():
        pipeline.fit(train, paid)
        expected = pipeline.predict(rows)
        for categories in ("strings", "codes"):
            model = skl2tflite.convert(pipeline, train[:200], categories=categories)
            path = model.save(folder / f"loans_{name}_{categories}.tflite")
            agreeing = int((skl2tflite.load(path).predict(rows) == expected).sum())
            size = len(model)
            print(f"{name} with {categories}: {agreeing:,} of {len(rows):,} labels agree; {path} ({size:,} bytes)")
            if agreeing < len(rows):
                raise SystemExit("labels differ")


if __name__ == "__main__":
    main()
