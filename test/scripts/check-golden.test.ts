import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { before, test } from "node:test";
import { checkFolder, type FileOutcome, familyOf } from "../../scripts/check-golden";
import { selectBackend } from "../../src/backend/select";
import { cachePath } from "../../src/core/cache";
import { inRepository } from "../repository";
import { temporaryFolder } from "../temporary";

const golden = inRepository("test", "golden");

async function outcomes(folder: string): Promise<FileOutcome[]> {
  const found: FileOutcome[] = [];
  for await (const outcome of checkFolder(folder)) found.push(outcome);
  return found;
}

before(() => selectBackend());

test("all families of fixtures without downloads give the numbers of PyTorch, gguf and tokenizers", async t => {
  const folder = temporaryFolder(t);
  cpSync(golden, folder, { recursive: true });
  rmSync(path.join(folder, "smollm2.json"));
  rmSync(path.join(folder, "metrics.json"));
  const found = await outcomes(folder);
  assert.deepEqual([...new Set(found.map(({ family }) => family))].sort(), [
    ...["aggregation", "attention", "bounding", "clipped_ratio", "generation", "gguf_blocks", "list_objectives"],
    ...["listwise", "listwise_forms", "lm_objectives", "objectives", "task_reward", "tiny_models", "tokenizers"],
    "trl_losses",
  ]);
  for (const { family, misses, cases, largestError } of found) {
    assert.deepEqual(misses, [], family);
    assert.ok(cases > 2 && largestError < 1e-5, `${family}: ${cases} cases, largest error ${largestError}`);
  }
});

const model = cachePath("models", "smollm2-135m");
const skip = existsSync(model) ? false : `no model in ${model}: run \`npm run setup\``;

test("the default LM's tokens, logits, likelihoods and greedy text", { skip }, async t => {
  const folder = temporaryFolder(t);
  const fixture = JSON.parse(readFileSync(path.join(golden, "smollm2.json"), "utf8"));
  fixture.cases = fixture.cases.filter((_: unknown, i: number) => i % 3 === 1); // the check of all takes half a minute
  writeFileSync(path.join(folder, "smollm2.json"), JSON.stringify(fixture));
  const [{ family, misses, cases, largestError }] = await outcomes(folder);
  assert.deepEqual([family, misses], ["smollm2", []]);
  assert.ok(cases === 2 && largestError < 1e-4, `${cases} cases, largest error ${largestError}`);
});

const wordNet = cachePath("data", "wordnet");
const without = existsSync(wordNet) ? false : `no WordNet in ${wordNet}: run \`npm run setup\``;

test("ROUGE, METEOR and stems agree with rouge-score and nltk", { skip: without }, async t => {
  const folder = temporaryFolder(t);
  cpSync(path.join(golden, "metrics.json"), path.join(folder, "metrics.json"));
  const [{ family, misses, cases, largestError }] = await outcomes(folder);
  assert.deepEqual([family, misses, cases], ["metrics", [], 23]);
  assert.ok(largestError < 1e-8, `largest error ${largestError}`);
});

test("a wrong number, an unknown family and a file that is not a fixture are misses", async t => {
  const folder = temporaryFolder(t);
  mkdirSync(path.join(folder, "deep"));
  const fixture = JSON.parse(readFileSync(path.join(golden, "listwise.json"), "utf8"));
  fixture.cases[3].grad_no_eps[0][0] += 0.01;
  writeFileSync(path.join(folder, "deep", "listwise.json"), JSON.stringify(fixture));
  writeFileSync(path.join(folder, "other.json"), '{"family":"constructor","cases":[]}');
  writeFileSync(path.join(folder, "text.bin"), "?");
  writeFileSync(path.join(folder, "without.json"), '{"family":"listwise","cases":[]}');
  cpSync(path.join(golden, "bounding.json"), path.join(folder, "right.json"));
  writeFileSync(path.join(folder, "broken.json"), '{"family":"listwise","cases":[{}]}');
  writeFileSync(path.join(folder, "README.md"), "not a fixture");
  const found = await outcomes(folder);
  assert.deepEqual(
    found.map(({ file, misses }) => [slashed(file), misses.length]),
    [
      ["broken.json", 1],
      ["deep/listwise.json", 1],
      ["other.json", 1],
      ["right.json", 0],
      ["text.bin", 1],
      ["without.json", 1],
    ],
  );
  assert.match(found[1].misses[0], /exact gradient\[0\]: .* expected/);
  assert.match(found[2].misses[0], /no checker for family "constructor"/);
});

test("a folder with a golden.json is one fixture, of the family of the files next to it", async t => {
  const folder = temporaryFolder(t);
  const files = [
    "a/golden.json",
    "a/config.json",
    "a/more/weights.json",
    "b/tokenizer.json",
    "b/golden.json",
    "c/golden.json",
  ];
  for (const file of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), "{}");
  }
  assert.deepEqual(
    (await outcomes(folder)).map(({ file }) => slashed(file)),
    ["a/golden.json", "b/golden.json", "c/golden.json"],
  );
  assert.deepEqual(
    ["a", "b", "c"].map(name => familyOf({}, path.join(folder, name, "golden.json"))),
    ["tiny_models", "tokenizers", "none"],
  );
});

test("an empty and a missing folder are errors", async t => {
  const folder = temporaryFolder(t);
  await assert.rejects(outcomes(folder), /the folder holds no fixture/);
  await assert.rejects(outcomes(path.join(folder, "none")), /the folder cannot be read/);
});

const slashed = (file: string) => file.split(path.sep).join("/");
