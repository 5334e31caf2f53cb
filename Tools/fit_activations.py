#!/usr/bin/env python3
"""Fits the rational functions of Sources/CFledgeKernels/vectors.h: ½ + x P(x²) / Q(x²) for Φ and for the logistic function.

Needs numpy and scipy. Prints the coefficients, lowest power first (Q without its leading 1), and the largest errors of
the fit and of its evaluation in float32. Weighted linear least squares, the weights drawn towards the largest errors
until these are level.
"""
import numpy as np
from scipy.special import erf


def fit(f, p_count, q_count, limit, rounds=200):
    k = np.arange(3000)
    x = limit / 2 * (1 - np.cos(np.pi * (k + 0.5) / 3000))
    x = x[x > 1e-3]
    t, y = (x / limit) ** 2, f(x)
    weight, below, best = np.ones_like(x), np.ones_like(x), None
    for _ in range(rounds):
        s = weight / below
        columns = [x * s * t**i for i in range(p_count)] + [-y * s * t**i for i in range(1, q_count + 1)]
        a = np.stack(columns, 1)
        size = np.abs(a).max(0)
        c = np.linalg.lstsq(a / size, y * s, rcond=1e-16)[0] / size
        p = sum(c[i] * t**i for i in range(p_count))
        q = 1 + sum(c[p_count + i - 1] * t**i for i in range(1, q_count + 1))
        error = np.abs(x * p / q - y)
        if q.min() > 0 and (best is None or error.max() < best[0]):
            best = (error.max(), c)
        weight = weight * (0.2 + error / error.max()) ** 0.5
        weight, below = weight / weight.mean(), np.abs(q)
    powers = list(range(p_count)) + list(range(1, q_count + 1))
    return best[0], best[1] * np.array([limit ** (-2.0 * i) for i in powers])


def float32_error(f, c, p_count, limit):
    x = np.linspace(-limit, limit, 400_001).astype(np.float32)

    def horner(coefficients):
        value = np.full_like(x, np.float32(coefficients[-1]))
        for v in coefficients[-2::-1]:
            value = (value.astype(np.float64) * (x * x) + np.float64(np.float32(v))).astype(np.float32)
        return value

    q = horner(np.concatenate([[1], c[p_count:]]))
    value = np.float32(0.5) + (x * horner(c[:p_count]) / q).astype(np.float32)
    return np.abs(value - (f(x.astype(np.float64)) + 0.5)).max()


def report(name, f, p_count, q_count, limit):
    error, c = fit(f, p_count, q_count, limit)
    print(f"{name}: fit {error:.1e}, in float32 {float32_error(f, c, p_count, limit):.1e}")
    print("  P", ", ".join(f"{v:.9g}" for v in c[:p_count]))
    print("  Q", ", ".join(f"{v:.9g}" for v in c[p_count:]))


report("normal distribution", lambda x: 0.5 * erf(x / np.sqrt(2)), 6, 5, 5.4)
report("logistic", lambda x: 1 / (1 + np.exp(-x)) - 0.5, 5, 4, 16.0)
