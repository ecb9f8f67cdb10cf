import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { before, test } from "node:test";
import { checkFolder, type FileOutcome } from "../../scripts/check-golden";
import { selectBackend } from "../../src/backend/select";
import { inRepository } from "../repository";
import { temporaryFolder } from "../temporary";

const golden = inRepository("test", "golden");

async function outcomes(folder: string): Promise<FileOutcome[]> {
  const found: FileOutcome[] = [];
  for await (const outcome of checkFolder(folder)) found.push(outcome);
  return found;
}

before(() => selectBackend("cpu"));

test("bounds, aggregations, losses and objectives give PyTorch's values and gradients", async () => {
  const families = ["aggregation", "bounding", "listwise", "lm_objectives"];
  const found = (await outcomes(golden)).filter(({ family }) => families.includes(family));
  assert.deepEqual(
    found.map(({ family }) => family),
    families,
  );
  for (const { misses, cases, largestError } of found) {
    assert.deepEqual(misses, []);
    assert.ok(cases > 5 && largestError < 1e-5);
  }
});

test("a wrong number, an unknown family and a file that is no fixture are misses", async t => {
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

test("an empty and a missing folder are errors", async t => {
  const folder = temporaryFolder(t);
  await assert.rejects(outcomes(folder), /the folder holds no fixture/);
  await assert.rejects(outcomes(path.join(folder, "none")), /the folder cannot be read/);
});

const slashed = (file: string) => file.split(path.sep).join("/");
