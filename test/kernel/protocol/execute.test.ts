import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { type Received, startKernel, type TestKernel } from "../client";

let kernel: TestKernel;
test.before(async () => {
  kernel = await startKernel();
});
test.after(() => kernel.stop());

const texts = (outputs: readonly Received[], name = "stdout"): string =>
  outputs
    .filter(({ content }) => content.name === name)
    .map(({ content }) => content.text)
    .join("");

test("a cell publishes its input, its outputs in order and its value between busy and idle", async () => {
  const { reply, published } = await kernel.execute('console.log("a"); console.error("b"); console.log("c"); 6 * 7');
  const shown = published.map(({ header, content }) => [header.msg_type, content.text ?? content.execution_state]);
  assert.deepEqual(shown, [
    ["status", "busy"],
    ["execute_input", undefined],
    ["stream", "a\n"],
    ["stream", "b\n"],
    ["stream", "c\n"],
    ["execute_result", undefined],
    ["status", "idle"],
  ]);
  const n = reply.execution_count;
  assert.deepEqual(reply, { status: "ok", execution_count: n, payload: [], user_expressions: {} });
  const [input, result] = [published[1]!.content, published[5]!.content];
  assert.deepEqual(input, {
    code: 'console.log("a"); console.error("b"); console.log("c"); 6 * 7',
    execution_count: n,
  });
  assert.deepEqual(result, { execution_count: n, data: { "text/plain": "42" }, metadata: {} });
});

test("the same cell runs again and again", async () => {
  for (let i = 0; i < 5; i++) {
    const { reply, outputs } = await kernel.execute("const again = ['a'];\nagain.length");
    assert.equal(outputs[0]?.content.data?.["text/plain"], "1", reply.evalue);
  }
});

test("a cell that runs again is compiled again where what it names has changed, and its errors have its own name", async () => {
  const run = async (code: string) => {
    const { reply, outputs } = await kernel.execute(code);
    return reply.status === "ok"
      ? outputs[0]?.content.data?.["text/plain"]
      : String(reply.traceback).match(/In\[\d+\]:1/)?.[0];
  };
  await run("let other = 1;");
  const seen = [];
  for (const between of ["", "other = 2;", 'let other = "b";', ""]) {
    if (between) await run(between);
    seen.push(await run("other.toFixed?.(1) ?? other"));
  }
  assert.deepEqual(seen.slice(0, 2), ["'1.0'", "'2.0'"]);
  assert.notEqual(seen[2], seen[1]); // a type error: strings have no toFixed
  const [first, second] = [await run('throw new Error("x")'), await run('throw new Error("x")')];
  assert.equal(Number(second!.match(/\d+/)), Number(first!.match(/\d+/)) + 1);
});

test("a promise shows its value, not what Node notes on it", async () => {
  const { published } = await kernel.execute("const done = Promise.resolve({ a: 1 }); console.log([done]); done");
  assert.equal(texts(published), "[ Promise { { a: 1 } } ]\n");
  const result = published.find(({ header }) => header.msg_type === "execute_result");
  assert.equal(result!.content.data["text/plain"], "Promise { { a: 1 } }");
});

test("an error is published and replied with its position in TypeScript", async () => {
  const { reply, outputs } = await kernel.execute("const row: number[] = [];\n\nrow[0].toFixed();");
  assert.equal(reply.status, "error");
  assert.equal(reply.ename, "TypeError");
  assert.match(reply.evalue, /undefined/);
  const [error] = outputs;
  assert.equal(error!.header.msg_type, "error");
  const { ename, evalue, traceback } = error!.content;
  assert.deepEqual(
    { ename, evalue, traceback },
    { ename: reply.ename, evalue: reply.evalue, traceback: reply.traceback },
  );
  const lines = stripVTControlCharacters(traceback.join("\n")).split("\n");
  assert.equal(lines[1], `In[${reply.execution_count}]:3:8`);
  assert.ok(lines.includes(">   3 | row[0].toFixed();"));
});

