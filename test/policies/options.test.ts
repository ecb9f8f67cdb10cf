import * as aq from "arquero";
import { seeded } from "../../src/core/random";
import { frozenCopy } from "../../src/models/frozen-copy";
import { causalFullPolicy } from "../../src/policies/causal-full";
import { upperLayersPolicy } from "../../src/policies/causal-upper-layers";
import { createClassifier } from "../../src/policies/classifier";
import { encodeExamples } from "../../src/policies/encode-examples";
import { createPromptPolicy } from "../../src/policies/prompt-policy";
import { precomputePrompts } from "../../src/policies/prompt-store";
import { responseFeatures } from "../../src/policies/response-features";
import { seq2seqFullPolicy } from "../../src/policies/seq2seq-full";
import { refusesOptions } from "../refuses-options";
import { candidates, sharedClassifier } from "../tiny-task";

const tiny = sharedClassifier();

refusesOptions({
  name: "createClassifier",
  call: options => createClassifier(tiny.model, options).verbalizers_DC,
  right: { verbalizers: { negative: " bad", positive: " good" }, startToken: 0 },
  wrong: [
    [{ verbalizers: undefined }, /createClassifier: verbalizers is missing\. Give a record with a word for each class/],
    [{ verbalizers: [" bad", " good"] }, /verbalizers is a list of 2/],
    [{ startToken: -1 }, /startToken is -1/],
    [{ template: "{prompt} {text}" }, /template is "\{prompt\} \{text\}"/],
  ],
});

refusesOptions({
  name: "createPromptPolicy",
  call: options => createPromptPolicy(tiny.model, options),
  right: { candidates, context: [0, 7], promptTokens: 2, adaptorWidth: 4, guidanceLayer: 1, rng: seeded(0) },
  wrong: [
    [{ candidates: "abc" }, /createPromptPolicy: candidates is "abc"\. Give a list/],
    [{ candidates: [1, 2.5] }, /candidates\[1\] is 2\.5/],
    [{ context: undefined }, /context is missing/],
    [{ promptTokens: 0 }, /promptTokens is 0/],
    [{ adaptorWidth: null }, /adaptorWidth is null/],
    [{ guidanceLayer: -1 }, /guidanceLayer is -1/],
    [{ guidanceLayer: 2 }, /guidanceLayer is 2\. Use one from 0 to 1/],
    [{ rng: undefined }, /rng is missing/],
  ],
});

refusesOptions({
  name: "precomputePrompts",
  call: options => precomputePrompts(tiny.model, [[0, 7, 30]], options),
  right: { batchTokens: 16, precision: "float32", maxBytes: 0 },
  wrong: [
    [{ batchTokens: 0 }, /precomputePrompts: batchTokens is 0/],
    [{ precision: "bf16" }, /precision is "bf16"\. There are float32, bfloat16/],
    [{ maxBytes: -1 }, /maxBytes is -1\. Give a number of 0 or more, or Infinity/],
    [{ most: 100 }, /there is no option "most"/],
  ],
});

refusesOptions({
  name: "upperLayersPolicy",
  call: async options =>
    upperLayersPolicy(tiny.model, { prompts: await precomputePrompts(tiny.model, []), ...options }) && undefined,
  right: { fromLayer: 1, batchTokens: 100 },
  wrong: [
    [
      { prompts: [[1, 2]] },
      /upperLayersPolicy: prompts is a list of 1\. Give a store of prompts from precomputePrompts/,
    ],
    [{ fromLayer: undefined }, /fromLayer is missing/],
    [{ fromLayer: 0 }, /fromLayer is 0\. Give a whole number, 1 or more/],
    [{ fromlayer: 1 }, /there is no option "fromlayer"\. Did you mean "fromLayer"\?/],
  ],
});

for (const [name, policy] of Object.entries({ causalFullPolicy, seq2seqFullPolicy }))
  refusesOptions({
    name,
    call(options) {
      const reader = frozenCopy(tiny.model);
      try {
        policy(tiny.model as never, { frozen: reader as never, ...options });
      } finally {
        reader.dispose();
      }
    },
    right: { batchTokens: 64 },
    wrong: [
      [{ frozen: undefined }, new RegExp(`${name}: frozen is missing\\. Give a frozen LM, such as frozenCopy\\(lm\\)`)],
      [{ frozen: "frozen" }, /frozen is "frozen"/],
      [{ batchTokens: 1.5 }, /batchTokens is 1\.5/],
    ],
  });

const examples = [{ prompt: [0, 7], response: [8, 9] }];
refusesOptions({
  name: "responseFeatures",
  call: options => responseFeatures(tiny.model, examples, options),
  right: { layer: 1, batchTokens: 64, maxBytes: 1e6 },
  wrong: [
    [{ layer: -1 }, /responseFeatures: layer is -1/],
    [{ batchTokens: 0 }, /batchTokens is 0/],
    [{ maxBytes: "all" }, /maxBytes is "all"/],
    [{ maxBytes: 8 }, /the features of 1 responses take [\d.]+ MB, more than 0\.000008 MB\. Learn from fewer lists/],
  ],
});

refusesOptions({
  name: "encodeExamples",
  call: options => encodeExamples(tiny.model, aq.table({ response: [[8, 9]], prompt: [[0]] }), options),
  right: { endToken: false },
  wrong: [[{ endToken: 0 }, /encodeExamples: endToken is 0\. Give true or false/]],
});
