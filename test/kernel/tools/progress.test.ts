import assert from "node:assert/strict";
import { test } from "node:test";
import { type Host, setHost } from "../../../kernel/host";
import { progress, progressText, track } from "../../../kernel/tools/progress";
import { show } from "../../../kernel/tools/show";
import { toBundle } from "../../../kernel/values/mime";
import type { MimeBundle } from "../../../kernel/values/mime-bundle";

interface Shown {
  text: unknown;
  metadata: any;
  id: string;
  update: boolean;
}

/** A kernel that keeps what is shown. */
function recordingHost(): Shown[] {
  const shown: Shown[] = [];
  const host: Host = {
    bundle: toBundle,
    show(bundle, { id, update }) {
      const { data, metadata } = bundle as MimeBundle;
      shown.push({ text: data["text/plain"], metadata, id, update });
    },
    clearOutput: () => {},
    signal: () => undefined,
    input: () => "",
    comms: { open: assert.fail, on: assert.fail },
  };
  setHost(host);
  return shown;
}

test("the line of progress", () => {
  const state = { done: 30, total: 100, seconds: 60, ended: false };
  assert.equal(progressText(state), "30/100 · 1 min 0 s · 2.00 s each · 2 min 20 s left");
  assert.equal(progressText({ ...state, done: 0, seconds: 0 }), "0/100 · 0.0 s");
  assert.equal(
    progressText({ ...state, label: "training", done: 90, seconds: 7200, note: "a\n b" }),
    "training  90/100 · 2 h 0 min · 80.0 s each · 13 min 20 s left · a b",
  );
  assert.equal(progressText({ ...state, ended: true }), "30/100 · 1 min 0 s · 2.00 s each · stopped");
  assert.equal(progressText({ done: 20, seconds: 4, ended: true }), "20 · 4.0 s · 5.00/s");
  assert.equal(progressText({ done: 9999, seconds: 2, ended: true }), "9999 · 2.0 s · 5000/s");
});

test("items pass through; one display updates itself and ends complete", async () => {
  const shown = recordingHost();
  const items: string[] = [];
  for await (const item of progress(["a", "b"], { describe: item => `did ${item}` })) items.push(item);
  assert.deepEqual(items, ["a", "b"]);
  assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
  assert.deepEqual(
    shown.map(({ update }) => update),
    [false, ...shown.slice(1).map(() => true)],
  );
  const last = shown.at(-1)!;
  assert.match(String(last.text), /^2\/2 · .* · did b$/);
  assert.deepEqual(last.metadata, { tokenwise: { progress: [2, 2], ended: true } });
});

test("a loop that is left or fails still shows where it ended, and closes its source", async () => {
  const shown = recordingHost();
  let closed = false;
  async function* source() {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      closed = true;
    }
  }
  for await (const i of progress(source(), { total: 10 })) if (i === 3) break;
  assert.match(String(shown.at(-1)!.text), /^3\/10 .*stopped$/);
  assert.equal(closed, true);
});

test("a source with fewer items than foretold ends whole", async () => {
  const shown = recordingHost();
  for await (const _ of progress([1, 2].values(), { total: 10 }));
  assert.match(String(shown.at(-1)!.text), /^2\/2 · /);
  assert.doesNotMatch(String(shown.at(-1)!.text), /stopped/);
});

test("show gives a display that is updated in its position", () => {
  const shown = recordingHost();
  const display = show(1);
  display.update("two");
  assert.deepEqual(
    shown.map(({ text, update }) => [text, update]),
    [
      ["1", false],
      ["'two'", true],
    ],
  );
  assert.equal(shown[0]!.id, shown[1]!.id);
});

test("a live figure follows the line, where there is something to show", async () => {
  const shown = recordingHost();
  const log: number[] = [];
  const figure = () =>
    log.length > 0 ? { data: [{ y: [...log] }], layout: { title: `${log.length} rows` } } : undefined;
  for await (const i of progress([0, 1, 2], { figure })) if (i > 0) log.push(i);
  const figures = shown.filter(({ text }) => String(text).startsWith("Figure"));
  assert.deepEqual(
    figures.map(({ text, update }) => [text, update]),
    [
      ["Figure: 1 rows, 1 trace", false],
      ["Figure: 2 rows, 1 trace", true],
    ],
  );
  assert.equal(figures[0]!.id, figures[1]!.id);
});

test("a live figure that fails shows its error instead, and the work goes on", async () => {
  const shown = recordingHost();
  const figure = () => {
    throw new Error("there is no row");
  };
  let done = 0;
  for await (const _ of progress([1, 2], { figure })) done++;
  assert.equal(done, 2);
  assert.ok(shown.some(({ text }) => text === "No figure yet: there is no row"));
});

test("work that tells how far it is has the same line, which ends with its error too", async () => {
  const shown = recordingHost();
  const value = await track("test", async onProgress => {
    onProgress(1, 3);
    onProgress(3, 3);
    return 42;
  });
  assert.equal(value, 42);
  assert.match(String(shown.at(-1)?.text), /^test {2}3\/3 /);
  await assert.rejects(
    track("test", async onProgress => {
      onProgress(1, 3);
      throw new Error("broken");
    }),
    /broken/,
  );
  assert.match(String(shown.at(-1)?.text), /^test {2}1\/3 .*stopped$/);
});
