import assert from "node:assert/strict";
import { test } from "node:test";
import { loadFewShot } from "../../data/few-shot";
import { loadRatedReviews, movieReviews } from "../../data/movie-reviews";
import { loadVaderLexicon } from "../../data/vader-lexicon";
import { temporaryFile } from "../temporary";

const name = "movieReviewSnippets_GroundTruth.txt";
const lines = ["1\t2.25\tLovely &amp; Amazing", "2\t0.9\tso so", "3\t-1\tdull", "4\t-3.5\ttoo long by half an hour"];

test("clear ratings become labels, texts lose their entities", t => {
  const file = temporaryFile(t, name, `${lines.join("\r\n")}\r\n`);
  assert.deepEqual(movieReviews({ file, keep: text => text.length < 20 }).objects(), [
    { id: "1", rating: 2.25, text: "Lovely & Amazing", label: "positive" },
    { id: "3", rating: -1, text: "dull", label: "negative" },
  ]);
  assert.deepEqual(movieReviews({ file, keep: (_, id) => id % 2 === 0 }).array("id"), ["4"]);
});

test("all ratings, the unclear ones too", t => {
  const file = temporaryFile(t, name, `${lines.join("\r\n")}\r\n`);
  assert.deepEqual(loadRatedReviews({ file }).array("rating"), [2.25, 0.9, -1, -3.5]);
  assert.deepEqual(loadRatedReviews({ file, keep: text => text.startsWith("so") }).objects(), [
    { id: "2", rating: 0.9, text: "so so" },
  ]);
});

test("the valence of words; a missing file names the set-up command", t => {
  const file = temporaryFile(t, "vader_lexicon.txt", "great\t3.1\t0.7\t[3, 4]\nbad\t-2.5\t0.67\t[-3, -2]\n");
  assert.deepEqual(
    [...loadVaderLexicon({ file })],
    [
      ["great", 3.1],
      ["bad", -2.5],
    ],
  );
  assert.throws(() => loadVaderLexicon({ file: "/nowhere/x.txt" }), /no such file. Run `npm run setup`/);
});

test("a malformed row is named, a missing file names the set-up command", t => {
  const file = temporaryFile(t, name, "1\t2.25\tfine\n2\t-3\n");
  assert.throws(() => movieReviews({ file }), /GroundTruth.txt:2: expected 3 tab-separated fields, found 2/);
  assert.throws(() => movieReviews({ file: "/nowhere/x.txt" }), /no such file. Run `npm run setup`/);
});

test("a few-shot task by name, and an unknown name", t => {
  const many = Array.from({ length: 12 }, (_, i) => `${i}\t${i % 2 ? 3 : -3}\treview ${i}`).join("\n");
  const file = temporaryFile(t, name, many);
  const { train, test: held, classes } = loadFewShot("movie-reviews", { shots: 2, split: 0, file });
  assert.deepEqual([train.numRows(), held.numRows(), classes], [4, 4, ["negative", "positive"]]);
  assert.throws(() => loadFewShot("reviews" as "movie-reviews", { shots: 2, split: 0 }), {
    message: 'loadFewShot: there is no data set "reviews". There is movie-reviews.',
  });
  const misspelt = { shots: 2, split: 0, testsize: 4 };
  assert.throws(() => loadFewShot("movie-reviews", misspelt), /no option "testsize"\. Did you mean "testSize"\?/);
  assert.throws(() => loadFewShot("movie-reviews", { shots: 1.5, split: 0 }), /shots is 1\.5\. Give a whole number/);
});
