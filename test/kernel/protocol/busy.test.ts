import assert from "node:assert/strict";
import { test } from "node:test";
import { startKernel, type TestKernel } from "../client";

// Requests while the kernel is still reading types, and while a cell computes.

const limit = 1; // s: JupyterLab waits no longer for completions

const complete = (kernel: TestKernel, code: string) =>
  kernel.request("shell", "complete_request", { code, cursor_pos: code.length });

test("the first completions after the start come within a second", async t => {
  const kernel = await startKernel();
  t.after(kernel.stop);
  const table: Record<string, string> = {
    "tw.meanTo": "meanTokens",
    "tw.metrics.rou": "rouge",
    "console.lo": "log",
    'const words = ["a"]; words.fla': "flatMap",
    "process.arg": "argv",
  };
  for (const [code, expected] of Object.entries(table)) {
    const { reply, seconds } = await complete(kernel, code);
    assert.ok(reply.matches.includes(expected), `${code}: ${reply.matches}`);
    assert.ok(seconds < limit, `${code}: ${seconds.toFixed(2)} s`);
  }
});

test("a cell that computes holds up no completion, inspection or check of completeness", async t => {
  const kernel = await startKernel();
  t.after(kernel.stop);
  await kernel.execute("/** Pages of a book. */\nconst pages = [1, 2];");
  const cell = await kernel.startCell('console.log("here"); for (;;) {}');
  await kernel.until(({ parent, content }) => parent.msg_id === cell && content.text === "here\n");
  assert.ok((await kernel.complete("pages.fla")).matches.includes("flatMap"));
  const inspected = await kernel.request("shell", "inspect_request", { code: "pages", cursor_pos: 3 });
  assert.match(inspected.reply.data["text/plain"], /number\[\]/);
  const whole = await kernel.request("shell", "is_complete_request", { code: "f(" });
  assert.equal(whole.reply.status, "incomplete");
  await kernel.request("control", "interrupt_request");
  assert.equal((await kernel.answer(cell)).reply.ename, "KeyboardInterrupt");
});
