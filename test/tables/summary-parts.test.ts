import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { seeded } from "../../src/core/random";
import { separateParts, splitSummaries } from "../../src/tables/summary-parts";

const rows = (...list: object[]) => aq.from(list) as aq.ColumnTable;

test("a split shares no group, keeps the order, and depends on the seed alone", () => {
  const source = rows(...Array.from({ length: 20 }, (_, i) => ({ id: i, document: `d${i >> 1}`, summary: "s" })));
  const split = (seed: number) => splitSummaries(source, { valid: 2, test: 3, rng: seeded(seed) });
  const { train, valid, test: held } = split(0);
  assert.deepEqual(
    [train, valid, held].map(part => part.numRows()),
    [10, 4, 6],
  );
  const all = [train, valid, held].map(part => new Set(part.array("document") as string[]));
  assert.equal(new Set(all.flatMap(group => [...group])).size, 10);
  const ids = [...(train.array("id") as Iterable<number>)];
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => a - b),
  );
  assert.deepEqual(split(0).test.objects(), held.objects());
  assert.notDeepEqual(split(1).test.objects(), held.objects());
  for (const valid of [-2, 0.1, Number.NaN])
    assert.throws(() => splitSummaries(source, { valid, test: 3, rng: seeded(0) }), /splitSummaries: valid is /);
  assert.throws(() => splitSummaries(source, { valid: 5, test: 5, rng: seeded(0) }), /there are 10 groups, 10 of them/);
});

test("groups with a document in common are one: no split shares a document", () => {
  // Papers 0 and 5 have the same document, and so have 5 and 7, 2 and 3.
  const shared: Record<number, string> = { 5: "d0", 7: "e", 2: "f", 3: "f" };
  const source = rows(
    ...Array.from({ length: 10 }, (_, i) => ({ paper: `p${i}`, document: shared[i] ?? `d${i}`, summary: "s" })),
    { paper: "p5", document: "e", summary: "s" },
  );
  for (let seed = 0; seed < 20; seed++) {
    const split = splitSummaries(source, { valid: 2, test: 2, rng: seeded(seed), group: "paper" });
    const parts = [split.train, split.valid, split.test].map(
      part => part.objects() as { paper: string; document: string }[],
    );
    assert.equal(parts.flat().length, 11);
    for (const column of ["paper", "document"] as const) {
      const sets = parts.map(part => new Set(part.map(row => row[column])));
      assert.equal(
        sets.reduce((sum, { size }) => sum + size, 0),
        new Set(parts.flat().map(row => row[column])).size,
      );
    }
  }
  const two = rows({ paper: "a", document: "d", summary: "s" }, { paper: "b", document: "d", summary: "t" });
  assert.throws(
    () => splitSummaries(two, { valid: 1, test: 0, rng: seeded(0), group: "paper" }),
    /splitSummaries: there are 1 groups, 1 of them/,
  );
});

test("documents of a part that a later evaluation has too: kept and counted, dropped, or an error", () => {
  const table = (...documents: string[]) => rows(...documents.map(document => ({ document, summary: "s" })));
  const parts = { train: table("a", "b", "c", "b"), valid: table("b", "d", "e"), test: table("e", "c", "f") };
  const kept = separateParts("f", parts, "keep");
  assert.deepEqual(kept.shared, { train: 3, valid: 1, test: 0 });
  assert.equal(kept.parts.train.numRows(), 4);
  const dropped = separateParts("f", parts, "drop");
  assert.deepEqual(dropped.shared, kept.shared);
  assert.deepEqual(
    (["train", "valid", "test"] as const).map(part => [...dropped.parts[part].array("document")].join("")),
    ["a", "bd", "ecf"],
  );
  assert.throws(
    () => separateParts("f", parts, "fail"),
    /f: row 2 of valid has a document that is in test too\. Leave such rows/,
  );
  const clean = { ...parts, valid: table("d"), train: table("a", "a") };
  assert.deepEqual(separateParts("f", clean, "fail").parts, clean);
});
