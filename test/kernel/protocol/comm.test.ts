import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inRepository } from "../../repository";
import { startKernel, type TestKernel } from "../client";

let kernel: TestKernel;
test.before(async () => {
  kernel = await startKernel();
  await kernel.execute('import { comm, onComm } from "tokenwise/kernel";');
});
test.after(() => kernel.stop());

const bytes = (...values: number[]) => Buffer.from(values);
const shown = async (code: string): Promise<string> =>
  (await kernel.execute(code)).outputs.at(-1)!.content.data["text/plain"];
/** Sends a message of the front end; resolves to what it caused, once the kernel is idle again. */
async function send(type: string, content: object, buffers: Uint8Array[] = []) {
  const id = await kernel.send("shell", type, content, { buffers });
  await kernel.until(({ parent, content }) => parent.msg_id === id && content.execution_state === "idle");
  const ours = kernel.received.filter(({ parent, channel }) => parent.msg_id === id && channel === "iopub");
  return ours.filter(({ header }) => header.msg_type !== "status");
}

test("a comm that a cell opens speaks both ways, with binary frames, until it is closed", async () => {
  const { outputs } = await kernel.execute(`const heard: string[] = [];
const line = comm("chart", { size: 3 }, { metadata: { version: "1" }, buffers: [Uint8Array.of(1, 2)] });
line.onMessage(({ data, buffers }) => { heard.push(data.text + buffers[0]![0]); line.send({ echo: data.text }); });
line.onClose(({ data }) => heard.push("closed " + data.why));`);
  const [open] = outputs;
  assert.equal(open!.header.msg_type, "comm_open");
  const { comm_id, ...rest } = open!.content;
  assert.deepEqual(rest, { target_name: "chart", data: { size: 3 } });
  assert.deepEqual(open!.metadata, { version: "1" });
  assert.deepEqual(open!.buffers, [bytes(1, 2)]);

  const info = await kernel.request("shell", "comm_info_request", { target_name: "chart" });
  assert.deepEqual(info.reply.comms, { [comm_id]: { target_name: "chart" } });
  const others = await kernel.request("shell", "comm_info_request", { target_name: "other" });
  assert.deepEqual(others.reply.comms, {});

  const [echo] = await send("comm_msg", { comm_id, data: { text: "a" } }, [bytes(7)]);
  assert.deepEqual(echo!.content, { comm_id, data: { echo: "a" } });
  await send("comm_close", { comm_id, data: { why: "done" } });
  await send("comm_msg", { comm_id, data: { text: "late" } }, [bytes(8)]);
  assert.equal(await shown("heard"), "[ 'a7', 'closed done' ]");
  assert.deepEqual((await kernel.request("shell", "comm_info_request")).reply.comms, {});
});

test("a comm that the front end opens reaches its target; one to nobody is closed", async () => {
  await kernel.execute(`let opened: unknown;
onComm("table", (line, { data }) => { opened = data; line.send({ rows: 2 }); line.close(); });`);
  const said = await send("comm_open", { comm_id: "c1", target_name: "table", data: { page: 1 } });
  assert.deepEqual(
    said.map(({ header, content }) => [header.msg_type, content.comm_id]),
    [
      ["comm_msg", "c1"],
      ["comm_close", "c1"],
    ],
  );
  assert.equal(await shown("opened"), "{ page: 1 }");
  const refused = await send("comm_open", { comm_id: "c2", target_name: "nobody", data: {} });
  assert.deepEqual(
    refused.map(({ header, content }) => [header.msg_type, content.comm_id]),
    [["comm_close", "c2"]],
  );
});

test("what a listener prints belongs to its message; its error is shown and the comm lives on", async () => {
  const { outputs } = await kernel.execute(`const noisy = comm("noise");
noisy.onMessage(async ({ data }) => {
  await new Promise(resolve => setTimeout(resolve, 10));
  console.log("heard " + data);
  if (data === "bad") throw new Error("cannot bear it");
});`);
  const comm_id = outputs[0]!.content.comm_id;
  const bad = await send("comm_msg", { comm_id, data: "bad" });
  const text = bad.map(({ content }) => content.text).join("");
  assert.match(text, /^heard bad\n.*Error.*: cannot bear it/);
  const good = await send("comm_msg", { comm_id, data: "good" });
  assert.deepEqual(
    good.map(({ content }) => content.text),
    ["heard good\n"],
  );
});

test("a loop that never awaits hears messages; work that keeps to itself hears them later", async () => {
  const id = await kernel.startCell(`let rate = 1;
const live = comm("live");
live.onMessage(({ data }) => { rate = data; live.send({ got: data }); });
console.log("here");
let turns = 0;
while (rate > 0) turns++;
turns > 0`);
  const open = await kernel.until(({ header, parent }) => header.msg_type === "comm_open" && parent.msg_id === id);
  await kernel.until(({ parent, content }) => parent.msg_id === id && content.text === "here\n");
  const { comm_id } = open.content;
  const said = await send("comm_msg", { comm_id, data: 2 });
  assert.deepEqual(said[0]!.content.data, { got: 2 });
  await send("comm_msg", { comm_id, data: 0 });
  assert.equal((await kernel.answer(id)).outputs.at(-1)!.content.data["text/plain"], "true");
});

test("a slider of ipywidgets, as in docs/kernel.md, moves a value in the kernel and is moved by it", async () => {
  const { outputs, reply } = await kernel.execute(sliderInDocs());
  assert.equal(reply.status, "ok", reply.evalue);
  const [open, view] = outputs;
  const { comm_id, target_name, data } = open!.content;
  assert.deepEqual([target_name, open!.metadata], ["jupyter.widget", { version: "2.1.0" }]);
  assert.deepEqual([data.state._model_name, data.state.value, data.buffer_paths], ["IntSliderModel", 3, []]);
  assert.equal(view!.content.data["application/vnd.jupyter.widget-view+json"].model_id, comm_id);

  await send("comm_msg", { comm_id, data: { method: "update", state: { value: 8 }, buffer_paths: [] } });
  assert.equal(await shown("state.value"), "8");
  // What JupyterLab asks of every widget after the page was loaded anew.
  assert.deepEqual((await kernel.request("shell", "comm_info_request", { target_name })).reply.comms, {
    [comm_id]: { target_name },
  });
  const [answer] = await send("comm_msg", { comm_id, data: { method: "request_state" } });
  assert.deepEqual([answer!.content.data.method, answer!.content.data.state.value], ["update", 8]);
  const moved = await kernel.execute('slider.send({ method: "update", state: { value: 5 }, buffer_paths: [] });');
  assert.deepEqual(moved.outputs[0]!.content, {
    comm_id,
    data: { method: "update", state: { value: 5 }, buffer_paths: [] },
  });
});

/** The block of the docs that makes a slider, with what it imports. */
function sliderInDocs(): string {
  const blocks = readFileSync(inRepository("docs/kernel.md"), "utf8").match(/(?<=```ts\n)[^`]*(?=```)/g)!;
  return `import { show } from "tokenwise/kernel";\n${blocks.find(block => block.includes("IntSliderModel"))!}`;
}
