import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { generate, generateStream } from "../../src/generation/generate";
import type { GeneratedToken } from "../../src/generation/generated";
import { fakeGenerator, logSoftmax, tableLogits } from "../fake-generator";

before(async () => {
  await selectBackend();
});

const logitsAfter = tableLogits(1);
const inputs = [[3], [7, 31, 50, 2], [4, 9], [21, 22, 9, 40, 52, 3, 5]];
const near = (found: number[], expected: number[], tolerance = 1e-5) => {
  assert.equal(found.length, expected.length);
  for (const [i, x] of found.entries())
    assert.ok(Math.abs(x - expected[i]) < tolerance, `${x}, expected ${expected[i]}`);
};

/** Greedy, by hand. */
function likeliest(input: readonly number[], tokens: number, ends: number[] = []) {
  const [ids, logProbs]: number[][] = [[], []];
  while (ids.length < tokens && !ends.includes(ids[ids.length - 1])) {
    const row = logSoftmax(logitsAfter([...input, ...ids]));
    const id = row.indexOf(Math.max(...row));
    ids.push(id);
    logProbs.push(row[id]);
  }
  return { ids, logProbs };
}

test("greedy: each input's likeliest tokens with their log-probabilities, in the order of the inputs", async () => {
  const model = fakeGenerator(logitsAfter);
  const found = await generate(model, inputs, { maxNewTokens: 6 });
  for (const [i, sequence] of found.entries()) {
    const expected = likeliest(inputs[i], 6);
    assert.deepEqual([sequence.input, sequence.sample, sequence.finished], [i, 0, "length"]);
    assert.deepEqual(sequence.ids, expected.ids);
    assert.equal(sequence.text, model.tokenizer.decode(expected.ids));
    near(sequence.logProbs, expected.logProbs);
  }
  assert.deepEqual(await generate(model, [], { maxNewTokens: 3 }), []);
  const [written] = await generate(model, ["abc"], { maxNewTokens: 2 });
  assert.deepEqual(written.ids, likeliest(model.tokenizer.encode("abc"), 2).ids);
});

test("a stop token ends its sequence and stays in the ids, not in the text; rows that ended leave the batch", async () => {
  const ends = [...new Set(inputs.slice(0, 3).map((input, i) => likeliest(input, 8).ids[i + 1]))];
  const model = fakeGenerator(logitsAfter, { endTokens: ends });
  const found = await generate(model, inputs, { maxNewTokens: 8 });
  for (const [i, { ids, finished, text }] of found.entries()) {
    assert.deepEqual(ids, likeliest(inputs[i], 8, ends).ids);
    const stopped = ends.includes(ids[ids.length - 1]);
    assert.equal(finished, stopped ? "stop" : "length");
    assert.equal(text, model.tokenizer.decode(stopped ? ids.slice(0, -1) : ids));
  }
  const lengths = found.map(({ ids }) => ids.length);
  assert.ok(new Set(lengths).size > 1, `lengths ${lengths}`);
  assert.deepEqual(
    model.batches,
    Array.from({ length: Math.max(...lengths) }, (_, step) => lengths.filter(length => length > step).length),
  );
  const unstopped = await generate(model, inputs, { maxNewTokens: 8, stopTokens: [] });
  assert.deepEqual(
    unstopped.map(({ ids }) => ids),
    inputs.map(input => likeliest(input, 8).ids),
  );
});

test("least length, suppressed tokens and the penalty for repetition, as by hand", async () => {
  const first = likeliest(inputs[0], 1).ids[0];
  const rest = { maxNewTokens: 5 };
  const later = await generate(fakeGenerator(logitsAfter, { endTokens: [first] }), [inputs[0]], {
    ...rest,
    minNewTokens: 3,
  });
  assert.ok(!later[0].ids.slice(0, 3).includes(first));
  const without = await generate(fakeGenerator(logitsAfter), inputs, { ...rest, suppressTokens: [first, 8] });
  assert.ok(!without.some(({ ids }) => ids.includes(first) || ids.includes(8)));

  for (const startToken of [undefined, 6]) {
    const [{ ids, logProbs }] = await generate(fakeGenerator(logitsAfter, { startToken }), [inputs[1]], {
      ...rest,
      repetitionPenalty: 3,
    });
    const soFar = [...inputs[1]];
    for (const [t, id] of ids.entries()) {
      const seen = [...(startToken === undefined ? inputs[1] : [startToken]), ...ids.slice(0, t)];
      const raw = logitsAfter(soFar);
      const row = raw.map((x, v) => (seen.includes(v) ? (x > 0 ? x / 3 : x * 3) : x));
      assert.equal(id, row.indexOf(Math.max(...row)));
      near([logProbs[t]], [logSoftmax(raw)[id]]);
      soFar.push(id);
    }
  }
});

