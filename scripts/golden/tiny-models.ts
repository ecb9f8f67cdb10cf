import * as path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../../src/core/errors";
import { readJsonObject } from "../../src/core/json";
import { loadCausalLm } from "../../src/models/causal/load";
import { type MaskedLm, maskedForward, maskedLogits } from "../../src/models/masked/forward";
import { loadMaskedLm } from "../../src/models/masked/load";
import type { Model } from "../../src/models/model";
import { decodeTarget, encodeSource, type Seq2SeqLm, seq2seqLogits } from "../../src/models/seq2seq/forward";
import { loadSeq2Seq } from "../../src/models/seq2seq/load";
import { checkCausal } from "./causal-models";
import { type Checker, compare, type Outcome } from "./checker";
import { asCase, checkGreedy, checkTraining, compareRows, labelLoss, unpadded } from "./model-numbers";

/** A model of a few kilobytes: states, logits, loss, gradients of all parameters, greedy text. */
export const checkTinyModels: Checker = async (fixture, file) => {
  const outcome: Outcome = { cases: 0, largestError: 0, misses: [] };
  const folder = path.dirname(file);
  const checked = <M extends Model>(model: M, check: (model: M) => void) => {
    try {
      check(model);
    } finally {
      model.dispose();
    }
    return outcome;
  };
  const { model_type } = readJsonObject(path.join(folder, "config.json"), 1e6);
  switch (model_type) {
    case "bert":
    case "roberta":
    case "xlm-roberta":
      return checked(await loadMaskedLm(folder), model => checkMasked(outcome, model, fixture));
    case "gpt2":
    case "llama":
      return checked(await loadCausalLm(folder), model => checkCausal(outcome, model, fixture));
    case "t5":
      return checked(await loadSeq2Seq(folder), model => checkSeq2Seq(outcome, model, fixture));
    default:
      return fail(file, `nothing checks models of type ${JSON.stringify(model_type)}`, "Add a check of it.");
  }
};

function checkMasked(outcome: Outcome, model: MaskedLm, { cases, train }: any): void {
  const forward = ({ input_ids: ids, attention_mask: mask, token_type_ids: typeIds }: any) =>
    maskedForward(model, { ids, mask, typeIds });
  for (const [side, wanted] of Object.entries<any>(cases))
    asCase(outcome, () => {
      const last = forward(wanted);
      const logits = maskedLogits(model, last);
      compareRows(outcome, `${side} states`, last, wanted.last_hidden_state);
      compareRows(outcome, `${side} logits`, logits, wanted.logits);
      const best = tf.argMax(logits, -1).arraySync() as number[][];
      const atMask = best.map((row, b) => row[wanted.mask_positions[b]]);
      compare(outcome, `${side} masked tokens`, atMask, wanted.argmax_at_mask, 0);
    });
  checkTraining(outcome, model, train, () => labelLoss(maskedLogits(model, forward(train)), train.labels));
}

function checkSeq2Seq(outcome: Outcome, model: Seq2SeqLm, { cases, train, greedy }: any): void {
  const forward = ({ input_ids: ids, attention_mask: mask, decoder_input_ids: targets }: any) => {
    const source = encodeSource(model, { ids, mask });
    const target = decodeTarget(model, source, { ids: targets });
    return { source, target, logits: seq2seqLogits(model, target) };
  };
  for (const [side, wanted] of Object.entries<any>(cases))
    asCase(outcome, () => {
      const { source, target, logits } = forward(wanted);
      compareRows(outcome, `${side} encoder states`, source.states_BSD, wanted.encoder_last_hidden_state);
      compareRows(outcome, `${side} decoder states`, target, wanted.decoder_last_hidden_state);
      compareRows(outcome, `${side} logits`, logits, wanted.logits);
    });
  checkTraining(outcome, model, train, () => labelLoss(forward(train).logits, train.labels));
  for (const [side, { sequences, logits_of_last_step }] of Object.entries<any>(greedy)) {
    if (!Array.isArray(sequences)) continue; // a note
    const inputs = unpadded(cases[side].input_ids, cases[side].attention_mask);
    const added = sequences.map((row: number[]) => row.slice(1));
    checkGreedy(outcome, `${side} greedy`, model, inputs, added, logits_of_last_step);
  }
}
