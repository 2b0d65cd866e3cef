"""Values of statements about densities on small chains, by enumerating every path with exact fractions.

Run: python test/reference/make_chains.py > test/reference/chains.json

Nothing is shared with src/symbolic/chains: joints are dictionaries over whole paths, marginals and conditionals are sums
over them, and every quantity is written here from its textbook definition. Logarithms are taken last, by mpmath at 50
digits. `weights` are the numbers that the rows of the tables are proportional to, factor by factor in the order of the
declarations, parents' states varying slowest; they are consumed in that order.
"""

import itertools
import json
import random
from fractions import Fraction

from mpmath import log, mp, mpf

mp.dps = 50


class Joint:
    """A joint density over named variables, as a probability for each path."""

    def __init__(self, names, n):
        self.names, self.n = list(names), n
        self.paths = {path: Fraction(1) for path in itertools.product(range(n), repeat=len(self.names))}

    def multiply(self, child, parents, rows):
        at = self.names.index
        for path in self.paths:
            row = rows[tuple(path[at(p)] for p in parents)]
            self.paths[path] *= row[path[at(child)]]

    def prob(self, event):
        total = Fraction(0)
        for path, mass in self.paths.items():
            if all(path[self.names.index(k)] == v for k, v in event.items()):
                total += mass
        return total

    def cond(self, left, given):
        return self.prob({**given, **left}) / self.prob(given) if given else self.prob(left)


def number(x):
    return mpf(x.numerator) / mpf(x.denominator)


def states(names, n):
    return (dict(zip(names, s)) for s in itertools.product(range(n), repeat=len(names)))


def rows_for(rng, weights, n, parents):
    rows = {}
    for parent in itertools.product(range(n), repeat=parents):
        w = [rng.randint(1, 5) for _ in range(n)]
        weights.extend(w)
        rows[parent] = [Fraction(x, sum(w)) for x in w]
    return rows


def kl(n, left, first, second):
    return sum(number(first(s)) * log(number(first(s)) / number(second(s))) for s in states(left, n))


def models(kind, n, T, seed):
    rng, weights = random.Random(seed), []
    xs = [f"x{t}" for t in range(T + 1)]
    q, p = Joint(xs, n), Joint(xs, n)
    q.multiply("x0", [], rows_for(rng, weights, n, 0))
    if kind == "markov":
        for t in range(1, T + 1):
            q.multiply(f"x{t}", [f"x{t-1}"], rows_for(rng, weights, n, 1))
    else:  # DDIM: x_T given x_0, then x_{t-1} given x_t and x_0, in the order t = 2, …, T that parents allow
        q.multiply(f"x{T}", ["x0"], rows_for(rng, weights, n, 1))
        for t in range(T, 1, -1):
            q.multiply(f"x{t-1}", [f"x{t}", "x0"], rows_for(rng, weights, n, 2))
    p.multiply(f"x{T}", [], rows_for(rng, weights, n, 0))
    for t in range(T, 0, -1):
        p.multiply(f"x{t-1}", [f"x{t}"], rows_for(rng, weights, n, 1))
    return q, p, weights


def quantities(q, p, n, T):
    """Textbook definitions at x_0 = 0."""
    x0 = {"x0": 0}
    hidden = [f"x{t}" for t in range(1, T + 1)]
    paths = [(s, q.cond(s, x0)) for s in states(hidden, n)]
    bound = sum(number(w) * log(number(w) / number(p.prob({**x0, **s}))) for s, w in paths)
    prior = kl(n, [f"x{T}"], lambda s: q.cond(s, x0), lambda s: p.prob(s))
    steps = mpf(0)
    for t in range(2, T + 1):
        for xt in states([f"x{t}"], n):
            inner = kl(n, [f"x{t-1}"], lambda s: q.cond(s, {**xt, **x0}), lambda s: p.cond(s, xt))
            steps += number(q.cond(xt, x0)) * inner
    recon = -sum(number(q.cond(s, x0)) * log(number(p.cond(x0, s))) for s in states(["x1"], n))
    gap = kl(n, hidden, lambda s: q.cond(s, x0), lambda s: p.cond(s, x0))
    entropy = -sum(number(q.prob(s)) * log(number(q.prob(s))) for s in states([f"x{T}"], n))
    evidence = -log(number(p.prob(x0)))
    assert abs(bound - (prior + steps + recon)) < mpf(10) ** -40
    assert abs(bound - gap - evidence) < mpf(10) ** -40
    s, g = {f"x{T-1}": 1}, {f"x{T}": n - 1}
    posterior = number(q.cond(s, {**g, **x0}))
    step = "sum_{t=2}^{T} E_{q(x_t|x_0)}[KL(q(x_{t-1}|x_t,x_0) || p(x_{t-1}|x_t))]"
    found = {
        "E_{q(x_{1:T}|x_0)}[log(q(x_{1:T}|x_0) / p(x_{0:T}))]": bound,
        "KL(q(x_T|x_0) || p(x_T))": prior,
        step: steps,
        "-E_{q(x_1|x_0)}[log p(x_0|x_1)]": recon,
        "KL(q(x_{1:T}|x_0) || p(x_{1:T}|x_0))": gap,
        "H(q(x_T))": entropy,
        "-log int_{x_{1:T}} p(x_{0:T})": evidence,
    }
    if T > 1:
        found["q(x_{T-1}|x_T,x_0)"] = posterior
    return {text: mp.nstr(value, 30) for text, value in found.items()}


def main():
    cases = []
    for kind, n, T, seed in [("markov", 2, 1, 1), ("markov", 2, 3, 2), ("markov", 3, 3, 3), ("ddim", 2, 3, 4), ("ddim", 3, 2, 5)]:
        q, p, weights = models(kind, n, T, seed)
        free = {"x_0": 0, f"x_{T}": n - 1, **({f"x_{T-1}": 1} if T > 1 else {})}
        cases.append(
            {"kind": kind, "states": n, "length": T, "weights": weights, "at": free, "values": quantities(q, p, n, T)}
        )
    print(json.dumps(cases, indent=1))


main()
