import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { currentEngine, type Engine, selectBackend } from "../../src/backend/select";
import { close } from "../close";

const order: Engine[] = ["native", "wasm", "cpu"];

test("before an engine is chosen, that is what an error says", () => {
  assert.throws(() => currentEngine(), /currentEngine: tfjs uses "undefined"\. Call `await selectBackend\(\)` first/);
});

test("the best engine is chosen, with a reason for each passed over", async () => {
  const wanted = process.env.TOKENWISE_ENGINE;
  const { engine, passedOver } = await selectBackend();
  assert.equal(currentEngine(), engine);
  if (wanted) assert.equal(engine, wanted);
  else
    assert.deepEqual(
      passedOver.map(({ engine }) => engine),
      order.slice(0, order.indexOf(engine)),
    );
  for (const { reason } of passedOver) assert.ok(reason.length > 0 && !reason.includes("\n"));
});

test("wanted engines follow one another in a process", async () => {
  for (const engine of ["wasm", "cpu", "wasm"] as const) {
    assert.deepEqual(await selectBackend(engine), { engine, passedOver: [] });
    assert.equal(currentEngine(), engine);
    close(tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])), [11]);
  }
});

test("TOKENWISE_ENGINE stands for the wanted engine", async t => {
  const before = process.env.TOKENWISE_ENGINE;
  t.after(() => {
    if (before === undefined) delete process.env.TOKENWISE_ENGINE;
    else process.env.TOKENWISE_ENGINE = before;
  });
  process.env.TOKENWISE_ENGINE = "cpu";
  assert.equal((await selectBackend()).engine, "cpu");
  process.env.TOKENWISE_ENGINE = "gpu";
  await assert.rejects(
    async () => selectBackend(),
    /TOKENWISE_ENGINE: "gpu" is not an engine\. Use one of native, wasm, cpu/,
  );
});

test("an engine that cannot be loaded is an error with its reason", async t => {
  const { Module } = require("node:module");
  const load = Module._load;
  t.after(() => {
    Module._load = load;
  });
  Module._load = (name: string, ...rest: unknown[]) => {
    if (name.startsWith("@tensorflow/tfjs-node-gpu")) throw new Error("no addon\nRequire stack");
    return load(name, ...rest);
  };
  await assert.rejects(
    selectBackend("native"),
    /selectBackend: the native engine cannot be used: no addon\. Run `npm run setup`, then `npm run doctor`\./,
  );
});

test("no signal comes to a thread that computes, and programs that are started take all", {
  skip: !existsSync("/proc/self/task"),
}, async () => {
  const { engine } = await selectBackend();
  if (engine !== "native") return;
  const program = `const tw = require(${JSON.stringify(require.resolve("../../src"))});
    const { execFileSync } = require("node:child_process");
    const { readdirSync, readFileSync } = require("node:fs");
    tw.selectBackend().then(() => {
      const statuses = readdirSync("/proc/self/task").map(id => readFileSync("/proc/self/task/" + id + "/status", "utf8"));
      console.log(JSON.stringify([statuses, execFileSync("cat", ["/proc/self/status"], { encoding: "utf8" })]));
    });`;
  const [threads, child] = JSON.parse(execFileSync(process.execPath, ["-e", program], { encoding: "utf8" }));
  const field = (status: string, name: string) => status.match(new RegExp(`^${name}:\\s*(\\S+)`, "m"))![1];
  const blocked = (status: string, signal: number) =>
    (BigInt(`0x${field(status, "SigBlk")}`) >> BigInt(signal - 1)) & 1n;
  const { SIGINT, SIGCHLD } = constants.signals;
  for (const signal of [SIGINT, SIGCHLD]) {
    const computing = threads.filter(
      (status: string) => field(status, "Tgid") === field(status, "Pid") || /^tf_/.test(field(status, "Name")),
    );
    assert.ok(computing.length > 1);
    for (const status of computing) assert.equal(blocked(status, signal), 1n, status);
    assert.ok(threads.some((status: string) => blocked(status, signal) === 0n));
    assert.equal(blocked(child, signal), 0n);
  }
});
