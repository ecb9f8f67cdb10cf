import assert from "node:assert/strict";
import { test } from "node:test";
import { type Received, startKernel, type TestKernel } from "../client";

let kernel: TestKernel;
test.before(async () => {
  kernel = await startKernel();
  await kernel.execute('import { input } from "tokenwise/kernel";');
});
test.after(() => kernel.stop());

const questionOf = (id: string): Promise<Received> =>
  kernel.until(({ channel, parent }) => channel === "stdin" && parent.msg_id === id);
const answer = (question: Received, value: string) =>
  kernel.send("stdin", "input_reply", { status: "ok", value }, { parent: question.header });

test("a cell asks, waits and goes on with the answer", async () => {
  const id = await kernel.startCell('const name = input("name? ");\nname + input("key? ", { password: true }).length', {
    allow_stdin: true,
  });
  const first = await questionOf(id);
  assert.equal(first.header.msg_type, "input_request");
  assert.deepEqual(first.content, { prompt: "name? ", password: false });
  await answer(first, "Ada 😀");
  const second = await kernel.until(({ content }) => content.prompt === "key? ");
  assert.equal(second.content.password, true);
  await answer(second, "x".repeat(200_000));
  const { outputs } = await kernel.answer(id);
  assert.equal(outputs[0]!.content.data["text/plain"], "'Ada 😀200000'");
});

test("output before a question is shown before it", async () => {
  const id = await kernel.startCell('console.log("first"); input("then? ")', { allow_stdin: true });
  await answer(await questionOf(id), "");
  const { outputs } = await kernel.answer(id);
  assert.deepEqual([outputs[0]!.content.text, outputs[1]!.content.data["text/plain"]], ["first\n", "''"]);
});

test("a front end that cannot ask is an error that says what to do", async () => {
  const { reply } = await kernel.execute('input("name? ")');
  assert.match(reply.evalue, /^input: this front end cannot ask for text\. Give the value in the cell/);
});

test("an answer that comes too late is not taken for the next one", async () => {
  const stopped = await kernel.startCell('input("old? ")', { allow_stdin: true });
  const old = await questionOf(stopped);
  await kernel.request("control", "interrupt_request");
  assert.equal((await kernel.answer(stopped)).reply.ename, "KeyboardInterrupt");
  await answer(old, "late");
  const id = await kernel.startCell('await new Promise(resolve => setTimeout(resolve, 50)); input("new? ")', {
    allow_stdin: true,
  });
  await answer(await questionOf(id), "fresh");
  assert.equal((await kernel.answer(id)).outputs[0]!.content.data["text/plain"], "'fresh'");
});
