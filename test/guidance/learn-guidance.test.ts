// From lists of texts to token rewards, in one call.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { meanTokens } from "../../src/guidance/aggregate";
import { learnGuidance } from "../../src/guidance/learn-guidance";
import type { TextLearnOptions } from "../../src/guidance/text-guidance";
import type { CausalLm } from "../../src/models/causal/forward";
import { loadCausalLm } from "../../src/models/causal/load";
import { trainable } from "../../src/models/trainable";
import { responseFeatures } from "../../src/policies/response-features";
import { fromPairs } from "../../src/preferences/from-pairs";
import { fromRatings } from "../../src/preferences/from-ratings";

let lm: CausalLm;
before(async () => {
  await selectBackend();
  lm = await loadCausalLm("tiny-lm");
});
after(() => lm.dispose());

// A response with "good" beats one with "bad", whatever else there is and however long it is.
const others = ["the film", "my brother and I", "a plot", "the music of the second half", "this", "an old story"];
const sentence = (word: string, i: number) =>
  ` ${others[i % 6]} was ${word}${", and so were the actors in it".repeat(i % 3 === 0 ? 1 : 0)}.`;
const pairs = fromPairs(
  aq.from(
    Array.from({ length: 36 }, (_, i) => ({
      prompt: `Tell me about number ${i}.`,
      chosen: sentence("good", i),
      rejected: sentence("bad", i + 1),
    })),
  ),
);
const options = (change: Partial<TextLearnOptions> = {}): TextLearnOptions => ({
  ...{ aggregate: meanTokens(), rng: seeded(0), steps: 60, listsPerStep: 16, hidden: 32, learningRate: 5e-3 },
  ...change,
});

test("rewards order held-out pairs, and rest on the words that decide", async () => {
  const start = tf.memory().numTensors;
  const encoded: number[] = [];
  const guidance = await learnGuidance(lm, pairs, options({ onEncoding: done => encoded.push(done) }));
  assert.equal(encoded.at(-1), 72);
  assert.equal(guidance.heldOutAgreement, 1);
  const table = await guidance.table(aq.from([{ response: " a song was good." }, { response: " a song was bad." }]));
  assert.deepEqual(table.columnNames(), ["response", "tokens", "rewards", "reward"]);
  const [good, bad] = table.objects() as { tokens: string[]; rewards: number[]; reward: number }[];
  const rewardOf = ({ tokens, rewards }: typeof good, word: string) =>
    rewards[tokens.findIndex(token => token.includes(word))];
  assert.ok(rewardOf(good, "good") > rewardOf(bad, "bad"), "the word itself");
  assert.ok(good.reward > bad.reward, "the whole");
  assert.equal(good.tokens.length, good.rewards.length);
  assert.equal(good.tokens.at(-1), lm.tokenizer.token(lm.endTokens[0]));
  guidance.dispose();
  assert.equal(tf.memory().numTensors, start);
});

test("equal seeds give equal rewards, others do not; memory settings change nothing but rounding", async () => {
  const rewardsOf = async (change: Partial<TextLearnOptions>) => {
    const guidance = await learnGuidance(lm, pairs, options({ steps: 5, ...change }));
    const rewards = (await guidance.table(pairs.slice(0, 2))).array("rewards") as number[][];
    guidance.dispose();
    return rewards.flat();
  };
  const first = await rewardsOf({});
  assert.deepEqual(await rewardsOf({}), first);
  assert.notDeepEqual(await rewardsOf({ rng: seeded(1) }), first);
  for (const [i, reward] of (await rewardsOf({ batchTokens: 64 })).entries())
    assert.ok(Math.abs(reward - first[i]) < 1e-3, `${reward}, not ${first[i]}`);
});

