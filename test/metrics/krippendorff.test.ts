import assert from "node:assert/strict";
import { test } from "node:test";
import { krippendorffAlpha } from "../../src/metrics/krippendorff";

/** Units as columns of judgements 1 to 5, "." where a judge has seen none. */
const counts = (...judges: string[]) =>
  Array.from({ length: judges[0].length }, (_, unit) =>
    [1, 2, 3, 4, 5].map(category => judges.filter(own => own[unit] === String(category)).length),
  );

test("the published example of four judges and twelve units", () => {
  const alpha = krippendorffAlpha(
    counts("12332141 2...".replace(" ", ""), "1233224125.3", ".3332342251.", "12332441251."),
  );
  assert.equal(alpha.toFixed(3), "0.743");
});

test("full agreement, less than chance, and nothing to judge by", () => {
  assert.equal(krippendorffAlpha(counts("1213", "1213")), 1);
  assert.ok(krippendorffAlpha(counts("1212", "2121")) < 0);
  assert.ok(Number.isNaN(krippendorffAlpha(counts("1111", "1111"))));
  assert.ok(Number.isNaN(krippendorffAlpha(counts("12", ".."))));
});
