import assert from "node:assert/strict";
import { test } from "node:test";
import { overSeedsAndDocuments } from "../../../experiments/summarization/differences";
import { seeded } from "../../../src/core/random";

const close = (a: number, b: number, within: number) => assert.ok(Math.abs(a - b) < within, `${a} is not near ${b}`);

test("the mean counts items, the interval has the variance of seeds and of documents", () => {
  // A difference is a number of its seed plus one of its document, so the variances of the two means add up; the
  // bootstrap's variance of a mean of n is Σ (x − m)² / n².
  const [seeds, papers] = [[-1, 0, 1], Array.from({ length: 40 }, (_, d) => Math.sin(d))];
  const documents = papers.flatMap((_, d) => [`paper ${d}`, `paper ${d}`]);
  const of = (own: number[]) => own.map(s => papers.flatMap(p => [s + p, s + p]));
  const variance = (x: number[]) => {
    const m = x.reduce((a, b) => a + b, 0) / x.length;
    return x.reduce((sum, value) => sum + (value - m) ** 2, 0) / x.length ** 2;
  };
  const all = overSeedsAndDocuments(of(seeds), documents, seeded(0));
  close(all.mean, papers.reduce((a, b) => a + b, 0) / 40, 1e-9);
  close((all.high - all.low) / (2 * 1.96), Math.sqrt(variance(seeds) + variance(papers)), 0.03);
  const one = overSeedsAndDocuments(of([0]), documents, seeded(0));
  close((one.high - one.low) / (2 * 1.96), Math.sqrt(variance(papers)), 0.01);
});

test("a document with more items counts for more", () => {
  const { mean } = overSeedsAndDocuments([[3, 0, 0]], ["a", "b", "b"], seeded(0));
  close(mean, 1, 1e-9);
});
