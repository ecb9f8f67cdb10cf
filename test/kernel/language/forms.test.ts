// Everyday TypeScript: each list is a notebook of its own names, cell by cell with the value of its last expression.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { cellSession } from "../cell-session";

const directory = mkdtempSync(path.join(tmpdir(), "tokenwise-forms-"));
process.chdir(directory);
const { run, close } = cellSession();

test.after(() => {
  close();
  process.chdir(tmpdir());
  rmSync(directory, { recursive: true });
});

type Cell = [code: string, value: unknown] | string;

async function gives(cells: Cell[]): Promise<void> {
  for (const cell of cells) {
    const [code, value] = typeof cell === "string" ? [cell, undefined] : cell;
    const found = await run(code).catch(error => `${error.name}: ${error.message}`);
    assert.deepEqual(typeof cell === "string" && typeof found !== "string" ? undefined : found, value, code);
  }
}

test("await before anything that can be awaited", () =>
  gives([
    ["await (async () => 5)()", 5],
    ["(await (await Promise.resolve({ json: async () => [1] })).json())[0]", 1],
    ["await [2]", [2]],
    ["await `t`", "t"],
    ["await /x/.test('x')", true],
    ["await\nPromise.resolve(6)", 6],
    ["await new Promise<number>(resolve => setTimeout(resolve, 1, 7))", 7],
    ["await { then(resolve: (n: number) => void) { resolve(8) } }", 8],
    ["-(await Promise.resolve(9))", -9],
    ["const early = await (Promise.resolve('a')), late = await Promise.resolve('b'); early + late", "ab"],
    ["if (await Promise.resolve(true)) { await (null) } else { }\n1", 1],
    ["class Awaited1 { static n = 1 } const { n } = await (Promise.resolve(Awaited1)); n", 1],
    [
      "let caught = ''; try { await (Promise.reject(new Error('no'))) } catch (e) { caught = (e as Error).message } caught",
      "no",
    ],
    [
      "for (const wait of [1, 2]) await (wait);\nlet sum = 0; for await (const x of [Promise.resolve(1), 2]) sum += x; sum",
      3,
    ],
  ]));

test("patterns with other names, for values and parameters of earlier cells' names", () =>
  gives([
    "const item = { x: 1, y: { z: 2 }, list: [3, 4] }; const items = [{ text: 'a', n: 1 }, { text: 'b', n: 2 }]; const factor = 10;",
    ["const { x: one } = item; one", 1],
    [
      "const { y: { z: two }, list: [three, ...more], ...others } = item; [two, three, more, others]",
      [2, 3, [4], { x: 1 }],
    ],
    ["const texts: string[] = []; for (const { text: t } of items) texts.push(t); texts", ["a", "b"]],
    ["items.map(({ n: m }) => m * factor)", [10, 20]],
    ["[...items].sort(({ n: a }, { n: b }) => b - a)[0]!.n", 2],
    ["let { x: changed } = item; changed++; changed", 2],
    ["function inner() { const { x: q = 5 } = item; return q } inner()", 1],
    "enum Side { Left = 'l' }",
    ["const { Left: left } = Side; left", "l"],
    ["let a1 = 0, b1 = 0; ({ x: a1, y: { z: b1 } } = item); [a1, b1]", [1, 2]],
    ["[a1, b1] = [b1, a1]; [a1, b1]", [2, 1]],
    ["({ a1, b1 = 7 } = { a1: 3 } as { a1: number; b1?: number }); [a1, b1]", [3, 7]],
    ["for ([a1, b1] of [[8, 9]] as [number, number][]) {}\n[a1, b1]", [8, 9]],
    ["((a1: number, { b1 }: { b1: number }) => a1 + b1)(1, { b1: 2 })", 3],
    ["const own = function a1() { return typeof a1 }; own()", "function"],
    ["try { throw 5 } catch (a1) { }\na1", 8],
    ["a1: for (const b1 of [1]) { continue a1 }\nb1", 9],
    [
      "class Holder { a1 = a1; static b1 = b1; ['m' + a1]() { return b1 } }\n[new Holder().a1, Holder.b1, (new Holder() as any).m8()]",
      [8, 9, 9],
    ],
  ]));

