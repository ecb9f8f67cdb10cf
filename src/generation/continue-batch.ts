// One batch, token by token, greedy or sampled.

import type { Rng } from "../core/random";
import { chooseTokens } from "./choose";
import type { GeneratedToken } from "./generated";
import { beginning, type Job } from "./job";
import { textStream } from "./text-stream";

/**
 * The tokens of all sequences of these inputs, step by step. Sequences that have ended leave the batch once they are a quarter of it.
 *
 * @param streams when sampling: every sequence draws from its split "input/sample"
 */
export async function* continueBatch(
  job: Job,
  places: readonly number[],
  streams?: Rng,
): AsyncGenerator<GeneratedToken> {
  const { model, sequences, settings, advance } = job;
  const { maxNewTokens, samples, stopTokens, stopStrings, signal } = settings;
  let rows = places.flatMap(input =>
    Array.from({ length: samples }, (_, sample) => ({
      input,
      sample,
      seen: new Set(beginning(job, input)),
      rng: streams?.split(`${input}/${sample}`),
      text: textStream(model.tokenizer, stopStrings),
      ended: false,
    })),
  );
  const inputs = places.map(input => sequences[input]);
  const decoding = model.decode(inputs, { samples, tokens: maxNewTokens - 1 });
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
      const running = [...rows.keys()].filter(b => !rows[b].ended);
      if (running.length === 0) return;
      if (running.length <= 0.75 * rows.length) {
        decoding.select(running);
        rows = running.map(b => rows[b]);
        ids = running.map(b => ids[b]);
      }
      decoding.next(ids);
      // Interrupts, timers and other work get their turn.
      await new Promise(setImmediate);
    }
  } finally {
    decoding.dispose();
  }
}
