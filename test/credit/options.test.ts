import "@tensorflow/tfjs-backend-cpu";
import * as credit from "../../src/credit";
import { checksOptions, coversFunctions, type Entry, finite, from0, oneOf, required, share } from "../options-table";

const one = credit.lastTokenScore();
const credits = [[one], [1, "tokenReward", {}]] as [unknown[], unknown[]];

const table: Record<string, Entry> = {
  groupAdvantage: { call: credit.groupAdvantage, options: { scale: oneOf("std", "none") } },
  attentionRedistributed: { call: credit.attentionRedistributed, options: { of: credits, beta: share } },
  segmented: {
    call: options => credit.segmented(one, options),
    base: { segments: 3 },
    options: {
      segments: required([
        [1, 7, () => []],
        [0, 1.5, "sentences", Number.NaN],
      ]),
      shares: oneOf("mean", "sum", "last"),
    },
  },
  "segmented, its credit": {
    call: ({ credit: of }) => credit.segmented(of, { segments: 3 }),
    options: { credit: required(credits) },
    positional: true,
  },
  generalizedAdvantage: {
    call: credit.generalizedAdvantage,
    options: { of: credits, discount: share, lambda: share },
  },
  rewardToGo: { call: credit.rewardToGo, options: { discount: share, of: credits } },
  klShaped: { call: options => credit.klShaped(one, options), options: { beta: from0 } },
  "klShaped, its credit": {
    call: ({ credit: of }) => credit.klShaped(of),
    options: { credit: required(credits) },
    positional: true,
  },
  standardized: {
    call: options => credit.standardized(one, options),
    options: { baseline: oneOf("batch", "position") },
  },
  "standardized, its credit": {
    call: ({ credit: of }) => credit.standardized(of),
    options: { credit: required(credits) },
    positional: true,
  },
  finishedOnly: {
    call: ({ credit: of }) => credit.finishedOnly(of),
    options: { credit: required(credits) },
    positional: true,
  },
  mixture: {
    call: ({ weight = 1, credit: of = one }) => credit.mixture([[weight, of]]),
    options: { weight: finite, credit: credits },
    positional: true,
  },
};

checksOptions(table);
coversFunctions(credit, table, "lastTokenScore leaveOneOut uniformScore sequenceReward tokenReward");
