import numpy as np
import pytest

from skl2tflite.forest.trees import Forest
from tests.forest.forest_cases import fitted_trees

FORESTS = ["stumps", "shallow", "unlimited", "regressor", "missing", "single node"]


@pytest.fixture(scope="module", params=FORESTS)
def fitted(request):
    """Estimators whose trees make a forest."""
    return fitted_trees(request.param)


@pytest.fixture(scope="module")
def forest(fitted):
    values = [np.resize(tree.tree_.value, (tree.tree_.node_count, 1)) for tree in fitted]
    return Forest.from_sklearn([tree.tree_ for tree in fitted], values=values)
