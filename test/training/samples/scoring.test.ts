import "@tensorflow/tfjs-backend-cpu";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { selectBackend } from "../../../src/backend/select";
import { groupAdvantage, mixture, tokenReward } from "../../../src/credit";
import type { Sample } from "../../../src/preferences/rank-samples";
import type { Score } from "../../../src/preferences/score";
import { resumeFrom } from "../../../src/training/checkpoint";
import type { Completion } from "../../../src/training/completion";
import type { SampleTraining } from "../../../src/training/samples/with-samples";
import { temporaryFolder } from "../../temporary";
import { guidance, lettersQ, of, run } from "./run";

before(() => selectBackend());

/** The score, and how many samples it was called for each time. */
function counted(): { score: Score<Sample>; calls: number[] } {
  const calls: number[] = [];
  const apply = (samples: readonly Sample[]) => {
    calls.push(samples.length);
    return lettersQ.apply(samples);
  };
  return { score: { name: "letters q", apply }, calls };
}

// Updates 0 to 5 of 4 prompts · 4 samples; guidance is learned before updates 2 and 4.
const credit = mixture([
  [1, tokenReward()],
  [1, groupAdvantage()],
]);
const change: Partial<SampleTraining> = { guidance, credit, updates: 6 };

test("some samples of a prompt are scored; the guidance rewards the tokens of all", async () => {
  const { score, calls } = counted();
  const completions: Completion[] = [];
  const onSamples = (all: Completion[]) => completions.push(...all);
  const rows = await run({ ...change, score, scoring: { perPrompt: 2 }, onSamples });
  assert.deepEqual(calls, [8, 8, 8, 8, 8, 8]);
  assert.deepEqual(of(rows, "scored"), [8, 16, 24, 32, 40, 48]);
  // Guidance is relearned from the scored samples alone.
  const scored = completions.filter(({ score }) => !Number.isNaN(score));
  assert.equal(scored.length, 48);
  const before2 = scored.filter(({ step }) => step < 2);
  const mean2 = before2.reduce((sum, { score }) => sum + score, 0) / before2.length;
  assert.ok(Math.abs(of(rows, "sample score")[0] - mean2) < 1e-6);
  for (const [n, { step, score, rewards, credits }] of completions.entries()) {
    const isScored = n % 4 < 2;
    assert.equal(Number.isNaN(score), !isScored);
    // Before guidance is learned there is nothing to credit the others with; after it, their own rewards alone.
    if (!isScored) assert.deepEqual(credits, step < 2 ? credits!.map(() => 0) : rewards);
  }
});

test("a budget of scores ends scoring; training and relearning go on, and resume to the same rows", async t => {
  const { score, calls } = counted();
  const limited = { ...change, score, scoring: { budget: 40 } };
  const rows = await run(limited);
  assert.deepEqual(calls, [16, 16]);
  assert.deepEqual(of(rows, "scored"), [16, 32, 32, 32, 32, 32]);
  assert.equal(of(rows, "score").length, 2);
  assert.equal(of(rows, "listwise").length, 2);
  assert.ok(of(rows, "gradient norm").every(norm => norm > 0));
  const checkpoint = { folder: temporaryFolder(t), every: 1 };
  const first = await run({ ...limited, checkpoint }, { stopAfter: 3 });
  const saved = await resumeFrom(checkpoint.folder);
  assert.deepEqual([...first, ...(await run({ ...limited, checkpoint, resume: saved }))], rows);
  await assert.rejects(run({ ...limited, scoring: { budget: 50 }, resume: saved }), /scoring\.budget is 50, but 40/);
});

test("without limits, all is as without the option", async () => {
  const rows = await run({ ...change, scoring: {}, updates: 3 });
  assert.deepEqual(
    rows.filter(({ name }) => name !== "scored"),
    await run({ ...change, updates: 3 }),
  );
});

test("limits that leave nothing to learn from are refused before anything is drawn", async () => {
  const { score, calls } = counted();
  const cases: [Partial<SampleTraining>, RegExp][] = [
    [{ guidance: undefined, credit: undefined, scoring: {} }, /scoring is limited, and there is no guidance/],
    [{ scoring: { perPrompt: 5 } }, /scoring\.perPrompt is 5 of 4 samples/],
    [{ scoring: { perPrompt: 1 } }, /mixture compares samples of a prompt, and scoring\.perPrompt is 1/],
    [{ scoring: { budget: 31 } }, /first learned before update 2, and no sample is scored from update 1 on/],
  ];
  for (const [other, message] of cases) await assert.rejects(run({ ...change, score, ...other }), message);
  const rewards = async () => [];
  const unscored = { score: undefined, guidance: { rewards }, credit: tokenReward(), scoring: { budget: 8 } };
  await assert.rejects(run(unscored), /there is no score/);
  assert.deepEqual(calls, []);
});
