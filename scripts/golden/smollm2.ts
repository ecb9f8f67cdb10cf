import * as path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../../src/backend/token-nll";
import { read } from "../../src/core/tidy";
import { generate } from "../../src/generation/generate";
import { causalForward, causalLogits } from "../../src/models/causal/forward";
import { loadCausalLm } from "../../src/models/causal/load";
import { padRight } from "../../src/text/batches";
import { type Checker, compare, type Outcome } from "./checker";

/** Tokens, logits, token log-likelihoods and greedy text of the default LM against PyTorch. */
export const checkSmolLm2: Checker = async (fixture, file) => {
  const outcome: Outcome = { cases: 0, largestError: 0, misses: [] };
  const model = await loadCausalLm("smollm2-135m");
  try {
    for (const { text, ids, last_top10, nll, greedy20, greedy_text } of fixture.cases) {
      const where = `${path.basename(file)} ${JSON.stringify(text)}`;
      compare(outcome, `${where} ids`, model.tokenizer.encode(text), ids, 0);
      const [lastLogits, likelihoods] = tf.tidy(() => {
        const logits_BTV = causalLogits(model, causalForward(model, padRight([ids])).last);
        const [, T, V] = logits_BTV.shape;
        const last = tf.gather(tf.reshape(tf.slice(logits_BTV, [0, T - 1, 0], [1, 1, V]), [V]), last_top10.ids);
        const before = tf.slice(logits_BTV, [0, 0, 0], [1, T - 1, V]);
        return [
          read(() => last.clone()),
          read(() => tokenNll(before, tf.tensor2d([ids.slice(1)], [1, T - 1], "int32"))),
        ];
      });
      compare(outcome, `${where} logits`, lastLogits, last_top10.logits);
      compare(outcome, `${where} nll`, likelihoods, nll);
      const [continued] = await generate(model, [ids], { maxNewTokens: greedy20.length, stopTokens: [] });
      compare(outcome, `${where} greedy`, continued.ids, greedy20, 0);
      if (continued.text !== greedy_text) outcome.misses.push(`${where} greedy text`);
      outcome.cases++;
    }
  } finally {
    model.dispose();
  }
  return outcome;
};
