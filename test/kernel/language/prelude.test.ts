import assert from "node:assert/strict";
import { test } from "node:test";
import { createCompiler } from "../../../kernel/language/compile";
import { installPrelude } from "../../../kernel/language/prelude";
import { completeReply, inspectReply } from "../../../kernel/language/replies";
import { inRepository } from "../../repository";

process.chdir(inRepository("."));
const compiler = createCompiler();
test.after(() => compiler.close());

test("names complete with their kind before any cell has run", () => {
  const reply = completeReply(compiler, { code: "tw.meanT", cursor_pos: 8 }) as any;
  assert.deepEqual(reply.matches, ["meanTokens"]);
  assert.deepEqual([reply.cursor_start, reply.cursor_end], [3, 8]);
  const imported = completeReply(compiler, { code: 'import { meanT } from "tokenwise"', cursor_pos: 14 }) as any;
  assert.deepEqual(imported.matches, ["meanTokens"]);
  const kinds = (code: string) => {
    const { metadata } = completeReply(compiler, { code, cursor_pos: code.length }) as any;
    return Object.fromEntries(metadata._jupyter_types_experimental.map(({ text, type }: any) => [text, type]));
  };
  const { generate, meanTokens, metrics } = kinds("tw.");
  assert.deepEqual({ generate, meanTokens, metrics }, { generate: "function", meanTokens: "const", metrics: "module" });
  const { Score, Aggregate } = kinds("let x: tw.");
  assert.deepEqual({ Score, Aggregate }, { Score: "interface", Aggregate: "interface" });
  assert.equal(kinds("let x: tw.training.").Schedule, "type");
  assert.equal(kinds("tw.metrics.").rouge, "function");
  assert.equal(kinds('import * as tw from "tokenwise"; t').tw, "module");
});

test("they are inspected with their types and docs, the docs as Markdown", () => {
  const { found, data } = inspectReply(compiler, { code: "tw.meanTokens", cursor_pos: 6 }) as any;
  assert.equal(found, true);
  assert.match(data["text/plain"], /meanTokens: \(options\?: LengthOptions\) => Aggregate/);
  assert.match(
    data["text/markdown"],
    /^```typescript\n[^`]*=> Aggregate[^`]*\n```\n\nC · mean of r_t \(the paper's AVG\)\./,
  );
  const kernelName = { code: 'import { progress } from "tokenwise/kernel"', cursor_pos: 12 };
  assert.match((inspectReply(compiler, kernelName) as any).data["text/markdown"], /```\n\nYields the items/);
});

test("names complete and are inspected in namespaces and in tokenwise/experiments, with their types", () => {
  const completed = (code: string) => {
    const { metadata } = completeReply(compiler, { code, cursor_pos: code.length }) as any;
    return metadata._jupyter_types_experimental.map(({ text, type }: any) => [text, type]);
  };
  const inspected = (code: string) =>
    (inspectReply(compiler, { code, cursor_pos: code.length }) as any).data["text/plain"];
  assert.deepEqual(completed("tw.metrics.roug"), [["rouge", "function"]]);
  assert.deepEqual(completed("let figure: tw.figures.Fig"), [["Figure", "interface"]]);
  assert.ok(completed("tw.fig").some(([name, kind]: string[]) => name === "figures" && kind === "module"));
  assert.match(inspected("tw.metrics.rouge"), /function rouge\([\s\S]*ROUGE/);
  const experiments = 'import * as experiments from "tokenwise/experiments";\n';
  assert.deepEqual(completed(`${experiments}experiments.promptSea`), [["promptSearch", "function"]]);
  assert.match(inspected(`${experiments}experiments.promptSearch`), /function promptSearch\(/);
  assert.throws(() => compiler.compile("const text: string = tw.metrics.rouge;", "In[1]"), { name: "TS2322" });
  const known = compiler.compile(`${experiments}const { rouge } = tw.metrics;`, "In[1]");
  compiler.keep(known);
  assert.throws(() => compiler.compile("const n: number = experiments.promptSearch; rouge();", "In[2]"), {
    name: "TS2322",
  });
});

test("cells are checked against it, and may import or declare the name themselves", () => {
  assert.throws(() => compiler.compile('tw.meanTokens("much")', "In[1]"), /not assignable|no properties in common/);
  for (const code of ['import * as tw from "tokenwise";\ntw.meanTokens()', "const tw = 3;\ntw + 1", "tw.meanTokens()"])
    assert.match(compiler.compile(code, "In[1]").javascript, /__tokenwise_result\.value =/, code);
});

test("the library is loaded when the global is first used, unless a program sets it", () => {
  let loaded = 0;
  const load = () => ({ loaded: ++loaded });
  const world = globalThis as { tw?: unknown };
  installPrelude(load);
  assert.equal(loaded, 0);
  assert.equal(world.tw, world.tw);
  assert.equal(loaded, 1);
  installPrelude(load);
  world.tw = 4;
  assert.equal(world.tw, 4);
  assert.equal(loaded, 1);
});
