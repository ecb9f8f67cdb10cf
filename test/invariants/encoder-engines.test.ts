import * as tf from "@tensorflow/tfjs-core";
import { maskedForward, maskedLogits } from "../../src/models/masked/forward";
import { loadMaskedLm } from "../../src/models/masked/load";
import { decodeTarget, encodeSource, seq2seqLogits } from "../../src/models/seq2seq/forward";
import { loadSeq2Seq } from "../../src/models/seq2seq/load";
import { padRight } from "../../src/text/batches";
import { sameOnAllEngines } from "../engines";
import { inTiny } from "../tiny-models";

/** Logits of padded batches and of tokens one at a time. */
async function numbers(): Promise<number[]> {
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
    const decoding = model.startDecoding([[12, 40, 33], [8]], { samples: 2, tokens: 2 });
    decoding.next([5, 6, 7, 8]);
    decoding.select([3, 0, 1]);
    found.push(...decoding.logits_BV.dataSync());
    decoding.dispose();
    model.dispose();
  }
  return found;
}

sameOnAllEngines(numbers, 2000);
