import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { describeError, installStackTraces } from "../../../kernel/language/errors";
import { cells } from "../../../kernel/output/cell";
import { slot } from "../../../kernel/wire/interrupt";
import { cellSession } from "../cell-session";

// One session for all tests of this file, as in a notebook; local modules are found in its directory.
const directory = mkdtempSync(path.join(tmpdir(), "tokenwise-cells-"));
process.chdir(directory);
const { executor, flags, run, count, close } = cellSession();
installStackTraces();

/** The traceback of a cell that fails, without colours, as lines. */
async function failure(code: string): Promise<string[]> {
  const error: unknown = await run(code).then(
    () => assert.fail("the cell did not fail"),
    (thrown: unknown) => thrown,
  );
  const { traceback } = describeError(error, { file: `In[${count()}]`, line: executor.line() });
  return stripVTControlCharacters(traceback.join("\n")).split("\n");
}

test.after(() => {
  close();
  process.chdir(tmpdir());
  rmSync(directory, { recursive: true });
});

test("the value of a cell is that of its last expression", async () => {
  const table: [string, unknown][] = [
    ["1 + 2", 3],
    ["null", null],
    ["const a = 1;", undefined],
    ["const f = async (x: number) => x * 2;\nawait f(21)", 42],
    ["let sum = 0;\nfor await (const x of [Promise.resolve(40), 2]) sum += x;\nsum", 42],
    ["", undefined],
  ];
  for (const [code, value] of table) assert.equal(await run(code), value, code);
});

test("a shorthand property takes an earlier cell's variable, but not where the cell has its own", async () => {
  await run("const short = 1, shadowed = 2;");
  const code = `const own = 3;
[{ short }.short, ((shadowed: number) => ({ shadowed }))(5).shadowed, { own }.own, typeof { process }.process]`;
  assert.deepEqual(await run(code), [1, 5, 3, "object"]);
});

test("names last from cell to cell and may be declared or imported again", async () => {
  await run('import { readFileSync } from "node:fs";\nlet total = 1; const name = "a";');
  await run("total += 5;");
  assert.deepEqual(await run('import { readFileSync } from "node:fs";\n[total, typeof readFileSync]'), [6, "function"]);
  assert.equal(await run("const name = 7; const readFileSync = 1;\nname + readFileSync"), 8);
});

test("a variable is one for its own cell's functions and for later cells, whoever assigns it", async () => {
  const table: [string, unknown][] = [
    [
      "let count = 0; const add = () => ++count; let { rate } = { rate: 0.1 }; function step() { return rate }",
      undefined,
    ],
    ["count = 10; add(); rate = 0.5; [count, step()]", [11, 0.5]],
    ["for (count of [1, 2]) {}", undefined],
    ["[count, add(), { count }.count]", [2, 3, 3]],
    ["let stop = false; const worker = (async () => { while (!stop) await null; return 'stopped' })()", undefined],
    ["stop = true; await worker", "stopped"],
    ["enum Side { Left } namespace Sizes { export const one = 1 }", undefined],
    ["1", 1],
    ["[Side.Left, Sizes.one]", [0, 1]],
  ];
  for (const [code, value] of table) assert.deepEqual(await run(code), value, code);
});

test("what a module exports runs as it is", async () => {
  await run(
    "export interface Pair { n: number }\nexport const pair: Pair = { n: 2 };\nexport default class Own {}\nexport { pair };",
  );
  assert.deepEqual(await run("[pair.n, typeof Own, [1, 3, 2].findLast(n => n > 1), [2, 1].toSorted()]"), [
    2,
    "function",
    2,
    [1, 2],
  ]);
  const lines = await failure("export let good = 1, bad: string = 2;");
  assert.equal(lines[1], `In[${count()}]:1:22`);
  const thrown = await failure("let fine = 1; const make = () => { throw new Error('here') }; make()");
  assert.equal(thrown[1], `In[${count()}]:1:42`);
});

test("what a failing cell had made by then stays", async () => {
  await failure('const kept = 5;\nthrow new Error("later")');
  assert.equal(await run("kept"), 5);
});

test("an error names the cell and the line of TypeScript, across cells", async () => {
  await run(
    "interface Row {\n  n: number;\n}\nfunction positive(row: Row): number {\n  if (row.n < 0) throw new RangeError('low');\n  return row.n;\n}",
  );
  const defined = count();
  const lines = await failure("const rows: Row[] = [];\n\nrows.push({ n: 1 });\npositive({ n: -1 });");
  assert.equal(lines[0], "RangeError: low");
  assert.equal(lines[1], `In[${defined}]:5:24`);
  assert.ok(lines.includes(">   5 |   if (row.n < 0) throw new RangeError('low');"));
  assert.deepEqual(lines.slice(-2), [`    at positive (In[${defined}]:5:24)`, `    at In[${count()}]:4:1`]);
});

test("an error without a stack frame in the cell gets the line of the statement", async () => {
  const code =
    'import { readFile } from "node:fs/promises";\ntype Name = string;\nfor (const file of ["/none"]) {\n  const at: Name = file;\n  await readFile(at);\n}';
  const rejected = await failure(code);
  assert.match(rejected[0]!, /^Error: ENOENT/);
  assert.equal(rejected[1], `In[${count()}]:5:3`);
  const thrown = await failure('const a: number = 1;\nthrow "text";');
  assert.deepEqual(thrown.slice(0, 2), ["Thrown: 'text'", `In[${count()}]:2:1`]);
});

