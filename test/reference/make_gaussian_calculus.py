"""Values for Gaussian calculus, vectors and derivatives by other means: matrices, Gauss-Hermite quadrature, SymPy in
Cartesian coordinates.

python test/reference/make_gaussian_calculus.py > test/reference/gaussian_calculus.json
"""

import json

import numpy as np
import sympy as sp

rng = np.random.default_rng(5)


def kl(m1, s1, m2, s2):
    """KL of two Gaussians with full covariance matrices."""
    inverse = np.linalg.inv(s2)
    shift = m2 - m1
    ratio = np.linalg.slogdet(s2)[1] - np.linalg.slogdet(s1)[1]
    return 0.5 * (np.trace(inverse @ s1) - len(m1) + shift @ inverse @ shift + ratio)


def isotropic():
    rows = []
    for d in (1, 2, 3):
        m, n, x = rng.normal(size=(3, d))
        v, w = rng.uniform(0.2, 3, size=2)
        gap = x - m
        density = -0.5 * (gap @ np.linalg.inv(v * np.eye(d)) @ gap) - 0.5 * np.linalg.slogdet(2 * np.pi * v * np.eye(d))[1]
        rows.append({"m": m.tolist(), "n": n.tolist(), "x": x.tolist(), "v": v, "w": w,
                     "kl": kl(m, v * np.eye(d), n, w * np.eye(d)), "density": density,
                     "entropy": 0.5 * np.linalg.slogdet(2 * np.pi * np.e * v * np.eye(d))[1]})
    return rows


def joint(a, b, c, d, e, u, v, w):
    """Mean and covariance of x ~ N(a, b), y = c x + d + N(0, e), z = u x + v y + N(0, w)."""
    low = np.array([[1, 0, 0], [c, 1, 0], [u + v * c, v, 1]])
    mean = low @ np.array([a, d, 0.0])
    return mean, low @ np.diag([b, e, w]) @ low.T


def moments():
    """E of polynomials by tensor Gauss-Hermite quadrature, exact for these degrees."""
    names = list("abcdeuvw")
    polynomials = ["x^2", "x*y", "x*y*z", "x^2*y^2", "(x - y)^4", "x^3*z", "x^2*y*z", "(x + 2*y - z)^3", "w*x^2*(y - c*x)^2"]
    points, weights = np.polynomial.hermite_e.hermegauss(8)
    weights = weights / weights.sum()
    rows = []
    for _ in range(3):
        values = dict(zip(names, rng.uniform(0.2, 1.5, size=8)))
        mean, cov = joint(**values)
        root = np.linalg.cholesky(cov)
        grid = np.stack(np.meshgrid(points, points, points, indexing="ij"), -1).reshape(-1, 3)
        mass = np.einsum("i,j,k->ijk", weights, weights, weights).reshape(-1)
        sample = mean + grid @ root.T
        scope = {**values, "x": sample[:, 0], "y": sample[:, 1], "z": sample[:, 2]}
        found = {p: float(mass @ (eval(p.replace("^", "**"), {}, scope) * np.ones(len(mass)))) for p in polynomials}
        other = dict(zip(names, rng.uniform(0.2, 1.5, size=8)))
        rows.append({"values": values, "moments": found, "other": other, "kl": kl(mean, cov, *joint(**other)),
                     "entropy": 0.5 * np.linalg.slogdet(2 * np.pi * np.e * cov)[1]})
    return rows


def radial():
    """Laplacians of f(|x|^2) in Cartesian coordinates."""
    rows = []
    for d in (1, 2, 3, 4):
        xs = sp.symbols(f"x1:{d + 1}", real=True)
        s = sum(x**2 for x in xs)
        for name, f in {"exp(-s/2)": sp.exp(-s / 2), "s^2": s**2, "log(1 + s)": sp.log(1 + s), "sqrt(s)^3": sp.sqrt(s) ** 3}.items():
            point = {x: sp.Rational(i + 1, 3) for i, x in enumerate(xs)}
            rows.append({"d": d, "f": name, "s": float(s.subs(point)),
                         "laplacian": float(sum(sp.diff(f, x, 2) for x in xs).subs(point))})
    return rows


print(json.dumps({"isotropic": isotropic(), "models": moments(), "radial": radial()}, indent=1))
