import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { meanInterval } from "../../src/core/mean-interval";
import { atEqualKl } from "../../src/metrics/equal-kl";

type Points = [kl: number, score: number][];
const runs = (curves: [method: string, seed: number, points: Points][]) =>
  aq.from(curves.flatMap(([method, seed, points]) => points.map(([kl, score]) => ({ method, seed, kl, score }))));
const methods = ["a", "b"] as const;

test("the mean difference over the KLs that both curves reach, by hand", () => {
  const cases: [what: string, a: Points, b: Points, difference: number, from: number, to: number][] = [
    // 0 at KL 1, 1 at 2, 0 at 3: the mean of two triangles
    [
      "a tent",
      [
        [1, 0],
        [2, 1],
        [3, 0],
      ],
      [
        [1, 0],
        [3, 0],
      ],
      0.5,
      1,
      3,
    ],
    // −1 at KL 0 and 1 at 2: they cross in the middle
    [
      "crossing curves",
      [
        [0, 0],
        [2, 2],
      ],
      [
        [0, 1],
        [2, 1],
      ],
      0,
      0,
      2,
    ],
    // Over KL 1 to 2 alone: score_a is 1 to 2, score_b is 0.5
    [
      "an overlap in part",
      [
        [0, 0],
        [2, 2],
      ],
      [
        [1, 0.5],
        [4, 0.5],
      ],
      1,
      1,
      2,
    ],
    [
      "points in any order",
      [
        [2, 2],
        [0, 0],
      ],
      [
        [4, 0.5],
        [1, 0.5],
      ],
      1,
      1,
      2,
    ],
    [
      "one KL in common",
      [
        [0, 0],
        [1, 3],
      ],
      [
        [1, 1],
        [2, 9],
      ],
      2,
      1,
      1,
    ],
    [
      "a single run",
      [[0.5, 3]],
      [
        [0, 0],
        [1, 2],
      ],
      2,
      0.5,
      0.5,
    ],
    [
      "two runs at one KL",
      [
        [0, 0],
        [0, 2],
        [1, 1],
      ],
      [
        [0, 0],
        [1, 0],
      ],
      1,
      0,
      1,
    ],
    // Different knots: a − b is 1 at 0, 0.5 at 1 and 2, 1.5 at 3
    [
      "knots of both",
      [
        [0, 1],
        [2, 1],
        [3, 2],
      ],
      [
        [0, 0],
        [1, 0.5],
        [3, 0.5],
      ],
      0.75,
      0,
      3,
    ],
  ];
  for (const [what, a, b, difference, from, to] of cases) {
    const found = atEqualKl(
      runs([
        ["a", 0, a],
        ["b", 0, b],
      ]),
      { methods },
    );
    assert.deepEqual(found.seeds, [{ seed: 0, difference, from, to }], what);
    assert.deepEqual([found.mean, found.low, found.high], [difference, difference, difference], what);
    const other = atEqualKl(
      runs([
        ["a", 0, a],
        ["b", 0, b],
      ]),
      { methods: ["b", "a"] },
    );
    assert.equal(other.mean, difference === 0 ? 0 : -difference, what);
  }
});

test("the t-interval over seeds; other columns and other methods do not matter", () => {
  const curves: Parameters<typeof runs>[0] = [1, 2, 6].flatMap((ahead, seed): Parameters<typeof runs>[0] => [
    [
      "a",
      seed,
      [
        [0, ahead],
        [1, ahead + seed],
      ],
    ],
    [
      "b",
      seed,
      [
        [0, 0],
        [1, seed],
      ],
    ],
    ["c", seed, [[50, 0]]],
  ]);
  const table = runs(curves);
  const found = atEqualKl(table, { methods });
  assert.deepEqual(
    found.seeds.map(({ difference }) => difference),
    [1, 2, 6],
  );
  assert.deepEqual({ ...found, seeds: [] }, { ...meanInterval([1, 2, 6]), seeds: [] });
  const renamed = table.rename({ method: "how", seed: "run", kl: "nats", score: "reward" });
  const names = { method: "how", seed: "run", kl: "nats", score: "reward" };
  assert.deepEqual(atEqualKl(renamed, { methods, ...names }), found);
});

test("curves without a common KL, and what is missing, are named", () => {
  const [low, high]: Points[] = [
    [
      [0, 1],
      [1, 2],
    ],
    [
      [2, 1],
      [3.5, 2],
    ],
  ];
  const refused: [aq.ColumnTable, RegExp][] = [
    [
      runs([
        ["a", 0, low],
        ["b", 0, low],
        ["a", 7, low],
        ["b", 7, high],
      ]),
      /atEqualKl: seed 7: "a" reaches KLs from 0 to 1 and "b" from 2 to 3\.5, which share none\. Run both at more/,
    ],
    [
      runs([
        ["a", 0, low],
        ["b", 0, low],
        ["a", 1, low],
      ]),
      /atEqualKl: seed 1 has no run of "b"/,
    ],
    [
      runs([
        ["b", 1, low],
        ["a", 0, low],
        ["b", 0, low],
      ]),
      /atEqualKl: seed 1 has no run of "a"/,
    ],
    [
      runs([
        ["a", 0, low],
        ["c", 0, low],
      ]),
      /there is no method "b"\. There are a, c\./,
    ],
    [
      runs([
        ["a", 0, [[Number.NaN, 1]]],
        ["b", 0, low],
      ]),
      /a run of "a", seed 0, has KL NaN and score 1/,
    ],
    [aq.from([{ method: "a", kl: 1, score: 1 }]), /there is no column "seed"\. The table has method, kl, score/],
  ];
  for (const [table, error] of refused) assert.throws(() => atEqualKl(table, { methods }), error);
});
