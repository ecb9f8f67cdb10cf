import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { fewShot } from "../../src/tables/few-shot";

const classes = ["no", "yes"];
const rows = aq.table({
  id: Array.from({ length: 40 }, (_, i) => i),
  text: Array.from({ length: 40 }, (_, i) => `text ${i}`),
  label: Array.from({ length: 40 }, (_, i) => classes[i % 2]),
});
const ids = (table: aq.ColumnTable) => table.array("id") as number[];

test("three balanced, disjoint parts, the classes by turns", () => {
  const { train, valid, test } = fewShot(rows, { shots: 3, split: 0, classes, testSize: 8 });
  assert.deepEqual([train.numRows(), valid.numRows(), test.numRows()], [6, 6, 8]);
  for (const part of [train, valid, test]) {
    assert.deepEqual(
      part.array("label"),
      ids(part).map((_, i) => classes[i % 2]),
    );
  }
  assert.equal(new Set([train, valid, test].flatMap(ids)).size, 20);
});

test("a split is the same every time, and differs from the others", () => {
  const train = (split: number) => ids(fewShot(rows, { shots: 5, split, classes }).train);
  assert.deepEqual(train(1), train(1));
  assert.notDeepEqual(train(1), train(2));
});

test("without a size, test takes what the smallest class leaves", () => {
  assert.equal(fewShot(rows, { shots: 3, split: 0, classes }).test.numRows(), 28);
});

test("texts that differ in case and white space alone count once", () => {
  const doubled = rows.concat(rows.assign({ text: (rows.array("text") as string[]).map(x => ` ${x.toUpperCase()} `) }));
  assert.equal(fewShot(doubled, { shots: 3, split: 0, classes }).test.numRows(), 28);
});

test("rows that were filtered out stay out", () => {
  const late = rows.filter((row: any) => row.id >= 20);
  const { train, valid, test } = fewShot(late, { shots: 2, split: 0, classes });
  assert.deepEqual(
    [train, valid, test].flatMap(ids).sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, i) => i + 20),
  );
});

test("what is wrong is named", () => {
  const options = { shots: 3, split: 0, classes };
  assert.throws(() => fewShot(rows, { ...options, classes: ["no"] }), {
    message: 'fewShot: row 1 has the label "yes". The classes are no.',
  });
  assert.throws(() => fewShot(rows, { ...options, classes: ["no", "yes", "maybe"] }), /class "maybe" has no rows/);
  assert.throws(() => fewShot(rows, { ...options, shots: 10 }), /class "no" has 20 rows, but 21 are asked for/);
  assert.throws(() => fewShot(rows, { ...options, testSize: 30 }), /class "no" has 20 rows, but 21 are asked for/);
  assert.throws(() => fewShot(rows, { ...options, testSize: 7 }), /testSize is 7. Give a multiple of 2/);
  assert.throws(
    () => fewShot(rows, { ...options, label: "class" }),
    /no column "class". The table has id, text, label/,
  );
});
