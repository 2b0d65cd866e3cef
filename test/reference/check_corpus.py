"""Holds the labels of test/symbolic/corpus to mpmath at 80 digits: true claims agree at random points of their set,
false ones differ at one of them. Run: python test/reference/check_corpus.py (needs mpmath)."""

import glob
import json
import os
import random
import re
import sys

import mpmath as mp

mp.mp.dps = 80
FOLDER = os.path.join(os.path.dirname(__file__), "..", "symbolic", "corpus")
FUNCTIONS = {
    "sqrt": mp.sqrt,
    "exp": mp.exp,
    "log": mp.log,
    "abs": mp.fabs,
    "min": min,
    "max": max,
    "erf": mp.erf,
    "normalCdf": mp.ncdf,
    "pi": mp.pi,
}


def code(text):
    text = re.sub(r"(?<![\w.])(\d+\.?\d*(?:e[-+]?\d+)?)", r"mpf('\1')", text)
    return compile(text.replace("^", "**"), text, "eval")


def value(compiled, point):
    result = eval(compiled, {"__builtins__": {}, "mpf": mp.mpf, **FUNCTIONS}, point)
    if isinstance(result, mp.mpc):
        raise ValueError("not real")
    return result


def draw(domain, rng):
    low, high = (end.strip(" ()[]") for end in domain.split(","))
    if low == "-inf":
        return mp.mpf(rng.uniform(-3, 3))
    if high == "inf":
        return mp.mpf(low) + mp.exp(rng.uniform(-1.5, 1.5))
    return mp.mpf(low) + (mp.mpf(high) - mp.mpf(low)) * mp.mpf(rng.uniform(0.02, 0.98))


def inside(x, domain):
    low, high = (end.strip(" ()[]") for end in domain.split(","))
    return (low == "-inf" or x > mp.mpf(low)) and (high == "inf" or x < mp.mpf(high))


def points(claim, rng, wanted=24):
    definitions = [g.split("=") for g in claim.get("given", []) if "=" in g]
    inequalities = [g.split("<") for g in claim.get("given", []) if "<" in g]
    defined = {name.strip(): code(text.strip()) for name, text in definitions}
    found = 0
    for _ in range(4000):
        point = {n: draw(d, rng) for n, d in claim["symbols"].items() if n not in defined}
        try:
            while any(n not in point for n in defined):
                for n, compiled in defined.items():
                    if n not in point and all(s in point or s in (*FUNCTIONS, "mpf") for s in compiled.co_names):
                        point[n] = value(compiled, point)
            if not all(inside(point[n], claim["symbols"][n]) for n in defined):
                continue
            if not all(value(code(a.strip()), point) < value(code(b.strip()), point) for a, b in inequalities):
                continue
            yield value(code(claim["lhs"]), point), value(code(claim["rhs"]), point)
        except (ValueError, ZeroDivisionError, TypeError):
            continue
        found += 1
        if found == wanted:
            return


def main():
    rng = random.Random(1)
    wrong, counts = [], {"true": 0, "false": 0}
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.json"))):
        expected = "true" if path.endswith("-true.json") else "false"
        for claim in json.load(open(path, encoding="utf-8")):
            pairs = list(points(claim, rng))
            agree = bool(pairs) and all(abs(a - b) <= mp.mpf(10) ** -60 * (1 + abs(a) + abs(b)) for a, b in pairs)
            counts[expected] += 1
            if agree != (expected == "true") or not pairs:
                wrong.append((claim["id"], len(pairs)))
    print(counts, "wrong labels:", wrong)
    sys.exit(1 if wrong else 0)


main()
