import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { startKernel, type TestKernel } from "../client";
import { interruptOften, prepareStates, states } from "../interrupts";

/** How often each state is interrupted; `npm run bench -- interrupts` does it 50 times. */
const tries = 3;
const limit = 0.5; // s from the request to the reply of the cell

let kernel: TestKernel;
test.before(async () => {
  kernel = await startKernel();
  await prepareStates(kernel);
});
test.after(() => kernel.stop());

for (const [state, code] of Object.entries(states))
  test(`${state} is interrupted within ${limit} s, and the next cell runs`, async () => {
    const all = await interruptOften(kernel, code, tries);
    const middle = all[tries >> 1]!;
    assert.ok(middle <= limit, `${middle.toFixed(3)} s`); // the longest depends on what else the machine does
  });

test("an interrupted cell's finally has run, and its loop of awaits stands still", async () => {
  const { outputs } = await kernel.execute("const before = ticks; await sleep(30); [cleaned.length, ticks - before]");
  assert.equal(outputs[0]!.content.data["text/plain"], `[ ${tries}, 0 ]`);
});

test("the output of a program that was interrupted is followed no longer", {
  skip: !existsSync("/proc/self/fd"),
}, async () => {
  const files = async () =>
    (await kernel.execute('(await import("node:fs")).readdirSync("/proc/self/fd").length')).outputs[0]!.content.data[
      "text/plain"
    ];
  const before = await files();
  await interruptOften(kernel, 'execSync("echo here; sleep 60", { stdio: "inherit" });', tries);
  assert.equal(await files(), before);
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
  const id = await kernel.startCell('await sleep(1); console.log("here"); await sleep(60_000);');
  await kernel.until(({ parent, content }) => parent.msg_id === id && content.text === "here\n");
  kernel.process.kill("SIGINT");
  assert.equal((await kernel.answer(id, 5000)).reply.ename, "KeyboardInterrupt");
});