test("an error tells its properties, its causes and the errors of an aggregate", async () => {
  const deep = "new Error('a', { cause: new Error('b', { cause: 'root' }) })";
  const lines = await failure(`throw Object.assign(new AggregateError([${deep}, 7], 'all failed'), { code: 'E1' })`);
  const shown = lines.filter(line => /^(?!In\[|\s)/.test(line) && !line.startsWith(">"));
  const parts = ["Error 1 of 2: Error: a", "Caused by: Error: b", "Caused by: 'root'", "Error 2 of 2: 7"];
  assert.deepEqual(shown, ["AggregateError: all failed", "{ code: 'E1' }", ...parts]);
  const own = await failure("const round: any = new Error('a'); round.cause = round; throw round");
  assert.ok(!own.join().includes("Caused by"));
});

test("whatever is thrown is described", async () => {
  const table: [string, string][] = [
    ["throw undefined", "Thrown: undefined"],
    ["throw Object.assign(new Error('x'), { message: Symbol('n'), name: 5 })", "5: Symbol(n)"],
    [
      "throw new (class extends Error { get message(): string { throw 1 } })()",
      "Error: the thrown value throws when it is inspected",
    ],
    [
      "throw { [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 } }",
      "Error: the thrown value throws when it is inspected",
    ],
  ];
  for (const [code, line] of table) {
    const lines = await failure(code);
    assert.equal(lines[0], line);
    assert.ok(lines[1]!.startsWith(`In[${count()}]:1:`), code);
  }
});

test("compile errors have their code, position and extent", async () => {
  const lines = await failure('const fine = 1;\nconst count: number = "one";');
  assert.deepEqual(lines, [
    "TS2322: Type 'string' is not assignable to type 'number'.",
    `In[${count()}]:2:7`,
    "    1 | const fine = 1;",
    '>   2 | const count: number = "one";',
    "      |       ~~~~~",
  ]);
});

test("a TypeScript module beside the notebook can be imported, and its errors name its lines", async () => {
  const module =
    "export type Size = number;\nexport const half = (n: Size): Size => n / 2;\nexport function fail(): never {\n  throw new Error('no');\n}\n";
  writeFileSync(path.join(directory, "sizes.ts"), module);
  assert.equal(await run('import { half, fail } from "./sizes";\nhalf(8)'), 4);
  const lines = await failure("fail();");
  assert.ok(
    lines.some(line => line.includes("sizes.ts:4:9")),
    lines.join("\n"),
  );
});

test("a package that only lets itself be imported can be", async () => {
  const folder = path.join(directory, "node_modules/esm-only");
  mkdirSync(folder, { recursive: true });
  const exports = { ".": { import: "./index.js" }, "./part": { import: "./part.js" } };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "esm-only", type: "module", exports }));
  writeFileSync(path.join(folder, "index.js"), "export const hi = 'hi'; export default 7;");
  writeFileSync(path.join(folder, "part.js"), "export const part = 1;");
  writeFileSync(
    path.join(folder, "index.d.ts"),
    "export const hi: string; declare const seven: number; export default seven;",
  );
  writeFileSync(path.join(folder, "part.d.ts"), "export const part: number;");
  assert.deepEqual(await run(`import seven, { hi } from "esm-only";\n[seven, hi]`), [7, "hi"]);
  assert.equal(await run(`const { part } = await import("esm-only/part"); part`), 1);
  assert.match((await failure('require("esm-only/none")'))[0]!, /Package subpath '.\/none' is not defined/);
});

/** What the wire thread does at an interrupt. */
function interrupt(): void {
  Atomics.store(flags, slot.target, Atomics.load(flags, slot.running));
  Atomics.store(flags, slot.guard, 1);
  executor.interrupt();
}

test("an interrupt ends waits and loops, lets finally run, and later cells are free", async () => {
  await run("const cleaned: string[] = []; let turns = 0;");
  const table = [
    "await new Promise(resolve => setTimeout(resolve, 60_000).unref());",
    "for (;;) { turns++; await new Promise(resolve => setTimeout(resolve, 1)); }",
    'try { for (;;) await new Promise(resolve => setTimeout(resolve, 1)); } finally { for (const x of ["a", "b"]) cleaned.push(x); }',
  ];
  for (const code of table) {
    setTimeout(interrupt, 30);
    assert.equal((await failure(code))[0], "KeyboardInterrupt: The cell was interrupted.");
  }
  assert.deepEqual(await run("[...cleaned]"), ["a", "b"]);
  assert.equal(await run("let sum = 0; for (let i = 0; i < 10; i++) sum += i; sum"), 45);
  const before = await run("turns");
  await sleep(20);
  assert.equal(await run("turns"), before);
});

test("a signal that comes as a script ends cuts off this one, and no later one", async t => {
  const listener = (): void => {};
  process.on("SIGINT", listener);
  t.after(() => process.off("SIGINT", listener));
  (globalThis as any).raise = () => {
    Atomics.store(flags, slot.signalled, count());
    process.kill(process.pid, "SIGINT");
  };
  for (let i = 0; i < 30; i++) {
    assert.equal(
      (await failure("declare const raise: () => void; raise();"))[0],
      "KeyboardInterrupt: The cell was interrupted.",
    );
    assert.equal(await run("1 + 1"), 2);
  }
});

test("late work knows the cell that started it", async () => {
  (globalThis as any).whichCell = () => cells.getStore()?.seq;
  await run("declare const whichCell: () => number; let late = 0; setTimeout(() => { late = whichCell(); }, 20);");
  const started = count();
  await run("await new Promise(resolve => setTimeout(resolve, 50));");
  assert.equal(await run("late"), started);
});
