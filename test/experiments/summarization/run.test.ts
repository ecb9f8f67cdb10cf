import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { klToStart } from "../../../experiments/summarization/on-samples";
import { type SummarizationRun, summarizationRun } from "../../../experiments/summarization/run";
import { type SummarizationSetting, summarizationSettings } from "../../../experiments/summarization/settings";
import { type SummarizationTask, summarizationTask } from "../../../experiments/summarization/task";
import { type SummarizationVariantName, summarizationVariants } from "../../../experiments/summarization/variants";
import { selectBackend } from "../../../src/backend/select";
import { seeded } from "../../../src/core/random";
import { meanTokens } from "../../../src/guidance/aggregate";
import { resumeFrom, type TrainingCheckpoint } from "../../../src/training/checkpoint";
import type { PolicyRow } from "../../../src/training/train-policy";
import { temporaryFolder } from "../../temporary";

const { toy } = summarizationSettings;
const setting: SummarizationSetting = {
  ...toy,
  training: {
    ...toy.training,
    batchSize: 2,
    guidance: {
      ...toy.training.guidance!,
      learn: { aggregate: meanTokens(), listSize: 3, listsPerStep: 8, steps: 6, every: 3, hidden: 16 },
    },
    onSamples: {
      ...toy.training.onSamples!,
      guidance: { every: 1, learn: { aggregate: meanTokens(), listsPerStep: 8, steps: 6, every: 3, hidden: 16 } },
    },
  },
};
const films = [
  "A charming film.",
  "It was good, so good.",
  "A dull film without an end.",
  "Bad.",
  "Well made, and sad.",
];
const rows = aq.from(
  films.map((summary, i) => ({ id: `film ${i}`, document: `${summary} ${films[(i + 1) % 5]}`, summary })),
);
const data = { train: rows, valid: rows.slice(0, 3).reify(), test: rows.slice(2).reify(), reports: {} };

let task: SummarizationTask;
before(async () => {
  await selectBackend();
  task = await summarizationTask(setting, { data });
});
after(() => task.dispose());

async function run(
  variant: SummarizationVariantName,
  resume?: TrainingCheckpoint,
  on = task,
): Promise<{ rows: PolicyRow[]; result: SummarizationRun }> {
  const rows: PolicyRow[] = [];
  const training = summarizationRun(on, { variant, seed: 0, resume });
  for (;;) {
    const { done, value } = await training.next();
    if (done) return { rows, result: value };
    rows.push(...value);
  }
}

test("prompts have instruction and document, references an end token, parts the documents that the setting asks for", () => {
  const { tokenizer, endTokens, valid, test } = task;
  assert.deepEqual([valid.length, test.length, task.train(seeded(0)).length], [2, 3, 4]);
  for (const { prompt, response, text } of [...valid, ...test]) {
    assert.ok(tokenizer.decode(prompt).includes(text.slice(0, 10)));
    assert.ok(response.length <= setting.summaryTokens && endTokens.includes(response.at(-1)!));
  }
});

const updatesOf = (variant: string) => (variant === "zero-shot" ? 0 : variant.endsWith("credit") ? 7 : 4);

test("every variant starts alike and leaves no tensor; the same seed gives the same summaries", async () => {
  await run("mle");
  const start = tf.memory().numTensors;
  const last = new Map<string, number>();
  for (const variant of Object.keys(summarizationVariants) as SummarizationVariantName[]) {
    const { rows, result } = await run(variant);
    assert.equal(tf.memory().numTensors, start, variant);
    assert.ok(Number.isFinite(result.validation) && result.bestStep === updatesOf(variant), variant);
    assert.deepEqual(
      result.summaries.map(({ decoding, texts }) => `${decoding} ${texts.length}`),
      [...Array(3).fill("greedy 1"), ...Array(3).fill(`sampled ${setting.samples}`)],
    );
    assert.equal(
      rows.filter(({ name }) => name === "held-out agreement").length,
      ["mle", "zero-shot", "sequence credit"].includes(variant) ? 0 : variant.startsWith("token") ? 2 : 1,
      variant,
    );
    const losses = rows.filter(({ name }) => name === "loss");
    if (variant !== "zero-shot") last.set(variant, losses.at(-1)!.value);
  }
  last.delete("guided"); // the toy's samples may stand in one order with length or without
  assert.equal(new Set(last.values()).size, last.size); // each weighs references or samples in its own way
  const [a, b] = [await run("guided"), await run("guided")];
  assert.deepEqual({ ...b.result, seconds: 0 }, { ...a.result, seconds: 0 });
});