test("conversations and token ids are read as they are; an empty prompt is the start token", async () => {
  const forms = aq.from([
    { prompt: "", response: " good" },
    { prompt: lm.tokenizer.encode("Is it?"), response: lm.tokenizer.encode(" good") },
  ]);
  const guidance = await learnGuidance(lm, pairs, options({ steps: 2 }));
  const tokens = (await guidance.table(forms)).array("tokens") as string[][];
  assert.equal(tokens[0].length, tokens[1].length + 1); // ids end as they are given
  await assert.rejects(
    guidance.table(aq.from([{ prompt: [{ role: "user", content: "Is it?" }], response: " Yes." }])),
    /tiny-lm: prompt 0: it is a conversation, and the tokenizer has no chat template and no ChatML\. Write it out/,
  );
  await assert.rejects(guidance.table(aq.from([{ response: [99999] }])), /response 0: 99999 is no token id/);
  await assert.rejects(guidance.table(aq.from([{ text: " a" }])), /the columns are text\. Name the texts' column/);
  guidance.dispose();
});

test("ratings of one list are learned as scores", async () => {
  const rated = fromRatings(
    aq.from(
      Array.from({ length: 48 }, (_, i) => ({
        prompt: "How was it?",
        response: `${sentence(i % 2 ? "good" : "bad", i)} (${i})`,
        rating: i % 2,
      })),
    ),
  );
  const guidance = await learnGuidance(lm, rated, options());
  assert.ok(guidance.heldOutSpearman > 0.8, `${guidance.heldOutSpearman}`);
  guidance.dispose();
});

test("variables of the LM learn with the rewards", async () => {
  const model = await loadCausalLm("tiny-lm");
  const variables = trainable(model, /layers\.3\./);
  const before = [...variables[0].dataSync()];
  const guidance = await learnGuidance(model, pairs, options({ variables, steps: 30, learningRate: 1e-3 }));
  assert.ok(guidance.heldOutAgreement > 0.5);
  assert.notDeepEqual([...variables[0].dataSync()], before);
  assert.equal((await guidance.table(pairs.slice(0, 2))).numRows(), 2);
  guidance.dispose();
  model.dispose();
});

test("what cannot be learned from is named before anything is learned", async () => {
  const tied = pairs.assign({ rank: Array(pairs.numRows()).fill(1) } as never) as aq.ColumnTable;
  const cases: [() => Promise<unknown>, RegExp][] = [
    [() => learnGuidance(lm, tied, options()), /in every list all candidates are tied/],
    [() => learnGuidance(lm, pairs, options({ layer: 4 })), /layer is 4\. tiny-lm has layers 0 to 3/],
    [
      () => learnGuidance(lm, pairs, options({ maxBytes: 100 })),
      /the features of 72 responses take .*Learn from fewer lists/,
    ],
    [() => learnGuidance(lm, pairs, { ...options(), lists: 3 } as never), /there is no option "lists"/],
    [() => learnGuidance(lm, pairs, options({ rng: undefined })), /rng is missing/],
  ];
  for (const [learning, message] of cases) await assert.rejects(learning(), message);
});

test("the signal stops the reading", async () => {
  const controller = new AbortController();
  const onEncoding = () => controller.abort(new Error("enough"));
  await assert.rejects(
    learnGuidance(lm, pairs, options({ onEncoding, batchTokens: 64, signal: controller.signal })),
    /enough/,
  );
});

test("features are the layer's input at the response tokens, whatever stands beside them", async () => {
  const example = { prompt: lm.tokenizer.encode("Is it?"), response: lm.tokenizer.encode(" It is.") };
  const longer = { prompt: lm.tokenizer.encode("Tell me"), response: lm.tokenizer.encode(sentence("good", 0)) };
  const alone = await responseFeatures(lm, [example], { layer: 2 });
  const both = await responseFeatures(lm, [longer, example], { layer: 2 });
  assert.deepEqual(alone.lengths, [example.response.length]);
  const [a, b] = [alone.rows([0]), both.rows([1])];
  assert.deepEqual(a.features_BTD.shape, [1, example.response.length, lm.config.width]);
  const [x, y] = [a.features_BTD.dataSync(), b.features_BTD.dataSync()];
  for (const [i, value] of x.entries()) assert.ok(Math.abs(value - y[i]) < 1e-4, `${value}, not ${y[i]}`);
  tf.dispose([a.features_BTD, a.mask_BT, b.features_BTD, b.mask_BT]);
});
