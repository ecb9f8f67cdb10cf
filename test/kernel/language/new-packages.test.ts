import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { createCompiler } from "../../../kernel/language/compile";
import { temporaryFolder } from "../../temporary";

test("a package can be imported as soon as it is there, also the first of its folder and one with a scope", t => {
  const folder = temporaryFolder(t);
  process.chdir(folder);
  t.after(() => process.chdir(tmpdir()));
  const compiler = createCompiler();
  t.after(compiler.close);
  for (const name of ["first", "second", "@scope/third"]) {
    const code = `import { value } from "${name}"; value`;
    assert.throws(() => compiler.compile(code, "In[1]"), new RegExp(`Cannot find module '${name}'`));
    const installed = path.join(folder, "node_modules", name);
    mkdirSync(installed, { recursive: true });
    writeFileSync(path.join(installed, "index.d.ts"), "export const value: number;");
    assert.ok(compiler.compile(code, "In[2]").lastExpression, name);
    assert.throws(
      () => compiler.compile(`import { other } from "${name}"; other`, "In[3]"),
      /no exported member 'other'/,
    );
  }
});
