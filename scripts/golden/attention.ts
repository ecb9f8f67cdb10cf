import * as path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { attentionRedistributed } from "../../src/credit/redistributed";
import type { CausalLm } from "../../src/models/causal/forward";
import { loadCausalLm } from "../../src/models/causal/load";
import { responseAttention } from "../../src/policies/response-attention";
import { paddedRows } from "../../src/policies/token-rows";
import { type Checker, compare, type Outcome } from "./checker";

/** Attention-based credit against Transformers; the cases of a model are read together. */
export const checkAttention: Checker = async (fixture, file) => {
  const outcome: Outcome = { cases: 0, largestError: 0, misses: [] };
  for (const name of new Set<string>(fixture.cases.map(({ model }: any) => model))) {
    const cases = fixture.cases.filter(({ model }: any) => model === name);
    const lm = await loadCausalLm(path.join(path.dirname(file), name));
    await checkModel(lm, cases, outcome);
    lm.dispose();
  }
  return outcome;
};

async function checkModel(lm: CausalLm, cases: any[], outcome: Outcome): Promise<void> {
  const attention = await responseAttention(lm, cases, 3);
  for (const [n, { id, response, attention: wanted, score, beta, credit }] of cases.entries()) {
    compare(outcome, `${id} attention`, attention[n], wanted);
    tf.tidy(() => {
      const attention_BT = paddedRows([attention[n]], response.length);
      const batch = { mask_BT: tf.onesLike(attention_BT), listSize: 1, score_B: tf.tensor1d([score]), attention_BT };
      compare(outcome, `${id} credit`, attentionRedistributed({ beta }).apply(batch), credit);
    });
    outcome.cases++;
  }
}
