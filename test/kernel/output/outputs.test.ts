import assert from "node:assert/strict";
import { before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Cell, cells } from "../../../kernel/output/cell";
import { createOutputs, type Outputs } from "../../../kernel/output/outputs";
import { toBundle } from "../../../kernel/values/mime";
import type { Outgoing } from "../../../kernel/wire/messages";

before(() => {
  process.env.TOKENWISE_BROWSER = "/nowhere"; // no pictures
});

const figure = { data: [{ y: [1] }], layout: {} };

/** What a cell publishes, as types and texts. */
async function published(allow_stdin: boolean, work: (outputs: Outputs) => void | Promise<void>) {
  const sent: Outgoing[] = [];
  const outputs = createOutputs(message => message.kind === "publish" && sent.push(message.message));
  const request = { header: {}, content: { allow_stdin } } as unknown as Cell["request"];
  await cells.run({ request } as Cell, async () => {
    await work(outputs);
    await outputs.settle();
  });
  return sent.map(({ type, content }: any) => [type, content.data?.["text/plain"] ?? content.text ?? content.wait]);
}

test("a figure that nobody watches brings Plotly along, once, if it cannot be drawn now", async () => {
  const work = async (outputs: Outputs) => {
    outputs.display(toBundle(figure), { id: "a", update: false });
    await outputs.result(toBundle(figure), 1);
  };
  const shown = (await published(false, work)).map(([type, text]) => `${type} ${String(text).slice(0, 6)}`);
  assert.deepEqual(shown, ["display_data Figure", "display_data Plotly", "execute_result Figure"]);
  const watched = (await published(true, work)).map(([type]) => type);
  assert.deepEqual(watched, ["display_data", "execute_result"]);
});

test("a display that is still being described holds back its later versions, and the cell's end", async () => {
  const late = { toMimeBundle: () => sleep(20).then(() => ({ "text/plain": "first" })) };
  const sent = await published(true, outputs => {
    outputs.display(toBundle(late), { id: "a", update: false });
    outputs.display(toBundle("second"), { id: "a", update: true });
    outputs.display(toBundle("other"), { id: "b", update: false });
  });
  assert.deepEqual(sent, [
    ["display_data", "'other'"],
    ["display_data", "first"],
    ["update_display_data", "'second'"],
  ]);
});

test("a description that fails is text with the reason", async () => {
  const failing = { toMimeBundle: () => Promise.reject(new RangeError("no")) };
  const [[type, text]] = (await published(true, outputs =>
    outputs.display(toBundle(failing), { id: "a", update: false }),
  )) as any;
  assert.equal(type, "display_data");
  assert.match(text, /\(shown as text: RangeError: no\)$/);
});

test("output is cleared at once or when the next comes", async () => {
  const sent = await published(true, outputs => {
    outputs.clearOutput(true);
    outputs.clearOutput(false);
  });
  assert.deepEqual(sent, [
    ["clear_output", true],
    ["clear_output", false],
  ]);
});
