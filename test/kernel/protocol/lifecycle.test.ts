import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "../../temporary";
import { connect, connectionFor, launch, mainFile, ready, startKernel, type TestKernel } from "../client";

/** How many kernels are started one after the other on one connection file: 30 for a thorough run. */
const restarts = Number(process.env.TOKENWISE_RESTARTS ?? 4);

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A process that nobody waited for yet is dead all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};
async function gone(pid: number, seconds: number): Promise<boolean> {
  for (let waited = 0; waited < seconds * 1000 && lives(pid); waited += 20) await sleep(20);
  return !lives(pid);
}

const states: Record<string, string> = {
  idle: 'console.log("here")',
  "in a loop": 'console.log("here"); for (;;) {}',
  "in an await": 'console.log("here"); await new Promise(() => setTimeout(() => {}, 1e6));',
  "in a loop after an await": 'console.log("here"); await 1; for (;;) {}',
  "waiting for a program":
    'import { execSync } from "node:child_process"; console.log("here"); execSync("sleep 100", { stdio: "inherit" });',
  "waiting for the user": 'import { input } from "tokenwise/kernel"; console.log("here"); input("?");',
};

for (const [state, code] of Object.entries(states))
  test(`a kernel that is ${state} answers a shutdown and ends with the programs of its cells`, async () => {
    const kernel = await startKernel();
    try {
      const started = await kernel.execute(
        'import { spawn } from "node:child_process"; spawn("sleep", ["100"], { stdio: "ignore" }).pid',
      );
      const child = Number(started.outputs[0]!.content.data["text/plain"]);
      const id = await kernel.startCell(code, { allow_stdin: true });
      await kernel.until(({ parent, content }) => parent.msg_id === id && content.text === "here\n");
      if (state === "idle") await kernel.answer(id);
      const { reply, outputs } = await kernel.request("control", "shutdown_request", { restart: false });
      assert.deepEqual(reply, { status: "ok", restart: false });
      assert.equal(outputs[0]!.header.msg_type, "shutdown_reply");
      assert.ok(await gone(kernel.process.pid!, 3), "the kernel lives");
      assert.ok(await gone(child, 1), "its child lives");
    } finally {
      await kernel.stop();
    }
  });

test("what was printed just before the end arrives", async () => {
  const kernel = await startKernel();
  try {
    const id = await kernel.startCell('process.on("exit", () => console.log("good bye"));\nconsole.log("soon");');
    await kernel.answer(id);
    await kernel.request("control", "shutdown_request", { restart: false });
    await kernel.until(({ content }) => content.text === "good bye\n", 3000);
  } finally {
    await kernel.stop();
  }
});

test("restarts take the same connection, keep the history and leave no process", async t => {
  const folder = temporaryFolder(t);
  const connectionFile = path.join(folder, "kernel-1.json");
  const connection = await connectionFor({}, folder);
  writeFileSync(connectionFile, JSON.stringify(connection));
  const client = connect(connection);
  t.after(client.close);
  for (let i = 1; i <= restarts; i++) {
    const child = launch(connectionFile, {});
    t.after(() => child.kill("SIGKILL"));
    assert.ok(await ready({ ...client, process: child } as TestKernel));
    if (i === 1) await client.execute("const before = 1;");
    if (i === 2) {
      const content = { hist_access_type: "range", session: -1, start: 1, stop: 2, raw: true, output: false };
      const { reply } = await client.request("shell", "history_request", content);
      assert.deepEqual(reply.history, [[1, 1, "const before = 1;"]]);
      assert.equal((await client.execute("before")).reply.ename, "TS2304");
    }
    if (i % 3 === 0) await client.startCell("for (;;) {}");
    const last = i === restarts;
    const { reply } = await client.request("control", "shutdown_request", { restart: !last });
    assert.equal(reply.restart, !last);
    await once(child, "exit");
    assert.ok(!lives(child.pid!));
  }
  assert.ok(!existsSync(path.join(folder, "kernel-1-history.jsonl")));
});

test("the kernel leaves when its parent dies, also in the middle of a loop", async t => {
  const folder = temporaryFolder(t);
  const connectionFile = path.join(folder, "kernel.json");
  const connection = await connectionFor({}, folder);
  writeFileSync(connectionFile, JSON.stringify(connection));
  const program = `const child = require("node:child_process").spawn(process.execPath, [${JSON.stringify(mainFile)},
  ${JSON.stringify(connectionFile)}], { detached: true, stdio: "ignore" });
console.log(child.pid);`;
  const parent = spawn(process.execPath, ["-e", `${program} setInterval(() => {}, 1000);`]);
  const pid = Number(String((await once(parent.stdout, "data"))[0]));
  const client = connect(connection);
  t.after(client.close);
  assert.ok(await ready({ ...client, process: parent } as unknown as TestKernel));
  const id = await client.startCell('console.log("here"); for (;;) {}');
  await client.until(({ parent: cause, content }) => cause.msg_id === id && content.text === "here\n");
  parent.kill("SIGKILL");
  assert.ok(await gone(pid, 4));
});

test("a port that is taken is said, and the process ends", async t => {
  const kernel = await startKernel();
  t.after(kernel.stop);
  const second = launch(kernel.connectionFile, {});
  let log = "";
  second.stderr!.on("data", chunk => (log += chunk));
  await once(second, "close");
  assert.match(log, /^tokenwise kernel: it cannot listen where its connection file says: .*[Aa]ddress already in use/);
});
