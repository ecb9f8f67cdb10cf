// A small training of its own process, to be killed: resumes from the newest checkpoint of the folder given, or starts.

import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import * as aq from "arquero";
import { selectBackend } from "../src/backend/select";
import { seeded } from "../src/core/random";
import { tokenReward } from "../src/credit";
import { meanTokens } from "../src/guidance/aggregate";
import { dpo } from "../src/objectives/dpo";
import { kl } from "../src/objectives/kl";
import { reinforce } from "../src/objectives/reinforce";
import { trainablePolicy } from "../src/policies/trainable-policy";
import { fromPairs } from "../src/preferences/from-pairs";
import { latestCheckpoint, type TrainingCheckpoint } from "../src/training/checkpoint";
import type { Completion } from "../src/training/completion";
import { trainWithLists } from "../src/training/lists/with-lists";
import { trainPromptPolicy } from "../src/training/prompts/train-prompt-policy";
import { type LoggedRow, type RunLog, runLog } from "../src/training/run-log";
import { trainWithSamples } from "../src/training/samples/with-samples";
import { tinyLlama } from "./tiny-llama";
import { countingScore, tinyTraining, widePolicy } from "./tiny-task";

/** A training, and the numbers that it leaves. */
interface Killable {
  training: AsyncGenerator<LoggedRow[], unknown>;
  end(result: unknown): unknown;
}
type Start = (folder: string, log: RunLog<LoggedRow>, resume?: TrainingCheckpoint) => Killable;

const trainers: Record<string, Start> = {
  trainPromptPolicy(folder, log, resume) {
    const policy = widePolicy(tinyLlama());
    const { learn } = tinyTraining();
    const training = trainPromptPolicy({
      ...{
        ...tinyTraining(),
        updates: 25,
        learn: { ...learn, steps: 4, every: 2 },
        policy,
        score: countingScore(),
        rng: seeded(0),
      },
      ...{ checkpoint: { folder, every: 1 }, resume, onSamples: log.addCompletions },
    });
    return {
      training,
      end: value => {
        const { bestScore, bestRound } = value as { bestScore: number; bestRound: number };
        return [bestScore, bestRound, policy.adaptor.variables.flatMap(v => [...v.dataSync()])];
      },
    };
  },
  trainWithSamples(folder, log, resume) {
    const policy = trainablePolicy(tinyLlama(), { train: "low-rank", rank: 2 });
    const training = trainWithSamples({
      policy,
      prompts: ["ab", "cd", "ef"],
      score: { name: "q", apply: async all => Float32Array.from(all, ({ text }) => text!.split("q").length) },
      guidance: { learn: { aggregate: meanTokens(), steps: 4, listsPerStep: 4, hidden: 4 }, every: 10 },
      credit: tokenReward(),
      objectives: [reinforce(), kl()],
      adaptiveKl: { target: 0.01 },
      ...{ samples: 2, batchSize: 2, passes: 2, minibatches: 2, updates: 40, sampling: { maxNewTokens: 3 } },
      ...{ learningRate: 0.01, rng: seeded(0), checkpoint: { folder, every: 1 }, resume },
      onSamples: (all: Completion[]) => log.addCompletions(all),
    });
    return { training, end: () => policy.variables.flatMap(v => [...v.dataSync()]) };
  },
  trainWithLists(folder, _, resume) {
    const policy = trainablePolicy(tinyLlama(), { train: "low-rank", rank: 2 });
    const rows = ["ab", "cd", "ef", "gh", "qr"].map(prompt => ({ prompt, chosen: "qqq", rejected: `x${prompt}` }));
    const training = trainWithLists({
      policy,
      lists: fromPairs(aq.from(rows)),
      objectives: [dpo({ beta: 0.1 })],
      ...{ epochs: 16, batchSize: 2, learningRate: 0.01, rng: seeded(0), checkpoint: { folder, every: 1 }, resume },
      validate: { every: 1, measure: async step => ({ step }), keepBest: "step" },
    });
    return { training, end: () => policy.variables.flatMap(v => [...v.dataSync()]) };
  },
};

async function main(folder: string, trainer: string) {
  await selectBackend();
  const resume = await latestCheckpoint(folder);
  const log = runLog<LoggedRow>(folder, {}, { resume });
  const { training, end } = trainers[trainer](folder, log, resume);
  process.stdout.write("training\n");
  for (;;) {
    const { done, value } = await training.next();
    if (done) {
      writeFileSync(path.join(folder, "end.json"), JSON.stringify(end(value)));
      return;
    }
    log.add(value);
    await setTimeout(5); // time to be killed in
  }
}

main(process.argv[2], process.argv[3]);
