import assert from "node:assert/strict";
import { before, test } from "node:test";
import { selectBackend } from "../../../src/backend/select";
import { clippedRatio } from "../../../src/objectives/clipped-ratio";
import { kl } from "../../../src/objectives/kl";
import { trainablePolicy } from "../../../src/policies/trainable-policy";
import type { SampleTraining } from "../../../src/training/samples/with-samples";
import { tinyLlama } from "../../tiny-llama";
import { guidance, of, run } from "./run";

before(() => selectBackend());

/** The passes of the policy that two updates make, and what they log. */
async function passes(change: Partial<SampleTraining>) {
  const lm = tinyLlama();
  const { encode, teacherForce, ...policy } = trainablePolicy(lm, { train: "whole" });
  const made: string[] = [];
  const counted: SampleTraining["policy"] = {
    ...policy,
    encode(examples, onProgress) {
      made.push("encode");
      return encode(examples, onProgress);
    },
    teacherForce(encoded, rows) {
      made.push("force");
      return teacherForce(encoded, rows);
    },
  };
  const objectives = [clippedRatio(), kl({ estimator: "k3" })];
  const rows = await run({ policy: counted, objectives, updates: 2, ...change });
  policy.dispose();
  lm.dispose();
  return { made: made.join(" "), kl: of(rows, "sampled kl") };
}

test("an update of one optimizer step runs the policy over its samples once, and logs the same", async () => {
  const once = await passes({});
  assert.equal(once.made, "force force");
  assert.equal(once.kl[0], 0); // it begins as its reference
  assert.ok(Math.abs(once.kl[1]) > 1e-4);
});

test("log-probabilities come first where several steps need those of the policy that sampled", async () => {
  assert.equal((await passes({ passes: 2 })).made, "force force force force force force");
});

test("samples are encoded where a guidance that learns reads their features", async () => {
  assert.match((await passes({ guidance })).made, /^encode force encode/);
});