test("samples come as often as their probabilities say, after temperature, top-k and top-p", async () => {
  const n = 3000;
  const scaled = logSoftmax(logitsAfter([5]).map(x => x / 1.5)).map(Math.exp);
  const order = [...scaled.keys()].sort((a, b) => scaled[b] - scaled[a]);
  const topK = order.slice(0, 20);
  const mass = topK.reduce((sum, id) => sum + scaled[id], 0);
  let reached = 0;
  const nucleus = topK.filter(id => {
    const keep = reached < 0.9;
    reached += scaled[id] / mass;
    return keep;
  });
  assert.ok(nucleus.length > 5 && nucleus.length < 20);
  const cases: [object, number[]][] = [
    [{}, order],
    [{ topK: 20 }, topK],
    [{ topK: 20, topP: 0.9 }, nucleus],
  ];
  for (const [filters, kept] of cases) {
    const found = await generate(fakeGenerator(logitsAfter), [[5]], {
      ...{ maxNewTokens: 1, samples: n, batchTokens: 1e6 },
      sampling: { rng: seeded(2), temperature: 1.5, ...filters },
    });
    const count = new Map<number, number>();
    for (const { ids } of found) count.set(ids[0], (count.get(ids[0]) ?? 0) + 1);
    assert.ok([...count.keys()].every(id => kept.includes(id)));
    const total = kept.reduce((sum, id) => sum + scaled[id], 0);
    let chiSquare = 0;
    for (const id of kept) {
      const expected = (n * scaled[id]) / total;
      chiSquare += ((count.get(id) ?? 0) - expected) ** 2 / expected;
    }
    const cells = kept.length - 1;
    assert.ok(chiSquare < cells + 4 * Math.sqrt(2 * cells), `chi-square ${chiSquare} over ${cells} cells`);
    // The log-probability is the model's own.
    near([found[0].logProbs[0]], [logSoftmax(logitsAfter([5]))[found[0].ids[0]]]);
  }
});

test("the same seed gives the same sequences, however they are batched; a second call draws anew", async () => {
  const model = fakeGenerator(logitsAfter, { endTokens: [1, 2, 3, 4] });
  const options = { maxNewTokens: 9, samples: 3 };
  const draw = async (seed: number, more = {}, some = inputs) =>
    (await generate(model, some, { ...options, ...more, sampling: { rng: seeded(seed) } })).map(({ ids }) => ids);
  const found = await draw(1);
  assert.equal(new Set(found.map(String)).size, 12);
  assert.deepEqual(await draw(1, { batchTokens: 1 }), found);
  assert.deepEqual(await draw(1, {}, inputs.slice(0, 2)), found.slice(0, 6));
  assert.deepEqual(
    await draw(1, { samples: 2 }),
    found.filter((_, i) => i % 3 < 2),
  );
  assert.notDeepEqual(await draw(2), found);
  const rng = seeded(1);
  const twice = () => generate(model, inputs, { ...options, sampling: { rng } });
  assert.deepEqual(
    [(await twice()).map(({ ids }) => ids), (await twice())[0].ids.join() === found[0].join()],
    [found, false],
  );
});

test("stop strings across tokens: the text is cut before the first, the ids go up to it", async () => {
  const model = fakeGenerator(logitsAfter);
  const [{ text }] = await generate(model, [inputs[0]], { maxNewTokens: 12 });
  const inside = text.slice(4, 7);
  const before = text.slice(0, text.indexOf(inside));
  const [cut] = await generate(model, [inputs[0]], { maxNewTokens: 12, stopStrings: ["nowhere", inside] });
  assert.deepEqual([cut.text, cut.finished], [before, "stop"]);
  const whole = model.tokenizer.decode(cut.ids);
  assert.ok(whole.includes(inside) && !model.tokenizer.decode(cut.ids.slice(0, -1)).includes(inside));
});

