// One batch, token by token, greedy or sampled.

import type { Rng } from "../core/random";
import { chooseTokens } from "./choose";
import type { GeneratedToken } from "./generated";
import { beginning, type Job } from "./job";
import { textStream } from "./text-stream";

/**
 * The tokens of all sequences of these inputs, step by step. Sequences that have ended leave the batch once a quarter
 * of it can.
 *
 * @param streams when sampling: every sequence draws from its split "input/sample"
 */
export async function* continueBatch(
  job: Job,
  inputs: readonly number[],
  streams?: Rng,
): AsyncGenerator<GeneratedToken> {
  const { model, sequences, settings, advance } = job;
  const { maxNewTokens, samples, stopTokens, stopStrings, signal } = settings;
  let rows = inputs.flatMap(input =>
    Array.from({ length: samples }, (_, sample) => ({
      input,
      sample,
      seen: new Set(beginning(job, input)),
      rng: streams?.split(`${input}/${sample}`),
      text: textStream(model.tokenizer, stopStrings),
      ended: false,
    })),
  );
  const given = inputs.map(input => sequences[input]);
  const decoding = model.startDecoding(given, { samples, tokens: maxNewTokens - 1 });
  try {
    for (let step = 0; ; step++) {
      signal?.throwIfAborted();
      let { ids, logProbs } = chooseTokens(decoding.logits_BV, { rows, step, settings });
      let advanced = 0;
      for (const [b, row] of rows.entries()) {
        if (row.ended) continue;
        const id = ids[b];
        row.seen.add(id);
        const isStop = stopTokens.has(id);
        const pushed = isStop ? { text: "", stopped: true } : row.text.push(id);
        row.ended = pushed.stopped || step + 1 === maxNewTokens;
        advanced += row.ended ? maxNewTokens - step : 1;
        const text = row.ended ? pushed.text + row.text.end() : pushed.text;
        const finished = row.ended ? { finished: pushed.stopped ? ("stop" as const) : ("length" as const) } : {};
        yield { input: row.input, sample: row.sample, id, logProb: logProbs[b], text, ...finished };
      }
      advance(advanced);
      if (rows.every(({ ended }) => ended)) return;
      const needed = stillNeeded(rows);
      if (needed.length <= 0.75 * rows.length) {
        decoding.select(needed);
        rows = needed.map(b => rows[b]);
        ids = needed.map(b => ids[b]);
      }
      decoding.next(ids);
      // Lets interrupts, timers and other work run.
      await new Promise(setImmediate);
    }
  } finally {
    decoding.dispose();
  }
}

/**
 * Indices of the rows to go on with. Every input that still runs keeps as many as the one with most running rows,
 * because only then do the rows of an input share its cache; inputs that have ended keep none.
 */
function stillNeeded(rows: readonly { input: number; ended: boolean }[]): number[] {
  const byInput = new Map<number, number[]>();
  for (const [b, { input }] of rows.entries()) byInput.set(input, [...(byInput.get(input) ?? []), b]);
  const running = [...byInput.values()].map(own => own.filter(b => !rows[b].ended));
  const most = Math.max(...running.map(({ length }) => length));
  return [...byInput.values()].flatMap((own, i) => {
    if (running[i].length === 0) return [];
    const ended = own.filter(b => rows[b].ended);
    return [...running[i], ...ended].slice(0, most);
  });
}
