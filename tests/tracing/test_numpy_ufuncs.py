"""NumPy's and SciPy's ufuncs on tensors: what they record is what NumPy computes."""

import numpy as np
import pytest
from scipy import special

from tests.tracing.recorded import FLOATS, INTS, WITH_NAN, agrees

UFUNCS = [
    np.absolute, np.fabs, np.ceil, np.cos, np.deg2rad, np.degrees, np.exp, np.exp2, np.expm1, np.floor, np.isfinite,
    np.isinf, np.isnan, np.log, np.log10, np.log1p, np.log2, np.logical_not, np.negative, np.positive, np.rad2deg,
    np.radians, np.reciprocal, np.rint, np.sign, np.sin, np.sqrt, np.square, np.tanh, np.trunc, special.expit,
    special.log_expit, special.erf, np.arctan, np.arcsinh, np.tan, np.cbrt, special.cbrt,
    special.exp2, special.exp10, special.expm1, special.log1p, special.entr,
]  # fmt: skip
PAIRS = [
    np.add, np.arctan2, np.divide, np.equal, np.floor_divide, np.greater, np.greater_equal, np.less, np.less_equal,
    np.logical_and, np.logical_or, np.logical_xor, np.maximum, np.minimum, np.multiply, np.not_equal, np.remainder,
    np.subtract, np.fmax, np.fmin, np.fmod, np.heaviside, np.hypot, np.logaddexp, np.logaddexp2, special.xlogy,
    special.xlog1py,
]  # fmt: skip
NARROW = [np.arcsin, np.arccos, np.arctanh, np.sinh, np.cosh, special.logit, np.arccosh]


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda u: u.__name__)
def test_unary_ufuncs(ufunc):
    agrees(ufunc, FLOATS)
    agrees(ufunc, WITH_NAN)
    if ufunc not in (np.reciprocal, np.square, np.cbrt, special.cbrt):  # kept in their own width by NumPy
        agrees(lambda x: ufunc(x) * 1.0, INTS)


@pytest.mark.parametrize("ufunc", PAIRS, ids=lambda u: u.__name__)
def test_binary_ufuncs(ufunc):
    agrees(lambda x: ufunc(x, x[:, ::-1]), WITH_NAN)
    agrees(lambda x: ufunc(x, 1.5), FLOATS)
    agrees(lambda x: ufunc(1.5, x), FLOATS)
    agrees(lambda x: ufunc(np.arange(1.0, 5), x), FLOATS)
    agrees(lambda x: ufunc(x, 2), INTS)


@pytest.mark.parametrize("ufunc", NARROW, ids=lambda u: u.__name__)
def test_ufuncs_of_an_interval(ufunc):
    near = np.array(
        [[-1.0, -0.999, -0.5, -1e-9, 0.0, 1e-12, 0.3, 0.5, 0.75, 0.999999, 1.0, 1.5, -2.0, -1e5, -1e20, np.nan]]
    ).T
    agrees(lambda x: ufunc(x) + 0.0, near)


@pytest.mark.parametrize("ufunc", [special.ndtr, special.erfc, special.ndtri], ids=lambda u: u.__name__)
def test_ufuncs_that_float32_polynomials_stand_for(ufunc):
    shares = np.array([[0.0, 1e-6, 0.02, 0.3, 0.5, 0.7, 0.98, 1.0, -0.5, 2.0, np.nan]]).T
    agrees(ufunc, shares, rtol=1e-6)


def test_ufuncs_with_constant_parameters_and_several_results():
    for power in (0, 0.5, -1.5):
        agrees(lambda x, p=power: special.boxcox(np.abs(x) + 0.1, p), FLOATS)
        agrees(lambda x, p=power: special.boxcox1p(np.abs(x), p), FLOATS)
        agrees(lambda x, p=power: special.inv_boxcox(np.exp(-np.abs(x)) / 2, p), FLOATS)
        agrees(lambda x, p=power: special.inv_boxcox1p(np.exp(-np.abs(x)) / 2, p), FLOATS)
    agrees(lambda x: special.boxcox(np.abs(x) + 0.1, np.array([0.0, 1.0, -0.5, 2.0])), FLOATS)
    for part in (0, 1):
        agrees(lambda x, i=part: np.modf(x)[i], WITH_NAN)
        agrees(lambda x, i=part: np.divmod(x, 3)[i], INTS)
        agrees(lambda x, i=part: divmod(x, 1.5)[i], FLOATS)
    agrees(lambda x: special.softplus(x) if hasattr(special, "softplus") else x, FLOATS * 30)


@pytest.mark.parametrize("ufunc", [np.arcsinh, np.hypot, np.logaddexp, np.sinh], ids=lambda u: u.__name__)
def test_large_numbers_do_not_overflow(ufunc):
    x = np.array([[1e-30, 3e12], [-1e200, 1e300], [-1e15, 2e12], [0.0, np.inf]])
    agrees(lambda x: ufunc(x) if ufunc.nin == 1 else ufunc(x, x[:, ::-1]), x)


@pytest.mark.parametrize("ufunc", [np.power, np.float_power], ids=lambda u: u.__name__)
def test_powers(ufunc):
    for exponent in (2, 3, 0.5, 1.0, 2.5, -1.0, 0):
        agrees(lambda x, e=exponent: ufunc(np.abs(x) * 1.0, e), FLOATS)
    agrees(lambda x: ufunc(2.0, x), FLOATS)
