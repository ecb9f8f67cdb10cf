// What the compiler finds runs, and what runs has the types of the file that runs: a table of forms of imports.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { cellSession } from "../cell-session";

const project = mkdtempSync(path.join(tmpdir(), "tokenwise-modules-"));
const write = (files: Record<string, string>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
    writeFileSync(path.join(project, name), text);
  }
};

write({
  "tsconfig.json": JSON.stringify({ compilerOptions: { paths: { "@lib/*": ["./src/*"], "~one": ["./src/util.ts"] } } }),
  "src/util.ts": "export const util = (n: number): number => n + 10; export default 'whole';",
  "src/plain.js": "exports.plain = 1;",
  "src/data.json": '{ "list": [1, 2], "default": 3 }',
  "src/nested/index.ts": 'export { util } from "../util"; export * as all from "../util"; export * from "./more";',
  "src/nested/more.ts": "export const more = true; export type More = typeof more;",
  "nb/folder/index.tsx": "export const tsx = 'tsx' as const;",
  "nb/my.config.ts": "export const dotted = 2;",
  "nb/view.jsx": "export const jsx = 3;",
  "nb/esm.mts": "export const mts: 'mts' = 'mts';",
  "nb/common.cts": "const cts: 'cts' = 'cts'; export = { cts };",
  "nb/both.ts": "export const both = 'ts';",
  "nb/both.js": "export const both = 'js';",
  "nb/module.mjs": "export const mjs = 4; export default class Own {}",
  "nb/script.cjs": "module.exports = { cjs: 5, nested: { deep: true } };",
  "nb/callable.js": "module.exports = function callable(n) { return n * 2 }; module.exports.extra = 6;",
  "nb/typed.js": "exports.typed = 7;",
  "nb/typed.d.ts": "export declare const typed: 7;",
  "nb/meta.ts": "export const { url, dirname } = import.meta;",
  "nb/requires.ts": `import { createRequire } from "node:module";
const require = createRequire(import.meta.url); export const sep: string = require("node:path").sep;`,
  "nb/awaits.ts": "export const awaited = await Promise.resolve(8);",
  "nb/above.ts": 'import { awaited } from "./awaits"; export const above = awaited + 1;',
  "nb/lazy.ts": 'export const lazy = async () => (await import("./awaits")).awaited;',
  "nb/live.ts": "export let count = 0; export const add = () => { count++; };",
  "nb/circle-a.ts": 'import { b } from "./circle-b"; export const a = () => b(); export const name = "a";',
  "nb/circle-b.ts": 'import { name } from "./circle-a"; export const b = () => name + "b";',
  "nb/enum.ts": "export enum Side { Left = 'l' } export namespace N { export const n = 9 } export abstract class C {}",
  "nb/text.ts": "export interface Only { n: number } export type { Only as Other };",
  "node_modules/plain/package.json": '{ "name": "plain", "main": "main.js", "types": "main.d.ts" }',
  "node_modules/plain/main.js": "exports.kind = 'main';",
  "node_modules/plain/main.d.ts": "export declare const kind: 'main';",
  "node_modules/dual/package.json": JSON.stringify({
    name: "dual",
    exports: {
      ".": {
        import: { types: "./i.d.mts", default: "./i.mjs" },
        require: { types: "./i.d.cts", default: "./i.cjs" },
      },
      "./sub/*": { types: "./sub/*.d.ts", default: "./sub/*.js" },
    },
  }),
  "node_modules/dual/i.mjs": "export const kind = 'import'; export default 1;",
  "node_modules/dual/i.d.mts": "export declare const kind: 'import'; declare const one: 1; export default one;",
  "node_modules/dual/i.cjs": "exports.kind = 'require';",
  "node_modules/dual/i.d.cts": "export declare const kind: 'require';",
  "node_modules/dual/sub/part.js": "exports.part = 'part';",
  "node_modules/dual/sub/part.d.ts": "export declare const part: 'part';",
  "node_modules/waits/package.json":
    '{ "name": "waits", "type": "module", "exports": "./index.js", "types": "index.d.ts" }',
  "node_modules/waits/index.js": "export const waits = await Promise.resolve(10);",
  "node_modules/waits/index.d.ts": "export declare const waits: 10;",
  "node_modules/untyped/index.js": "module.exports = { untyped: 11 };",
  "node_modules/@scope/pack/package.json":
    '{ "name": "@scope/pack", "type": "module", "exports": { ".": { "types": "./t.d.ts", "import": "./x.js" } } }',
  "node_modules/@scope/pack/x.js": "export const scoped = 12;",
  "node_modules/@scope/pack/t.d.ts": "export declare const scoped: 12;",
  "package.json": '{ "name": "project", "imports": { "#inner": "./src/util.ts" } }',
});
process.chdir(path.join(project, "nb"));
const { run, close } = cellSession();

