import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startKernel, type TestKernel } from "../client";
import { debugClient } from "./client";

let kernel: TestKernel;
let debug: ReturnType<typeof debugClient>;
test.before(async () => {
  kernel = await startKernel();
  debug = debugClient(kernel);
  assert.equal((await kernel.execute(earlier)).reply.status, "ok");
});
test.after(() => kernel.stop());

const earlier = `import { setTimeout as sleep } from "node:timers/promises";
let total = 0;
interface Row { n: number }
const base = 3;

function add(row: Row): number {
  const twice = row.n * 2;
  total += twice;
  return total + base;
}`;
const where = ({ frames }: { frames: { name: string; line: number }[] }) =>
  frames.map(({ name, line }) => `${name}:${line}`);
const shown = async (code: string) => {
  const { outputs, reply } = await kernel.execute(code);
  return outputs.at(-1)?.content.data?.["text/plain"] ?? reply.evalue;
};

test("kernel_info announces the debugger; before it is used nothing is started and variables can be seen", async () => {
  const { reply } = await kernel.request("shell", "kernel_info_request");
  assert.deepEqual([reply.supported_features, reply.debugger], [["debugger"], true]);
  const info = await debug.ask("debugInfo");
  assert.deepEqual([info.isStarted, info.breakpoints, info.stoppedThreads], [false, [], []]);
  assert.equal(info.hashMethod, "Murmur2");
  const { variables } = await debug.ask("inspectVariables");
  assert.deepEqual(debug.names(variables), { total: "0", base: "3", add: "function", sleep: "function" });
});

test("a cell stops at its lines, and shows its variables under the names that it gave them", async () => {
  const { exceptionBreakpointFilters } = await debug.start();
  assert.equal(exceptionBreakpointFilters.length, 1);
  const code = `const rows: Row[] = [{ n: 1 }, { n: 2 }];

// a comment
for (const { n: count } of rows) {
  const row: Row = { n: count };
  total += row.n;
}
let text = "héllo";
await sleep(1);
const last = new Map([["a", 1]]);
total`;
  assert.deepEqual(await debug.breakAt(code, [2, 6, 10]), [4, 6, 10]);
  assert.deepEqual(await debug.breakAt(code, [6, 10]), [6, 10]);
  const id = await kernel.startCell(code);
  const first = await debug.stopped();
  const cell = first.frames[0]!.name;
  assert.deepEqual([first.reason, where(first)], ["breakpoint", [`${cell}:6`]]);
  assert.match(cell, /^In\[\d+\]$/);
  const { Locals, Globals } = await debug.variables(first.frames[0]!.id);
  assert.deepEqual(
    { ...Locals },
    { count: "1", last: "undefined", row: "{n: 1}", rows: "Array(2) [Object, Object]", text: "undefined" },
  );
  assert.equal(Globals!.total, "0");
  const { content } = await debug.ask("source", { source: first.frames[0]!.source });
  assert.equal(content, code);
  assert.deepEqual((await debug.ask("debugInfo")).stoppedThreads, [1]);

  await debug.go("continue");
  assert.deepEqual(where(await debug.stopped()), [`${cell}:6`]);
  await debug.go("continue");
  const third = await debug.stopped(); // after an await
  assert.deepEqual(where(third), [`${cell}:10`]);
  await debug.go("next");
  const end = await debug.stopped();
  assert.deepEqual([end.reason, where(end)], ["step", [`${cell}:11`]]);
  const variables = (await debug.variables(end.frames[0]!.id)).Locals!;
  assert.deepEqual([variables.text, variables.last], ['"héllo"', "Map(1)"]);
  await debug.go("next"); // the cell ends
  assert.equal((await kernel.answer(id)).outputs.at(-1)!.content.data["text/plain"], "3");
  await debug.breakAt(code, []);
});

