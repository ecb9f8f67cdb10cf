import "@tensorflow/tfjs-backend-cpu";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { countsAt, measuredPairs, rowsAt } from "../../../src/training/lists/batch";
import { close, leavesNothing } from "../../close";
import { batch, full } from "../../objectives/batch";

before(() => selectBackend());

test("rows as often as they are named; −1 is a row of padding; gradients add up", () => {
  assert.equal(rowsAt(batch, [0, 1]), batch);
  const { logits_BTV, ids_BT, mask_BT, reward_BT } = rowsAt(batch, [1, 0, -1, 1]);
  assert.deepEqual(logits_BTV.shape, [4, 2, 2]);
  const rows = batch.logits_BTV.arraySync();
  assert.deepEqual(
    [0, 1, 3].map(row => logits_BTV.arraySync()[row]),
    [rows[1], rows[0], rows[1]],
  );
  close(ids_BT.slice([0, 0], [2, 2]), [1, 0, 1, 0]);
  close(mask_BT, [1, 0, 1, 1, 0, 0, 1, 0]);
  close(reward_BT!.slice([1, 0], [1, 2]), [0.5, 1]);
  const gradient = tf.grad(x => {
    const { logits_BTV, mask_BT } = rowsAt({ ...batch, logits_BTV: x as tf.Tensor3D }, [1, 0, -1, 1]);
    return tf.sum(tf.mul(logits_BTV, tf.expandDims(mask_BT, 2)));
  })(batch.logits_BTV);
  close(gradient, [1, 1, 1, 1, 2, 2, 0, 0]);
});

test("tokens, sequences and lists of rows", () => {
  assert.deepEqual(countsAt([3, 1, 2], [0, 1, 0, 2, 1, -1], 2), { tokens: 10, sequences: 5, lists: 3 });
  assert.deepEqual(countsAt([3, 1, 2], [0, 2]), { tokens: 5, sequences: 2 });
});

test("pairs are measured by implicit rewards, without a reference by the mean log-probability", () => {
  const { log } = Math;
  const [x, y, z] = [log(1.5), 0, -log(3)]; // log π − log ρ of the three tokens
  const measured = (pairs: [number, number][], { reference = true } = {}) => {
    const { margin, accuracy } = measuredPairs(reference ? full : batch, pairs, 0.5);
    return [margin, accuracy].map(scalar => scalar.dataSync()[0]);
  };
  close(tf.tensor1d(measured([[0, 1]])), [0.5 * (x + y - z), 1]);
  const three: [number, number][] = [
    [0, 1],
    [1, 0],
    [1, 0],
  ];
  close(tf.tensor1d(measured(three)), [(-0.5 * (x + y - z)) / 3, 1 / 3]);
  const means = (log(3 / 4) + log(1 / 2)) / 2 - log(1 / 4);
  close(tf.tensor1d(measured([[0, 1]], { reference: false })), [means, 1]);
  leavesNothing(() => Object.values(measuredPairs(full, three, 1)));
});