test("a silent cell publishes nothing of its own and counts nothing", async () => {
  const before = await kernel.execute("1");
  const silent = await kernel.execute("const silently = 5; silently", { silent: true });
  assert.deepEqual(silent.outputs, []);
  assert.ok(!silent.published.some(({ header }) => header.msg_type === "execute_input"));
  const failing = await kernel.execute('throw new Error("x")', { silent: true, stop_on_error: false });
  assert.equal(failing.reply.ename, "Error");
  assert.deepEqual(failing.outputs, []);
  const unstored = await kernel.execute("silently + 1", { store_history: false });
  assert.equal(unstored.outputs[0]!.content.data["text/plain"], "6");
  const after = await kernel.execute("2");
  assert.equal(after.reply.execution_count, before.reply.execution_count + 1);
});

test("user_expressions are evaluated after the cell, each with its own error", async () => {
  const { reply } = await kernel.execute("const width = 4;", {
    user_expressions: { area: "width * width", gone: "(() => { throw new RangeError('no'); })()", wrong: "width +" },
  });
  const { area, gone, wrong } = reply.user_expressions;
  assert.deepEqual(area, { status: "ok", data: { "text/plain": "16" }, metadata: {} });
  assert.deepEqual([gone.status, gone.ename, gone.evalue], ["error", "RangeError", "no"]);
  assert.deepEqual([wrong.status, wrong.ename], ["error", "TS1109"]);
  assert.equal((await kernel.execute("width")).outputs[0]!.content.data["text/plain"], "4");
});

test("an error aborts exactly what had arrived before its reply", async () => {
  const first = await kernel.startCell(
    'await new Promise(resolve => setTimeout(resolve, 100)); throw new Error("first")',
  );
  const queued = [await kernel.startCell("1"), await kernel.startCell("2")];
  assert.equal((await kernel.answer(first)).reply.status, "error");
  const after = await kernel.startCell("3");
  for (const id of queued) {
    const { reply, outputs } = await kernel.answer(id);
    assert.equal(reply.status, "aborted");
    assert.deepEqual(outputs, []);
  }
  assert.equal((await kernel.answer(after)).reply.status, "ok");

  const failing = await kernel.startCell('throw new Error("second")', { stop_on_error: false });
  const next = await kernel.startCell("4");
  assert.equal((await kernel.answer(failing)).reply.status, "error");
  assert.equal((await kernel.answer(next)).reply.status, "ok");
});

test("clear_output, display and update_display reach the front end in order", async () => {
  const { outputs } = await kernel.execute(`import { show } from "tokenwise/kernel";
const shown = show("one"); shown.update("two"); console.log("after");`);
  const kinds = outputs.map(({ header, content }) => [header.msg_type, content.data?.["text/plain"] ?? content.text]);
  assert.deepEqual(kinds, [
    ["display_data", "'one'"],
    ["update_display_data", "'two'"],
    ["stream", "after\n"],
  ]);
  assert.equal(outputs[0]!.content.transient.display_id, outputs[1]!.content.transient.display_id);
});

test("a display as the last value of a cell is not shown a second time", async () => {
  const { outputs } = await kernel.execute('import { show } from "tokenwise/kernel";\nshow("once")');
  assert.deepEqual(
    outputs.map(({ header }) => header.msg_type),
    ["display_data"],
  );
});

test("20,000 lines arrive whole in a few messages", async () => {
  const { outputs } = await kernel.execute("for (let i = 0; i < 20_000; i++) console.log('line ' + i);");
  assert.equal(texts(outputs), Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
  assert.ok(outputs.length < 200, `${outputs.length} messages`);
});

test("of 2,000 updates of a display the last is shown", async () => {
  const { outputs, reply } = await kernel.execute(`const many = show(0);
for (let i = 1; i <= 2000; i++) many.update(i);`);
  assert.equal(reply.status, "ok");
  assert.equal(outputs.at(-1)!.content.data["text/plain"], "2000");
  assert.ok(outputs.length < 200, `${outputs.length} messages`);
});

test("a value of 20 MB arrives whole", async () => {
  const { outputs } = await kernel.execute('({ toMimeBundle: () => ({ "text/html": "x".repeat(20_000_000) }) })');
  assert.equal(outputs[0]!.content.data["text/html"].length, 20_000_000);
  const printed = await kernel.execute('process.stdout.write("y".repeat(20_000_000)); 0');
  assert.equal(texts(printed.outputs).length, 20_000_000);
});
