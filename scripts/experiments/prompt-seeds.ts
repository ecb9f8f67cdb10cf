// npm run seeds -- [--setting quick] [--seeds 3] [--split 0] [--methods A,B] [--out FOLDER]: guided search against the bandit and random search, over seeds,
// at equal numbers of evaluations. A run that was stopped goes on where it was when started again with the same options.

import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import * as aq from "arquero";
import { progress } from "../../kernel/index";
import * as tw from "../../src";
import { mean } from "../../src/core/mean";
import { spread } from "../../src/figures/spread";
import type { Example } from "../../src/preferences/score";

/** What one search handed in, tested. */
interface Result {
  method: string;
  seed: number;
  evaluations: number;
  "policy score": number;
  "best score": number;
  "test score": number;
  "test accuracy": number;
  prompts: string[];
  seconds: number;
}

const methods = ["guided", "random search", "bandit"] as const;

async function main() {
  const { values } = parseArgs({
    options: {
      setting: { type: "string", default: "quick" },
      seeds: { type: "string", default: "3" },
      split: { type: "string", default: "0" },
      methods: { type: "string", default: methods.join() },
      out: { type: "string" },
    },
  });
  const chosen = values.methods.split(",");
  const unknown = chosen.find(name => !methods.some(method => method === name));
  if (unknown !== undefined) throw new Error(`--methods: there is no "${unknown}". Use ${methods.join(", ")}.`);
  const setting = tw.promptSetting(values.setting);
  const [seeds, split] = [wholeNumber("seeds", values.seeds), wholeNumber("split", values.split)];
  const folder = values.out ?? path.join("runs", `prompt-seeds-${values.setting}-split${split}`);
  const { engine } = await tw.selectBackend();
  const lm = await tw.loadCausalLm("smollm2-135m", { precision: tw.fastBfloat16() ? "bfloat16" : "float32" });
  const tokens = (text: string) => lm.tokenizer.encode(text).length;
  const keep = (text: string) => tokens(text) >= 3 && tokens(text) <= 64;
  const reviews = tw.loadFewShot("movie-reviews", { shots: setting.shots, split, testSize: setting.testSize, keep });
  const [train, valid, test] = [reviews.train, reviews.valid, reviews.test].map(part => part.objects() as Example[]);
  const searchExamples = train.slice(0, setting.searchExamples);
  const rest = [...train.slice(setting.searchExamples), ...valid];
  const classifier = tw.createClassifier(lm, { verbalizers: { negative: " negative", positive: " positive" } });
  const texts = [...train, ...valid].map(({ text }) => text);

  fs.mkdirSync(folder, { recursive: true });
  const options = JSON.stringify({ setting: values.setting, split, engine, ...setting });
  const [optionsFile, resultsFile] = [path.join(folder, "options.json"), path.join(folder, "results.jsonl")];
  if (fs.existsSync(optionsFile) && fs.readFileSync(optionsFile, "utf8") !== options)
    throw new Error(`${folder} holds results of other options. Give another --out, or remove it.`);
  fs.writeFileSync(optionsFile, options);
  const results: Result[] = fs.existsSync(resultsFile)
    ? fs
        .readFileSync(resultsFile, "utf8")
        .split("\n")
        .filter(Boolean)
        .map(line => JSON.parse(line))
    : [];

  const training = { guided: setting.training, bandit: tw.bandit(setting.training) };
  for (let seed = 0; seed < seeds; seed++)
    for (const method of methods.filter(method => chosen.includes(method))) {
      if (results.some(result => result.method === method && result.seed === seed)) continue;
      const start = performance.now();
      const rng = tw.seeded(seed);
      const candidates = await tw.candidateTokens(lm, texts, {
        size: setting.candidates,
        rng: rng.split("candidates"),
      });
      const { promptTokens, adaptorWidth } = setting;
      const context = [0, ...lm.tokenizer.encode("A charming film.")];
      const policy = tw.createPromptPolicy(lm, {
        candidates,
        promptTokens,
        adaptorWidth,
        context,
        rng: rng.split("policy"),
      });
      const score = tw.promptScore(classifier, searchExamples);
      const guided = results.find(result => result.method === "guided" && result.seed === seed)?.evaluations;
      if (method === "random search" && guided === undefined)
        throw new Error(`random search has as many evaluations as guided search, which has not run for seed ${seed}.`);
      const search =
        method === "random search"
          ? tw.randomSearch({ policy, score, evaluations: guided!, rng: rng.split("random") })
          : tw.trainWithGuidance({ ...training[method], policy, score, rng: rng.split("guided") });
      const rows: tw.Row[] = [];
      for await (const batch of progress(search, { label: `${method}, seed ${seed}` })) rows.push(...batch);
      fs.writeFileSync(
        path.join(folder, `rows-${method.replace(" ", "-")}-${seed}.jsonl`),
        rows.map(row => `${JSON.stringify({ method, seed, ...row })}\n`).join(""),
      );
      const scored = score.evaluated();
      const { finalists, winners } = setting;
      const ranked = await tw.rankPrompts(scored, {
        classifier,
        valid: rest,
        searchExamples: searchExamples.length,
        finalists,
        winners,
      });
      const tested = await tw.measurePrompts(
        classifier,
        test,
        ranked.map(({ prompt }) => prompt),
      );
      const result: Result = {
        method,
        seed,
        evaluations: scored.length,
        "policy score": (await tw.policyScore(policy, score, rng.split("final samples"))).mean,
        "best score": Math.max(...scored.map(entry => entry.score)),
        "test score": mean(tested.map(entry => entry.score)),
        "test accuracy": mean(tested.map(entry => entry.accuracy)),
        prompts: ranked.map(({ text }) => text),
        seconds: (performance.now() - start) / 1000,
      };
      results.push(result);
      fs.appendFileSync(resultsFile, `${JSON.stringify(result)}\n`);
      console.log(JSON.stringify(result));
      policy.dispose();
      score.dispose();
    }

  const manualIds = tw.manualPrompts.map(text => lm.tokenizer.encode(text));
  const manual = await tw.measurePrompts(classifier, test, [[], ...manualIds]);
  const manualSearch = await tw.measurePrompts(classifier, searchExamples, [[], ...manualIds]);
  await report(
    folder,
    results,
    manual,
    manualSearch.map(({ score }) => score),
  );
}