test.after(() => {
  close();
  process.chdir(tmpdir());
  rmSync(project, { recursive: true });
});

/** The import, the expression, its value, and its exact type. */
const forms: [imported: string, expression: string, value: unknown, type: string][] = [
  ['import { util } from "../src/util";', "util(1)", 11, "number"],
  ['import whole from "../src/util";', "whole", "whole", '"whole"'],
  ['import * as ns from "../src/util";', "ns.util(2)", 12, "number"],
  [
    'import whole2, { util as u2 } from "../src/util.js";',
    "[whole2, u2(3)] as const",
    ["whole", 13],
    'readonly ["whole", number]',
  ],
  ['import { default as whole3 } from "../src/util.ts";', "whole3", "whole", '"whole"'],
  ['import { plain } from "../src/plain";', "plain", 1, "1"],
  ['import data from "../src/data.json";', "data.list", [1, 2], "number[]"],
  ['import { list } from "../src/data.json" with { type: "json" };', "list", [1, 2], "number[]"],
  [
    'import { util as viaIndex, all, more } from "../src/nested";',
    "[viaIndex(1), all.default, more] as const",
    [11, "whole", true],
    'readonly [number, "whole", true]',
  ],
  ['import { tsx } from "./folder";', "tsx", "tsx", '"tsx"'],
  ['import { dotted } from "./my.config";', "dotted", 2, "2"],
  ['import { jsx } from "./view";', "jsx", 3, "3"],
  ['import { mts } from "./esm.mjs";', "mts", "mts", '"mts"'],
  ['import { mts as mts2 } from "./esm.mts";', "mts2", "mts", '"mts"'],
  ['import common from "./common.cjs";', "common.cts", "cts", '"cts"'],
  ['import common2 = require("./common.cjs");', "common2.cts", "cts", '"cts"'],
  ['import { both } from "./both";', "both", "ts", '"ts"'],
  [
    'import Own, { mjs } from "./module.mjs";',
    "[typeof Own, mjs] as const",
    ["function", 4],
    'readonly ["string" | "number" | "bigint" | "boolean" | "symbol" | "undefined" | "object" | "function", 4]',
  ],
  ['import script from "./script.cjs";', "script.nested.deep", true, "boolean"],
  ['import { cjs } from "./script.cjs";', "cjs", 5, "number"],
  ['import callable from "./callable";', "[callable(2), callable.extra] as const", [4, 6], "readonly [number, 6]"],
  ['import { typed } from "./typed";', "typed", 7, "7"],
  [
    'import { url, dirname } from "./meta";',
    "dirname === process.cwd() && url.endsWith('/nb/meta.ts')",
    true,
    "boolean",
  ],
  ['import { sep } from "./requires";', "sep", path.sep, "string"],
  ['import { awaited } from "./awaits";', "awaited", 8, "number"],
  ['import { above } from "./above";', "above", 9, "number"],
  ['import { lazy } from "./lazy";', "await lazy()", 8, "number"],
  ['import { count, add } from "./live"; add(); add();', "count", 2, "number"],
  ['import { a } from "./circle-a";', "a()", "ab", "string"],
  [
    'import { Side, N, C } from "./enum";',
    "[Side.Left, N.n, typeof C === 'function'] as const",
    ["l", 9, true],
    "readonly [Side.Left, 9, boolean]",
  ],
  ['import type { Only, Other } from "./text"; const only: Only & Other = { n: 1 };', "only.n", 1, "number"],
  ['import { util as aliased } from "@lib/util";', "aliased(1)", 11, "number"],
  ['import { util as alias1 } from "~one";', "alias1(1)", 11, "number"],
  ['import { util as innerUtil } from "#inner";', "innerUtil(1)", 11, "number"],
  ['import { kind } from "plain";', "kind", "main", '"main"'],
  ['import one, { kind as dual } from "dual";', "[one, dual] as const", [1, "import"], 'readonly [1, "import"]'],
  ['import required = require("dual");', "required.kind", "require", '"require"'],
  ['import { part } from "dual/sub/part";', "part", "part", '"part"'],
  ['import { waits } from "waits";', "waits", 10, "10"],
  ['const later = await import("waits");', "later.waits", 10, "10"],
  ['import untyped from "untyped";', "untyped.untyped", 11, "any"],
  ['import { scoped } from "@scope/pack";', "scoped", 12, "12"],
  [
    'const { default: lateWhole, util: lateUtil } = await import("../src/util");',
    "[lateWhole, lateUtil(1)] as const",
    ["whole", 11],
    'readonly ["whole", number]',
  ],
  [
    'import { readFileSync, promises as files } from "fs"; import os from "node:os";',
    "[typeof readFileSync, typeof files.readFile, typeof os.EOL].join()",
    "function,function,string",
    "string",
  ],
  ['export { util as reexported } from "../src/util"; import "../src/nested";', "1 as const", 1, "1"],
];

