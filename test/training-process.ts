// A small training of its own process, to be killed: resumes from the newest checkpoint of the folder given, or starts.

import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import { selectBackend } from "../src/backend/select";
import { seeded } from "../src/core/random";
import { latestCheckpoint } from "../src/training/checkpoint";
import { type PromptRow, trainPromptPolicy } from "../src/training/prompts/train-prompt-policy";
import { runLog } from "../src/training/run-log";
import { tinyLlama } from "./tiny-llama";
import { countingScore, tinyTraining, widePolicy } from "./tiny-task";

async function main(folder: string) {
  await selectBackend();
  const resume = await latestCheckpoint(folder);
  const log = runLog<PromptRow>(folder, {}, { resume });
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
  process.stdout.write("training\n");
  for (;;) {
    const { done, value } = await training.next();
    if (done) {
      const numbers = policy.adaptor.variables.flatMap(v => [...v.dataSync()]);
      writeFileSync(path.join(folder, "end.json"), JSON.stringify([value.bestScore, value.bestRound, numbers]));
      return;
    }
    log.add(value);
    await setTimeout(5); // time to be killed in
  }
}

main(process.argv[2]);
