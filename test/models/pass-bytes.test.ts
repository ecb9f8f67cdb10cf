import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { gradientsOf } from "../../src/core/backward";
import { seeded } from "../../src/core/random";
import { createCausalLm } from "../../src/models/causal/load";
import { frozenCopy } from "../../src/models/frozen-copy";
import { lmFacts } from "../../src/models/lm-facts";
import { passBytes } from "../../src/models/pass-bytes";
import { readSeq2SeqConfig } from "../../src/models/seq2seq/config";
import { createSeq2Seq } from "../../src/models/seq2seq/load";
import { trainable } from "../../src/models/trainable";
import { weightedMle } from "../../src/objectives/weighted-mle";
import { causalFullPolicy } from "../../src/policies/causal-full";
import { upperLayersPolicy } from "../../src/policies/causal-upper-layers";
import { precomputePrompts } from "../../src/policies/prompt-store";
import type { ResponsePolicy } from "../../src/policies/response-policy";
import { seq2seqFullPolicy } from "../../src/policies/seq2seq-full";
import { peakBytes } from "../peak-bytes";
import { tinyT5Config } from "../tiny-t5";

before(() => selectBackend());

const [rows, contextTokens, responseTokens] = [6, 56, 24];
const ids = (length: number, b: number) => Array.from({ length }, (_, i) => 3 + ((7 * i + b) % 200));
const examples = Array.from({ length: rows }, (_, b) => ({
  prompt: ids(contextTokens, b),
  response: ids(responseTokens, b),
}));

async function measured(policy: ResponsePolicy, variables: tf.Variable[]): Promise<number> {
  const encoded = await policy.encode(examples);
  const loss = () => {
    const forced = policy.teacherForce(encoded, [...examples.keys()]);
    return weightedMle().loss({ ...forced, reward_BT: forced.mask_BT });
  };
  return peakBytes(() => {
    const { loss: value, gradients } = gradientsOf(loss, variables);
    tf.dispose([value, ...gradients.filter(gradient => gradient !== undefined)]);
  });
}

/** Within a quarter of the measured memory. */
function near(found: number, expected: number) {
  assert.ok(Math.abs(found / expected - 1) < 0.25, `${found} bytes, measured ${expected}`);
}

const t5 = { ...tinyT5Config, d_model: 40, d_ff: 160, num_heads: 5, num_layers: 3, vocab_size: 500 };
const llama = {
  ...{ model_type: "llama", hidden_size: 48, intermediate_size: 130, num_hidden_layers: 4, num_attention_heads: 6 },
  ...{ max_position_embeddings: 256, vocab_size: 500, rms_norm_eps: 1e-5, tie_word_embeddings: true, eos_token_id: 0 },
  rope_theta: 10000,
};
const size = { rows, contextTokens, responseTokens };

test("a pass of an encoder–decoder LM", async () => {
  const lm = createSeq2Seq(readSeq2SeqConfig(t5, "T5"), { rng: seeded(0) });
  const variables = trainable(lm, /./);
  const reader = frozenCopy(lm);
  near(passBytes(lmFacts(t5, "T5"), size), await measured(seq2seqFullPolicy(lm, { frozen: reader }), variables));
  reader.dispose();
  lm.dispose();
});

for (const from of [0, 2])
  test(`a pass of a decoder-only LM from layer ${from} on`, async () => {
    const lm = createCausalLm(llama, { rng: seeded(0) });
    const variables = trainable(lm, name => from === 0 || Number(/layers\.(\d)/.exec(name)?.[1]) >= from);
    const reader = frozenCopy(lm);
    const policy =
      from === 0
        ? causalFullPolicy(lm, { frozen: reader })
        : upperLayersPolicy(lm, {
            fromLayer: from,
            prompts: await precomputePrompts(
              lm,
              examples.map(({ prompt }) => prompt),
            ),
          });
    near(passBytes(lmFacts(llama, "Llama"), size, from), await measured(policy, variables));
    reader.dispose();
    lm.dispose();
  });
