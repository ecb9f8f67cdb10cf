// What programs import: tokenwise, tokenwise/experiments and tokenwise/kernel, as ES modules and with require, from any
// folder.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import * as ts from "typescript";
import { inRepository } from "../repository";
import { temporaryFolder } from "../temporary";

const names = { tokenwise: "seeded", "tokenwise/experiments": "promptSearch", "tokenwise/kernel": "progress" };
const entries = Object.entries(names);

const programs: Record<string, string> = {
  "program.mjs": `${entries.map(([entry, name]) => `import { ${name} } from "${entry}";`).join("\n")}
console.log([${Object.values(names)}].map(value => typeof value).join());`,
  "program.cjs": `const values = [${entries.map(([entry, name]) => `require("${entry}").${name}`)}];
console.log(values.map(value => typeof value).join());`,
};

/** A folder of programs: one in the repository, one of a project that has installed the package. */
const folders: Record<string, (outside: string) => string> = {
  "the repository": () => {
    const folder = inRepository("dist", "test", "entries");
    mkdirSync(folder, { recursive: true });
    return folder;
  },
  "another project": outside => {
    mkdirSync(path.join(outside, "node_modules"));
    symlinkSync(inRepository("."), path.join(outside, "node_modules", "tokenwise"));
    return outside;
  },
};

for (const [where, folderIn] of Object.entries(folders))
  test(`each entry is found from ${where}, with its types`, t => {
    const folder = folderIn(temporaryFolder(t));
    for (const [file, text] of Object.entries(programs)) {
      const program = path.join(folder, file);
      writeFileSync(program, text);
      t.after(() => rmSync(program, { force: true }));
      const printed = execFileSync(process.execPath, [program], {
        encoding: "utf8",
        env: { ...process.env, NODE_PATH: "" },
      });
      assert.equal(printed.trim(), "function,function,function", file);
    }
    for (const moduleResolution of [ts.ModuleResolutionKind.Node10, ts.ModuleResolutionKind.Node16]) {
      const found = entries.map(([entry]) => {
        const { resolvedModule } = ts.resolveModuleName(entry, path.join(folder, "a.ts"), { moduleResolution }, ts.sys);
        return resolvedModule && path.relative(inRepository("."), resolvedModule.resolvedFileName);
      });
      const expected = ["src", "experiments", "kernel"].map(part => path.join("dist", part, "index.d.ts"));
      assert.deepEqual(found, expected);
    }
  });
