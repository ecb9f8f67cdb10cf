import { after, before } from "node:test";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { createCausalLm, loadCausalLm } from "../../src/models/causal/load";
import { addLowRank } from "../../src/models/low-rank";
import { readMaskedConfig } from "../../src/models/masked/config";
import type { MaskedLm } from "../../src/models/masked/forward";
import { createMaskedLm, loadMaskedLm } from "../../src/models/masked/load";
import { embedSentences } from "../../src/models/masked/sentence-encoder";
import { createMlp } from "../../src/models/parts/mlp";
import { readSeq2SeqConfig } from "../../src/models/seq2seq/config";
import { createSeq2Seq, loadSeq2Seq } from "../../src/models/seq2seq/load";
import { refusesOptions } from "../refuses-options";
import { tinyEncoder } from "../tiny-encoder";
import { tinyLlama } from "../tiny-llama";
import { inTiny, tinyModelConfig } from "../tiny-models";

let encoder: MaskedLm;
before(async () => {
  await selectBackend();
  encoder = await tinyEncoder();
});
after(() => encoder.dispose());

const rng = seeded(0);
const noStream = [
  [{ rng: undefined }, /rng is missing\. Give a stream of random numbers/],
  [{ rng: 0 }, /rng is 0\. Give a stream of random numbers, such as seeded\(0\)/],
] as const;

for (const [name, load, model] of [
  ["loadCausalLm", loadCausalLm, "llama_gqa_tied"],
  ["loadMaskedLm", loadMaskedLm, "bert"],
  ["loadSeq2Seq", loadSeq2Seq, "t5_relu"],
] as const)
  refusesOptions({
    name,
    call: options => load(inTiny(model), options),
    right: { precision: "float32" },
    wrong: [
      [{ precision: "float16" }, new RegExp(`${name}: precision is "float16"\\. Did you mean "bfloat16"\\?`)],
      [{ presicion: "bfloat16" }, /there is no option "presicion"\. Did you mean "precision"\?/],
      [{ float32: "all" }, /float32 is "all"\. Give a function/],
      [{ attempts: 0 }, /attempts is 0\. Give a whole number, 1 or more/],
    ],
  });

const made = [
  ["createCausalLm", createCausalLm, tinyModelConfig("gpt2")],
  ["createMaskedLm", createMaskedLm, readMaskedConfig(tinyModelConfig("bert"), "tiny")],
  ["createSeq2Seq", createSeq2Seq, readSeq2SeqConfig(tinyModelConfig("t5_relu"), "tiny")],
] as const;
for (const [name, create, config] of made)
  refusesOptions({
    name,
    call: options => create(config as never, options),
    right: { rng },
    wrong: [
      ...noStream,
      [{ tokenizer: "gpt2" }, /tokenizer is "gpt2"\. Give a tokenizer, such as createTokenizer makes/],
    ],
  });

refusesOptions({
  name: "addLowRank",
  call(options) {
    const lm = tinyLlama();
    addLowRank(lm, options);
    lm.dispose();
  },
  right: { rank: 2, alpha: 4, targets: /q_proj/, rng },
  wrong: [
    ...noStream,
    [{ rank: 1.5 }, /addLowRank: rank is 1\.5\. Give a whole number, 1 or more/],
    [{ alpha: Number.NaN }, /alpha is NaN/],
    [{ targets: "q_proj" }, /targets is "q_proj"\. Give a regular expression, or a function/],
  ],
});

refusesOptions({
  name: "createMlp",
  call: createMlp,
  right: { inputs: 3, hidden: 4, outputs: 1, lastGain: 0, rng },
  wrong: [
    ...noStream,
    [{ hidden: 0 }, /createMlp: hidden is 0/],
    [{ inputs: undefined }, /inputs is missing/],
    [{ lastBias: Infinity }, /lastBias is Infinity/],
  ],
});

refusesOptions({
  name: "embedSentences",
  call: options => embedSentences(encoder, ["a"], options),
  right: { maxTokens: 8, batchTokens: Infinity },
  wrong: [
    [{ maxTokens: 0 }, /embedSentences: maxTokens is 0\. Give a whole number, 1 or more, or Infinity/],
    [{ batchTokens: "8" }, /batchTokens is "8"/],
    [{ onProgress: true }, /onProgress is true\. Give a function/],
  ],
});
