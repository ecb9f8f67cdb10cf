import assert from "node:assert/strict";
import { test } from "node:test";
import { type Received, startKernel, type TestKernel } from "../client";

let kernel: TestKernel;
test.before(async () => {
  kernel = await startKernel();
});
test.after(() => kernel.stop());

const text = (outputs: readonly Received[], name: string): string =>
  outputs.map(({ content }) => (content.name === name ? content.text : "")).join("");

test("!command and %%bash run, and their output is the cell's", async () => {
  const mixed = await kernel.execute("const before = 1\n!echo out; echo err >&2\nbefore + 1");
  assert.deepEqual([text(mixed.outputs, "stdout"), text(mixed.outputs, "stderr")], ["out\n", "err\n"]);
  assert.equal(mixed.outputs.at(-1)!.content.data["text/plain"], "2");
  const failing = await kernel.execute("!exit 3");
  assert.deepEqual([failing.reply.status, text(failing.outputs, "stderr")], ["ok", "exit code 3\n"]);
  const script = await kernel.execute("%%bash\nfor i in 1 2; do echo $i; done\nexit 4");
  assert.deepEqual([text(script.outputs, "stdout"), script.reply.evalue], ["1\n2\n", "bash ended with exit code 4"]);
  const unknown = await kernel.execute("%%html\n<b>x</b>");
  assert.match(unknown.reply.evalue, /^%%html is not known here/);
});

test("a command is interrupted like a cell", async () => {
  const id = await kernel.startCell("!echo here; sleep 60");
  await kernel.until(({ parent, content }) => parent.msg_id === id && content.text?.includes("here"));
  await kernel.request("control", "interrupt_request");
  assert.equal((await kernel.answer(id, 5000)).reply.ename, "KeyboardInterrupt");
});

test("%%time shows how long the cell took, also when it fails; errors keep their lines", async () => {
  const slow = await kernel.execute("%%time\nawait new Promise(resolve => setTimeout(resolve, 20));\n7");
  assert.match(text(slow.outputs, "stdout"), /^time: (\d+ ms|\d+\.\d\d s)\n$/);
  assert.equal(slow.outputs.at(-1)!.content.data["text/plain"], "7");
  const failing = await kernel.execute("%%time\n\nthrow new Error('x');");
  assert.match(text(failing.outputs, "stdout"), /^time: /);
  assert.match(failing.reply.traceback.join("\n"), /In\[\d+\]:3:7/);
});

test("commands are complete code", async () => {
  for (const code of ["!ls", "%%bash\nls", "%%time\n1"])
    assert.equal((await kernel.request("shell", "is_complete_request", { code })).reply.status, "complete", code);
});
