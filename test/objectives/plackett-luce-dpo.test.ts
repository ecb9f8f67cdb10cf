import "@tensorflow/tfjs-backend-cpu";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { dpo } from "../../src/objectives/dpo";
import { plackettLuceDpo } from "../../src/objectives/plackett-luce-dpo";
import { close } from "../close";
import { full } from "./batch";

before(() => selectBackend());

/** Lists of three one-token responses, by log π − log ρ. */
function lists(ratios: number[]) {
  const B = ratios.length;
  return {
    logits_BTV: tf.tile(tf.tensor3d([0, 0], [1, 1, 2]), [B, 1, 1]) as tf.Tensor3D,
    ids_BT: tf.zeros([B, 1]) as tf.Tensor2D,
    mask_BT: tf.ones([B, 1]) as tf.Tensor2D,
    reward_BT: tf.zeros([B, 1]) as tf.Tensor2D,
    referenceLogProbability_BT: tf.tensor2d(
      ratios.map(ratio => Math.log(0.5) - ratio),
      [B, 1],
    ),
    listSize: 3,
  };
}

test("a list of three: one choice of three, then one of two; the mean over lists", () => {
  const loss = ([a, b, c]: number[]) => {
    const [x, y, z] = [a, b, c].map(ratio => Math.exp(2 * ratio));
    return -Math.log(x / (x + y + z)) - Math.log(y / (y + z));
  };
  const [first, second] = [
    [0.3, -0.1, 0.6],
    [0, 1, -1],
  ];
  close(plackettLuceDpo({ beta: 2 }).loss(lists([...first, ...second])), (loss(first) + loss(second)) / 2);
});

test("a list shorter than the others is filled up with rows without a token", () => {
  const short = { ...lists([0.4, -0.2, 9]), mask_BT: tf.tensor2d([1, 1, 0], [3, 1]) };
  close(plackettLuceDpo({ beta: 1 }).loss(short), Math.log(1 + Math.exp(-0.6)));
});

test("lists of another size than DPO's, or that the rows do not fill, are named", () => {
  assert.throws(() => dpo().loss({ ...full, listSize: 3 }), /dpo: the lists have 3 responses. Give lists of 2/);
  assert.throws(() => plackettLuceDpo().loss({ ...full, listSize: 3 }), /2 rows do not fill lists of 3/);
  const { listSize: _, ...alone } = full;
  assert.throws(() => dpo().loss(alone), /dpo: the batch has no listSize. Give lists of responses, best first/);
});

test("pairs far apart do not overflow, on either side", () => {
  const pairs = { ...lists([900, -900, -900, 900]), listSize: 2 };
  close(dpo({ beta: 1 }).loss(pairs), 900);
  close(plackettLuceDpo({ beta: 1 }).loss(pairs), 900);
});
