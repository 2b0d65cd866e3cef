"""SymPy on a list of claims from stdin: simplify(lhs - rhs) == 0, then equals(); one JSON line {id, verdict, ms} each.
Symbols carry what SymPy can be told of their domains (real, positive, negative, nonnegative, nonpositive)."""

import json
import signal
import sys
import time

import sympy

LIMIT_S = 10


class Late(Exception):
    pass


def late(*_):
    raise Late


def symbol(name, domain):
    low, high = (end.strip(" ()[]") for end in domain.split(","))
    closed_low, closed_high = domain.strip()[0] == "[", domain.strip()[-1] == "]"
    if low != "-inf" and sympy.Rational(low) >= 0:
        return sympy.Symbol(name, nonnegative=True) if closed_low and low == "0" else sympy.Symbol(name, positive=True)
    if high != "inf" and sympy.Rational(high) <= 0:
        return sympy.Symbol(name, nonpositive=True) if closed_high and high == "0" else sympy.Symbol(name, negative=True)
    return sympy.Symbol(name, real=True)


def decide(claim):
    names = {name: symbol(name, domain) for name, domain in claim["symbols"].items()}
    names.update(abs=sympy.Abs, exp=sympy.exp, log=sympy.log, sqrt=sympy.sqrt)
    names.update(min=sympy.Min, max=sympy.Max, erf=sympy.erf)
    names.update(normalCdf=lambda x: (1 + sympy.erf(x / sympy.sqrt(2))) / 2)
    read = lambda text: sympy.sympify(text.replace("^", "**"), locals=names, rational=True)
    definitions = [(names[g.split("=")[0].strip()], read(g.split("=")[1])) for g in claim.get("given", []) if "=" in g]
    difference = read(claim["lhs"]) - read(claim["rhs"])
    for _ in definitions:
        difference = difference.subs(definitions)
    if sympy.simplify(difference) == 0:
        return "proved"
    return {True: "proved", False: "refuted", None: "undecided"}[difference.equals(0)]


def main():
    signal.signal(signal.SIGALRM, late)
    for claim in json.load(sys.stdin):
        start = time.perf_counter()
        signal.alarm(LIMIT_S)
        try:
            verdict = decide(claim)
        except Late:
            verdict = "undecided"
        except Exception:  # whatever SymPy stumbles over, it did not decide the claim
            verdict = "undecided"
        signal.alarm(0)
        print(json.dumps({"id": claim["id"], "verdict": verdict, "ms": (time.perf_counter() - start) * 1000}), flush=True)


main()