test("the stream is what generate gives, token by token, and progress ends at the whole", async () => {
  const model = fakeGenerator(logitsAfter, { endTokens: [1, 2, 3, 4] });
  const options = { maxNewTokens: 7, samples: 2, batchTokens: 40 };
  const told: number[][] = [];
  const whole = await generate(model, inputs, {
    ...options,
    sampling: { rng: seeded(3) },
    onProgress: (done, total) => told.push([done, total]),
  });
  const tokens: GeneratedToken[] = [];
  for await (const token of generateStream(model, inputs, { ...options, sampling: { rng: seeded(3) } }))
    tokens.push(token);
  for (const { input, sample, ids, logProbs, text, finished } of whole) {
    const own = tokens.filter(token => token.input === input && token.sample === sample);
    assert.deepEqual(
      own.map(({ id }) => id),
      ids,
    );
    assert.deepEqual(
      own.map(({ logProb }) => logProb),
      logProbs,
    );
    assert.equal(own.map(({ text }) => text).join(""), text);
    assert.deepEqual(
      own.map(({ finished }) => finished),
      ids.map((_, t) => (t + 1 < ids.length ? undefined : finished)),
    );
  }
  assert.deepEqual(told[told.length - 1], [56, 56]);
  assert.ok(told.every(([done], i) => i === 0 || done > told[i - 1][0]));
});

test("ended, left, aborted or failed: no tensor stays, and the error says where", async () => {
  const model = fakeGenerator(logitsAfter, { endTokens: [1, 2, 3, 4] });
  const bad = fakeGenerator(ids => logitsAfter(ids).map((x, v) => (ids.length === 9 && v === 7 ? Number.NaN : x)));
  const before = tf.memory().numTensors;
  for (let i = 0; i < 100; i++) {
    const sampling = { rng: seeded(i), temperature: 0.8, topK: 10, topP: 0.9 };
    await generate(model, inputs, { maxNewTokens: 4, samples: 2, repetitionPenalty: 1.2, minNewTokens: 1, sampling });
    await generate(model, inputs, { maxNewTokens: 4, beamSearch: { numBeams: 3 }, suppressTokens: [9] });
    for await (const { sample } of generateStream(model, inputs, { maxNewTokens: 9, samples: 2, sampling }))
      if (sample) break;

    const aborting = new AbortController();
    const onProgress = (done: number) => done >= 8 && aborting.abort();
    const stopped = { maxNewTokens: 9, stopTokens: [], signal: aborting.signal, onProgress };
    await assert.rejects(generate(model, inputs, stopped), { name: "AbortError" });

    for (const more of [{}, { sampling }, { beamSearch: { numBeams: 2 } }])
      await assert.rejects(
        generate(bad, inputs, { maxNewTokens: 4, ...more }),
        /at token 2 of input 3 the logits are not numbers/,
      );
  }
  assert.equal(tf.memory().numTensors, before);
});

test("where no token is allowed, every way of choosing says so, with the input and the step", async () => {
  const all = Array.from(logitsAfter([1]).keys());
  const narrow = (ids: readonly number[]) => logitsAfter(ids).map((x, v) => (ids.length < 9 || v < 2 ? x : -Infinity));
  const ways = [{}, { sampling: { rng: seeded(0), topK: 3, topP: 0.9 } }, { beamSearch: { numBeams: 3 } }];
  const before = tf.memory().numTensors;
  for (const way of ways) {
    const rest = { maxNewTokens: 4, ...way };
    const model = fakeGenerator(logitsAfter, { endTokens: [5] });
    const first = /generate: at token 0 of input \d no token is allowed\. Suppress fewer/;
    await assert.rejects(generate(model, inputs, { ...rest, suppressTokens: all }), first);
    const others = all.filter(id => id !== 5);
    await assert.rejects(generate(model, inputs, { ...rest, suppressTokens: others, minNewTokens: 2 }), first);
    await assert.rejects(
      generate(fakeGenerator(narrow), inputs, { ...rest, suppressTokens: [0, 1] }),
      /generate: at token 2 of input 3 no token is allowed/,
    );
    const [only] = await generate(model, [[1]], { ...rest, suppressTokens: others });
    assert.deepEqual(only.ids, [5]);
  }
  assert.equal(tf.memory().numTensors, before);
});

test("other work gets its turn between tokens", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  try {
    await generate(fakeGenerator(logitsAfter), [[1]], { maxNewTokens: 30 });
  } finally {
    clearInterval(timer);
  }
  assert.ok(turns > 1);
});

