/** The states in which a cell is interrupted, for tests and `npm run bench -- interrupts`. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestKernel } from "./client";

/** Declares what the states use. */
export async function prepareStates(kernel: TestKernel): Promise<void> {
  const cells = [
    `import { execSync } from "node:child_process";
import { input, signal } from "tokenwise/kernel";
import { setTimeout as sleep } from "node:timers/promises";
function turn(): never { for (;;) {} }
const cleaned: number[] = [];
let ticks = 0;`,
    `import * as tw from "tokenwise";
import * as tf from "@tensorflow/tfjs-core";
await tw.selectBackend();
const features_NTD = tf.randomNormal<tf.Rank.R3>([120, 4, 8]);
const scores = Array.from({ length: 120 }, (_, i) => i);
const lm = await tw.loadCausalLm("tiny-lm");
const policy = tw.createPromptPolicy(lm, { candidates: Array.from({ length: 40 }, (_, i) => 300 + i), promptTokens: 4, context: [5], rng: tw.seeded(0) });
const score: tw.Score<readonly number[]> = { name: "even ids", apply: async prompts => Float32Array.from(prompts, ids => ids.filter(id => id % 2 === 0).length) };
const logits_V = tf.variable(tf.zeros([3]));
const contexts = [[5, 7, 31], [9, 21, 22], [8, 4, 12]];
const responses = tw.policies.upperLayersPolicy(lm, { prompts: await tw.policies.precomputePrompts(lm, contexts), fromLayer: 3 });
const references = contexts.map(prompt => ({ prompt, response: [17, 300, 301, 0] }));`,
  ];
  for (const code of cells) {
    const { reply } = await kernel.execute(code);
    assert.equal(reply.status, "ok", reply.traceback?.join("\n"));
  }
}

const long =
  "{ maxNewTokens: 200, samples: 50, batchTokens: 512, stopTokens: [], sampling: { rng: tw.seeded(0) }, signal: signal() }";

