// Credits that move a response's credit among its tokens: within segments, or to where an LM looks.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { masked } from "../core/masks";
import {
  between,
  type Check,
  type Checks,
  callback,
  checkOptions,
  either,
  integer,
  oneOf,
  required,
} from "../core/options";
import { checkAxes } from "../core/shapes";
import { type Credit, creditCheck, needed, needsOf } from "./credit";
import { lastTokenScore } from "./scored";

/** The indices of the last tokens of a response's segments, in order; its last token always ends one. */
export type SegmentEnds = (ids: readonly number[]) => readonly number[];

export interface SegmentedOptions {
  /** Tokens of a segment, or what tells where segments end, such as `tw.text.sentenceEnds(tokenizer)`. */
  segments: number | SegmentEnds;
  /**
   * What a token gets: the mean over its segment, or the sum, as if the segment were one action; or the last token of a
   * segment gets the sum and the others 0. Default "mean".
   */
  shares?: "mean" | "sum" | "last";
}

const segmentedChecks: Checks<SegmentedOptions> = {
  segments: required(either(integer(1), callback) as Check),
  shares: oneOf("mean", "sum", "last"),
};

/**
 * A credit of segments instead of tokens (Yin et al. 2025, arXiv:2501.02790, with segments of one's own): the credit of
 * a segment's tokens is added up and shared out again.
 *
 * Errors: an option out of its range; segment ends that do not rise, or are no tokens of the response.
 */
export function segmented(
  credit: Credit,
  options: SegmentedOptions,
): Credit & { of: Credit } & Required<SegmentedOptions> {
  checkOptions("segmented", { credit }, { credit: required(creditCheck) });
  checkOptions("segmented", options, segmentedChecks);
  const { segments, shares = "mean" } = options;
  return {
    name: "segmented",
    ...needsOf([credit], typeof segments === "function" ? ["ids_BT"] : []),
    of: credit,
    segments,
    shares,
    apply(batch) {
      const { mask_BT } = batch;
      const ids_BT = typeof segments === "function" ? needed("segmented", batch, "ids_BT") : undefined;
      const { B, T } = checkAxes("segmented", { mask_BT, ...(ids_BT && { ids_BT }) });
      const credit_BT = credit.apply(batch);
      const [own, mask, ids] = [credit_BT, mask_BT, ids_BT].map(x => x?.dataSync());
      credit_BT.dispose();
      const out = new Float32Array(B * T);
      for (let row = 0; row < B; row++) {
        const tokens = Array.from({ length: T }, (_, t) => row * T + t).filter(index => mask![index] > 0);
        const ends = typeof segments === "function" ? segments(tokens.map(index => ids![index])) : [];
        let start = 0;
        for (const end of endsOf(segments, ends, tokens.length)) {
          const part = tokens.slice(start, end + 1);
          const sum = part.reduce((total, index) => total + own![index], 0);
          for (const index of part) out[index] = shares === "sum" ? sum : shares === "mean" ? sum / part.length : 0;
          if (shares === "last") out[tokens[end]] = sum;
          start = end + 1;
        }
      }
      return tf.tensor2d(out, [B, T]);
    },
  };
}

/** Where segments of a response of this many tokens end. */
function endsOf(segments: number | SegmentEnds, given: readonly number[], length: number): number[] {
  if (length === 0) return [];
  const ends =
    typeof segments === "number"
      ? Array.from({ length: Math.ceil(length / segments) }, (_, i) => Math.min((i + 1) * segments, length) - 1)
      : [...given];
  const odd = ends.findIndex((end, i) => !Number.isInteger(end) || end <= (ends[i - 1] ?? -1) || end >= length);
  if (odd >= 0)
    fail("segmented", `a segment of a response of ${length} tokens ends at ${ends[odd]}`, "Give rising indices of it.");
  return ends.at(-1) === length - 1 ? ends : [...ends, length - 1];
}

export interface AttentionRedistributedOptions {
  /** The credit whose sum over the response is redistributed. Default `lastTokenScore()`. */
  of?: Credit;
  /** The share that is redistributed, 0 to 1; the rest stays where it was. Default 0.5. */
  beta?: number;
}

const attentionChecks: Checks<AttentionRedistributedOptions> = { of: creditCheck, beta: between(0, 1) };

/**
 * Attention-based credit (ABC, Chan et al. 2024, arXiv:2402.00782): β R α_t + (1 − β) c_t, where c_t is a credit, R its
 * sum over the response and α_t how much the response's last token attends to token t, of all tokens of the response.
 * In the paper c is the score at the last token, and the attention is that of the reward model's last layer, averaged
 * over heads. Here it is that of the LM as it was before training, on whose states guidance is learned; only
 * decoder-only LMs have it. The sum over the response stays the same. With `generalizedAdvantage` of it, it is the
 * paper's PPO.
 *
 * Errors: an option out of its range.
 */
export function attentionRedistributed(
  options: AttentionRedistributedOptions = {},
): Credit & Required<AttentionRedistributedOptions> {
  checkOptions("attentionRedistributed", options, attentionChecks);
  const { of = lastTokenScore(), beta = 0.5 } = options;
  return {
    name: "attentionRedistributed",
    ...needsOf([of], ["attention_BT"]),
    of,
    beta,
    apply(batch) {
      const { mask_BT } = batch;
      const attention_BT = needed("attentionRedistributed", batch, "attention_BT");
      checkAxes("attentionRedistributed", { attention_BT, mask_BT });
      return tf.tidy(() => {
        const credit_BT = of.apply(batch);
        const own_BT = masked(attention_BT, mask_BT);
        const share_BT = tf.div(own_BT, tf.maximum(tf.sum(own_BT, 1, true), 1e-30));
        const moved_BT = tf.mul(share_BT, tf.sum(credit_BT, 1, true));
        return masked(tf.add(tf.mul(beta, moved_BT), tf.mul(1 - beta, credit_BT)) as tf.Tensor2D, mask_BT);
      });
    },
  };
}