test("a function of a cell that ran before the debugger was started stops, too; steps go in, over and out", async () => {
  await kernel.execute("total = 0;");
  assert.deepEqual(await debug.breakAt(earlier, [8]), [8]);
  const code = "const sum = add({ n: 4 });\nconst other = add({ n: 5 });\nsum + other";
  await debug.breakAt(code, [2]);
  const id = await kernel.startCell(code);
  const inside = await debug.stopped();
  assert.equal(where(inside)[0], "add:8");
  assert.match(where(inside)[1]!, /^In\[\d+\]:1$/);
  const { id: frameId } = inside.frames[0]!;
  assert.deepEqual((await debug.variables(frameId)).Locals, { row: "{n: 4}", twice: "8" });

  const evaluate = (expression: string) => debug.request("evaluate", { expression, frameId, context: "repl" });
  assert.equal((await evaluate("total * 100 + twice * 10 + (base as number)")).body.result, "83");
  assert.equal((await evaluate("total = 50")).body.result, "50");
  const wrong = await evaluate("nothing");
  assert.deepEqual([wrong.success, wrong.message], [false, "ReferenceError: nothing is not defined"]);
  const rich = await debug.ask("richInspectVariables", { variableName: "row", frameId });
  assert.deepEqual(rich.data, { "text/plain": "{ n: 4 }" });
  await debug.ask("copyToGlobals", { srcVariableName: "twice", dstVariableName: "copied", srcFrameId: frameId });

  await debug.breakAt(earlier, []);
  await debug.go("next");
  assert.equal(where(await debug.stopped())[0], "add:9");
  await debug.go("continue");
  const caller = await debug.stopped();
  assert.match(where(caller)[0]!, /^In\[\d+\]:2$/);
  await debug.go("stepIn");
  assert.equal(where(await debug.stopped())[0], "add:7");
  await debug.go("stepOut");
  assert.match(where(await debug.stopped())[0]!, /^In\[\d+\]:[23]$/);
  await debug.go("continue");
  assert.equal((await kernel.answer(id)).outputs.at(-1)!.content.data["text/plain"], String(61 + 71));
  await debug.breakAt(code, []);
  assert.equal(await shown("copied + 1"), "9");
  assert.deepEqual((await debug.ask("debugInfo")).breakpoints, []);
});

test("a cell that has stopped can be interrupted, and completes code meanwhile", async () => {
  const code = "let turns = 0;\nfor (;;) {\n  turns++;\n}";
  await debug.breakAt(code, [3]);
  const id = await kernel.startCell(code);
  await debug.stopped();
  const completions = await kernel.complete("total.toFix");
  assert.deepEqual(completions.matches, ["toFixed"]);
  await kernel.request("control", "interrupt_request");
  assert.equal((await kernel.answer(id, 5000)).reply.ename, "KeyboardInterrupt");
  await debug.breakAt(code, []);
  assert.equal(await shown("typeof turns"), "'number'");
});

test("a running loop pauses; an exception stops where it is thrown", async () => {
  const loop = await kernel.startCell('console.log("here");\nlet turn = 0;\nfor (;;) {\n  turn++;\n}');
  await kernel.until(({ parent, content }) => parent.msg_id === loop && content.text === "here\n");
  await debug.go("pause");
  const paused = await debug.stopped();
  assert.ok(["pause", "step"].includes(paused.reason));
  assert.match(where(paused)[0]!, /^In\[\d+\]:[34]$/);
  await kernel.request("control", "interrupt_request");
  await kernel.answer(loop, 5000);

  await debug.ask("setExceptionBreakpoints", { filters: ["all"] });
  const failing = await kernel.startCell('const limit = 2;\nif (limit > 1)\n  throw new RangeError("too much");');
  const thrown = await debug.stopped();
  assert.deepEqual([thrown.reason, thrown.frames[0]!.line], ["exception", 3]);
  await debug.go("continue");
  assert.equal((await kernel.answer(failing)).reply.evalue, "too much");
  await debug.ask("setExceptionBreakpoints", { filters: [] });
});

test("parts of values come on request, a page of a long list", async () => {
  await kernel.execute(
    "const long = Float32Array.from({ length: 1e6 }, (_, i) => i);\nconst deep = { a: { b: [1] } };",
  );
  const find = (variables: any[], name: string) => variables.find(variable => variable.name === name);
  const parts = async (reference: number, more: object = {}) =>
    (await debug.ask("variables", { variablesReference: reference, ...more })).variables;
  const { variables } = await debug.ask("inspectVariables");
  const long = find(variables, "long");
  assert.match(long.value, /^Float32Array\(1000000\) \[0, 1, 2, .*…\]$/);
  assert.equal((await parts(long.variablesReference)).length, 200);
  const page = await parts(long.variablesReference, { start: 500, count: 2 });
  assert.deepEqual(debug.names(page), { 500: "500", 501: "501" });
  const a = find(await parts(find(variables, "deep").variablesReference), "a");
  assert.equal(a.value, "{b: Array(1)}");
  const rich = await debug.ask("richInspectVariables", { variableName: "deep" });
  assert.deepEqual(rich.data, { "text/plain": "{ a: { b: [ 1 ] } }" });
});

test("without the debugger a cell runs on from where it stopped, and later ones do not stop", async () => {
  const code = "const before = total;\ntotal = before + 1;\n'done'";
  await debug.breakAt(code, [2]);
  const id = await kernel.startCell(code);
  await debug.stopped();
  await debug.ask("disconnect", { restart: false });
  assert.equal((await kernel.answer(id)).reply.status, "ok");
  assert.equal(await shown(code), "'done'");
  assert.equal((await debug.ask("debugInfo")).isStarted, false);
  assert.equal((await debug.request("make_coffee")).success, false);
  await debug.start();
  assert.equal(await shown("'again'"), "'again'");
  await sleep(10);
});
