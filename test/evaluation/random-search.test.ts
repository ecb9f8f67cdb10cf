import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { randomSearch } from "../../src/evaluation/random-search";
import type { CausalLm } from "../../src/models/causal/forward";
import type { PromptRow } from "../../src/training/prompts/train-prompt-policy";
import { tinyLlama } from "../tiny-llama";
import { countingScore, tinyPolicy, widePolicy } from "../tiny-task";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

async function search(evaluations: number, batch: number | undefined, make: typeof widePolicy) {
  const policy = make(model);
  const score = countingScore();
  const rows: PromptRow[] = [];
  for await (const some of randomSearch({ policy, score, evaluations, batch, rng: seeded(0) })) rows.push(...some);
  policy.dispose();
  return { rows, calls: score.calls };
}

test("it scores exactly its budget of distinct prompts, and its rows say how far it is", async () => {
  const { rows, calls } = await search(50, 20, widePolicy);
  assert.equal(calls.length, 50);
  assert.equal(new Set(calls).size, 50);
  const evens = calls.map(prompt => prompt.split(",").filter(id => Number(id) % 2 === 0).length);
  const mean = (from: number, to: number) => evens.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
  const at = (evaluations: number, name: string, value: number) => ({
    step: 0,
    evaluations,
    phase: "samples",
    name,
    value,
  });
  assert.deepEqual(rows, [
    at(20, "score", mean(0, 20)),
    at(20, "best score", Math.max(...evens.slice(0, 20))),
    at(40, "score", mean(20, 40)),
    at(40, "best score", Math.max(...evens.slice(0, 40))),
    at(50, "score", mean(40, 50)),
    at(50, "best score", Math.max(...evens)),
  ]);
});

test("it ends when the policy has no more prompts to give", async () => {
  const { calls } = await search(300, undefined, tinyPolicy);
  assert.ok(calls.length <= 216 && calls.length > 60, `${calls.length} prompts`);
  assert.equal(new Set(calls).size, calls.length);
});
