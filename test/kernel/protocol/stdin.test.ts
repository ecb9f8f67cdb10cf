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

/** Runs a cell and gives it the answers, in order: the questions that it asked, and its value. */
async function conversation(code: string, answers: string[]): Promise<[questions: string[], value: string]> {
  const id = await kernel.startCell(code, { allow_stdin: true });
  const asked: string[] = [];
  for (const value of answers) {
    const question = await kernel.until(
      message =>
        message.channel === "stdin" &&
        message.parent.msg_id === id &&
        kernel.received.filter(m => m.channel === "stdin" && m.parent.msg_id === id).indexOf(message) === asked.length,
    );
    asked.push(question.content.prompt);
    await answer(question, value);
  }
  const { outputs, reply } = await kernel.answer(id);
  return [asked, outputs.at(-1)?.content.data?.["text/plain"] ?? reply.evalue];
}

test("prompt, confirm and alert ask", async () => {
  const code = 'alert("Now"); [prompt("Name?"), prompt("Color?", "red"), confirm("Sure?"), confirm("Really?")]';
  assert.deepEqual(await conversation(code, ["", "Ada", "", "y", ""]), [
    ["Now [Enter] ", "Name? ", "Color? [red] ", "Sure? [y/N] ", "Really? [y/N] "],
    "[ 'Ada', 'red', true, false ]",
  ]);
});

test("readline on process.stdin asks: questions, prompts, lines", async () => {
  const table: [code: string, answers: string[], asked: string[], value: string][] = [
    [
      `import * as promises from "node:readline/promises";
const rl = promises.createInterface({ input: process.stdin, output: process.stdout });
const both = [await rl.question("who? "), await rl.question("where? ")];
rl.close(); both`,
      ["Ada", "here"],
      ["who? ", "where? "],
      "[ 'Ada', 'here' ]",
    ],
    [
      `import * as readline from "readline";
const old = readline.createInterface(process.stdin, process.stdout);
const got = await new Promise(resolve => old.question("old? ", resolve));
old.close(); got`,
      ["way"],
      ["old? "],
      "'way'",
    ],
    [
      `const entered: string[] = [];
for await (const line of readline.createInterface({ input: process.stdin })) { if (!line) break; entered.push(line); }
entered`,
      ["a", "b", ""],
      ["", "", ""],
      "[ 'a', 'b' ]",
    ],
    [
      `const shell = readline.createInterface({ input: process.stdin, prompt: "> " });
const typed: string[] = [];
shell.prompt();
shell.on("line", line => { typed.push(line); if (line === "quit") shell.close(); else shell.prompt(); });
await new Promise<void>(resolve => shell.on("close", resolve)); typed`,
      ["x", "quit"],
      ["> ", "> "],
      "[ 'x', 'quit' ]",
    ],
    [
      "const chunk = await new Promise(resolve => process.stdin.once('data', data => resolve(String(data)))); chunk",
      ["raw"],
      [""],
      "'raw\\n'",
    ],
    [
      "let all = ''; for await (const part of process.stdin) { all += part; if (all.length > 3) break; } all",
      ["1", "2"],
      ["", ""],
      "'1\\n2\\n'",
    ],
  ];
  for (const [code, answers, asked, value] of table)
    assert.deepEqual(await conversation(code, answers), [asked, value], code);
});

test("in a front end that cannot ask, readline and prompt are errors that say so", async () => {
  for (const code of ['await promises.createInterface({ input: process.stdin }).question("?")', 'prompt("?")'])
    assert.match((await kernel.execute(code)).reply.evalue, /^input: this front end cannot ask for text/, code);
});
