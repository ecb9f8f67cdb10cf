"""jupyter-kernel-test's checks of a kernel, with samples of TypeScript. KERNEL names the kernelspec."""

import os
import unittest

import jupyter_kernel_test


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = os.environ["KERNEL"]
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    completion_samples = [
        {"text": "const word = 'a'; word.toUpperC", "matches": ["toUpperCase"]},
        {"text": "Math.hyp", "matches": ["hypot"]},
    ]
    complete_code_samples = [
        "1",
        "const x = 1;",
        "function f() { return 1 }",
        "await (async () => 5)()",
        "await /x/.test('x')",
        "const id = <T>(x: T) => x;",
        "<b>text</b>",
    ]
    incomplete_code_samples = ["function f() {", "const a = [1,", "for (let i = 0; i < 3; i++) {", "`text"]
    invalid_code_samples = ["const = 4", "let 3x = 1"]
    code_generate_error = "throw new TypeError('boom')"
    code_execute_result = [{"code": "1 + 2", "result": "3"}, {"code": "'a'.length", "result": "1"}]
    code_display_data = [
        {"code": "import { display } from 'tslab'; display.html('<b>x</b>')", "mime": "text/html"},
        {"code": "import { show } from 'tokenwise/kernel'; show({ 'text/html': '<b>x</b>' })", "mime": "text/html"},
    ]
    code_clear_output = "import { clearOutput } from 'tokenwise/kernel'; clearOutput()"
    code_history_pattern = "1*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "console"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The first cell waits for the compiler, on a busy machine longer than the checks do.
        cls.kc.execute("0", reply=True, timeout=120)


if __name__ == "__main__":
    unittest.main(verbosity=2)
