// The summarization experiment: what a setting needs, before it runs.

import { totalmem } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import type { ColumnTable } from "arquero";
import { loadSummaries, type SummaryPart, summariesOnHub } from "../../data/summaries";
import { fastBfloat16 } from "../../src/backend/device";
import { fitDefaults } from "../../src/guidance/fit";
import type { LmFacts } from "../../src/models/lm-facts";
import { defaultRank } from "../../src/models/low-rank";
import { passBytes } from "../../src/models/pass-bytes";
import { fromSamplesDefaults } from "../../src/training/sample-guidance";
import { updatesPerEpoch } from "../../src/training/with-references";
import { type Check, checked, megabytes, type Plan, planLm, type Quantity, required } from "../lib/plan";
import type { SummarizationSetting } from "./settings";
import { firstTrained, trainsBeside, trainsWhole } from "./trainable";

/** Documents and items of each part. */
type Sizes = Record<SummaryPart, { documents: number; items: number }>;

/**
 * Checks a setting and tells the memory and the steps of a guided run. Data of the hub are not fetched: their rows are those published. Memory is that of
 * tensors and of what is kept beside them, by the formulas of docs/summarization.md; the engine itself, texts and the caches of generation come on top.
 */
export async function planSummarization(setting: SummarizationSetting): Promise<Plan> {
  const { check: model, facts } = await planLm(setting.lm.model);
  const { check: data, sizes, aspects } = await planData(setting);
  const checks = [
    model,
    data,
    ...(sizes ? checksOf(setting, sizes) : []),
    ...(facts ? modelChecks(setting, facts, aspects) : []),
  ];
  return {
    checks,
    memory: facts && sizes ? memoryOf(setting, facts, sizes) : [],
    steps: sizes ? stepsOf(setting, sizes) : [],
  };
}

async function planData({ data, loading = {}, documents }: SummarizationSetting) {
  let sizes: Sizes | undefined;
  let aspects: string[] = [];
  const { train, pool = train, valid, test } = documents;
  const wanted: Record<SummaryPart, number | undefined> = { train: pool, valid, test };
  const name = typeof data === "string" ? data : Object.values(data).join(", ");
  const part = (rows: (name: SummaryPart) => { documents: number; items: number }): Sizes => ({
    train: rows("train"),
    valid: rows("valid"),
    test: rows("test"),
  });
  const check = await checked("data", async () => {
    const onHub = summariesOnHub(data, { ...loading, hub: { attempts: 2, ...loading.hub } });
    if (onHub) {
      sizes = part(name => {
        const rows = Math.min(wanted[name] ?? Infinity, loading.rows?.[name] ?? Infinity, onHub.rows[name]);
        return { documents: rows, items: rows };
      });
      const bytes = await onHub.toFetch();
      return bytes > 0
        ? {
            state: "to fetch",
            found: `${name} is not in the cache: ${megabytes(bytes)} to fetch. Published sizes are assumed`,
          }
        : { state: "ready", found: `${name}, in the cache; published sizes are assumed` };
    }
    const tables = await loadSummaries(data, loading);
    sizes = part(name => sizeOf(tables[name], wanted[name]));
    if (tables.train.columnNames().includes("aspect")) aspects = [...new Set(tables.train.array("aspect") as string[])];
    return { state: "ready", found: name };
  });
  if (check.state === "unknown")
    check.found = `${name} is not in the cache, and the hub cannot be reached. Published sizes are assumed`;
  return { check, sizes, aspects };
}

function sizeOf(table: ColumnTable, most = Infinity) {
  const column = table.columnNames().includes("paper") ? "paper" : "document";
  const documents = table.array(column) as string[];
  const first = new Set([...new Set(documents)].slice(0, most));
  return { documents: first.size, items: documents.filter(document => first.has(document)).length };
}

