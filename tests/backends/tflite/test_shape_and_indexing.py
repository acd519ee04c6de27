"""Operations that move and pick elements, against NumPy, on the real runtime."""

import numpy as np
import pytest

from skl2tflite.graph import DType, apply, ops
from skl2tflite.graph import functions as xp
from tests.backends.tflite.one_graph import apart, run
from tests.backends.tflite.test_elementwise import EDGES, INTEGERS, TRUTHS, VALUES, applied
from tests.backends.tflite.test_reduction import DEEP, WITH_NAN

INF, NAN = np.inf, np.nan
KINDS = {"float": VALUES[:7], "int": INTEGERS[:7], "bool": TRUTHS[:7], "one row": VALUES[:1]}
ALL = (None, None, None)


@pytest.fixture(params=KINDS)
def x(request):
    return KINDS[request.param]


def test_movements(x):
    for op in (ops.Reshape((-1, 1, 3)), ops.Reshape((3, -1)), ops.Reshape((-1,)), ops.PermuteDims((1, 0))):
        assert apart(applied(op), x) == 0


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_joins(x, axis):
    assert apart(applied(ops.Stack(axis)), x, x) == 0
    assert apart(applied(ops.Stack(axis)), x) == 0
    if axis < 2:
        assert apart(applied(ops.Concat(axis)), x, x, x) == 0
    constant = np.ones((1, 3)).astype(x.dtype)
    assert apart(lambda a: apply(ops.Concat(0), a, constant), x) == 0


def test_broadcasts(x):
    assert apart(lambda a: apply(ops.BroadcastTo((None, 3)), a[:, :1]), x) == 0
    assert apart(lambda a: apply(ops.BroadcastTo((None, 5, 3)), a[:, np.newaxis]), x) == 0
    for row in (np.array([1, 0, 1]), np.array([[1, 0], [0, 1]]), np.array(1)):
        assert apart(lambda a, row=row: apply(ops.BroadcastRows(), row.astype(x.dtype), a), x) == 0


@pytest.mark.parametrize(
    "bounds",
    [(0, 2, None), (None, None, -1), (2, 0, -1), (None, None, 2), (-1, None, None), (1, 1, None), (5, 0, -2),
     (-2, -5, -1), (None, -1, None), (None, None, -2), (2, 1, None)],
    ids=str,
)  # fmt: skip
def test_slices(x, bounds):
    assert apart(applied(ops.Slice((ALL, bounds))), x) == 0


def test_slices_of_many_axes():
    assert apart(applied(ops.Slice((ALL, (1, None, None), (None, None, -1), ALL, (0, 2, None)))), DEEP) == 0


@pytest.mark.parametrize("positions", [[0], [2, 0], [1, 2], [0, 1, 2], [[0, 1], [1, 2]], 2, [], [1, 1, 1, 1]], ids=str)
def test_take(x, positions):
    assert apart(lambda a: apply(ops.Take(1), a, np.array(positions, dtype=np.int64)), x) == 0


def test_take_from_tables():
    positions = np.random.default_rng(0).integers(0, 3, size=(7, 4))
    for table in (np.arange(12.0).reshape(3, 4), np.arange(3), np.array([True, False, True])):
        assert apart(lambda at, table=table: apply(ops.Take(0), table, at), positions) == 0
        assert apart(lambda at, table=table: apply(ops.Take(0), table, at), positions[:, 0]) == 0


def test_take_along_axis(x):
    positions = np.random.default_rng(0).integers(0, 3, size=(len(x), 5))
    assert apart(applied(ops.TakeAlongAxis()), x, positions) == 0


def test_take_along_axis_of_other_ranks():
    positions = np.random.default_rng(0).integers(0, 3, size=(4, 2, 4))
    assert apart(applied(ops.TakeAlongAxis()), DEEP[:, 0, 0][:, :, [0, 1, 0]], positions) == 0
    assert apart(applied(ops.TakeAlongAxis()), DEEP[:, 0, 0, 0, 0], np.array([1, 0, 3, 3])) == 0


@pytest.mark.parametrize("k", [1, 2, 3])
def test_topk(k):
    assert apart(applied(ops.TopK(k)), VALUES) == 0
    assert apart(applied(ops.TopK(k)), VALUES[:1]) == 0
    assert apart(applied(ops.TopK(k)), INTEGERS) == 0
    assert apart(applied(ops.TopK(k)), DEEP) == 0
    assert apart(applied(ops.TopK(k)), WITH_NAN) == 0


def test_topk_takes_the_first_of_equals():
    assert apart(applied(ops.TopK(20)), np.tile([[1.0, 3, 3, 2, 1]], (3, 8))) == 0
    assert apart(applied(ops.TopK(50)), np.ones((2, 200))) == 0
    assert apart(applied(ops.TopK(3)), np.array([[-0.0, 0.0, -0.0], [-INF, INF, 0.0]])) == 0


BOUNDS = {
    "mixed": np.array([-1e39, -1.5, 0.0, 0.1, 0.1, 0.3, 1.0, 2.0, 16777217.0, 1e39]),
    "float32": np.float32([-3, 0.1, 0.7, 1e30]).astype(float),
    "one": np.array([0.1]),
    "close": np.array([1.0, 1 + 1e-12, 1 + 1e-9, 1 + 1e-7]),
}


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("bounds", BOUNDS)
def test_searchsorted_on_bounds_and_one_ulp_beside(bounds, side):
    exact = BOUNDS[bounds]
    with np.errstate(over="ignore"):
        at = exact.astype(np.float32)
    beside = [np.nextafter(at, np.float32(direction)) for direction in (INF, -INF)]
    x = np.concatenate([at, *beside, EDGES.ravel()])[:, np.newaxis]
    assert apart(lambda a: xp.searchsorted(exact, a, side), x) == 0


def test_one_hot():
    positions = np.array([[0, 1], [3, 4], [-1, 100]])
    for dtype in (DType.FLOAT, DType.INT, DType.BOOL):
        assert apart(applied(ops.OneHot(4, dtype)), positions) == 0
        assert apart(applied(ops.OneHot(4, dtype)), positions[:, 0]) == 0


def test_positions_out_of_range_are_an_error_of_the_runtime():
    with pytest.raises(Exception, match="gather index out of bounds"):
        run(lambda at: apply(ops.Take(0), np.arange(3.0), at), np.array([3]))
