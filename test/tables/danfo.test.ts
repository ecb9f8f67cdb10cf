import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { selectBackend } from "../../src/backend/select";
import { fromDanfo, toDanfo } from "../../src/tables/danfo";

const table = aq.table({
  text: ["a", "b", "a", null],
  score: Float64Array.of(1, 2.5, 4, Number.NaN),
  rank: Int32Array.of(4, 3, 2, 1),
  tie: [true, false, true, false],
});

test("a frame that danfo can compute with, and back", async () => {
  await selectBackend();
  const frame = toDanfo(table);
  assert.deepEqual(frame.dtypes, ["string", "float32", "int32", "boolean"]);
  assert.equal(frame.column("score").mean(), 2.5);
  assert.deepEqual(frame.sortValues("rank").column("text").values, [null, "a", "b", "a"]);
  assert.deepEqual(frame.groupby(["text"]).col(["rank"]).sum().column("rank_sum").values, [6, 3, 1]);
  const ranks = frame.loc({ columns: ["rank"] }).tensor as tf.Tensor;
  assert.ok(ranks instanceof tf.Tensor);
  ranks.dispose();
  assert.deepEqual(fromDanfo(frame).objects(), table.objects());
});

test("a frame's columns are not copied", () => {
  const frame = toDanfo(table);
  assert.equal(fromDanfo(frame).data().score, frame.column("score").values);
});

test("rows as they are filtered and ordered", () => {
  const frame = toDanfo(table.filter((row: any) => row.rank > 1).orderby("rank"));
  assert.deepEqual(frame.column("rank").values, [2, 3, 4]);
  assert.throws(() => toDanfo(table.filter(() => false)), /toDanfo: the table has no rows/);
});

test("lists and records, which danfo would make texts of, are refused", () => {
  for (const value of [[1, 2], { role: "user", content: "q" }])
    assert.throws(() => toDanfo(aq.table({ a: [null, value] })), /toDanfo: the column "a" holds lists or records/);
});
