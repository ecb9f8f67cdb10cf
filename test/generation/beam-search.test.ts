import assert from "node:assert/strict";
import { before, test } from "node:test";
import { selectBackend } from "../../src/backend/select";
import { generate } from "../../src/generation/generate";
import { fakeGenerator, logSoftmax, tableLogits } from "../fake-generator";

before(async () => {
  await selectBackend();
});

const V = 6;
const logitsAfter = tableLogits(7, V);
const maxNewTokens = 3;

/** Every sequence that there is with its score, best first. */
function all(input: number[], stopTokens: number[], lengthPenalty: number) {
  const found: { ids: number[]; score: number; logProbs: number[] }[] = [];
  const extend = (ids: number[], logProbs: number[]) => {
    if (ids.length === maxNewTokens || stopTokens.includes(ids[ids.length - 1])) {
      const total = logProbs.reduce((a, b) => a + b, 0);
      found.push({ ids, logProbs, score: total / ids.length ** lengthPenalty });
      return;
    }
    for (const [id, logProb] of logSoftmax(logitsAfter([...input, ...ids])).entries())
      extend([...ids, id], [...logProbs, logProb]);
  };
  extend([], []);
  return found.sort((a, b) => b.score - a.score);
}

test("with room for every beginning the best sequences of all are found, for each input", async () => {
  const inputs = [[2], [5, 1], [0, 3, 3]];
  for (const stopTokens of [[], [4], [1, 2]])
    for (const lengthPenalty of [0, 1, 2]) {
      const model = fakeGenerator(logitsAfter, { endTokens: stopTokens });
      const found = await generate(model, inputs, {
        ...{ maxNewTokens, samples: 5 },
        beamSearch: { numBeams: V ** 2, lengthPenalty, earlyStopping: "never" },
      });
      for (const [i, input] of inputs.entries()) {
        const own = found.filter(sequence => sequence.input === i);
        const expected = all(input, stopTokens, lengthPenalty).slice(0, 5);
        assert.deepEqual(
          own.map(({ ids, sample }) => ({ ids, sample })),
          expected.map(({ ids }, sample) => ({ ids, sample })),
        );
        for (const [k, { score, logProbs, finished, ids }] of own.entries()) {
          assert.ok(Math.abs(score! - expected[k].score) < 1e-5);
          for (const [t, x] of logProbs.entries()) assert.ok(Math.abs(x - expected[k].logProbs[t]) < 1e-5);
          assert.equal(finished, stopTokens.includes(ids[ids.length - 1]) ? "stop" : "length");
        }
      }
    }
});

test("one beam is greedy decoding; inputs are searched alike alone and together", async () => {
  const inputs = [[2], [5, 1], [0, 3, 3]];
  const model = fakeGenerator(logitsAfter, { endTokens: [4] });
  const search = (some: number[][], numBeams: number, batchTokens = 8192) =>
    generate(model, some, { maxNewTokens: 8, batchTokens, beamSearch: { numBeams } });
  const greedy = await generate(model, inputs, { maxNewTokens: 8 });
  const ids = (sequences: { ids: number[] }[]) => sequences.map(sequence => sequence.ids);
  assert.deepEqual(ids(await search(inputs, 1)), ids(greedy));
  assert.deepEqual(ids(await search(inputs, 3, 1)), ids(await search(inputs, 3)));
});

test("a stop string ends a beam, and progress ends at the whole", async () => {
  const model = fakeGenerator(logitsAfter);
  const options = { maxNewTokens: 6, samples: 2, beamSearch: { numBeams: 3 } };
  const [{ text, ids }] = await generate(model, [[2]], options);
  const told: number[][] = [];
  const stopString = text.slice(2, 3);
  const found = await generate(model, [[2], [3]], {
    ...{ ...options, stopStrings: [stopString] },
    onProgress: (done, total) => told.push([done, total]),
  });
  assert.ok(found.some(({ finished }) => finished === "stop"));
  for (const sequence of found) {
    assert.ok(!sequence.text.includes(stopString));
    assert.equal(model.tokenizer.decode(sequence.ids).includes(stopString), sequence.finished === "stop");
  }
  assert.deepEqual(told[told.length - 1], [24, 24]);
  assert.equal(ids.length, 6);
});