test(`${forms.length} forms of imports give the value and the type of the same file`, async () => {
  await run("type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;");
  const wrong: unknown[] = [];
  for (const [imported, expression, value, type] of forms) {
    const code = `${imported}\nconst found = ${expression};\nconst typedAs: Same<typeof found, ${type}> = true;\nfound`;
    const found = await run(code).catch(error => `${error.name}: ${error.message}`);
    if (!isDeepStrictEqual(found, value)) wrong.push([imported, expression, found]);
  }
  assert.deepEqual(wrong, []);
});

test("require finds the same files, and what it cannot find it says", async () => {
  const table: [string, unknown][] = [
    ['require("../src/util").util(1)', 11],
    ['require("./folder").tsx', "tsx"],
    ['require("../src/data.json").list.length', 2],
    ['require("dual").kind', "require"],
    ['require("@lib/util").default', "whole"],
    ['require.resolve("../src/util").endsWith("util.ts")', true],
    ['await import("./awaits").then(m => m.awaited)', 8],
    ['require("./awaits").awaited', 8],
  ];
  for (const [code, value] of table) assert.deepEqual(await run(code), value, code);
  await assert.rejects(run('require("./none")'), { code: "MODULE_NOT_FOUND" });
  await assert.rejects(run('import { none } from "./none";'), { name: "TS2307" });
  await assert.rejects(run('import { none } from "../src/util";'), { name: "TS2614" });
});

test("what has changed is read anew, with its types and those that import it", async () => {
  write({
    "src/deep.ts": 'export const deep = () => "1";',
    "src/middle.ts": 'import { deep } from "./deep"; export const middle = () => "m" + deep();',
    "nb/top.js": 'import { middle } from "../src/middle"; export const top = () => "t" + middle();',
    "nb/old.cjs": "module.exports = { v: 1 };",
    "nb/set.json": '{ "s": 1 }',
  });
  const imports = 'import { top } from "./top.js"; import old from "./old.cjs"; import set from "./set.json";';
  assert.deepEqual(await run(`${imports}\n[top(), old.v, set.s]`), ["tm1", 1, 1]);
  write({
    "src/deep.ts": 'export const deep = () => "two"; export const extra = 2;',
    "nb/old.cjs": "module.exports = { v: 'two' };",
    "nb/set.json": '{ "s": "two", "more": true }',
  });
  const again = `${imports.replace(/\{ top \}/, "{ top as newTop }")} import { extra } from "../src/deep";`;
  assert.deepEqual(await run(`${again}\n[newTop(), old.v, set.s, set.more, extra]`), ["tmtwo", "two", "two", true, 2]);
  assert.equal(await run("top()"), "tm1");
});

test("a file that an earlier cell writes can be imported, also if it was asked for before", async () => {
  await assert.rejects(run('import { made } from "./made";'), { name: "TS2307" });
  await run(`require("fs").writeFileSync("made.ts", "export const made = 1;")`);
  assert.equal(await run('import { made } from "./made"; made'), 1);
  await run(`require("fs").writeFileSync("made.ts", "export const made = 'x'; export const more = 2;")`);
  assert.deepEqual(await run('import { made, more } from "./made"; [made.length, more]'), [1, 2]);
  await run('require("fs").rmSync("made.ts")');
  await assert.rejects(run('import { made } from "./made";'), { name: "TS2307" });
});

test("errors in a module name its file and line, whatever it is written in", async () => {
  write({
    "nb/typo.ts": "export const n: number =\n  'text';",
    "nb/throws.mjs": "export const go = () => {\n  throw new Error('deep');\n};",
  });
  const { diagnostics } = (await run('import { n } from "./typo";').catch(error => error)) as any;
  assert.deepEqual([diagnostics[0].fileName, diagnostics[0].start.line], ["typo.ts", 0]);
  const error = (await run('import { go } from "./throws.mjs"; go();').catch(thrown => thrown)) as Error;
  assert.match(error.message, /deep/);
});