test("local types and private members, here and in the next cell", () =>
  gives([
    ["function counter() { interface Counter { n: number } const c: Counter = { n: 1 }; return c }\ncounter().n", 1],
    ["counter().n + 1", 2],
    ["function local() { class Local { private q = 1; v() { return this.q } } return new Local() }\nlocal().v()", 1],
    ["local().v()", 1],
    [
      "const Mixin = <T extends new (...given: any[]) => object>(B: T) => class extends B { private s = 1; reveal() { return this.s } };\nnew (Mixin(class {}))().reveal()",
      1,
    ],
    [
      "class Mixed extends Mixin(Map) { protected own = 2; get two() { return this.own } }\n[new Mixed().reveal(), new Mixed().two, new Mixed().size]",
      [1, 2, 0],
    ],
    [
      "abstract class Shape { abstract area(): number; #secret = 3; get secret() { return this.#secret } }\nclass Square extends Shape { area() { return 4 } }\n[new Square().area(), new Square().secret]",
      [4, 3],
    ],
    ["new Square().secret", 3],
    ["const unique: unique symbol = Symbol(); const keyed = { [unique]: 1 };\nkeyed[unique]", 1],
    ["const make = () => { enum Kind { A, B } return { kind: Kind.B } };\nmake().kind", 1],
    ["make().kind", 1],
    [
      "function generic<T>(v: T) { interface Box { v: T } const box: Box = { v }; return box }\nconst boxed = generic(3); boxed.v",
      3,
    ],
    ["boxed.v + 1", 4],
  ]));

test("a local type has its public members in later cells, and its name stays free", () =>
  gives([
    `function counter2() { interface Counter2 { n: number; next?: Counter2 } const c: Counter2 = { n: 1 }; return c }
function locals() { class Local { private q = 1; v() { return this.q } other?: Local } return [new Local()] }
const nested = async () => { interface In { a: string } interface Out { in: In } const o: Out = { in: { a: "x" } }; return o };`,
    ["const text: string = counter2().n;", "TS2322: Type 'number' is not assignable to type 'string'."],
    ["counter2().next?.next?.n", undefined],
    ["locals()[0]!.other ?? locals()[0]!.v()", 1],
    ["const count: number = (await nested()).in.a;", "TS2322: Type 'string' is not assignable to type 'number'."],
    ["interface Counter2 { m: string }\ncounter2().n", 1],
  ]));

test("today's syntax and library", () =>
  gives([
    [
      "const order: string[] = []; class Res { [Symbol.dispose]() { order.push('closed') } }\n{ using r = new Res(); order.push('in use') }\norder",
      ["in use", "closed"],
    ],
    ["using top = new Res(); const beside = 5; order.length", 2],
    ["[beside, order.length]", [5, 3]],
    ["await using later = { async [Symbol.asyncDispose]() { order.push('later') } }; order.length", 3],
    ["order.at(-1)", "later"],
    [
      "([1, null, 2, 'x'] as (number | string | null)[]).filter(v => typeof v === 'number').map(n => n.toFixed(1))",
      ["1.0", "2.0"],
    ],
    ["function picked<T extends string>(a: T[], b: NoInfer<T>) { return b } picked(['a'], 'a')", "a"],
    [
      "const log: (string | symbol)[] = []; function logged(v: Function, c: { name: string | symbol }) { return function (this: any, ...a: any[]) { log.push(c.name); return v.apply(this, a) } }\nclass Calc { @logged add(a: number, b: number) { return a + b } }\nnew Calc().add(1, 2)",
      3,
    ],
    ["new Calc().add(2, 2) + log.length", 6],
    ["[...new Float32Array([3, 1]).toSorted()]", [1, 3]],
    ["'x'.isWellFormed()", true],
    ["new ArrayBuffer(8, { maxByteLength: 16 }).resizable", true],
    ["typeof process.getBuiltinModule('fs')", "object"],
    ["const point = { x: 1 } satisfies Record<string, number>; point.x", 1],
    ["class Accessed { accessor value = 4 } new Accessed().value", 4],
    ["const big = 2n ** 64n; String(big)", "18446744073709551616"],
    ["/(?<year>\\d+)/v.exec('in 2026')!.groups!.year", "2026"],
    ["let maybe: { n?: number } | undefined; maybe ??= {}; maybe.n ||= 5; maybe?.n", 5],
    [
      "const pair = (<const T extends readonly unknown[]>(x: T): T => x)([1, 2]); const first: 1 = pair[0]; pair",
      [1, 2],
    ],
  ]));

