// Beam search: the likeliest sequences, several candidates at a time. Numbers and stopping rules are those of
// Transformers.

import * as tf from "@tensorflow/tfjs-core";
import { read, tidy } from "../core/tidy";
import { allowedLogits, type Choosing, checkNumbers } from "./choose";
import type { Generated } from "./generated";
import { beginning, type Job } from "./job";
import { textOf } from "./text-stream";

/** A running or finished sequence. */
interface Beam {
  ids: number[];
  logProbs: number[];
  /** Sum of log-probabilities; of a finished one, divided by length^lengthPenalty. */
  score: number;
  finished?: Generated["finished"];
}

/** The search for one input: always numBeams running beams, at most numBeams finished ones, both best first. */
interface Search {
  input: number;
  running: Beam[];
  finished: Beam[];
  done: boolean;
}

/** One more token for one of an input's running beams. */
interface Candidate {
  beam: number;
  id: number;
  logProb: number;
  score: number;
}

/** Added to the score of a beam that is chosen only if there is no other. */
const farBelow = -1e9;

/** The `samples` best sequences of each of these inputs, best first. */
export async function beamSearch(job: Job, inputs: readonly number[]): Promise<Generated[]> {
  const { model, sequences, settings, advance } = job;
  const { maxNewTokens, samples, stopTokens, stopStrings, signal } = settings;
  const K = settings.beamSearch!.numBeams;
  // At the start all beams of an input are the same: only the first one counts.
  const start = Array.from({ length: K }, (_, k): Beam => ({ ids: [], logProbs: [], score: k === 0 ? 0 : farBelow }));
  const searches = inputs.map((input): Search => ({ input, running: start, finished: [], done: false }));
  const decoding = model.startDecoding(
    inputs.map(input => sequences[input]),
    { samples: K, tokens: maxNewTokens - 1 },
  );
  try {
    let active = searches;
    for (let step = 0; ; step++) {
      signal?.throwIfAborted();
      const rows = active.flatMap(({ input, running }) =>
        running.map(({ ids }) => ({ input, seen: new Set([...beginning(job, input), ...ids]) })),
      );
      const scores = active.flatMap(({ running }) => running.map(({ score }) => score));
      const candidates = likeliest(decoding.logits_BV, scores, { rows, step, settings });
      const parents = active.map((search, a) => extend(search, candidates[a], job).map(beam => a * K + beam));
      const going = [...active.keys()].filter(a => !active[a].done);
      advance(samples * (going.length + (active.length - going.length) * (maxNewTokens - step)));
      active = going.map(a => active[a]);
      if (active.length === 0) break;
      decoding.select(going.flatMap(a => parents[a]));
      decoding.next(active.flatMap(({ running }) => running.map(({ ids }) => ids[ids.length - 1])));
      await new Promise(setImmediate);
    }
  } finally {
    decoding.dispose();
  }
  return searches.flatMap(({ input, finished }) =>
    finished.slice(0, samples).map(({ ids, logProbs, score, finished }, sample) => ({
      input,
      sample,
      ids,
      logProbs,
      score,
      finished: finished!,
      text: textOf(model.tokenizer, stopTokens.has(ids[ids.length - 1]) ? ids.slice(0, -1) : ids, stopStrings).text,
    })),
  );
}

/** Each input's likeliest continuations, best first: enough that numBeams of them run on even if the others end. */
function likeliest(logits_BV: tf.Tensor2D, scores: readonly number[], choosing: Choosing): Candidate[][] {
  const { beamSearch, stopTokens } = choosing.settings;
  const [K, V] = [beamSearch!.numBeams, logits_BV.shape[1]];
  const A = scores.length / K;
  const N = Math.min(K * V, Math.max(2, 1 + stopTokens.size) * K);
  return tidy(() => {
    const logProbs_BV = tf.logSoftmax(logits_BV);
    // One NaN logit makes its whole row NaN.
    checkNumbers([...read(() => tf.slice(logProbs_BV, [0, 0], [A * K, 1]))], choosing);
    const total_BV = tf.add(allowedLogits(logProbs_BV, choosing), tf.tensor2d([...scores], [A * K, 1]));
    const { values: best_AN, indices: indices_AN } = tf.topk(tf.reshape(total_BV, [A, K * V]), N);
    const first_A1 = tf.tensor2d(
      Array.from({ length: A }, (_, a) => a * K * V),
      [A, 1],
      "int32",
    );
    const logProbs = read(() => tf.gather(tf.reshape(logProbs_BV, [-1]), tf.add(indices_AN, first_A1)));
    const [best, indices] = [best_AN.dataSync(), indices_AN.dataSync()];
    return Array.from({ length: A }, (_, a) =>
      Array.from({ length: N }, (_, n): Candidate => {
        const i = a * N + n;
        return { beam: Math.floor(indices[i] / V), id: indices[i] % V, logProb: logProbs[i], score: best[i] };
      }),
    );
  });
}

/**
 * One token further: beams that end compete with the finished ones, the best others run on. Returns the parents of
 * these.
 */
function extend(search: Search, candidates: readonly Candidate[], { model, settings }: Job): number[] {
  const { maxNewTokens, stopTokens, stopStrings } = settings;
  const { numBeams: K, lengthPenalty, earlyStopping } = settings.beamSearch!;
  const length = search.running[0].ids.length + 1;
  const longer = candidates.map(({ beam, id, logProb, score }): Beam & { beam: number } => {
    const { ids, logProbs } = search.running[beam];
    const next = { beam, ids: [...ids, id], logProbs: [...logProbs, logProb], score };
    const stopped =
      stopTokens.has(id) || (stopStrings.length > 0 && textOf(model.tokenizer, next.ids, stopStrings).stopped);
    return stopped ? { ...next, finished: "stop" } : length === maxNewTokens ? { ...next, finished: "length" } : next;
  });
  const best = <T extends Beam>(beams: T[]) => beams.sort((a, b) => b.score - a.score).slice(0, K);
  // A beam that ends counts only among the first numBeams; the other candidates are there for beams to run on.
  const ended = longer.slice(0, K).filter(({ finished }) => finished);
  const weighed = ended.map(beam => ({ ...beam, score: beam.score / length ** lengthPenalty }));
  search.finished = best([...search.finished, ...weighed]);
  const next = best(longer.map(beam => (beam.finished ? { ...beam, score: beam.score + farBelow } : beam)));
  search.running = next;

  const full = search.finished.length === K;
  const bestLength = earlyStopping === "never" && lengthPenalty > 0 ? maxNewTokens : length;
  const hopeless = full && next[0].score / bestLength ** lengthPenalty <= search.finished[K - 1].score;
  search.done = hopeless || (full && earlyStopping === true) || longer.every(({ finished }) => finished);
  return next.map(({ beam }) => beam);
}
