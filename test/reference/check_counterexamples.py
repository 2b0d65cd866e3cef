"""Re-evaluates refutations at 100 digits, knowing nothing of the checker: reads a JSON list of {id, lhs, rhs, symbols,
given, counterexample: {point, lhs, rhs}} from stdin, prints a JSON list of [id, what is wrong]. Needs mpmath."""

import json
import re
import sys

import mpmath as mp

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
DIGITS = 100


def value(text, point):
    numbers = re.sub(r"(?<![\w.])(\d+\.?\d*(?:e[-+]?\d+)?)", r"mpf('\1')", text).replace("^", "**").strip()
    result = eval(numbers, {"__builtins__": {}, "mpf": mp.mpf, **FUNCTIONS}, point)
    if isinstance(result, mp.mpc) or not mp.isfinite(result):
        raise ValueError(f"{text} is not real")
    return result


def inside(x, domain):
    text = domain.strip()
    low, high = (value(end.replace("inf", "1e999999"), {}) for end in text[1:-1].split(","))
    return (low < x or (text[0] == "[" and low == x)) and (x < high or (text[-1] == "]" and x == high))


def reads(text):
    return set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", text)) - set(FUNCTIONS)


def complaint(entry):
    shown = entry["counterexample"]
    # Gaps below 100 digits are printed with more; so many are looked at.
    mp.mp.dps = max(DIGITS, *(len(shown[side]) + 30 for side in ("lhs", "rhs")))
    tiny = mp.mpf(10) ** (12 - mp.mp.dps)
    definitions = {g.split("=")[0].strip(): g.split("=")[1] for g in entry.get("given", []) if "=" in g}
    point = {n: value(t, {}) for n, t in shown["point"].items() if n not in definitions}
    if set(shown["point"]) - set(entry["symbols"]):
        return "the point names a symbol that is not declared"
    listed = set(shown["point"])
    while listed - set(point):
        before = len(point)
        for name in listed - set(point):
            if reads(definitions[name]) <= set(point):
                point[name] = value(definitions[name], point)
        if len(point) == before:
            return "the point does not name what a definition reads"
    for name in listed:
        domain = entry["symbols"][name]
        if not inside(point[name], domain):
            return f"{name} = {mp.nstr(point[name], 20)} is outside {domain}"
        printed = value(shown["point"][name], {})
        if abs(printed - point[name]) > mp.mpf("1e-25") * abs(point[name]):
            return f"{name} is printed as {shown['point'][name]}"
    for text in entry.get("given", []):
        if "=" not in text and not reads(text) & listed:
            continue  # it confines symbols that the claim does not read
        if "<" in text and not value(text.split("<")[0], point) < value(text.split("<")[1], point):
            return f"{text} does not hold"
        if ">" in text and not value(text.split(">")[0], point) > value(text.split(">")[1], point):
            return f"{text} does not hold"
    sides = {side: value(entry[side], point) for side in ("lhs", "rhs")}
    for side, exact in sides.items():
        if abs(mp.mpf(shown[side]) - exact) > mp.mpf("1e-10") * abs(exact) + tiny:
            return f"{side} is {mp.nstr(exact, 20)}, printed {shown[side]}"
    if abs(sides["lhs"] - sides["rhs"]) <= tiny * (abs(sides["lhs"]) + abs(sides["rhs"])):
        return f"the sides agree to {mp.mp.dps - 12} digits"
    return None


def main():
    wrong = []
    for entry in json.load(sys.stdin):
        try:
            found = complaint(entry)
        except (ValueError, ZeroDivisionError, TypeError, SyntaxError, NameError) as error:
            found = f"{type(error).__name__}: {error}"
        if found:
            wrong.append([entry["id"], found])
    json.dump(wrong, sys.stdout)


main()
