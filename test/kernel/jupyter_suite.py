"""The Jupyter project's own tests for kernels (jupyter-kernel-test), told what TypeScript looks like."""

import unittest

import jupyter_kernel_test


class TypeScriptKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "typescript"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('to stderr')"
    completion_samples = [
        {"text": "conso", "matches": {"console"}},
        {"text": "Math.sqr", "matches": {"sqrt"}},
    ]
    complete_code_samples = ["1", "const a = [1, 2]", "for (const x of [1]) {\n  x;\n}", "await Promise.resolve(1)"]
    incomplete_code_samples = ["const a = [1,", "function f() {", "`template", "/* comment", "f(1,", "class A {\n  x = 1;"]
    invalid_code_samples = ["const = 3", "1 +* 2", "let a b", "}"]
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "'a'.repeat(3)", "result": "'aaa'"},
        {"code": "[1, 2].map((x) => x * 2)", "result": "[ 2, 4 ]"},
        {"code": "Promise.resolve(42)", "result": "42"},
        {"code": "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>x</b>' }) })", "mime": "text/html"},
    ]
    code_display_data = [
        {"code": "import { display } from 'tslab'; display.html('<b>x</b>')", "mime": "text/html"},
        {"code": "import * as tslab from 'tslab'; tslab.display.png(new Uint8Array([1, 2]))", "mime": "image/png"},
    ]
    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "1 ? 2*"
    code_inspect_sample = "parseInt"
    code_clear_output = "(globalThis as any)[Symbol.for('Jupyter.host')].clearOutput()"


class WelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "typescript"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main(verbosity=2)
