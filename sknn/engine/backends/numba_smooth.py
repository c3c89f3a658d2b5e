"""Smooth rectifiers compiled by Numba: σ(z) and σ'(z) of a layer in one pass, in float32.

The passes cost little beside the matrix products, since e^z is computed by a polynomial of
which a wide register does eight or more at a time: a call of exp for every value would not
be vectorised. The NumPy code of `activations.SiLU`, `Mish` and `GELU` is the reference; in
float64 it is what runs. Every z is kept within a range where nothing overflows, beyond
which σ(z) is 0 or z to rounding; NaN stays NaN.

Sources: S. Moshier's Cephes library (1984) for the polynomial of e^z; M. Shepherd and
J. Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x" (1981).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.polynomial import chebyshev
from scipy.special import erfcx

from .numba_compiler import compiled

real = np.float32
ONE, TWO, HALF = real(1), real(2), real(0.5)
LOW, HIGH = real(-87), real(87)  # e^z is a normal number in between
# e^x = 2^k e^y with k = x / log 2, rounded by adding and taking away ROUNDER, and
# y = x - k log 2, in two parts so that the product with the first one is exact.
LOG2_E, ROUNDER = real(1.44269504), real(1.5 * 2**23)
LOG_2, REST = real(0.693359375), real(-2.12194440e-4)
E = tuple(
    real(c)
    for c in (
        1.9875691500e-4,
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        5.0000001201e-1,
    )
)


def erfcx_polynomial(degree: int, k: float) -> Any:
    """Return the coefficients of (1 + 2x) erfcx(x), the highest power first.

    As a polynomial in t = (x - k) / (x + k), which maps x >= 0 to [-1, 1).
    """

    def scaled(t: Any) -> Any:
        x = k * (1 + t) / (1 - np.minimum(t, 1 - 1e-12))
        return (1 + 2 * x) * erfcx(x)

    return chebyshev.cheb2poly(chebyshev.chebinterpolate(scaled, degree))[::-1]


FAR = real(13)  # where Φ(-z) is still a normal number
CENTRE = real(2)
P = tuple(real(c) for c in erfcx_polynomial(10, 2.0))
ROOT_HALF, DENSITY = real(0.5**0.5), real((2 * np.pi) ** -0.5)

# A product and a sum may become one instruction: a third less time.
smooth = partial(compiled, fastmath={"contract"})


@intrinsic
def _from_bits(context: Any, bits: Any) -> Any:
    """Return the float32 that has these 32 bits."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], context.get_value_type(types.float32))

    return types.float32(types.int32), generate


@smooth
def _exp(x: Any) -> Any:
    """Return e^x for x in [LOW, HIGH], to 1e-7 of it."""
    k = (x * LOG2_E + ROUNDER) - ROUNDER
    y = (x - k * LOG_2) - k * REST
    p = ((((E[0] * y + E[1]) * y + E[2]) * y + E[3]) * y + E[4]) * y + E[5]
    return (p * y * y + y + ONE) * _from_bits(np.int32((np.int32(k) + 127) << 23))


@smooth
def bounded_exp(x: Any) -> Any:
    """Return e^x, of the nearest bound for x beyond [LOW, HIGH]; NaN stays NaN."""
    x = LOW if x < LOW else x
    return _exp(HIGH if x > HIGH else x)


@smooth
def silu(Z: Any, b: Any, A: Any) -> None:
    """Write z s, s = 1 / (1 + e^-z), into `A` and its derivative into `Z`.

    For z_j + b_j in place of the z_j of `Z`; `Z` and `A` are of shape (m, n), `b` of (n,).
    """
    m, n = Z.shape
    for i in range(m):
        for j in range(n):
            z = Z[i, j] + b[j]
            z = LOW if z < LOW else z
            c = HIGH if z > HIGH else z
            e = _exp(-c)
            s = ONE / (ONE + e)
            A[i, j] = z * s
            Z[i, j] = s + s * (c * (e * s))


@smooth
def mish(Z: Any, b: Any, A: Any) -> None:
    """Write z ω, ω = tanh(log(1 + e^z)), into `A` and its derivative into `Z`.

    With e = e^z: ω = q / (q + 2) for q = e (e + 2), and the derivative is
    ω + 4 z e (1 + e) / (q + 2)². Shapes as for `silu`.
    """
    m, n = Z.shape
    for i in range(m):
        for j in range(n):
            z = Z[i, j] + b[j]
            z = LOW if z < LOW else z
            c = real(20) if z > real(20) else z
            e = _exp(c)
            q = e * (e + TWO)
            r = ONE / (q + TWO)
            w = q * r
            A[i, j] = z * w
            Z[i, j] = w + real(4) * c * e * (ONE + e) * r * r


@smooth
def gelu(Z: Any, b: Any, A: Any) -> None:
    """Write z Φ(z) into `A` and its derivative, Φ(z) + z φ(z), into `Z`.

    Φ(-x√2) = e^(-x²) erfcx(x) / 2. Shapes as for `silu`.
    """
    m, n = Z.shape
    for i in range(m):
        for j in range(n):
            z = Z[i, j] + b[j]
            z = -FAR if z < -FAR else z
            c = FAR if z > FAR else z
            x = abs(c) * ROOT_HALF
            t = (x - CENTRE) / (x + CENTRE)
            p = ((((P[0] * t + P[1]) * t + P[2]) * t + P[3]) * t + P[4]) * t + P[5]
            p = ((((p * t + P[6]) * t + P[7]) * t + P[8]) * t + P[9]) * t + P[10]
            e = _exp(-HALF * c * c)
            tail = HALF * e * p / (ONE + TWO * x)
            cdf = ONE - tail if c > real(0) else tail
            A[i, j] = z * cdf
            Z[i, j] = cdf + c * e * DENSITY


@smooth
def multiply_slopes(slopes: Any, delta: Any, sums: Any) -> None:
    """Multiply `delta` by `slopes` in place; write its sums over the rows into `sums`.

    `slopes` and `delta` are of shape (m, n), `sums` of shape (n,).
    """
    m, n = slopes.shape
    sums[:] = 0
    for i in range(m):
        for j in range(n):
            d = delta[i, j] * slopes[i, j]
            delta[i, j] = d
            sums[j] += d
