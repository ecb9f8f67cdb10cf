// npm run check:golden -- DIR: compares every fixture in a folder with the numbers of this library.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { selectBackend } from "../src/backend/select";
import { fail } from "../src/core/errors";
import { checkAggregation } from "./golden/aggregation";
import { checkAttention } from "./golden/attention";
import { checkBounding } from "./golden/bounding";
import type { Checker, Outcome } from "./golden/checker";
import { checkClippedRatio } from "./golden/clipped-ratio";
import { checkGeneration } from "./golden/generation";
import { checkGgufBlocks } from "./golden/gguf-blocks";
import { checkListObjectives } from "./golden/list-objectives";
import { checkListwise, checkListwiseForms } from "./golden/listwise";
import { checkLmObjectives } from "./golden/lm-objectives";
import { checkMetrics } from "./golden/metrics";
import { checkObjectives } from "./golden/objectives";
import { checkSmolLm2 } from "./golden/smollm2";
import { checkTaskReward } from "./golden/task-reward";
import { checkTinyModels } from "./golden/tiny-models";
import { checkTokenizers } from "./golden/tokenizers";
import { checkTrlLosses } from "./golden/trl-losses";

/** The checker of each family of fixtures. */
export const checkers: Record<string, Checker> = {
  aggregation: checkAggregation,
  attention: checkAttention,
  bounding: checkBounding,
  clipped_ratio: checkClippedRatio,
  generation: checkGeneration,
  gguf_blocks: checkGgufBlocks,
  list_objectives: checkListObjectives,
  listwise: checkListwise,
  listwise_forms: checkListwiseForms,
  lm_objectives: checkLmObjectives,
  metrics: checkMetrics,
  objectives: checkObjectives,
  smollm2: checkSmolLm2,
  task_reward: checkTaskReward,
  tiny_models: checkTinyModels,
  tokenizers: checkTokenizers,
  trl_losses: checkTrlLosses,
};

export interface FileOutcome extends Outcome {
  file: string;
  family: string;
}

/**
 * Checks every file below the folder except README.md, one after the other. A file without a checker counts as a miss.
 * A folder with a golden.json is one fixture: its other files are what the numbers were computed from.
 *
 * Errors: no such folder; no fixture in it.
 */
export async function* checkFolder(folder: string): AsyncGenerator<FileOutcome> {
  const files = filesBelow(folder).filter(file => path.basename(file) !== "README.md");
  if (files.length === 0) fail(folder, "the folder holds no fixture", "Give a folder of fixture files.");
  for (const file of files) yield { file: path.relative(folder, file), ...(await checkFile(file)) };
}

async function checkFile(file: string): Promise<Outcome & { family: string }> {
  const unknown = (why: string) => ({ family: "unknown", cases: 0, largestError: 0, misses: [why] });
  let fixture: any;
  try {
    fixture = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return unknown(`not a JSON file (${(error as Error).message})`);
  }
  const family = familyOf(fixture, file);
  if (!Object.hasOwn(checkers, family)) return unknown(`no checker for family "${family}"`);
  try {
    const outcome = await checkers[family](fixture, file);
    if (outcome.cases === 0) outcome.misses.push("the file holds no case");
    return { family, ...outcome };
  } catch (error) {
    return { family, cases: 0, largestError: 0, misses: [`the check stopped: ${(error as Error).message}`] };
  }
}

const aboutFolder = "golden.json";

/** The family of a golden.json follows from the files next to it; fixtures of a real LM name their model. */
export function familyOf(fixture: any, file: string): string {
  if (fixture?.family) return fixture.family;
  if (path.basename(file) === aboutFolder) {
    const beside = (name: string) => existsSync(path.join(path.dirname(file), name));
    return beside("config.json") ? "tiny_models" : beside("tokenizer.json") ? "tokenizers" : "none";
  }
  return fixture?.model ? path.basename(file, ".json") : "none";
}

function filesBelow(folder: string): string[] {
  let entries: import("node:fs").Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    fail(folder, "the folder cannot be read", "Check the path.", error);
  }
  if (entries.some(({ name }) => name === aboutFolder)) return [path.join(folder, aboutFolder)];
  return entries
    .sort((a, b) => a.name.localeCompare(b.name, "en"))
    .flatMap(entry => {
      const found = path.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(found) : [found];
    });
}

const shownMisses = 5;

async function main([folder, ...rest]: string[]): Promise<void> {
  if (!folder || rest.length > 0) fail("check:golden", "expected one folder", "Run `npm run check:golden -- DIR`.");
  const { engine } = await selectBackend();
  console.log(`engine ${engine}`);
  let missed = 0;
  for await (const { file, family, cases, largestError, misses } of checkFolder(folder)) {
    if (misses.length > 0) missed++;
    const verdict = misses.length === 0 ? "pass" : "FAIL";
    console.log(`${verdict}  ${family}  ${file}  ${cases} cases  largest error ${largestError.toExponential(1)}`);
    for (const miss of misses.slice(0, shownMisses)) console.log(`      ${miss}`);
    if (misses.length > shownMisses) console.log(`      and ${misses.length - shownMisses} more`);
  }
  if (missed > 0) {
    console.log(`${missed} ${missed === 1 ? "file does" : "files do"} not pass`);
    process.exitCode = 1;
  }
}

if (require.main === module) {
  main(process.argv.slice(2)).catch(error => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
