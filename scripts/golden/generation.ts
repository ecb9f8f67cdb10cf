import * as path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { seeded } from "../../src/core/random";
import { allowedLogits, drawingWeights } from "../../src/generation/choose";
import { generate } from "../../src/generation/generate";
import { readOptions } from "../../src/generation/options";
import { loadCausalLm } from "../../src/models/causal/load";
import type { GenerativeModel } from "../../src/models/decoding";
import { loadSeq2Seq } from "../../src/models/seq2seq/load";
import { type Checker, compare, matrix, type Outcome } from "./checker";

/** The model with a tokenizer of empty texts, if it has none. */
const withoutText = (model: GenerativeModel): GenerativeModel =>
  Object.create(model, { tokenizer: { value: { decode: () => "" } } });

/** Filtered distributions, greedy and beam search against Transformers. */
export const checkGeneration: Checker = async (fixture, file) => {
  const outcome: Outcome = { cases: 0, largestError: 0, misses: [] };
  const models = new Map<string, GenerativeModel & { dispose(): void }>();
  try {
    for (const testCase of fixture.cases) {
      if (testCase.type === "filters") checkFilters(testCase, outcome);
      else {
        const { model: name } = testCase;
        const load = path.basename(name).startsWith("t5") ? loadSeq2Seq : loadCausalLm;
        if (!models.has(name)) models.set(name, await load(path.join(path.dirname(file), name)));
        await checkSequences(withoutText(models.get(name)!), testCase, outcome);
      }
      outcome.cases++;
    }
  } finally {
    for (const model of models.values()) model.dispose();
  }
  return outcome;
};

/** Next-token probabilities of each row after every filter. */
function checkFilters({ id, logits, seen, options, expected }: any, outcome: Outcome): void {
  const { temperature, topK, topP, ...rest } = options;
  const sampling = { rng: seeded(0), temperature, topK, topP };
  const settings = readOptions(id, { maxNewTokens: 1, ...rest, sampling }, []);
  const rows = seen.map((ids: number[], input: number) => ({ input, seen: new Set(ids) }));
  tf.tidy(() => {
    const choosing = { rows, step: 0, settings };
    for (const [b, weights] of drawingWeights(allowedLogits(matrix(logits), choosing), choosing).entries()) {
      const mass = weights.reduce((sum, p) => sum + p, 0);
      compare(
        outcome,
        `${id} row ${b}`,
        weights.map(p => p / mass),
        expected[b],
      );
    }
  });
}

async function checkSequences(
  model: GenerativeModel,
  { id, inputs, options, expected }: any,
  outcome: Outcome,
): Promise<void> {
  const found = await generate(model, inputs, options);
  for (const [n, wanted] of expected.flat().entries()) {
    const where = `${id} sequence ${n}`;
    compare(outcome, `${where} ids`, found[n].ids, wanted.ids, 0);
    if (wanted.logProbs) compare(outcome, `${where} log-probabilities`, found[n].logProbs, wanted.logProbs);
    if (wanted.score) compare(outcome, `${where} score`, [found[n].score!], wanted.score);
  }
}
