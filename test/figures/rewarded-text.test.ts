import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { rewardedText } from "../../src/figures/rewarded-text";

const texts = [
  { tokens: ["Film:", " very", "good\n"], rewards: [null, 0.25, 1], label: "83 %" },
  { tokens: ["<b>"], rewards: Float32Array.of(-0.5) },
];

test("the JSON type has rows, their rewards and the range", () => {
  const { toMimeBundle, ...content } = rewardedText(texts, { title: "Rewards" });
  assert.deepEqual(content, {
    version: 1,
    title: "Rewards",
    range: [-0.5, 1],
    rows: [
      { label: "83 %", tokens: ["Film:", " very", "good\n"], rewards: [null, 0.25, 1] },
      { tokens: ["<b>"], rewards: [-0.5] },
    ],
  });
  assert.deepEqual(toMimeBundle()["application/vnd.tokenwise.guidance+json"], content);
});

test("text and HTML carry the numbers, so neither needs colors; HTML is escaped", () => {
  const bundle = rewardedText(texts, { range: [0, 1] }).toMimeBundle();
  assert.equal(bundle["text/plain"], "83 %  Film: ␣very(0.25) good⏎(1.00)\n2  <b>(-0.50)");
  const html = String(bundle["text/html"]);
  const ruby =
    /<ruby style="background:rgb\(86,180,233\);color:#000" title="reward 1">.*good⏎<\/span><rt>1\.00<\/rt><\/ruby><br>/;
  assert.match(html, ruby);
  assert.match(html, /rgb\(251,243,196\)[^>]*reward -0\.5">.*&lt;b&gt;/);
});

test("a table's rows are texts, labeled by their label, else by the whole reward or the score", () => {
  const columns = {
    response: [" a b", " c", " d"],
    tokens: [[" a", " b"], [" c"], [" d"]],
    rewards: [[0.5, 1], [0.25], [0]],
  };
  const labels = (more: object) => rewardedText(aq.table({ ...columns, ...more })).rows.map(({ label }) => label);
  assert.deepEqual(labels({}), [undefined, undefined, undefined]);
  assert.deepEqual(labels({ score: [1, 2.345, NaN] }), ["1.00", "2.35", undefined]);
  assert.deepEqual(labels({ score: [1, 2, 3], reward: [7, 8, 9] }), ["7.00", "8.00", "9.00"]);
  assert.deepEqual(labels({ reward: [7, 8, 9], label: ["x", null, 3] }), ["x", "8.00", "3"]);
  const { rows, range } = rewardedText(aq.table(columns).slice(1));
  assert.deepEqual(rows, [
    { tokens: [" c"], rewards: [0.25] },
    { tokens: [" d"], rewards: [0] },
  ]);
  assert.deepEqual(range, [0, 0.25]);
});

test("a range is found where rewards are equal or missing", () => {
  assert.deepEqual(rewardedText([{ tokens: ["a"], rewards: [2] }]).range, [1.5, 2.5]);
  assert.deepEqual(rewardedText([{ tokens: ["a"], rewards: [Number.NaN] }]).range, [0, 1]);
});

test("what does not fit together is named", () => {
  assert.throws(() => rewardedText([]), /rewardedText: there are no texts/);
  assert.throws(() => rewardedText(aq.table({ tokens: [["a"]] })), /rewardedText: there is no column "rewards"\./);
  assert.throws(() => rewardedText([{ tokens: ["a", "b"], rewards: [1] }]), /text 0 has 2 tokens and 1 rewards/);
  assert.throws(() => rewardedText(texts, { range: [1, 1] }), /the range is 1 to 1/);
});

test("rewards of both signs have a color each, and zero has the faintest", () => {
  const html = (rewards: number[]) =>
    String(rewardedText([{ tokens: rewards.map(String), rewards }]).toMimeBundle()["text/html"]);
  const colors = [...html([-2, 0, 1]).matchAll(/background:rgb\(([\d,]+)\)/g)].map(match => match[1]);
  assert.deepEqual(colors, ["230,159,0", "251,243,196", "169,212,215"]);
  assert.match(html([1, 3]), /background:rgb\(251,243,196\)/);
});
