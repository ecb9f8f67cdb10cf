// Filtered distributions, greedy and beam search of five tiny models against Transformers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { checkGeneration } from "../../scripts/golden/generation";
import { selectBackend } from "../../src/backend/select";
import { inRepository } from "../repository";

before(async () => {
  await selectBackend();
});

test("distributions after the filters, tokens, log-probabilities and scores are those of Transformers", async () => {
  const file = inRepository("test", "golden", "generation.json");
  const { cases, largestError, misses } = await checkGeneration(JSON.parse(readFileSync(file, "utf8")), file);
  assert.deepEqual(misses, []);
  assert.ok(cases > 50 && largestError < 1e-5, `${cases} cases, largest error ${largestError}`);
});
