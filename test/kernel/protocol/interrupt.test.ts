import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startKernel, type TestKernel } from "../client";

/** How often each state is interrupted: 50 for a thorough run. */
const tries = Number(process.env.TOKENWISE_INTERRUPTS ?? 3);
const limit = 0.5; // s from the request to the reply of the cell

let kernel: TestKernel;
test.before(async () => {
  kernel = await startKernel();
  await kernel.execute(`import { execSync } from "node:child_process";
import { input, signal } from "tokenwise/kernel";
import { setTimeout as sleep } from "node:timers/promises";
function turn(): never { for (;;) {} }
const cleaned: number[] = [];
let ticks = 0;`);
  const { reply } = await kernel.execute(`import * as tw from "tokenwise";
import * as tf from "@tensorflow/tfjs-core";
await tw.selectBackend();
const features_NTD = tf.randomNormal<tf.Rank.R3>([120, 4, 8]);
const scores = Array.from({ length: 120 }, (_, i) => i);`);
  assert.equal(reply.status, "ok", reply.evalue);
});
test.after(() => kernel.stop());

/** Interrupts the cell once it shows "here" (or asks for input), and gives its ename and the seconds until its reply. */
async function interruptCell(code: string): Promise<{ ename: string; evalue: string; seconds: number }> {
  const id = await kernel.startCell(code, { allow_stdin: true });
  await kernel.until(({ parent, content, channel }) => {
    const said = typeof content.text === "string" && content.text.includes("here");
    return parent.msg_id === id && (said || channel === "stdin");
  });
  await sleep(Math.random() * 30);
  const started = performance.now();
  const asked = kernel.request("control", "interrupt_request");
  const { reply } = await kernel.answer(id, 5000);
  const seconds = (performance.now() - started) / 1000;
  assert.equal((await asked).reply.status, "ok");
  return { ename: reply.ename, evalue: reply.evalue, seconds };
}

const states: Record<string, string> = {
  "a loop": 'console.log("here"); for (;;) {}',
  "a loop in a function of an earlier cell": 'console.log("here"); turn();',
  "an await": 'console.log("here"); await sleep(60_000);',
  "a loop of awaits": 'console.log("here"); for (;;) { await sleep(1); ticks++; }',
  "a loop after an await": 'console.log("here"); await sleep(1); for (;;) {}',
  "a loop after an await, in a function of an earlier cell": 'console.log("here"); await sleep(1); turn();',
  "a call of the engine that never returns":
    'console.log("here"); [1].forEach(() => { /(a+)+b/.test("a".repeat(60)); });',
  "work that follows the cell's signal": `console.log("here");
await new Promise((_, reject) => signal().addEventListener("abort", () => reject(signal().reason)));`,
  "guidance learning, which blocks the thread for many steps": `console.log("here");
await tw.learnGuidance({ features_NTD, scores }, tw.seeded(0), { aggregate: tw.meanTokens(), steps: 1e6, every: 1e6, signal: signal() });`,
  "guidance learning without the signal, which is cut off": `console.log("here");
await tw.learnGuidance({ features_NTD, scores }, tw.seeded(0), { aggregate: tw.meanTokens(), steps: 1e6, every: 1e6 });`,
  "a value that takes its time to show itself": 'console.log("here"); ({ toMimeBundle: () => new Promise(() => {}) })',
  "a child process": 'console.log("here"); execSync("sleep 60");',
  "a question to the user": 'input("name? ");',
  "a loop with a finally": 'console.log("here"); try { for (;;) {} } finally { cleaned.push(1); }',
};

for (const [state, code] of Object.entries(states))
  test(`${state} is interrupted within ${limit} s, and the next cell runs`, async t => {
    const all: number[] = [];
    for (let i = 0; i < tries; i++) {
      const { ename, evalue, seconds } = await interruptCell(code);
      assert.equal(ename, "KeyboardInterrupt", evalue);
      all.push(seconds);
      const next = "let sum = 0; for (let i = 0; i < 10; i++) sum += i; sum";
      let { outputs, reply } = await kernel.execute(next);
      // Known: on a busy machine the signal that ends a program may reach the cell right after, too.
      if (code.includes("execSync") && reply.status === "error") ({ outputs, reply } = await kernel.execute(next));
      assert.equal(reply.status, "ok", reply.evalue);
      assert.equal(outputs[0]!.content.data["text/plain"], "45");
    }
    all.sort((a, b) => a - b);
    const [middle, longest] = [all[tries >> 1]!, all.at(-1)!];
    t.diagnostic(`median ${middle.toFixed(3)} s, longest ${longest.toFixed(3)} s of ${tries}`);
    assert.ok(middle <= limit, `${middle.toFixed(3)} s`); // the longest depends on what else the machine does
  });

test("an interrupted cell's finally has run, and its loop of awaits stands still", async () => {
  const { outputs } = await kernel.execute("const before = ticks; await sleep(30); [cleaned.length, ticks - before]");
  assert.equal(outputs[0]!.content.data["text/plain"], `[ ${tries}, 0 ]`);
});

test("TensorFlow.js works after a cut, and frees what was left", async () => {
  const { outputs, reply } = await kernel.execute(`const [slope] = tf.grad(x => tf.square(x))(tf.scalar(3)).dataSync();
const tensors = tf.memory().numTensors;
const learned = await tw.learnGuidance({ features_NTD, scores }, tw.seeded(0), { aggregate: tw.meanTokens(), steps: 3 });
learned.dispose();
[slope, tf.memory().numTensors - tensors]`);
  assert.equal(outputs.at(-1)?.content.data?.["text/plain"], "[ 6, 0 ]", reply.evalue);
});

test("an interrupt stops what waits behind the cell too, and an idle kernel takes no notice", async () => {
  const first = await kernel.startCell('console.log("here"); for (;;) {}');
  const second = await kernel.startCell("1");
  await kernel.until(({ parent, content }) => parent.msg_id === first && content.text === "here\n");
  await kernel.request("control", "interrupt_request");
  assert.equal((await kernel.answer(first)).reply.ename, "KeyboardInterrupt");
  assert.equal((await kernel.answer(second)).reply.status, "aborted");
  await kernel.request("control", "interrupt_request");
  assert.equal((await kernel.execute("1")).reply.status, "ok");
});

test("SIGINT, which a front end may send instead, does the same", async () => {
  const id = await kernel.startCell('console.log("here"); await sleep(60_000);');
  await kernel.until(({ parent, content }) => parent.msg_id === id && content.text === "here\n");
  kernel.process.kill("SIGINT");
  assert.equal((await kernel.answer(id, 5000)).reply.ename, "KeyboardInterrupt");
});
