import * as aq from "arquero";
import { loadSummaries } from "../../data/summaries";
import { prepareSummaries } from "../../src/tables/summaries";
import { splitSummaries } from "../../src/tables/summary-parts";
import { checksOptions, draws, type Entry, name, type OptionValues, oneOf, required, rng } from "../options-table";

const summaries = aq.from([
  { id: "a", document: "d", summary: "s", group: "g" },
  { id: "b", document: "e", summary: "t", group: "h" },
]) as aq.ColumnTable;
const cleaning: OptionValues = {
  ...{ document: name("document"), summary: name("summary"), id: name("id") },
  empty: oneOf("drop", "fail"),
};

const table: Record<string, Entry> = {
  prepareSummaries: { call: options => prepareSummaries(summaries, options), options: cleaning },
  splitSummaries: {
    call: options => splitSummaries(summaries, options),
    base: { valid: 0, test: 1, rng },
    options: {
      valid: required([
        [0, 1],
        [-1, 0.5, Number.NaN],
      ]),
      test: required([
        [0, 1],
        [-1, "1"],
      ]),
      rng: required(draws),
      group: name("group"),
    },
  },
  loadSummaries: {
    call: options => loadSummaries("nowhere", options),
    options: {
      ...cleaning,
      aspects: [
        [["outcome"], []],
        ["outcome", ["outcmoe"]],
      ],
      sections: [[["abstract"]], ["abstract", ["title"]]],
      parts: [[["train", "test"]], ["train", ["validation"]]],
      shared: oneOf("keep", "drop", "fail"),
      rows: [
        [{}, { train: 3 }],
        [3, { train: -1 }, { validation: 3 }],
      ],
      split: [
        [{ valid: 1, test: 1, seed: -1, group: "g" }],
        [1, { valid: 1, test: 1 }, { valid: 0.5, test: 1, seed: 0 }],
      ],
      hub: [[{ revision: "x" }], ["x", 1]],
    },
  },
};

checksOptions(table);
