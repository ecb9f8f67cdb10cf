import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Outgoing } from "../../../kernel/wire/messages";
import { createOutbox } from "../../../kernel/wire/outbox";

const cell = (id: string) => ({ msg_id: id });
const text = (name: string, words: string, id = "1"): Outgoing => ({
  type: "stream",
  content: { name, text: words },
  parent: cell(id),
});
const update = (display: string, value: number): Outgoing => ({
  type: "update_display_data",
  content: { data: value, transient: { display_id: display } },
  parent: cell("1"),
});

function collect(delay: number) {
  const sent: Outgoing[] = [];
  return { sent, contents: () => sent.map(message => message.content), outbox: createOutbox(m => sent.push(m), delay) };
}

test("writes to one stream become one message; nothing is lost or reordered", async () => {
  const { sent, contents, outbox } = collect(5);
  for (let line = 0; line < 10_000; line++) outbox.publish(text("stdout", `${line}\n`));
  outbox.publish(text("stderr", "oops"));
  outbox.publish(text("stderr", "!", "2"));
  assert.equal(sent.length, 2);
  await sleep(50);
  const lines = Array.from({ length: 10_000 }, (_, line) => `${line}\n`).join("");
  assert.deepEqual(contents(), [
    { name: "stdout", text: lines },
    { name: "stderr", text: "oops" },
    { name: "stderr", text: "!" },
  ]);
});

test("of quick updates of one display the newest is sent, each display on its own", async () => {
  const { sent, outbox } = collect(5);
  for (let value = 0; value <= 1000; value++) {
    outbox.publish(update("curve", value));
    outbox.publish(update("bar", -value));
  }
  await sleep(50);
  assert.deepEqual(
    sent.map(message => (message.content as { data: number }).data),
    [1000, -1000],
  );
});

test("what is held back goes out before any other message", () => {
  const { sent, outbox } = collect(60_000);
  outbox.publish(text("stdout", "before"));
  outbox.publish(update("bar", 1));
  outbox.publish({ type: "status", content: {}, parent: {} });
  assert.deepEqual(
    sent.map(message => message.type),
    ["stream", "update_display_data", "status"],
  );
});

test("text beyond 1 MiB does not wait", () => {
  const { sent, outbox } = collect(60_000);
  outbox.publish(text("stdout", "x".repeat(1 << 20)));
  assert.equal(sent.length, 1);
});
