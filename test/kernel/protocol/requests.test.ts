import assert from "node:assert/strict";
import { test } from "node:test";
import { startKernel, type TestKernel } from "../client";

let kernel: TestKernel;
test.before(async () => {
  kernel = await startKernel();
});
test.after(() => kernel.stop());

const ask = async (type: string, content: object = {}) =>
  (await kernel.request("shell", `${type}_request`, content)).reply;
const points = (text: string): number => Array.from(text).length;

test("kernel_info says what the kernel speaks", async () => {
  const info = await ask("kernel_info");
  assert.equal(info.status, "ok");
  assert.equal(info.protocol_version, "5.4");
  assert.equal(info.implementation, "tokenwise");
  assert.equal(info.language_info.name, "typescript");
  assert.equal(info.language_info.file_extension, ".ts");
  for (const { text, url } of info.help_links) assert.ok(text && /^https:/.test(url));
});

test("kernel_info and interrupts are answered on control while a cell computes", async () => {
  const cell = await kernel.startCell('console.log("here"); for (;;) {}');
  await kernel.until(({ parent, content }) => parent.msg_id === cell && content.text === "here\n");
  const { seconds, reply } = await kernel.request("control", "kernel_info_request");
  assert.equal(reply.status, "ok");
  assert.ok(seconds < 1);
  await kernel.sockets.shell.send(["not a message"]);
  await kernel.request("control", "interrupt_request");
  await kernel.answer(cell);
});

test("is_complete tells apart what is whole, what goes on and what is wrong", async () => {
  const table: Record<string, string> = {
    "1 + 1": "complete",
    "const f = (n: number): number => {\n  return n;\n}": "complete",
    "await Promise.resolve(1)": "complete",
    "for await (const x of []) x": "complete",
    "": "complete",
    "function f() {": "incomplete",
    "Math.max(1,": "incomplete",
    "if (true) {\n  1": "incomplete",
    "const text = `abc": "incomplete",
    "/* a comment": "incomplete",
    "[1, 2": "incomplete",
    "1 + ": "incomplete",
    "const x =\n": "incomplete",
    "if (a)\n": "incomplete",
    "const = 4": "invalid",
    "1 +* 2": "invalid",
  };
  for (const [code, status] of Object.entries(table))
    assert.equal((await ask("is_complete", { code })).status, status, JSON.stringify(code));
});

test("completions have types, and count code points", async () => {
  await kernel.execute("const lesson = { title: 'one', pages: 3, read(): void {} };\nenum Colour { Red }");
  const code = "'😀😀'; lesson.";
  const reply = await kernel.complete(code, points(code));
  assert.deepEqual(reply.matches, ["pages", "read", "title"]);
  assert.deepEqual([reply.cursor_start, reply.cursor_end], [points(code), points(code)]);
  const types = Object.fromEntries(reply.metadata._jupyter_types_experimental.map((m: any) => [m.text, m.type]));
  assert.deepEqual(types, { title: "property", pages: "property", read: "method" });

  const middle = "less\nconst after = '😀';";
  const inMiddle = await kernel.complete(middle, 4);
  assert.ok(inMiddle.matches.includes("lesson"));
  assert.deepEqual([inMiddle.cursor_start, inMiddle.cursor_end], [0, 4]);
  assert.deepEqual((await kernel.complete("nothing_like_this", 17)).matches, []);
});

test("inspection shows type and documentation, and says when there is nothing", async () => {
  await kernel.execute("/** Half of a number. */\nfunction half(n: number): number { return n / 2; }");
  const code = "'😀'; half(3)";
  const { found, data } = await ask("inspect", { code, cursor_pos: points("'😀'; ha"), detail_level: 0 });
  assert.ok(found);
  assert.match(data["text/plain"], /function half\(n: number\): number/);
  assert.match(data["text/plain"], /Half of a number\./);
  assert.match(data["text/markdown"], /half/);
  for (const call of ["half(", "half(3", "half()", "Math.max(half(3), "]) {
    const { data } = await ask("inspect", { code: call, cursor_pos: call === "half()" ? 5 : call.length });
    assert.match(data["text/plain"] ?? "", call.startsWith("half") ? /function half/ : /max\(/, call);
  }
  assert.equal((await ask("inspect", { code: "half(3) ", cursor_pos: 8 })).found, false);
  const nothing = await ask("inspect", { code: "no_such_name", cursor_pos: 3 });
  assert.deepEqual([nothing.status, nothing.found, nothing.data], ["ok", false, {}]);
});

test("the history has the cells that were stored", async () => {
  await kernel.execute("'kept'");
  await kernel.execute("'not kept'", { store_history: false });
  const { history } = await ask("history", { hist_access_type: "tail", n: 1, raw: true, output: false });
  assert.equal(history[0][2], "'kept'");
  const searched = await ask("history", { hist_access_type: "search", pattern: "'*kept'", raw: true, output: false });
  assert.deepEqual(
    searched.history.map((entry: unknown[]) => entry[2]),
    ["'kept'"],
  );
});

test("a request that makes no sense has an error as reply, an unknown one none, and the kernel goes on", async () => {
  for (const type of ["complete", "inspect", "is_complete"]) assert.equal((await ask(type)).status, "error", type);
  const id = await kernel.send("shell", "make_coffee_request", {});
  await kernel.until(({ parent, content }) => parent.msg_id === id && content.execution_state === "idle");
  const nothing = await kernel.execute(undefined as unknown as string);
  assert.equal(nothing.reply.status, "error");
  assert.equal((await kernel.execute("1")).reply.status, "ok");
});
