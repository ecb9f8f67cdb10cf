import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Received, startKernel, type TestKernel } from "../client";

// Output that does not come from the code of the running cell: later work of earlier cells, errors that nobody catches,
// other programs.

let kernel: TestKernel;
test.before(async () => {
  kernel = await startKernel();
  await kernel.execute(`import { spawn, execSync, spawnSync, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";`);
});
test.after(() => kernel.stop());

const streams = (messages: readonly Received[], id?: string) =>
  messages.filter(({ header, parent }) => header.msg_type === "stream" && (!id || parent.msg_id === id));
const textOf = (messages: readonly Received[], name: string): string =>
  messages.map(({ content }) => (content.name === name ? content.text : "")).join("");

test("timers, promises and events print under the cell that started them", async () => {
  const first = await kernel.startCell(`setTimeout(() => console.log("timer"), 150);
void sleep(160).then(() => console.log("promise"));
process.nextTick(() => console.log("tick")); 1`);
  await kernel.answer(first);
  const second = await kernel.startCell('console.log("second"); await sleep(300);');
  await kernel.answer(second);
  assert.deepEqual(textOf(streams(kernel.received, second), "stdout"), "second\n");
  assert.deepEqual(textOf(streams(kernel.received, first), "stdout"), "tick\ntimer\npromise\n");
});

test("errors that no cell catches are shown under theirs, in its lines, and the kernel goes on", async () => {
  const first = await kernel.startCell(`setTimeout(() => {
  throw new RangeError("thrown late");
}, 30);
void Promise.reject(new TypeError("rejected"));
setTimeout(() => { throw "text"; }, 40);`);
  const { reply } = await kernel.answer(first);
  assert.equal(reply.status, "ok");
  const second = await kernel.startCell("await sleep(150)");
  await kernel.answer(second);
  const text = textOf(streams(kernel.received, first), "stderr");
  assert.match(text, /Uncaught RangeError: thrown late\n {4}at .*In\[\d+\]:2:9/);
  assert.match(text, /Uncaught TypeError: rejected\n {4}at In\[\d+\]:4:21/);
  assert.match(text, /Uncaught 'text'/);
  assert.deepEqual(streams(kernel.received, second), []);
});

test("a cell that waits for a rejected promise of an earlier cell fails once", async () => {
  await kernel.execute('const failing = sleep(50).then(() => { throw new Error("in the end"); });');
  const { reply } = await kernel.execute("await failing");
  assert.equal(reply.evalue, "in the end");
});

test("a program that inherits stdout and stderr writes to the cell", async () => {
  const { outputs } = await kernel.execute(`console.log("before");
const child = spawn("sh", ["-c", "echo out; echo err >&2; seq 50000"], { stdio: "inherit" });
const [code] = await once(child, "exit");
console.log("after " + code + child.stdout);`);
  const out = textOf(outputs, "stdout");
  const numbers = Array.from({ length: 50_000 }, (_, i) => `${i + 1}\n`).join("");
  assert.ok(out === `before\nout\n${numbers}after 0null\n`, out.slice(0, 200));
  assert.equal(textOf(outputs, "stderr"), "err\n");
});

test("a program that the cell waits for without turning writes to it while it runs", async () => {
  const id = await kernel.startCell(`console.log("before");
execSync("echo one; sleep 0.4; echo two; echo bad >&2", { stdio: "inherit" });
spawnSync("echo", ["three"], { stdio: ["ignore", process.stdout, "pipe"] });
console.log("after " + execSync("echo kept").toString().trim());`);
  await kernel.until(({ parent, content }) => parent.msg_id === id && String(content.text).includes("one"));
  assert.ok(!textOf(streams(kernel.received, id), "stdout").includes("two"));
  const { outputs } = await kernel.answer(id);
  assert.equal(textOf(outputs, "stdout"), "before\none\ntwo\nthree\nafter kept\n");
  assert.equal(textOf(outputs, "stderr"), "bad\n");
  assert.deepEqual((await kernel.execute("await sleep(200)")).outputs, []); // no warning of Node's follows
});

test("a program that fails is an error of the cell, its words stay", async () => {
  const { outputs, reply } = await kernel.execute('execSync("echo words; exit 3", { stdio: "inherit" });');
  assert.match(reply.evalue, /^Command failed: echo words; exit 3/);
  assert.equal(textOf(outputs, "stdout"), "words\n");
});

test("process.exit ends the cell, not the kernel", async () => {
  await kernel.execute("const precious = 7;");
  const { reply } = await kernel.execute('if (precious) process.exit(3);\nconsole.log("not reached");');
  assert.deepEqual([reply.status, reply.ename], ["error", "SystemExit"]);
  assert.match(reply.evalue, /^process\.exit\(3\) ends the cell; the kernel goes on/);
  await kernel.execute("setTimeout(() => process.exit(), 10)");
  await sleep(50);
  assert.equal((await kernel.execute("precious")).outputs[0]!.content.data["text/plain"], "7");
});

test("a character that is cut between two writes arrives whole, and callbacks of writes are called", async () => {
  const { outputs } = await kernel.execute(`const face = Buffer.from("😀");
process.stdout.write(face.subarray(0, 2));
process.stdout.write(face.subarray(2));
await new Promise<void>(resolve => process.stdout.write("!", () => resolve()));`);
  assert.equal(textOf(outputs, "stdout"), "😀!");
});
