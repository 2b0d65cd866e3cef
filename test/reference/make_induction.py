"""Means and variances of chains, step by step with mpmath at 40 digits, for random schedules: what closed forms must meet.

python test/reference/make_induction.py > test/reference/induction.json
"""

import json
import random

from mpmath import mp, mpf, sqrt

mp.dps = 40
random.seed(11)


def unit():
    return mpf(random.randint(50, 950)) / 1000


def text(x):
    return mp.nstr(x, 25)


def chain(kind, steps):
    """Runs x_t = a_t x_{t-1} + b_t z over the steps; returns what the closed forms read and what must come out."""
    x0 = mpf(random.randint(-2000, 2000)) / 1000
    mean, variance, abar, gbar, level = x0, mpf(0), mpf(1), mpf(1), mpf(0)
    rows = []
    for t in range(1, steps + 1):
        if kind == "vp":
            alpha = unit()
            a, b = sqrt(alpha), sqrt(1 - alpha)
            abar *= alpha
        elif kind == "general":
            a, b = 2 * unit() - mpf("0.4"), unit()
            gbar *= a
        else:
            before, level = level, level + unit()
            a, b = mpf(1), sqrt(level**2 - before**2)
        mean, variance = a * mean, a**2 * variance + b**2
        rows.append({"t": t, "abar": text(abar), "gbar": text(gbar), "level": text(level),
                     "mean": text(mean), "variance": text(variance)})
    return {"kind": kind, "x0": text(x0), "rows": rows}


def sums():
    """Sums and products over 1..n in exact integers and rationals."""
    return [{"n": n, "first": sum(range(1, n + 1)), "squares": sum(k * k for k in range(1, n + 1)),
             "halves": text(sum(mpf(1) / 2**k for k in range(1, n + 1)))} for n in range(1, 9)]


print(json.dumps({"chains": [chain(kind, 6) for kind in ("vp", "general", "ve") for _ in range(3)], "sums": sums()},
                 indent=1))
