import assert from "node:assert/strict";
import { test } from "node:test";
import { continuation } from "../../../experiments/tiny-lm/continuations";
import { seeded } from "../../../src/core/random";

const positive = [" positive", " great", " good", " wonderful", " excellent", " brilliant"];

test("most continuations state the rating, some its opposite, some an unrelated word", () => {
  const drawn = (rating: number) => {
    const rng = seeded(0);
    return Array.from({ length: 4000 }, () => continuation(rating, rng));
  };
  for (const rating of [2.5, -2.5]) {
    const all = drawn(rating);
    const share = (kind: (c: (typeof all)[number]) => boolean) => all.filter(kind).length / all.length;
    assert.ok(all.every(({ before }) => !/[_S]\b/.test(before) && (before === "" || before[0] === " ")));
    const agrees = (word: string) => word !== "" && positive.includes(word) === rating > 0;
    const overall = all.filter(({ before }) => before === " Overall it was");
    assert.ok(overall.length > 20 && overall.every(({ rating }) => agrees(rating)));
    assert.ok(all.filter(({ before }) => before === " My brother disagrees:").every(({ rating }) => !agrees(rating)));
    assert.ok(Math.abs(share(({ rating }) => rating !== "") - 0.73) < 0.03);
    assert.ok(Math.abs(share(({ rating }) => agrees(rating)) - 0.5) < 0.03);
  }
});
