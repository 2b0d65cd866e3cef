"""Teaches papermill to write parameters in TypeScript.

As a command it is papermill itself:   python papermill_typescript.py in.ipynb out.ipynb -p steps 100
In a program:                          import papermill_typescript; papermill.execute_notebook(…)

A parameter is declared anew by `let`, in a cell after the one tagged `parameters`, so its type is that of the value and
not of the literal: `let size = "full"` is a string. What a parameter holds is checked where it is used, before that cell runs.
"""

import json
import math
import re

from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

# A declaration with a value on one line: a name, perhaps a type, the value, perhaps a comment.
_TEXT = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`"
_DECLARATION = re.compile(
    r"^\s*(?:export\s+)?(?:const|let|var)\s+(?P<name>[\w$]+)\s*(?::\s*(?P<type>(?:[^=]|=>)+?)\s*)?=(?!>)\s*"
    rf"(?P<value>(?:{_TEXT}|[^/;\"'`]|/(?!/))*?)\s*;?\s*(?://\s*(?P<help>.*?)\s*)?$"
)
_NAME = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
_LARGEST_EXACT = 2**53 - 1


class TypeScriptTranslator(Translator):
    """Python values as TypeScript source."""

    @classmethod
    def translate_escaped_str(cls, str_val):
        return json.dumps(str(str_val))

    @classmethod
    def translate_none(cls, val):
        return "null"

    @classmethod
    def translate_int(cls, val):
        """Beyond 2^53 a number would not be this integer any more: a bigint is."""
        return str(val) if abs(val) <= _LARGEST_EXACT else f"{val}n"

    @classmethod
    def translate_float(cls, val):
        if math.isnan(val):
            return "NaN"
        return repr(val) if math.isfinite(val) else "Infinity" if val > 0 else "-Infinity"

    @classmethod
    def translate_dict(cls, val):
        return "{" + ", ".join(f"{cls._key(str(key))}: {cls.translate(item)}" for key, item in val.items()) + "}"

    @classmethod
    def _key(cls, key):
        quoted = json.dumps(key)
        return f"[{quoted}]" if key == "__proto__" else quoted  # as a plain key it would set the prototype

    @classmethod
    def translate_list(cls, val):
        return "[" + ", ".join(cls.translate(item) for item in val) + "]"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        if not _NAME.fullmatch(name):
            raise ValueError(f"the parameter {name!r} cannot be a name in TypeScript: letters, digits, _ and $ only")
        # Nothing can be told of the type of what is not there: without a word, strict TypeScript would refuse any use of it.
        kind = {"null": ": any", "[]": ": any[]", "{}": ": Record<string, any>"}.get(str_val, "")
        return f"let {name}{kind} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        """The parameters that `papermill --help-notebook` lists."""
        found = (_DECLARATION.match(line) for line in parameters_cell["source"].splitlines())
        return [
            Parameter(
                name=match["name"],
                inferred_type_name=match["type"] or "None",
                default=match["value"],
                help=match["help"] or "",
            )
            for match in found
            if match
        ]


papermill_translators.register("typescript", TypeScriptTranslator)

if __name__ == "__main__":
    from papermill.cli import papermill

    papermill()