/** The table over seeds, mean ± standard deviation, and the figures. */
async function report(
  folder: string,
  results: Result[],
  manual: { score: number; accuracy: number }[],
  manualSearch: number[],
) {
  const numbers = ["evaluations", "policy score", "best score", "test score", "test accuracy"] as const;
  const lines: string[][] = [];
  for (const method of methods) {
    const own = results.filter(result => result.method === method);
    if (own.length === 0) continue;
    const digits = (name: string) => (name === "test accuracy" ? 3 : 1);
    lines.push([
      method,
      ...numbers.map(name =>
        meanAndDeviation(
          own.map(result => result[name]),
          digits(name),
        ),
      ),
    ]);
  }
  const [none, ...people] = manual;
  const [noneSearch, ...peopleSearch] = manualSearch;
  const [score, accuracy] = [people.map(entry => entry.score), people.map(entry => entry.accuracy)].map(median);
  lines.push([
    `median of ${people.length} manual prompts`,
    "",
    "",
    median(peopleSearch).toFixed(1),
    score.toFixed(1),
    accuracy.toFixed(3),
  ]);
  lines.push(["no prompt", "", "", noneSearch.toFixed(1), none.score.toFixed(1), none.accuracy.toFixed(3)]);
  const head = ["method", ...numbers];
  const table = [head, head.map(() => "---"), ...lines].map(cells => `| ${cells.join(" | ")} |`).join("\n");
  fs.writeFileSync(path.join(folder, "table.md"), `${table}\n`);
  console.log(table);

  const bars = tw.comparison(aq.from(results), {
    values: ["policy score", "best score", "test score", "test accuracy"],
  });
  const rows = fs
    .readdirSync(folder)
    .filter(name => name.startsWith("rows-"))
    .flatMap(
      name => tw.readJsonLines(path.join(folder, name)).objects() as (tw.Row & { method: string; seed: number })[],
    );
  // Runs score different numbers of prompts, so their curves meet at rounds; random search has none.
  const rounds = new Map<string, number>();
  const scored = rows.filter(row => row.name === "score" && row.method !== "random search");
  const byRound = scored.map(row => {
    const run = `${row.method} ${row.seed}`;
    rounds.set(run, (rounds.get(run) ?? -1) + 1);
    return { ...row, round: rounds.get(run)! };
  });
  const curves = tw.learningCurves(aq.from(byRound), { names: ["score"], x: "round" });
  for (const [name, figure] of Object.entries({ comparison: bars, "learning-curves": curves }))
    for (const ending of ["html", "json"]) await tw.saveFigure(figure, path.join(folder, `${name}.${ending}`));
}

function meanAndDeviation(values: number[], digits: number): string {
  const { mean, high } = spread(values, "deviation");
  return values.length < 2 ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${(high - mean).toFixed(digits)}`;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name}: "${text}" is not a whole number. Use 0, 1, 2, …`);
  return Number(text);
}

main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
