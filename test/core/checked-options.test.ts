// Options that cannot be meant are refused by name, with the function that got them: tables, figures, files, tokens.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { adamW } from "../../src/backend/adamw";
import { selectBackend } from "../../src/backend/select";
import { ablationBars } from "../../src/figures/ablation-bars";
import { agreementBars } from "../../src/figures/agreement-bars";
import { drawFigure } from "../../src/figures/draw";
import { learningCurves } from "../../src/figures/learning-curves";
import { methodBars } from "../../src/figures/method-bars";
import { rewardByPosition } from "../../src/figures/reward-by-position";
import { rewardedText } from "../../src/figures/rewarded-text";
import { sideBySide } from "../../src/figures/side-by-side";
import { tokenHeatmap } from "../../src/figures/token-heatmap";
import { fetchFromHub } from "../../src/hub/hub";
import { resolveModel } from "../../src/hub/resolve-model";
import { fewShot } from "../../src/tables/few-shot";
import { readDelimited, readJsonLines } from "../../src/tables/files";
import { readTable } from "../../src/tables/read-table";
import { bucketByTokens } from "../../src/text/batches";
import { chatInstruction, formatInstruction, withEndToken } from "../../src/text/instructed";
import { splitSentences } from "../../src/text/sentences";
import { createTokenizer } from "../../src/text/tokenizer";
import { loadParameters } from "../../src/weights/parameters";
import { saveCheckpoint } from "../../src/weights/save-checkpoint";
import { writeSafetensors } from "../../src/weights/write-safetensors";

const table = aq.table({ a: [1] });
const texts = [{ tokens: ["a"], rewards: [1] }];
const weights = () => [tf.variable(tf.scalar(1))];

/** As from JavaScript: each call has one option that is wrong. */
const calls: [call: (wrong: any) => unknown, wrong: unknown, message: RegExp][] = [
  [o => readTable("a.csv", o), { colums: ["a"] }, /readTable: there is no option "colums"\. Did you mean "columns"/],
  [o => readTable("a.csv", o), { columns: [1] }, /readTable: columns\[0\] is 1\. Give a text/],
  [o => readDelimited("a.tsv", o), { separator: "," }, /readDelimited: columns is missing/],
  [o => readJsonLines("a.jsonl", o), { whenMissing: 3 }, /readJsonLines: whenMissing is 3/],
  [
    o => fewShot(table, o),
    { shots: 0, split: 0, classes: ["a"] },
    /fewShot: shots is 0\. Give a whole number, 1 or more/,
  ],
  [o => fewShot(table, o), { shots: 1, split: 0.5, classes: ["a"] }, /fewShot: split is 0\.5/],
  [o => ablationBars(table, o), { values: ["a"], interval: "confidnce" }, /interval is "confidnce"\. Did you mean/],
  [o => methodBars(table, o), { value: ["a"] }, /methodBars: there is no option "value"\. Did you mean "values"/],
  [o => agreementBars(table, o), { truth: 1 }, /agreementBars: truth is 1/],
  [o => learningCurves(table, o), { names: "score" }, /learningCurves: names is "score"\. Give a list/],
  [o => learningCurves(table, o), { names: ["a"], band: "non" }, /band is "non"\. Did you mean "none"/],
  [o => rewardByPosition(table, o), { band: true }, /rewardByPosition: band is true/],
  [o => rewardedText(texts, o), { range: ["low", 1] }, /rewardedText: range\[0\] is "low"\. Give a number/],
  [o => sideBySide(table, o), { lists: 2.5 }, /sideBySide: lists is 2\.5/],
  [o => tokenHeatmap(texts, o), { titel: "x" }, /tokenHeatmap: there is no option "titel"\. Did you mean "title"/],
  [o => drawFigure({ data: [], layout: {} }, "svg", o), { width: 0 }, /drawFigure: width is 0\. Give a number above 0/],
  [o => fetchFromHub("a/b", o), { attempts: 0 }, /fetchFromHub: attempts is 0/],
  [o => resolveModel("a/b", o), { kind: "data set" }, /resolveModel: kind is "data set"/],
  [o => bucketByTokens([1], 8, o), { equal: 1 }, /bucketByTokens: equal is 1\. Give true or false/],
  [o => chatInstruction("?", o), { position: "behind" }, /chatInstruction: position is "behind"/],
  [o => formatInstruction({} as any, "a", o), { before: "", after: "" }, /documentTokens is missing/],
  [o => withEndToken({} as any, "a", o), { maxTokens: 0, endToken: 1 }, /withEndToken: maxTokens is 0/],
  [o => splitSentences("a", o), { everyStop: "yes" }, /splitSentences: everyStop is "yes"/],
  [o => createTokenizer({}, o), { config: "a.json" }, /createTokenizer: config is "a\.json"/],
  [o => loadParameters({} as any, {}, o), { precision: "float16" }, /precision is "float16"\. Did you mean "bfloat16"/],
  [o => saveCheckpoint("a", {} as any, o), { format: "F64" }, /saveCheckpoint: format is "F64"/],
  [o => writeSafetensors("a", [], o), { metadata: "x" }, /writeSafetensors: metadata is "x"/],
  [o => adamW(weights(), o), { learningRate: Number.NaN }, /adamW: learningRate is NaN/],
  [o => adamW(weights(), o), { learningRate: 1, betas: [0.9, 1] }, /adamW: betas is a list of 2\. Give two numbers/],
  [
    o => adamW([{ variables: weights(), ...o }], { learningRate: 1 }),
    { decay: 1 },
    /adamW: there is no option "decay"/,
  ],
];

before(() => selectBackend());

test("each is refused, by the function that got it", async () => {
  for (const [call, wrong, message] of calls) await assert.rejects(async () => call(wrong), message);
});
