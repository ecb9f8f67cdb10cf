// A cell may declare a value of any type, wherever its notebook lies. The folder of these cells is outside the
// repository.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import type { CompileError } from "../../../kernel/language/diagnostics";
import { cellSession } from "../cell-session";

const directory = mkdtempSync(path.join(tmpdir(), "tokenwise-anywhere-"));
process.chdir(directory);
const session = cellSession();
writeFileSync("films.csv", "prompt,better,worse\na,good,bad\nb,fine,poor\n");

test.after(() => {
  session.close();
  process.chdir(tmpdir());
  rmSync(directory, { recursive: true });
});

/** Cells that each declare one name. */
const cells: Record<string, string> = {
  tf: 'import * as tf from "@tensorflow/tfjs-core"; await tw.selectBackend();',
  table: 'const table = await tw.readTable("films.csv");',
  derived: "const derived = table.derive({ longer: d => d.better + d.worse }).groupby('prompt').count();",
  lists: 'const lists = tw.fromPairs(table, { prompt: "prompt", chosen: "better", rejected: "worse" });',
  frame: "const frame = tw.toDanfo(table);",
  column: 'const column = frame.column("better");',
  tensors: "const tensors = { x_ND: tf.zeros([2, 3]), deeper: [tf.scalar(1)] };",
  rng: "const rng = tw.seeded(0);",
  lm: 'const lm = await tw.loadCausalLm("tiny-lm");',
  tokenizer: "const { tokenizer } = lm;",
  ids: 'const ids = tokenizer.encode("a film");',
  outputs: "const outputs = await tw.generate(lm, [ids], { maxNewTokens: 2 });",
  guidance: `const guidance = await tw.learnGuidance({ features_NTD: tf.randomNormal([24, 2, 3]) as tf.Tensor3D,
    scores: Array.from({ length: 24 }, (_, n) => n) }, rng, { aggregate: tw.meanTokens(), steps: 4, listsPerStep: 8 });`,
  learn: "const learn = (seed: number) => ({ guidance, lm, table, frame, rng: tw.seeded(seed) });",
  figure: 'const figure = tw.figures.tokenHeatmap([{ tokens: ["a", "b"], rewards: [0, 1] }]);',
  Held: "class Held { table = table; tensor() { return tensors.x_ND; } }",
};

test("what cells declare has its own type in later cells", async () => {
  for (const [name, code] of Object.entries(cells)) {
    await session.run(code);
    // Any type but `any` lacks this member.
    await assert.rejects(session.run(`const wrong: { absent: 1 } = ${name};`), /^TS2(322|741|739)/, code);
  }
  assert.equal(await session.run("const rows: number = table.numRows(); rows"), 2);
  assert.equal(await session.run("const shape: number[] = learn(1).frame.shape; shape.join()"), "2,3");
  await assert.rejects(session.run("const text: string = new Held().table.numRows();"), { name: "TS2322" });
});

/** Cells that declare what the functions of an entry return. */
const results: Record<string, [load: () => object, imported: string]> = {
  tokenwise: [() => require("../../../src/index"), ""],
  "tokenwise/experiments": [
    () => require("../../../experiments/index"),
    'import * as experiments from "tokenwise/experiments";\n',
  ],
  "tokenwise/kernel": [() => require("../../../kernel/index"), 'import * as kernel from "tokenwise/kernel";\n'],
};

/** `prefix.name` of each function, also of those in namespaces. */
const functionsOf = (prefix: string, entry: object): string[] =>
  Object.entries(entry).flatMap(([name, value]) =>
    typeof value === "function"
      ? [`${prefix}.${name}`]
      : value?.__esModule
        ? functionsOf(`${prefix}.${name}`, value)
        : [],
  );

for (const [entry, [load, imported]] of Object.entries(results))
  test(`what the functions of ${entry} return can be declared`, () => {
    const functions = functionsOf(entry === "tokenwise" ? "tw" : path.basename(entry), load());
    assert.ok(functions.length > 5);
    const lines = functions.map(
      (name, n) => `declare const f${n}: Awaited<ReturnType<typeof ${name}>>; const r${n} = f${n};`,
    );
    assert.deepEqual(errorsOf(`${imported}${lines.join("\n")}`), []);
  });

function errorsOf(code: string): string[] {
  try {
    session.compiler.compile(code, "In[1]");
    return [];
  } catch (error) {
    const lines = code.split("\n");
    return (error as CompileError).diagnostics.map(({ start, messageText }) => `${lines[start.line]}: ${messageText}`);
  }
}