test("a cell is strict, and names of other kinds of code are its own", () =>
  gives([
    ["let text: string = null;", "TS2322: Type 'null' is not assignable to type 'string'."],
    ["function untyped(x) { return x }", "TS7006: Parameter 'x' implicitly has an 'any' type."],
    [
      'import { createRequire } from "node:module";\nconst require = createRequire(process.cwd() + "/x.js"); typeof require("fs")',
      "object",
    ],
    ["typeof require('path').sep", "string"],
    ["const exports = [1, 2]; exports.length", 2],
    ["exports.push(3)", 3],
    ["const module = { id: 1 }; module.id", 1],
    ["import.meta.url.startsWith('file:///')", true],
    ["import.meta.dirname === process.cwd()", true],
    ["__dirname === process.cwd()", true],
    ["const __filename = 'mine'; __filename", "mine"],
    ["function shadow(exports: number, require: number) { return exports + require + point.x } shadow(1, 2)", 4],
    "let __u = 5; function __v() { return __u }",
    ["__u = 6; __v()", 6],
    ["function self(this: unknown) { return this === undefined || this === globalThis }\nself()", true],
    ["self()", true],
    ["let nameless = () => 1, Klass = class {}; [nameless.name, Klass.name]", ["nameless", "Klass"]],
    [
      "declare global { interface Array<T> { lastOne(): T } }\nArray.prototype.lastOne = function () { return this[this.length - 1] };\n[1, 2].lastOne()",
      2,
    ],
    ["[1, 3].lastOne()", 3],
  ]));

test("types and classes that are declared again, in the same cell and later", () =>
  gives([
    "class Net { a = 1 }\nlet net = new Net();",
    ["class Net { a = 1; b = 2 }\nnet = new Net();\nnet.b", 2],
    ["net.b", 2],
    "interface Options { n: number }\nlet options: Options = { n: 1 }; function read(given: Options) { return given }",
    ["interface Options { n: number; m: string }\noptions = { n: 1, m: 'x' }; options.m + read(options).m", "xx"],
    "type Mode = 'a'; const runs = (mode: Mode) => mode;",
    ["type Mode = 'a' | 'b'; runs('b')", "b"],
    "enum Color { Red }\nlet color = Color.Red;",
    ["enum Color { Red, Blue }\ncolor = Color.Blue; color", 1],
    "class Old { x = 1 }\nconst old = new Old();",
    ["class Old { y = 2 }\nold.x", 1],
    ["class Old extends Map { z = 3 }\nnew Old().z", 3],
    ["const Old = 4; Old", 4],
  ]));

test("JSX with the user's function, or a message", async () => {
  const failed = String(await run("<b>hi</b>").catch(error => error.message));
  assert.match(failed, /requires 'React' to be in scope[\s\S]*"jsxFactory": "h"/);
  await gives([
    "const h = (tag: string, props: any, ...children: any[]) => ({ tag, props, children });",
    ["<b id='x'>hi {1 + 1}</b>", { tag: "b", props: { id: "x" }, children: ["hi ", 2] }],
    ["const list = [1].map(n => <i>{n}</i>); list[0].children", [1]],
    ["/** @jsx make */\nconst make = (tag: string) => tag + '!'; <br/>", "br!"],
    ["const id = <T>(x: T) => x; <number>id(3) < 4", true],
  ]);
});

test("parameters that papermill sets keep the type that the notebook declares", () =>
  gives([
    "type Size = { n: number }; let mode: 'fast' | 'slow' = 'fast', size: Size | null = null; const steps = 5; let list: number[] = [];",
    "function use(given: 'fast' | 'slow', size: Size | null, numbers: number[]) { return [given, size?.n, ...numbers] }",
    '// Parameters\nlet mode = "slow";\nlet size = {"n": 2};\nlet steps = 7;\nlet list = [];\nlet added = "new";\n',
    ["[...use(mode, size, list), steps, added]", ["slow", 2, 7, "new"]],
  ]));
