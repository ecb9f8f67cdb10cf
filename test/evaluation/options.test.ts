import * as aq from "arquero";
import { seeded } from "../../src/core/random";
import { methodTable } from "../../src/evaluation/compare";
import { rankPrompts } from "../../src/evaluation/prompts";
import { randomSearch } from "../../src/evaluation/random-search";
import { runDifferences } from "../../src/evaluation/run-differences";
import { type ScoredMethod, scoreSummaries, summaryTable } from "../../src/evaluation/summaries";
import { refusesOptions } from "../refuses-options";
import { countingScore, examples, sharedClassifier, tinyPolicy } from "../tiny-task";

const tiny = sharedClassifier();

refusesOptions({
  name: "rankPrompts",
  call: options => rankPrompts([{ prompt: [30], score: 1 }], { classifier: tiny.classifier, ...options }),
  right: { valid: examples, searchExamples: 0, finalists: 2, winners: Infinity },
  wrong: [
    [{ classifier: {} }, /rankPrompts: classifier is a record\. Give a classifier, such as createClassifier makes/],
    [{ valid: [" good"] }, /valid\[0\] is " good"\. Give an example with text and label/],
    [{ searchExamples: -1 }, /searchExamples is -1/],
    [{ finalists: 0 }, /finalists is 0/],
    [{ winner: 3 }, /there is no option "winner"\. Did you mean "winners"\?/],
  ],
});

refusesOptions({
  name: "randomSearch",
  call(options) {
    const policy = tinyPolicy(tiny.model);
    const search = randomSearch({ policy, score: countingScore(), rng: seeded(0), ...options });
    return { [Symbol.asyncIterator]: () => search, next: () => search.next().finally(policy.dispose) };
  },
  right: { evaluations: 4, batch: 2 },
  wrong: [
    [{ evaluations: undefined }, /randomSearch: evaluations is missing/],
    [{ batch: 0 }, /batch is 0/],
    [{ score: 3 }, /score is 3\. Give a score with a name and apply/],
    [{ rng: 1 }, /rng is 1/],
    [{ policy: {} }, /policy is a record\. Give a policy over prompts/],
  ],
});

refusesOptions({
  name: "methodTable",
  call: options => methodTable([options]) && undefined,
  right: { method: "guided", evaluations: 10, bestScore: -1, tested: [{ score: 1, accuracy: 0.5 }] },
  wrong: [
    [{ method: 3 }, /methodTable, result 0: method is 3/],
    [{ evaluations: Number.NaN }, /evaluations is NaN/],
    [{ tested: [] }, /methodTable: guided has no tested prompt/],
    [{ tested: [{ score: 1 }] }, /tested\[0\] is a record\. Give a record with score and accuracy/],
  ],
});

const runs = aq.from([{ method: "guided", seed: 0, score: 1 }]);
refusesOptions({
  name: "runDifferences",
  call: options => runDifferences(runs, options) && undefined,
  right: { values: ["score"], baseline: "guided", by: ["seed"] },
  wrong: [
    [{ values: "score" }, /runDifferences: values is "score"\. Give a list/],
    [{ baseline: undefined }, /baseline is missing/],
    [{ by: [0] }, /by\[0\] is 0/],
  ],
});

const methods: ScoredMethod[] = [{ method: "mle", scores: scoreSummaries(["a", "b"], ["a", "c"]) }];
refusesOptions({
  name: "summaryTable",
  call: options => summaryTable(methods, options) && undefined,
  right: { rng: seeded(0), draws: 10, level: 0.9 },
  wrong: [
    [{ level: 1 }, /summaryTable: level is 1/],
    [{ draws: 0 }, /draws is 0/],
    [{ baseline: 3 }, /baseline is 3/],
  ],
});

refusesOptions({
  name: "scoreSummaries",
  call: options => scoreSummaries(["a"], ["b"], options) && undefined,
  right: { stem: false, alpha: 0.5 },
  wrong: [
    [{ stem: "yes" }, /scoreSummaries: stem is "yes"/],
    [{ alpha: 2 }, /alpha is 2/],
  ],
});