/** Cells that would not end. They show "here" or ask a question when they are there. */
export const states: Record<string, string> = {
  "a loop": 'console.log("here"); for (;;) {}',
  "a loop in a function of an earlier cell": 'console.log("here"); turn();',
  "a loop with a finally": 'console.log("here"); try { for (;;) {} } finally { cleaned.push(1); }',
  "a loop in a catch after an await": 'console.log("here"); await null; try { throw 1 } catch { while (true) {} }',
  "a loop in the catch that caught the interrupt": 'console.log("here"); try { for (;;) {} } catch { for (;;) {} }',
  "an await": 'console.log("here"); await sleep(60_000);',
  "a loop of awaits": 'console.log("here"); for (;;) { await sleep(1); ticks++; }',
  "a loop after an await": 'console.log("here"); await sleep(1); for (;;) {}',
  "a loop after an await, in a function of an earlier cell": 'console.log("here"); await sleep(1); turn();',
  "a call of the engine that never returns":
    'console.log("here"); [1].forEach(() => { /(a+)+b/.test("a".repeat(60)); });',
  "a value that takes its time to show itself": 'console.log("here"); ({ toMimeBundle: () => new Promise(() => {}) })',
  "a question to the user": 'input("name? ");',
  "a program": 'console.log("here"); execSync("sleep 60");',
  "a program after an await": 'console.log("here"); await sleep(1); execSync("sleep 60");',
  "a loop of programs": 'console.log("here"); for (;;) execSync("sleep 0.01");',
  "work that follows the cell's signal": `console.log("here");
await new Promise((_, reject) => signal().addEventListener("abort", () => reject(signal().reason)));`,
  learnGuidance: `console.log("here");
await tw.learnGuidance({ features_NTD, scores }, tw.seeded(0), { aggregate: tw.meanTokens(), steps: 1e6, every: 1e6, signal: signal() });`,
  "learnGuidance after an await": `console.log("here"); await sleep(1);
await tw.learnGuidance({ features_NTD, scores }, tw.seeded(0), { aggregate: tw.meanTokens(), steps: 1e6, every: 1e6, signal: signal() });`,
  "learnGuidance without the signal, which is cut off": `console.log("here");
await tw.learnGuidance({ features_NTD, scores }, tw.seeded(0), { aggregate: tw.meanTokens(), steps: 1e6, every: 1e6 });`,
  generate: `console.log("here"); await sleep(1);
await tw.generate(lm, ["Once upon", "The film"], ${long});`,
  generateStream: `console.log("here"); await sleep(1);
for await (const { text } of tw.generateStream(lm, ["Once upon", "The film"], ${long})) ticks += text.length;`,
  trainPolicy: `console.log("here"); await sleep(1);
const batch = { batches: () => ({ references: { logits_BTV: tf.broadcastTo(tf.reshape(logits_V, [1, 1, 3]), [1, 2, 3]) as tf.Tensor3D,
  ids_BT: tf.tensor2d([[0, 1]], [1, 2], "int32"), mask_BT: tf.ones([1, 2]) as tf.Tensor2D, reward_BT: tf.ones([1, 2]) as tf.Tensor2D } }) };
for await (const rows of tw.trainPolicy({ variables: [logits_V], batches: () => [batch], objectives: [tw.mle()], steps: 1e6,
  learningRate: 1e-4, rng: tw.seeded(0), signal: signal() })) ticks += rows.length;`,
  "trainPromptPolicy, in its updates": `console.log("here"); await sleep(1);
for await (const rows of tw.trainPromptPolicy({ policy, score, learn: { aggregate: tw.meanTokens(), listSize: 4, listsPerStep: 16, steps: 2 },
  objectives: [tw.reinforce()], initialSamples: 24, rounds: 1000, updates: 1e6, samples: 16, freshSamples: 16, rng: tw.seeded(0), signal: signal() })) ticks += rows.length;`,
  "trainPromptPolicy, as it learns": `console.log("here"); await sleep(1);
for await (const rows of tw.trainPromptPolicy({ policy, score, learn: { aggregate: tw.meanTokens(), listSize: 4, listsPerStep: 16, steps: 1e6, every: 1e6 },
  objectives: [tw.reinforce()], initialSamples: 24, rounds: 1, updates: 1, samples: 16, freshSamples: 16, rng: tw.seeded(0), signal: signal() })) ticks += rows.length;`,
  trainWithReferences: `console.log("here"); await sleep(1);
for await (const rows of tw.trainWithReferences({ policy: responses, variables: tw.trainable(lm, /layers\\.3\\./), references,
  objectives: [tw.mle()], epochs: 1e5, batchSize: 2, learningRate: 1e-5, rng: tw.seeded(0), signal: signal() })) ticks += rows.length;`,
};

/**
 * Interrupts a cell up to 30 ms after it has shown where it is: the name of its error, and the seconds from the request
 * to its reply.
 */
export async function interruptCell(kernel: TestKernel, code: string) {
  const id = await kernel.startCell(code, { allow_stdin: true });
  await kernel.until(({ parent, content, channel, header }) => {
    const said = typeof content.text === "string" && content.text.includes("here");
    return parent.msg_id === id && (said || channel === "stdin" || header.msg_type === "error");
  });
  await sleep(Math.random() * 30);
  const started = performance.now();
  const asked = kernel.request("control", "interrupt_request");
  const { reply } = await kernel.answer(id, 5000);
  const seconds = (performance.now() - started) / 1000;
  assert.equal((await asked).reply.status, "ok");
  return { ename: reply.ename as string, evalue: reply.evalue as string, seconds };
}

/**
 * Interrupts a cell so many times; the seconds that each took, the shortest first. Errors: it ended otherwise; the cell
 * after it fails.
 */
export async function interruptOften(kernel: TestKernel, code: string, tries: number): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < tries; i++) {
    const { ename, evalue, seconds } = await interruptCell(kernel, code);
    assert.equal(ename, "KeyboardInterrupt", evalue);
    all.push(seconds);
    const { outputs, reply } = await kernel.execute("let sum = 0; for (let i = 0; i < 10; i++) sum += i; sum");
    assert.equal(reply.status, "ok", reply.evalue);
    assert.equal(outputs[0]!.content.data["text/plain"], "45");
  }
  return all.sort((a, b) => a - b);
}
