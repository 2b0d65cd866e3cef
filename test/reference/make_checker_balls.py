"""Writes checker_balls.json: exp, log, sqrt and cube root of rationals to 300 digits, by mpmath."""

import json
import os
import random

import mpmath as mp

mp.mp.dps = 330
rng = random.Random(5)
rows = []
for i in range(120):
    n, d = rng.randrange(1, 2 ** rng.choice([4, 20, 60])), rng.randrange(1, 2 ** rng.choice([4, 20, 60]))
    x = mp.mpf(n) / d
    if x < 1e4:
        rows.append(["exp", str(n), str(d), mp.nstr(mp.exp(x), 300)])
        rows.append(["exp", str(-n), str(d), mp.nstr(mp.exp(-x), 300)])
    rows.append(["log", str(n), str(d), mp.nstr(mp.log(x), 300)])
    rows.append(["sqrt", str(n), str(d), mp.nstr(mp.sqrt(x), 300)])
    rows.append(["cbrt", str(n), str(d), mp.nstr(mp.cbrt(x), 300)])
with open(os.path.join(os.path.dirname(__file__), "checker_balls.json"), "w", encoding="utf-8") as file:
    json.dump(rows, file, indent=0)
