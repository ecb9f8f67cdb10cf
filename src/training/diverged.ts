import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";

export interface Divergence {
  step: number;
  loss: number;
  gradientNorm: number;
  terms: Record<string, number>;
  /** What the update learned from: token ids, or the numbers of rows of a table. */
  batch: unknown;
}

/**
 * Stops training when the loss is no longer finite. The batch goes to `diverged.json` in the run's folder, if it has
 * one.
 */
export function diverged(where: string, { folder, ...found }: Divergence & { folder?: string }): never {
  const { step, loss, gradientNorm, terms } = found;
  const what =
    Number.isFinite(loss) && !Number.isFinite(gradientNorm) ? `gradient norm is ${gradientNorm}` : `loss is ${loss}`;
  let record = "Give checkpoint: { folder } to have its batch written down.";
  if (folder) {
    const file = path.join(folder, "diverged.json");
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(file, `${JSON.stringify(found, inWords)}\n`);
    record = `Its batch is in ${file}.`;
  }
  fail(
    where,
    `the ${what} at step ${step} (${JSON.stringify(terms, inWords)})`,
    `Lower the learning rate or the weights. ${record}`,
  );
}

/** NaN and infinities, which JSON lacks, as texts. */
const inWords = (_: string, value: unknown) =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
