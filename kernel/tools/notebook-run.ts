import { mkdirSync } from "node:fs";
import * as path from "node:path";
import { fail } from "../../src/core/errors";

/** How a notebook runs. */
export interface NotebookRun<Settings> {
  settingName: keyof Settings & string;
  setting: Settings[keyof Settings];
  seed: number;
  /** Folder of what the notebook saves; absolute, and there. */
  runFolder: string;
}

/** Defaults of a notebook's setting, seed and folder. */
export interface NotebookRunOptions {
  /** A name among the settings. Default "quick". */
  setting?: string;
  /** Default 0. */
  seed?: number;
}

/**
 * Chooses a notebook's setting, its seed and the folder of its results, which it makes. The environment overrides the
 * options: TOKENWISE_SETTING, TOKENWISE_SEED and TOKENWISE_RUN (the folder), which `npm start` and `npm run notebooks`
 * set. The default folder is ../runs/NAME-SETTING-seedSEED, relative to the notebook.
 *
 * Errors: a setting that is not among `settings`; a seed that is not a whole number, 0 or more.
 */
export function notebookRun<Settings extends object>(
  name: string,
  settings: Settings,
  options: NotebookRunOptions = {},
): NotebookRun<Settings> {
  const { TOKENWISE_SETTING, TOKENWISE_SEED, TOKENWISE_RUN } = process.env;
  const settingName = TOKENWISE_SETTING || (options.setting ?? "quick");
  const seed = Number(TOKENWISE_SEED || (options.seed ?? 0));
  if (!Object.hasOwn(settings, settingName))
    fail("notebookRun", `there is no setting "${settingName}"`, `Use one of ${Object.keys(settings).join(", ")}.`);
  if (!Number.isSafeInteger(seed) || seed < 0)
    fail("notebookRun", `the seed is ${TOKENWISE_SEED || options.seed}`, "Give a whole number, 0 or more.");
  const runFolder = path.resolve(TOKENWISE_RUN || path.join("..", "runs", `${name}-${settingName}-seed${seed}`));
  mkdirSync(runFolder, { recursive: true });
  const key = settingName as keyof Settings & string;
  return { settingName: key, setting: settings[key], seed, runFolder };
}