test("training on samples follows that on references, and its KL to the start is measured on test items", async () => {
  const likelihood = (await run("mle")).rows;
  const { rows } = await run("sequence credit");
  assert.deepEqual(rows.slice(0, likelihood.length), likelihood);
  const measured = rows.filter(({ name }) => name === klToStart);
  assert.deepEqual(
    measured.map(({ step, phase }) => [step, phase]),
    [4, 6, 7].map(step => [step, "validation"]),
  );
  assert.ok(Math.abs(measured[0].value) < 1e-5 && measured[2].value > 1e-4, `${measured.map(({ value }) => value)}`);
  const starts = rows.filter(({ name }) => name === "score");
  assert.deepEqual(
    starts.map(({ step }) => step),
    [4, 5, 6].map(step => step + 1),
  );
});

test("strength is the share of the learned weights' differences from 1", async () => {
  const of = (strength: number) => {
    const guidance = { ...setting.training.guidance!, strength };
    return run("guided", undefined, { ...task, setting: { ...setting, training: { ...setting.training, guidance } } });
  };
  const losses = (rows: PolicyRow[]) => rows.filter(({ name }) => name === "loss").map(({ value }) => value);
  const [none, half, plain] = [
    losses((await of(0)).rows),
    losses((await of(0.5)).rows),
    losses((await run("mle")).rows),
  ];
  for (const [i, loss] of none.entries()) assert.ok(Math.abs(loss - plain[i]) < 1e-4 * loss);
  assert.notEqual(half.at(-1), none.at(-1));
});

test("a run goes on from another's checkpoint where only the transform of rewards differs", async t => {
  const folder = temporaryFolder(t);
  const first = summarizationRun(task, { variant: "guided", seed: 0, checkpoint: { folder } });
  for await (const [{ phase }] of first) if (phase === "guidance") break;
  const whole = (await run("final tokens only")).result;
  const resumed = (await run("final tokens only", await resumeFrom(folder))).result;
  assert.deepEqual({ ...resumed, seconds: 0 }, { ...whole, seconds: 0 });
});

test("the best policy by validation is left in place if the setting says so", async () => {
  const best = { ...task, setting: { ...setting, training: { ...setting.training, keep: "best" as const } } };
  const { rows, result } = await run("mle", undefined, best);
  const validations = rows.filter(({ name }) => name === "validation");
  assert.equal(result.validation, Math.max(...validations.map(({ value }) => value)));
  assert.equal(result.bestStep, validations.find(({ value }) => value === result.validation)!.step);
});

test("restart resets the policy to its initial weights", async () => {
  const values = () => task.variables.map(variable => [...variable.dataSync()]);
  task.restart();
  const untrained = values();
  await run("mle");
  task.restart();
  assert.deepEqual(values(), untrained);
});

test("clear errors: another variant, too few documents, no question about an aspect", async () => {
  const other = summarizationRun(task, { variant: "best" as SummarizationVariantName, seed: 0 });
  await assert.rejects(other.next(), /summarizationRun: variant is "best"\. There are guided, paper-form,/);
  const many = { ...setting, documents: { ...setting.documents, valid: 9 } };
  await assert.rejects(summarizationTask(many, { data }), /"valid".*3 documents with summaries, not 9/);
  const asked = { ...setting, lm: { ...toy.lm, question: { outcome: "How did it end?" } } };
  await assert.rejects(summarizationTask(asked, { data }), /no question about "".*outcome/);
  const high = { ...setting, lm: { ...toy.lm, trainable: { fromLayer: 40 } } };
  await assert.rejects(
    summarizationTask(high, { data }),
    /lm\.trainable: fromLayer is 40, and tiny-lm has layers 0 to 3/,
  );
});

test("an empty text and an id with two texts are errors; long texts and other scripts are learned from", async () => {
  const given = (more: { id: string; document: string; summary: string }[]) => ({
    ...data,
    train: aq.from([...(rows.objects() as typeof more), ...more]),
  });
  const row = { id: "more", document: "A film.", summary: "Film." };
  const failing = (more: (typeof row)[]) => summarizationTask(setting, { data: given(more) });
  await assert.rejects(failing([{ ...row, summary: " \n" }]), /row 5 \(more\) has no summary/);
  await assert.rejects(failing([{ ...row, document: "" }]), /row 5 \(more\) has no document/);
  await assert.rejects(failing([row, { ...row, summary: "Other." }]), /rows 5 and 6 are both "more"/);
  const odd = { id: "odd", document: "映画です。".repeat(200), summary: "良い映画。".repeat(40) };
  const all = { ...setting, documents: {} };
  const task = await summarizationTask(all, { data: given([row, row, odd]) });
  const items = task.train(seeded(0));
  task.dispose();
  assert.deepEqual(items.map(({ id }) => id).slice(5), ["more", "odd"]);
  const { prompt, response } = items.at(-1)!;
  assert.equal(response.length, setting.summaryTokens);
  assert.ok(prompt.length > setting.documentTokens && prompt.length < setting.documentTokens + 40);
});