test("what cannot be done is refused before anything is computed, but for a context that is too short", async () => {
  const model = fakeGenerator(logitsAfter);
  const rng = seeded(0);
  const refused: [object, RegExp][] = [
    [{ maxNewTokens: 0 }, /generate: maxNewTokens is 0\. Give a whole number, 1 or more\./],
    [{ minNewTokens: 9 }, /minNewTokens is 9\. Give at most maxNewTokens, 5/],
    [{ samples: 0 }, /samples is 0/],
    [{ samples: 2 }, /samples is 2\. Give sampling or beamSearch too/],
    [{ repetitionPenalty: 0 }, /repetitionPenalty is 0/],
    [{ stopTokens: [0.5] }, /stopTokens\[0\] is 0\.5\./],
    [{ suppressTokens: [-1] }, /suppressTokens\[0\] is -1/],
    [{ stopStrings: ["a", ""] }, /stopStrings\[1\] is ""/],
    [{ batchTokens: 0 }, /batchTokens is 0/],
    [{ maxTokens: 3 }, /there is no option "maxTokens"\. Did you mean "maxNewTokens"/],
    [{ sampling: {} }, /sampling\.rng is missing/],
    [{ sampling: { rng, topp: 0.5 } }, /no option "sampling\.topp"\. Did you mean "topP"/],
    [{ beamSearch: { numBeams: 2, earlyStopping: "ever" } }, /earlyStopping is "ever"\. Did you mean "never"/],
    [{ sampling: { rng, temperature: 0 } }, /temperature is 0\. Give a number above 0/],
    [{ sampling: { rng, topP: 0 } }, /topP is 0/],
    [{ sampling: { rng, topP: 1.5 } }, /topP is 1\.5/],
    [{ sampling: { rng, topK: 0 } }, /topK is 0/],
    [{ sampling: { rng }, beamSearch: { numBeams: 2 } }, /both sampling and beamSearch/],
    [{ beamSearch: { numBeams: 0 } }, /numBeams is 0/],
    [{ beamSearch: { numBeams: 2, lengthPenalty: Number.NaN } }, /lengthPenalty is NaN/],
    [{ beamSearch: { numBeams: 2 }, samples: 3 }, /samples is 3\. Give at most numBeams, 2/],
  ];
  for (const [options, message] of refused)
    await assert.rejects(generate(model, inputs, { maxNewTokens: 5, ...options }), message);
  await assert.rejects(generate(model, [[1], []], { maxNewTokens: 5 }), /input 1 has no token/);
  const size = model.tokenizer.vocabularySize;
  const strange: [unknown, RegExp][] = [
    [
      [3, size],
      new RegExp(`generate: token 1 of input 1 is ${size}\\. The model's ids are whole numbers below ${size}`),
    ],
    [[-1], /token 0 of input 1 is -1/],
    [[1, 2, 1.5], /token 2 of input 1 is 1\.5/],
    [[Number.NaN], /token 0 of input 1 is/],
    [["a"], /token 0 of input 1 is "a"/],
    [[{ role: "user", content: "a" }], /input 1 is a conversation\. Write it as one text/],
    [undefined, /input 1 is undefined\. Give a text or token ids/],
    [null, /input 1 is null/],
    [7, /input 1 is 7/],
    [{ text: "a" }, /input 1 is a record/],
  ];
  for (const [input, message] of strange)
    for (const how of [{}, { sampling: { rng } }, { beamSearch: { numBeams: 2 } }])
      await assert.rejects(generate(model, [[1], input as number[]], { maxNewTokens: 5, ...how }), message);
  for (const name of ["stopTokens", "suppressTokens"])
    await assert.rejects(
      generate(model, inputs, { maxNewTokens: 5, [name]: [1, size] }),
      new RegExp(`generate: ${name}\\[1\\] is ${size}\\. The model's ids`),
    );
  await assert.rejects(
    generate(model, "a" as unknown as string[], { maxNewTokens: 5 }),
    /the inputs are a text\. Give a list/,
  );
  await assert.rejects(
    generateStream(model, [[1]], { maxNewTokens: 5, beamSearch: { numBeams: 2 } }).next(),
    /Use `generate`/,
  );
  assert.deepEqual(model.batches, []);
  await assert.rejects(generate(model, inputs, { maxNewTokens: 60, batchTokens: 1 }), /66 tokens/);
  assert.deepEqual(model.batches, []);
});
