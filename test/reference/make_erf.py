"""erf at 60 digits by mpmath.  python test/reference/make_erf.py > test/reference/erf.json"""

import json

from mpmath import erf, mp, mpf

mp.dps = 80
POINTS = ["0.001", "0.25", "0.5", "1", "1.75", "-2.5", "4", "7.125", "-12", "20", "31.5", "33", "-100"]
print(json.dumps([{"x": x, "erf": mp.nstr(erf(mpf(x)), 60), "complement": mp.nstr(1 - abs(erf(mpf(x))), 5)} for x in POINTS], indent=1))
