import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { compilerOptions } from "../../../kernel/language/options";
import { ts } from "../../../kernel/language/typescript";

const project = mkdtempSync(path.join(tmpdir(), "tokenwise-options-"));
const notebooks = path.join(project, "notebooks");
mkdirSync(notebooks);
test.after(() => rmSync(project, { recursive: true }));

const configured = (compilerOptions: object, folder = project): void =>
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));

test("cells are strict, unless the environment says otherwise", t => {
  const before = process.env.TOKENWISE_STRICT;
  t.after(() => {
    if (before === undefined) delete process.env.TOKENWISE_STRICT;
    else process.env.TOKENWISE_STRICT = before;
  });
  const strict = (value: string): unknown => {
    process.env.TOKENWISE_STRICT = value;
    return compilerOptions(notebooks).strict;
  };
  assert.deepEqual(["", "1", "0", "false"].map(strict), [true, true, false, false]);
});

test("the nearest tsconfig.json decides, with what it extends", () => {
  configured({ strict: false, paths: { "@lib/*": ["./src/*"] }, lib: ["ES2020", "DOM"], jsx: "react-jsx" });
  const above = compilerOptions(notebooks);
  assert.deepEqual([above.strict, above.jsx, above.paths], [false, ts.JsxEmit.ReactJSX, { "@lib/*": ["./src/*"] }]);
  assert.ok(above.lib!.includes("lib.dom.d.ts") && above.lib!.includes("lib.es2023.d.ts"));
  configured({ noImplicitAny: false, jsxFactory: "h" }, notebooks);
  const near = compilerOptions(notebooks);
  assert.deepEqual([near.strict, near.noImplicitAny, near.jsxFactory, near.paths], [true, false, "h", undefined]);
  writeFileSync(path.join(notebooks, "tsconfig.json"), '{ "extends": "../tsconfig.json", /* a comment */ }');
  assert.equal(compilerOptions(notebooks).strict, false);
});

test("it cannot change where code goes, nor report what is normal in a notebook", () => {
  configured({ outDir: "elsewhere", module: "commonjs", target: "ES5", noUnusedLocals: true, noEmit: true }, notebooks);
  const { outDir, module, target, noUnusedLocals, noEmit } = compilerOptions(notebooks);
  assert.deepEqual([outDir, module, target], ["outDir", ts.ModuleKind.Preserve, ts.ScriptTarget.ES2024]);
  assert.deepEqual([noUnusedLocals, noEmit], [undefined, undefined]);
});

test("the library has what this Node has", () => {
  const { lib = [] } = compilerOptions(project);
  assert.equal(lib.includes("lib.es2024.string.d.ts"), "isWellFormed" in String.prototype);
  assert.equal(lib.includes("lib.esnext.collection.d.ts"), "union" in Set.prototype);
  for (const file of lib)
    assert.ok(ts.sys.fileExists(path.join(path.dirname(require.resolve("typescript")), file)), file);
});