function checksOf({ documents, training }: SummarizationSetting, sizes: Sizes): Check[] {
  const { objectives, epochs, batchSize, microBatchSize = batchSize, validateEvery, guidance } = training;
  const { train, pool = train, ...others } = documents;
  const perEpoch = updatesPerEpoch(itemsToLearn(documents, sizes), batchSize);
  const shares = {
    ...{ epochs, validateEvery },
    ...(guidance && {
      "guidance.every": guidance.every ?? fromSamplesDefaults.every,
      "guidance.until": guidance.until ?? fromSamplesDefaults.until,
    }),
  };
  const samples = objectives.find(({ on }) => on === "samples");
  return [
    ...Object.entries({ ...others, train: pool }).flatMap(([part, most = 0]) => {
      const found = sizes[part as SummaryPart].documents;
      return required("documents", found >= Math.max(1, most), `the part "${part}" has ${found} documents of ${most}`);
    }),
    ...required("documents", (train ?? 0) <= (pool ?? Infinity), `${train} documents are drawn from a pool of ${pool}`),
    ...required("objectives", objectives.length > 0, "there is none"),
    ...required(
      "objectives",
      !samples || guidance !== undefined,
      `${samples?.name} learns from samples, without a guidance`,
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

function modelChecks(
  { lm, documentTokens, summaryTokens }: SummarizationSetting,
  facts: LmFacts,
  aspects: string[],
): Check[] {
  const from = firstTrained(lm.trainable);
  const layers = facts.kind === "decoder-only" ? facts.config.layers : facts.config.decoderLayers;
  const layer = required("lm.trainable", from < layers, `from is ${from}, and the model has ${layers} layers`);
  if (facts.kind === "encoder-decoder") return layer;
  const { question } = lm;
  const { contextLength } = facts.config;
  const lacking = typeof question === "object" ? aspects.find(aspect => !Object.hasOwn(question, aspect)) : undefined;
  const room = documentTokens + summaryTokens + questionTokens;
  return [
    ...layer,
    ...required("lm.question", question !== undefined, "a decoder-only LM is asked nothing"),
    ...required("lm.question", lacking === undefined, `there is none about "${lacking}"`),
    ...required(
      "documentTokens",
      room <= contextLength,
      `with question and summary ${room}, and the model's context is ${contextLength}`,
    ),
  ];
}

/** What a question and the form of a chat are taken for. */
const questionTokens = 40;

function itemsToLearn(
  { train = Infinity }: SummarizationSetting["documents"],
  { train: { documents, items } }: Sizes,
): number {
  return Math.round((items * Math.min(train, documents)) / documents);
}

function memoryOf(setting: SummarizationSetting, facts: LmFacts, sizes: Sizes): Quantity[] {
  const { lm, training, documents, documentTokens, summaryTokens: T } = setting;
  const { trainable: trained } = lm;
  const { batchSize, microBatchSize = batchSize, guidance } = training;
  const decoderOnly = facts.kind === "decoder-only";
  const half = decoderOnly && fastBfloat16();
  let [parameters, trainedSize, frozenMatrices] = [0, 0, 0];
  for (const [name, shape] of Object.entries(facts.shapes)) {
    const size = tf.util.sizeFromShape(shape);
    parameters += size;
    if (trainsWhole(trained, name)) trainedSize += size;
    else if (shape.length === 2) frozenMatrices += size;
    if (trainsBeside(trained, name) && trained !== "all" && "lowRank" in trained)
      trainedSize += (trained.lowRank.rank ?? defaultRank) * (shape[0] + shape[1]);
  }
  const beside = trained !== "all" && "lowRank" in trained ? trainedSize : 0;
  const kept = decoderOnly && firstTrained(trained) > 0;
  const contextTokens = documentTokens + (decoderOnly ? questionTokens : 0);
  const { width: D } = facts.config;
  const items = itemsToLearn(documents, sizes);
  const all = Object.values(sizes).reduce((sum, { items }) => sum + items, 0);
  const states = 4 * D * items * (T + Number(kept));
  const keysAndValues =
    facts.kind === "decoder-only"
      ? all * contextTokens * 4 * facts.config.layers * facts.config.keyValueHeads * facts.config.headWidth
      : 0;
  const samples =
    Math.min(guidance?.prompts ?? fromSamplesDefaults.prompts, items) *
    (guidance?.learn.listSize ?? fitDefaults.listSize);
  const pass = { rows: microBatchSize, contextTokens, responseTokens: T };
  const quantities = {
    parameters: 4 * (parameters + beside) - (half ? 2 * frozenMatrices : 0),
    "what trained, as it was at the start and at its best": 8 * trainedSize,
    "its gradients and AdamW's moments": 12 * trainedSize,
    [`activations of a pass of ${microBatchSize} references`]: passBytes(facts, pass, firstTrained(trained)),
    "keys and values of documents, beside the engine": kept ? Math.min(keysAndValues, totalmem() / 2) : 0,
    "states of references, beside the engine": states <= totalmem() / 4 ? states : (states / items) * batchSize,
    "features of the samples that the guidance is learned from": guidance ? 3 * 4 * D * samples * T : 0,
  };
  return Object.entries(quantities)
    .filter(([, amount]) => amount > 0)
    .map(([what, amount]) => ({ what, amount }));
}

function stepsOf({ documents, training, samples, beams }: SummarizationSetting, sizes: Sizes): Quantity[] {
  const { objectives, epochs, batchSize, microBatchSize = batchSize, validateEvery, guidance } = training;
  const items = itemsToLearn(documents, sizes);
  const perEpoch = updatesPerEpoch(items, batchSize);
  const updates = epochs * perEpoch;
  const share = (epochs: number) => Math.round(epochs * perEpoch);
  const { learn } = guidance ?? {};
  const {
    every = fromSamplesDefaults.every,
    from = fromSamplesDefaults.from,
    until = fromSamplesDefaults.until,
    prompts = fromSamplesDefaults.prompts,
  } = guidance ?? {};
  const due = (step: number) => step >= share(from) && step < Math.min(share(until), updates);
  const learnings = guidance ? countOf(updates, step => step % share(every) === 0 && due(step)) : 0;
  const validations = Math.ceil(updates / share(validateEvery));
  const drawn = learnings * Math.min(prompts, items) * (learn?.listSize ?? fitDefaults.listSize);
  const amounts = {
    "references to learn from": items,
    updates,
    "passes of them": updates * Math.ceil(batchSize / microBatchSize),
    "times that the guidance is learned": learnings,
    "its steps, at most": learnings * (learn?.steps ?? fitDefaults.steps),
    "samples drawn for it": drawn,
    "samples drawn for updates": objectives.some(({ on }) => on === "samples") ? updates * batchSize : 0,
    "validation summaries": validations * sizes.valid.items,
    "test summaries": sizes.test.items * (1 + samples + Number(beams !== undefined)),
  };
  return Object.entries(amounts).map(([what, amount]) => ({ what, amount }));
}

const countOf = (steps: number, holds: (step: number) => boolean): number =>
  Array.from({ length: steps }, (_, step) => step).filter(holds).length;
