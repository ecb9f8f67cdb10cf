import { existsSync } from "node:fs";
import { cachePath } from "../../src/core/cache";
import { type MeteorOptions, meteor } from "../../src/metrics/meteor";
import { porterStem } from "../../src/metrics/porter-stem";
import { type Rouge, rouge, rougeTokens } from "../../src/metrics/rouge";
import { loadWordNet } from "../../src/metrics/wordnet";
import { type Checker, compare, type Outcome } from "./checker";

const tolerance = 1e-6;

/**
 * ROUGE against rouge-score, METEOR and stems against nltk. Without WordNet in the cache, METEOR with synonyms is a
 * miss.
 */
export const checkMetrics: Checker = async fixture => {
  const outcome: Outcome = { cases: 0, largestError: 0, misses: [] };
  const synonyms = existsSync(cachePath("data", "wordnet")) ? loadWordNet() : undefined;
  const found = new Map<string, number[]>();
  const keep = (name: string, value: number) => found.set(name, [...(found.get(name) ?? []), value]);
  for (const testCase of fixture.cases) {
    const { id, prediction } = testCase;
    const reference = testCase.references ?? testCase.reference;
    for (const [field, stem] of Object.entries({ rouge_nostem: false, rouge_stem: true })) {
      if (!testCase[field]) continue;
      const scores = rouge(prediction, reference, { stem });
      for (const [kind, expected] of Object.entries(testCase[field])) {
        const { precision, recall, f } = scores[kind as keyof Rouge];
        compare(outcome, `${id} ${field} ${kind}`, [precision, recall, f], expected, tolerance);
        keep(`${field}.${kind}`, f);
      }
    }
    const tokens = testCase.references_tokens ?? testCase.reference_tokens;
    const references = Array.isArray(tokens[0]) ? tokens : [tokens];
    const check = (field: string, options: MeteorOptions) => {
      if (testCase[field] === undefined) return;
      const score = meteor(testCase.prediction_tokens, references, options);
      compare(outcome, `${id} ${field}`, [score], testCase[field], tolerance);
      keep(field, score);
    };
    check("meteor_no_wordnet", {});
    if (synonyms) check("meteor_wordnet30", { synonyms });
    else if (testCase.meteor_wordnet30 !== undefined)
      outcome.misses.push(`${id} meteor_wordnet30: there is no WordNet here; run \`npm run setup\``);
    equal(outcome, `${id} rouge_tokens_stem`, rougeTokens(prediction), testCase.rouge_tokens_stem);
    outcome.cases++;
  }
  for (const [word, stem] of Object.entries(fixture.porter_stems ?? {}))
    equal(outcome, `stem of ${word}`, porterStem(word), stem);
  checkAggregate(outcome, found, fixture.aggregate ?? {});
  return outcome;
};

/** Unweighted means over the pairs of the file. */
function checkAggregate(outcome: Outcome, found: Map<string, number[]>, aggregate: Record<string, any>): void {
  const mean = (name: string) => {
    const values = found.get(name) ?? [];
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const [r1, r2, rLsum] = ["rouge1", "rouge2", "rougeLsum"].map(kind => mean(`rouge_stem.${kind}`));
  for (const [field, expected] of Object.entries(aggregate)) {
    const own = field === "authors_validation_score" ? 100 * (r1 + 2 * r2 + rLsum) : mean(field);
    if (typeof expected === "number") compare(outcome, field, [own], expected, tolerance);
    else
      for (const [kind, number] of Object.entries(expected))
        compare(outcome, `${field} ${kind}`, [mean(`${field}.${kind}`)], number, tolerance);
  }
}

function equal(outcome: Outcome, where: string, found: unknown, expected: unknown): void {
  if (expected !== undefined && JSON.stringify(found) !== JSON.stringify(expected))
    outcome.misses.push(`${where}: ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}
