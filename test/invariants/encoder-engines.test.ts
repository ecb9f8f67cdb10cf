import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { type Engine, selectBackend } from "../../src/backend/select";
import { maskedForward, maskedLogits } from "../../src/models/masked";
import { loadMaskedLm } from "../../src/models/masked-lm";
import { decodeTarget, encodeSource, seq2seqLogits } from "../../src/models/seq2seq";
import { loadSeq2Seq } from "../../src/models/seq2seq-lm";
import { padRight } from "../../src/text/batches";
import { close } from "../close";
import { inTiny } from "../tiny-models";

/** Logits of padded batches and of tokens one at a time, on one engine. */
async function numbers(engine: Engine): Promise<number[]> {
  await selectBackend(engine);
  const found: number[] = [];
  const batch = padRight([
    [12, 40, 33, 9, 50],
    [8, 22, 7],
  ]);
  for (const name of ["bert", "roberta"]) {
    const model = await loadMaskedLm(inTiny(name));
    found.push(...tf.tidy(() => maskedLogits(model, maskedForward(model, batch)).dataSync()));
    model.dispose();
  }
  for (const name of ["t5_relu", "t5_gated_gelu"]) {
    const model = await loadSeq2Seq(inTiny(name));
    found.push(
      ...tf.tidy(() => {
        const source = encodeSource(model, batch);
        return seq2seqLogits(
          model,
          decodeTarget(model, source, {
            ids: [
              [0, 9],
              [0, 30],
            ],
          }),
        ).dataSync();
      }),
    );
    const decoding = model.decode([[12, 40, 33], [8]], { samples: 2, tokens: 2 });
    decoding.next([5, 6, 7, 8]);
    decoding.select([3, 0, 1]);
    found.push(...decoding.logits_BV.dataSync());
    decoding.dispose();
    model.dispose();
  }
  return found;
}

for (const engine of ["native", "wasm"] as const)
  test(`${engine} gives the numbers of plain JavaScript`, async t => {
    if (engine === "native") {
      const reason = await selectBackend(engine).then(
        () => undefined,
        error => (error as Error).message,
      );
      if (reason) return t.skip(reason);
    }
    const [found, expected] = [await numbers(engine), await numbers("cpu")];
    assert.ok(expected.length > 2000);
    close(tf.tensor1d(found), expected, 1e-4);
  });
