// Dry run of the summarization experiment: whether a setting fits its data and its LM.

import type { SummaryPart } from "../../data/summaries";
import type { LmFacts } from "../../src/models/lm-facts";
import { updatesPerEpoch } from "../../src/training/epochs";
import { type Check, required } from "../lib/plan";
import { chatTokens, relearningOf, type Sizes, trainingItems } from "./plan-steps";
import type { SummarizationSetting } from "./settings";
import { firstTrained } from "./trainable";

/** Checks against the sizes of the data: enough documents, objectives that can learn, shares of at least an update. */
export function checkSizes({ documents, training }: SummarizationSetting, sizes: Sizes): Check[] {
  const { objectives, epochs, batchSize, microBatchSize = batchSize, validateEvery, guidance } = training;
  const { train, pool = train, ...others } = documents;
  const perEpoch = updatesPerEpoch(trainingItems(documents, sizes), batchSize);
  const { every, from, until } = relearningOf(guidance);
  const shares = {
    epochs,
    validateEvery,
    ...(guidance && { "guidance.every": every, "guidance.until": until, ...(from > 0 && { "guidance.from": from }) }),
  };
  const onSamples = objectives.find(({ on }) => on === "samples");
  return [
    ...Object.entries({ ...others, train: pool }).flatMap(([part, most = 0]) => {
      const found = sizes[part as SummaryPart].documents;
      return required("documents", found >= Math.max(1, most), `the part "${part}" has ${found} documents of ${most}`);
    }),
    ...required("documents", (train ?? 0) <= (pool ?? Infinity), `${train} documents are drawn from a pool of ${pool}`),
    ...required("objectives", objectives.length > 0, "there are none"),
    ...required(
      "objectives",
      !onSamples || guidance !== undefined,
      `${onSamples?.name} learns from samples, but there is no guidance to reward them`,
    ),
    ...required(
      "microBatchSize",
      microBatchSize <= batchSize,
      `${microBatchSize} references in a pass, ${batchSize} in an update`,
    ),
    ...Object.entries(shares).flatMap(([name, share]) =>
      required(
        name,
        Math.round(share * perEpoch) >= 1,
        `${share} epochs of ${perEpoch} updates are less than an update`,
      ),
    ),
  ];
}

/** Checks against the LM: the first layer to train, a question for each aspect, room in the context. */
export function checkModel(
  { lm, documentTokens, summaryTokens }: SummarizationSetting,
  facts: LmFacts,
  aspects: readonly string[],
): Check[] {
  const from = firstTrained(lm.trainable);
  const layers = facts.kind === "decoder-only" ? facts.config.layers : facts.config.decoderLayers;
  const layer = required(
    "lm.trainable",
    from < layers,
    `fromLayer is ${from}, and ${lm.model} has layers 0 to ${layers - 1}`,
  );
  if (facts.kind === "encoder-decoder") return layer;
  const { question } = lm;
  const { contextLength } = facts.config;
  const missing = typeof question === "object" ? aspects.find(aspect => !Object.hasOwn(question, aspect)) : undefined;
  const tokens = documentTokens + summaryTokens + chatTokens;
  return [
    ...layer,
    ...required("lm.question", question !== undefined, "a decoder-only LM needs a question"),
    ...required("lm.question", missing === undefined, `there is none about "${missing}"`),
    ...required(
      "documentTokens",
      tokens <= contextLength,
      `${tokens} with the question and the summary, but the model's context is ${contextLength}`,
    ),
  ];
}
