import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/core/random";

const draw = (n: number, next: () => number) => Array.from({ length: n }, next);
const mean = (xs: number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length;

// The numbers come from an implementation in another language.
test("the same seed gives these numbers, on every platform", () => {
  const rng = seeded(0);
  assert.deepEqual(
    draw(4, () => rng.integer(1000)),
    [631, 72, 874, 407],
  );
  assert.equal(rng.uniform(), 0.06528932034420609);
  assert.equal(rng.normal(), -2.4492558575322665);
  assert.deepEqual(rng.shuffled("abcdef"), [..."adcefb"]);
});

test("a split depends on its name, not on what was drawn before", () => {
  const rng = seeded(1);
  const before = rng.split("a").uniform();
  rng.uniform();
  assert.equal(rng.split("a").uniform(), before);
  const others = [rng.split("b"), rng.split("a").split("a"), seeded(2).split("a"), seeded(1)];
  for (const other of others) assert.notEqual(other.uniform(), before);
});

test("a restored state continues, through JSON, with its splits", () => {
  const rng = seeded(3).split("sampling");
  rng.normal();
  const state = JSON.parse(JSON.stringify(rng.state()));
  const expected = [rng.uniform(), rng.normal(), rng.split("x").uniform()];
  const other = seeded(99);
  other.restore(state);
  assert.deepEqual([other.uniform(), other.normal(), other.split("x").uniform()], expected);
  assert.deepEqual(state.path, ["3", "sampling"]);
});

test("moments and frequencies are right", () => {
  const rng = seeded(4);
  const n = 50_000;
  const uniforms = draw(n, rng.uniform);
  assert.ok(Math.abs(mean(uniforms) - 0.5) < 0.005);
  assert.ok(Math.abs(mean(uniforms.map(u => u * u)) - 1 / 3) < 0.005);
  const normals = draw(n, rng.normal);
  assert.ok(Math.abs(mean(normals)) < 0.02);
  assert.ok(Math.abs(mean(normals.map(x => x ** 2)) - 1) < 0.03);
  assert.ok(Math.abs(mean(normals.map(x => x ** 4)) - 3) < 0.25);
  assert.ok(Math.abs(mean(normals.map(x => Number(x > 1.2816))) - 0.1) < 0.006);
  const dice = draw(n, () => rng.integer(6));
  for (let face = 0; face < 6; face++) assert.ok(Math.abs(dice.filter(d => d === face).length / n - 1 / 6) < 0.008);
  const drawn = draw(n, () => rng.categorical([1, 0, 3]));
  assert.equal(drawn.filter(i => i === 1).length, 0);
  assert.ok(Math.abs(mean(drawn) / 2 - 0.75) < 0.01);
  const first = draw(6000, () => rng.shuffled([0, 1, 2])[0]);
  assert.ok(Math.abs(mean(first) - 1) < 0.04);
});

test("shuffling keeps the items and leaves the input as it was", () => {
  const items = Object.freeze([1, 2, 3, 4, 5]);
  assert.deepEqual(seeded(5).shuffled(items).sort(), items);
});

test("wrong arguments are named", () => {
  const rng = seeded(6);
  assert.throws(() => seeded(0.5), /seeded: the seed is 0.5. Give a whole number./);
  assert.throws(() => rng.integer(0), /the bound is 0/);
  assert.throws(() => rng.categorical([1, -1]), /weight 1 is -1/);
  assert.throws(() => rng.categorical([0, 0]), /2 weights sum to 0/);
});
