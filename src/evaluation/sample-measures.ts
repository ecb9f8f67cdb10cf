// Measures of samples, by prompt: their means with intervals, and the differences of two policies.

import * as aq from "arquero";
import { fail } from "../core/errors";
import { mean } from "../core/mean";
import { checkOptions } from "../core/options";
import type { Rng } from "../core/random";
import { type BootstrapOptions, bootstrapChecks, bootstrapDifference, bootstrapMean } from "../metrics/bootstrap";
import { distinct } from "../metrics/diversity";
import { splitWords } from "../metrics/words";

/** Columns of samples whose means over a prompt's samples are measures. `judge` may be missing. */
const columns = ["score", "judge", "kl", "klPerToken", "nll", "repeated", "length", "finished"] as const;

interface ByPrompt {
  /** The prompts by their numbers. */
  prompts: Map<number, string>;
  /** Values of each measure, one a prompt; NaN where no sample of the prompt is long enough for it. */
  measures: Map<string, number[]>;
}

/** The measures of each prompt, from a table of samples. Errors: a column that is missing; no samples. */
function byPrompt(where: string, samples: aq.ColumnTable): ByPrompt {
  const needed = ["index", "prompt", "response", ...columns.filter(name => name !== "judge")];
  const missing = needed.find(name => !samples.column(name));
  if (missing !== undefined)
    fail(where, `there is no column "${missing}"`, "Give the `samples` that measureSamples returned.");
  const groups = new Map<number, Record<string, unknown>[]>();
  for (const row of samples.objects() as Record<string, unknown>[]) {
    const index = row.index as number;
    groups.set(index, [...(groups.get(index) ?? []), row]);
  }
  if (groups.size === 0) fail(where, "there are no samples", "Measure at least one prompt.");
  const all = [...groups.values()];
  const texts = all.map(rows => rows.map(({ response }) => splitWords(response as string)));
  const measures = new Map<string, number[]>();
  for (const name of columns.filter(name => samples.column(name)))
    measures.set(
      name,
      all.map(rows => mean(rows.map(row => Number(row[name])))),
    );
  for (const n of [1, 2])
    measures.set(
      `distinct${n}`,
      texts.map(words => distinct(words, n)),
    );
  return { prompts: new Map([...groups].map(([index, [{ prompt }]]) => [index, prompt as string])), measures };
}

/** One row a measure: measure, mean, low, high. Where no prompt has a value, they are NaN. */
export function measureTable(where: string, samples: aq.ColumnTable, rng: Rng): aq.ColumnTable {
  const rows = [...byPrompt(where, samples).measures].map(([measure, values]) => {
    const known = values.filter(value => !Number.isNaN(value));
    if (known.length === 0) return { measure, mean: Number.NaN, low: Number.NaN, high: Number.NaN };
    return { measure, ...bootstrapMean(known, { rng: rng.split(measure) }) };
  });
  return aq.from(rows);
}

/**
 * The differences a − b of two policies that `measureSamples` measured on the same prompts: a table with one row a
 * measure and the columns measure, difference, low, high and p. Each prompt's mean over its samples is one pair of
 * `bootstrapDifference`; the numbers of samples may differ, though `distinct1` and `distinct2` fall with them. A prompt
 * counts in a measure where both policies have a value.
 *
 *     const before = await measureSamples(untrained, how);
 *     compareSamples(await measureSamples(policy, how), before, { rng: seeded(0) });
 *
 * Errors: other prompts; a column that is missing; an option out of its range.
 */
export function compareSamples(
  a: { samples: aq.ColumnTable },
  b: { samples: aq.ColumnTable },
  options: BootstrapOptions,
): aq.ColumnTable {
  const { rng: rngCheck, draws, level } = bootstrapChecks;
  checkOptions("compareSamples", options, { rng: rngCheck, draws, level });
  const { rng, ...how } = options;
  const [first, second] = [a, b].map(({ samples }) => byPrompt("compareSamples", samples));
  checkSamePrompts(first.prompts, second.prompts);
  const order = new Map([...second.prompts.keys()].map((index, i) => [index, i]));
  const rows = [...first.measures].flatMap(([measure, values]) => {
    const others = second.measures.get(measure);
    if (!others) return [];
    const pairs = [...first.prompts.keys()]
      .map((index, i) => [values[i], others[order.get(index)!]])
      .filter(pair => !pair.some(Number.isNaN));
    if (pairs.length === 0)
      return [{ measure, difference: Number.NaN, low: Number.NaN, high: Number.NaN, p: Number.NaN }];
    const [own, other] = [0, 1].map(side => pairs.map(pair => pair[side]));
    const { mean: difference, ...rest } = bootstrapDifference(own, other, { ...how, rng: rng.split(measure) });
    return [{ measure, difference, ...rest }];
  });
  return aq.from(rows);
}

function checkSamePrompts(a: ReadonlyMap<number, string>, b: ReadonlyMap<number, string>): void {
  const other = [...new Set([...a.keys(), ...b.keys()])].find(index => a.get(index) !== b.get(index));
  if (other === undefined) return;
  const [one, two] = [a, b].map(prompts => JSON.stringify(prompts.get(other)?.slice(0, 60)) ?? "missing");
  fail("compareSamples", `prompt ${other} is ${one} and ${two}`, "Measure both policies on the same prompts.");
}
