// What must not matter to a training: how its batches are cut and padded, the order of rows, how long it runs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { type CausalLm, causalForward, causalLogits } from "../../src/models/causal/forward";
import { trainable } from "../../src/models/trainable";
import { mle } from "../../src/objectives/mle";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import { scaled, type TokenBatch } from "../../src/objectives/objective";
import { chunks, padRight } from "../../src/text/batches";
import { resumeFrom } from "../../src/training/checkpoint";
import { type MicroBatch, type PolicyRow, type PolicyTraining, trainPolicy } from "../../src/training/train-policy";
import { temporaryFolder } from "../temporary";
import { tinyLlama } from "../tiny-llama";

let model: CausalLm;
before(async () => {
  await selectBackend();
});
after(() => model.dispose());

/** Eight sequences of four to eleven tokens. */
const rng = seeded(5);
const sequences = Array.from({ length: 8 }, (_, i) => [0, ...Array.from({ length: 3 + i }, () => rng.integer(54))]);

/** Every token after the first is the response; `columns` of padding are added. */
function pass(rows: number[][], columns = 0): TokenBatch {
  const { ids, mask } = padRight([...rows, Array<number>(Math.max(...rows.map(row => row.length)) + columns).fill(0)]);
  const [B, T] = [rows.length, ids[0].length - 1];
  const { last } = causalForward(model, { ids: ids.slice(0, B), mask: mask.slice(0, B) });
  const next = (of: number[][]) =>
    tf.tensor2d(
      of.slice(0, B).map(row => row.slice(1)),
      [B, T],
      "int32",
    );
  const mask_BT = tf.cast(next(mask), "float32");
  const logits_BTV = causalLogits(model, tf.slice(last, [0, 0, 0], [B, T, -1]));
  return { logits_BTV, ids_BT: next(ids), mask_BT, reward_BT: tf.onesLike(mask_BT) };
}

const tokens = (rows: number[][]) => rows.reduce((sum, { length }) => sum + length - 1, 0);
const micro = (rows: number[][], columns = 0): MicroBatch => ({
  weight: tokens(rows),
  source: rows,
  batches: () => ({ references: pass(rows, columns), samples: pass(rows, columns) }),
});

/** Trains a fresh model's last layer; its rows, and the trained numbers. */
async function run(change: Partial<PolicyTraining>, leave = Infinity) {
  model?.dispose();
  model = tinyLlama();
  const variables = trainable(model, /layers\.1|model\.norm/);
  const training = trainPolicy({
    ...{ variables, steps: 4, learningRate: 0.01, rng: seeded(0), batches: () => [micro(sequences)] },
    ...{ objectives: [mle(), scaled(0.1, negativeEntropy())], ...change },
  });
  const rows: PolicyRow[] = [];
  let taken = 0;
  for await (const some of training) {
    rows.push(...some);
    if (++taken === leave) break;
  }
  return { rows, numbers: variables.flatMap(v => [...v.dataSync()]) };
}

function near(a: { rows: PolicyRow[]; numbers: number[] }, b: typeof a, name: string) {
  assert.deepEqual(
    a.rows.map(({ value, ...rest }) => rest),
    b.rows.map(({ value, ...rest }) => rest),
  );
  const pairs = [
    ...a.rows.map(({ value }, i) => [value, b.rows[i].value]),
    ...a.numbers.map((x, i) => [x, b.numbers[i]]),
  ];
  for (const [x, y] of pairs) assert.ok(Math.abs(x - y) <= 2e-4 * (1 + Math.abs(y)), `${name}: ${x}, not ${y}`);
}

test("1 × 8 accumulated is 8 × 1; padding and the order of rows change nothing", async () => {
  const whole = await run({});
  const cut: Record<string, MicroBatch[]> = {
    "8 of one row": chunks(sequences, 1).map(rows => micro(rows)),
    "pieces of 3, 3, 2": chunks(sequences, 3).map(rows => micro(rows)),
    padding: [micro(sequences, 9)],
    "another order": [micro([...sequences].reverse())],
  };
  for (const [name, batches] of Object.entries(cut)) near(await run({ batches: () => batches }), whole, name);
  const halved = chunks(sequences, 4).map(rows => ({ ...micro(rows), weight: 1 }));
  const wrong = await run({ batches: () => halved }); // the pieces hold different numbers of tokens
  assert.ok(Math.abs(wrong.rows[0].value - whole.rows[0].value) > 1e-3);
});

/** Batches that depend on the update's stream, so that a seed matters. */
const drawn: PolicyTraining["batches"] = (_, stream) =>
  chunks(stream.shuffled(sequences).slice(0, 4), 2).map(rows => micro(rows));

test("the same seed gives the same rows, another one others", async () => {
  const [a, same, other] = [
    await run({ batches: drawn }),
    await run({ batches: drawn }),
    await run({ batches: drawn, rng: seeded(1) }),
  ];
  assert.deepEqual(same, a);
  assert.notDeepEqual(other.rows, a.rows);
});

test("left after any rows and resumed: the same rows and the same numbers, guidance and best policy included", async t => {
  /** A guidance that is relearned: one number, which decides the measure. */
  const part = () => {
    let guidance = 0;
    return {
      parts: {
        guidance: {
          save: () => ({ state: { guidance }, tensors: { copy: tf.tensor1d([guidance]) } }),
          restore(saved: { state: object; tensors: Record<string, tf.Tensor> }) {
            guidance = (saved.state as { guidance: number }).guidance;
            assert.deepEqual([...saved.tensors.copy.dataSync()], [Math.fround(guidance)]);
          },
        },
      },
      relearn: {
        ...{ every: 2, until: 4 },
        async learn(step: number, stream: ReturnType<typeof seeded>) {
          guidance += stream.uniform();
          return { listwise: guidance + step };
        },
      },
      validate: { every: 2, keepBest: "score", measure: async (step: number) => ({ score: guidance - step }) },
    };
  };
  const long = () => ({ steps: 6, batches: drawn, ...part() });
  const whole = await run(long());
  assert.deepEqual(
    whole.rows.filter(({ phase }) => phase !== "policy").map(({ step, phase }) => [step, phase]),
    [
      [0, "guidance"],
      [2, "validation"],
      [2, "guidance"],
      [4, "validation"],
      [6, "validation"],
    ],
  );
  const start = tf.memory().numTensors;
  for (let leave = 1; leave <= 11; leave += 2) {
    const folder = temporaryFolder(t);
    const first = await run({ ...long(), checkpoint: { folder, every: 4 } }, leave);
    const rest = await run({ ...long(), resume: await resumeFrom(folder) });
    assert.deepEqual([...first.rows, ...rest.rows], whole.rows, `left after ${leave}`);
    assert.deepEqual(rest.numbers, whole.numbers);
    assert.equal(tf.memory().numTensors, start);
  }
});

test("200 updates hold no more than the first", async () => {
  const counts = new Set<number>();
  const bytes = new Set<number>();
  await run({
    steps: 200,
    batches: () => {
      counts.add(tf.memory().numTensors);
      bytes.add(tf.memory().numBytes);
      return [micro(sequences.slice(0, 2)), micro(sequences.slice(2, 3))];
    },
  });
  assert.deepEqual([counts.size, bytes.size], [1, 1]);
});
