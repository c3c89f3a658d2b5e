"""The functions behind several activations and losses, against SciPy over their range."""

import numpy as np
import pytest
from scipy.special import expit

from sknn.engine.activations import ACTIVATIONS
from sknn.engine.arrays import log_1p_exp, sigmoid, softplus
from sknn.engine.neurons import neurons

DTYPES = [np.float32, np.float64]


def values(dtype):
    """Return numbers small and large, of both signs, up to where e^z overflows and on."""
    steps = np.concatenate([np.linspace(0, 40, 401), [80, 90, 700, 720, 1e4, 1e30, np.inf]])
    return np.concatenate([-steps, steps]).astype(dtype)[:, np.newaxis]


def of(function, Z):
    A = np.empty_like(Z)
    function(Z.copy(), A)
    return A


@pytest.mark.parametrize("dtype", DTYPES)
def test_sigmoid_is_right_to_the_last_digits_far_into_both_tails(dtype):
    Z = values(dtype)
    tolerance = 8 * np.finfo(dtype).eps
    # Below about -88 (-709) the result is no normal number any more.
    tiny = np.finfo(dtype).tiny
    np.testing.assert_allclose(of(sigmoid, Z), expit(Z), rtol=tolerance, atol=tiny)


@pytest.mark.parametrize("dtype", DTYPES)
def test_softplus_is_right_to_the_last_digits(dtype):
    Z = values(dtype)
    tolerance = 8 * np.finfo(dtype).eps
    tiny = np.finfo(dtype).tiny
    np.testing.assert_allclose(of(softplus, Z), np.logaddexp(Z, 0), tolerance, tiny)


@pytest.mark.parametrize("dtype", DTYPES)
def test_functions_work_in_place_and_leave_nan_alone(dtype):
    Z = np.array([[0.5, np.nan, -3.0]], dtype)
    for function in (sigmoid, log_1p_exp):
        A = Z.copy()
        function(A, A)
        np.testing.assert_array_equal(A, of(function, Z))
        assert np.isnan(A[0, 1])


class Capped(type(ACTIVATIONS["relu"])):
    """A ReLU with an upper limit, which leaves ReLU's own shortcuts aside."""

    def forward(self, Z, A):
        np.clip(Z, 0, 6, out=A)

    def backward(self, Z, A, delta):
        delta *= (A > 0) & (A < 6)


def test_what_a_subclass_overrides_is_not_passed_over():
    Z, b = np.array([[-1.0, 2.0, 9.0]]), np.array([2.0, 1.0, 1.0])
    A, delta, grad = Z.copy(), np.ones_like(Z), np.empty(3)
    neurons(Capped()).forward(A, b, A)
    np.testing.assert_array_equal(A, [[1, 3, 6]])
    neurons(Capped()).backward(Z, A, delta, grad)
    np.testing.assert_array_equal(grad, [1, 1, 0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["sigmoid", "silu", "softplus", "mish", "gelu"])
def test_activations_stay_in_bounds_where_their_exponentials_would_overflow(name, dtype):
    Z = values(dtype)[np.isfinite(values(dtype))][:, np.newaxis]
    A = of(ACTIVATIONS[name].forward, Z)
    limit = {"sigmoid": np.ones_like(Z)}.get(name, np.maximum(Z, 0))
    far = np.abs(Z) >= 80
    expected = np.where(Z > 0, limit, 0)
    np.testing.assert_allclose(A[far], expected[far], rtol=1e-6, atol=1e-25)
