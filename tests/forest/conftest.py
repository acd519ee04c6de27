import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skl2tflite.forest.trees import Forest


def _data(n_rows=300, n_features=6, missing=False, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, n_features))
    y = (X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(size=n_rows) > 0).astype(int) + (X[:, 3] > 1)
    if missing:
        X[rng.random(X.shape) < 0.2] = np.nan
    return X.astype(np.float32), y


def _fitted(name):
    if name == "stumps":
        return RandomForestClassifier(7, max_depth=1, random_state=0).fit(*_data()).estimators_
    if name == "shallow":
        return RandomForestClassifier(9, max_depth=4, random_state=0).fit(*_data()).estimators_
    if name == "unlimited":
        return RandomForestClassifier(9, random_state=0).fit(*_data()).estimators_
    if name == "regressor":
        X, y = _data()
        return RandomForestRegressor(5, random_state=0).fit(X, X[:, 0] ** 2 + y).estimators_
    if name == "missing":
        return RandomForestClassifier(9, random_state=0).fit(*_data(missing=True)).estimators_
    if name == "single node":
        X, y = _data()
        return [DecisionTreeClassifier().fit(X, 0 * y), DecisionTreeRegressor(max_depth=2).fit(X, y)]
    raise ValueError(name)


FORESTS = ["stumps", "shallow", "unlimited", "regressor", "missing", "single node"]


@pytest.fixture(scope="module", params=FORESTS)
def fitted(request):
    """Estimators whose trees make a forest."""
    return _fitted(request.param)


@pytest.fixture(scope="module")
def forest(fitted):
    values = [np.resize(tree.tree_.value, (tree.tree_.node_count, 1)) for tree in fitted]
    return Forest.from_sklearn([tree.tree_ for tree in fitted], values=values)
