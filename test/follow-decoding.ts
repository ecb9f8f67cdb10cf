import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { GenerativeModel } from "../src/models/decoding";
import { close } from "./close";

/** What happens to the rows of a decoding, step by step: tokens fed, or rows kept. */
export type Step = { feed: number[] } | { keep: number[] };

/** Which input a row continues, and with what. */
export interface FedRow {
  input: number;
  fed: number[];
}

/**
 * Takes these steps: at each, the logits are those that `afterEach` computes from the whole of every row, and nothing
 * stays allocated.
 */
export function followDecoding(
  model: GenerativeModel,
  inputs: number[][],
  samples: number,
  steps: Step[],
  afterEach: (rows: FedRow[]) => number[],
): void {
  const start = tf.memory().numTensors;
  const decoding = model.startDecoding(inputs, { samples, tokens: 8 });
  let rows = inputs.flatMap((_, input) => Array.from({ length: samples }, (): FedRow => ({ input, fed: [] })));
  close(decoding.logits_BV, afterEach(rows), 1e-4);
  for (const step of steps) {
    if ("feed" in step) {
      decoding.next(step.feed);
      rows = rows.map(({ input, fed }, row) => ({ input, fed: [...fed, step.feed[row]] }));
    } else {
      decoding.select(step.keep);
      rows = step.keep.map(row => rows[row]);
    }
    close(decoding.logits_BV, afterEach(rows), 1e-4);
  }
  decoding.dispose();
  assert.equal(tf.memory().numTensors, start);
}
