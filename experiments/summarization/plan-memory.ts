// Dry run of the summarization experiment: the memory of a guided run.

import { totalmem } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { fastBfloat16 } from "../../src/backend/device";
import { fitDefaults } from "../../src/guidance/fit";
import type { LmFacts } from "../../src/models/lm-facts";
import { defaultRank } from "../../src/models/low-rank";
import { passBytes } from "../../src/models/pass-bytes";
import { promptsPerDraw } from "../../src/preferences/rank-samples";
import type { Quantity } from "../lib/plan";
import { chatTokens, type Sizes, trainingItems } from "./plan-steps";
import type { SummarizationSetting, Trainable } from "./settings";
import { firstTrained, hasAdapter, trainsItself } from "./trainable";

/** Bytes by what they hold, as the table of docs/summarization.md has them. Axes: D width, T summary tokens. */
export function planMemory(setting: SummarizationSetting, facts: LmFacts, sizes: Sizes): Quantity[] {
  const { lm, training, documents, documentTokens, summaryTokens: T } = setting;
  const { batchSize, microBatchSize = batchSize, guidance } = training;
  const { width: D } = facts.config;
  const decoderOnly = facts.kind === "decoder-only";
  const fromLayer = firstTrained(lm.trainable);
  const { all, trained, adapters, frozenMatrices } = countParameters(facts, lm.trainable);
  const bfloat16 = decoderOnly && fastBfloat16();
  const upperLayers = decoderOnly && fromLayer > 0; // prompts are then precomputed
  const promptTokens = documentTokens + (decoderOnly ? chatTokens : 0);
  const references = trainingItems(documents, sizes);
  const prompts = Object.values(sizes).reduce((sum, { items }) => sum + items, 0);
  const states = 4 * D * references * (T + Number(upperLayers));
  const keysAndValues =
    facts.kind === "decoder-only"
      ? prompts * promptTokens * 4 * facts.config.layers * facts.config.keyValueHeads * facts.config.headWidth
      : 0;
  const samples =
    Math.min(guidance?.prompts ?? promptsPerDraw, references) * (guidance?.learn.listSize ?? fitDefaults.listSize);
  const pass = { rows: microBatchSize, contextTokens: promptTokens, responseTokens: T };
  const quantities = {
    parameters: 4 * (all + adapters) - (bfloat16 ? 2 * frozenMatrices : 0),
    "trained parameters at the start and at their best": 8 * trained,
    "their gradients and AdamW's moments": 12 * trained,
    [`activations of a pass of ${microBatchSize} references`]: passBytes(facts, pass, fromLayer),
    "keys and values of documents, outside the engine": upperLayers ? Math.min(keysAndValues, totalmem() / 2) : 0,
    "states of references, outside the engine": states <= totalmem() / 4 ? states : (states / references) * batchSize,
    "features of the samples for guidance": guidance ? 3 * 4 * D * samples * T : 0,
  };
  return Object.entries(quantities)
    .filter(([, amount]) => amount > 0)
    .map(([what, amount]) => ({ what, amount }));
}

/** Numbers of parameters: in the LM, trained (adapters included), in adapters, and in matrices that stay frozen. */
function countParameters({ shapes }: LmFacts, trainable: Trainable) {
  const count = { all: 0, trained: 0, adapters: 0, frozenMatrices: 0 };
  for (const [name, shape] of Object.entries(shapes)) {
    const size = tf.util.sizeFromShape(shape);
    count.all += size;
    if (trainsItself(trainable, name)) count.trained += size;
    else if (shape.length === 2) count.frozenMatrices += size;
    if (hasAdapter(trainable, name) && trainable !== "all" && "lowRank" in trainable)
      count.adapters += (trainable.lowRank.rank ?? defaultRank) * (shape[0] + shape[1]);
  }
  return { ...count, trained: count.trained + count.adapters };
}
