import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../src/core/errors";
import { seeded } from "../src/core/random";
import type { GenerativeModel } from "../src/models/decoding";
import { tokenizerFromGguf } from "../src/text/gguf-tokenizer";
import { tinyTokenizer } from "./tiny-llama";

export interface FakeOptions {
  endTokens?: number[];
  startToken?: number;
  /** Default 64. */
  contextLength?: number;
}

/** A model whose logits are a plain function of the tokens so far; `batches` notes the rows of every pass. */
export function fakeGenerator(
  logitsAfter: (ids: readonly number[]) => ArrayLike<number>,
  { endTokens = [], startToken, contextLength = 64 }: FakeOptions = {},
): GenerativeModel & { batches: number[] } {
  const batches: number[] = [];
  return {
    name: "fake",
    tokenizer: tokenizerFromGguf(tinyTokenizer, "fake"),
    endTokens,
    startToken,
    batches,
    startDecoding(inputs, { samples = 1, tokens }) {
      for (const { length } of inputs)
        if (length + tokens > contextLength) fail("fake", `${length + tokens} tokens`, "Use fewer.");
      let left = tokens;
      let rows = inputs.flatMap(ids => Array.from({ length: samples }, () => [...ids]));
      const logits = () => {
        batches.push(rows.length);
        return tf.tensor2d(rows.map(ids => Array.from(logitsAfter(ids))));
      };
      const decoding = {
        logits_BV: logits(),
        next(ids: readonly number[]) {
          if (ids.length !== rows.length || left-- === 0) throw new Error("fed amiss");
          rows = rows.map((row, b) => [...row, ids[b]]);
          decoding.logits_BV.dispose();
          decoding.logits_BV = logits();
        },
        select(places: readonly number[]) {
          rows = places.map(b => rows[b]);
          const selected = tf.gather(decoding.logits_BV, [...places]);
          decoding.logits_BV.dispose();
          decoding.logits_BV = selected;
        },
        dispose: () => decoding.logits_BV.dispose(),
      };
      return decoding;
    },
  };
}

/** Seeded logits that depend on the last two tokens. */
export function tableLogits(seed: number, V = tinyTokenizer["tokenizer.ggml.tokens"].length) {
  const rng = seeded(seed);
  const table = Array.from({ length: V }, () => Array.from({ length: V }, () => 2 * rng.normal()));
  return (ids: readonly number[]) =>
    table[ids[ids.length - 1]].map((x, v) => x + (ids.length > 1 ? table[ids[ids.length - 2]][(v + 1) % V] / 2 : 0));
}

/** log softmax. */
export function logSoftmax(logits: ArrayLike<number>): number[] {
  const all = Array.from(logits);
  const most = Math.max(...all);
  const log = most + Math.log(all.reduce((sum, x) => sum + Math.exp(x - most), 0));
  return all.map(x => x - log);
}
