// Generation with T5, token by token: each row's own keys and values grow with it; those of a source are computed once
// and shared in place by all rows that belong to it. Local axes: R rows being decoded, G slots for the rows of one
// source.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../../core/errors";
import { tidy } from "../../core/tidy";
import { padRight } from "../../text/batches";
import type { Decoding, DecodingOptions } from "../decoding";
import { attend, joinHeads, splitHeads } from "../parts/attend";
import { type LayerCache, paddingBias } from "../parts/attention";
import {
  decoderLayers,
  embed,
  encodeSource,
  relativeBias,
  type Seq2SeqLm,
  seq2seqLogits,
  sourceKeysValues,
} from "./forward";

/** The tensors that are kept between two tokens. */
interface State {
  /** Keys and values of the B sources in every layer, [B·H, S, C]. */
  sources: LayerCache[];
  padding_X1S: tf.Tensor3D;
  /** Keys and values of the R rows in every layer, [R·H, t, C]. */
  own: LayerCache[];
  logits_BV: tf.Tensor2D;
}

/** `startDecoding` of an encoder–decoder LM: see `GenerativeModel`. */
export function seq2seqDecoding(
  model: Seq2SeqLm,
  inputs: readonly (readonly number[])[],
  { samples = 1 }: DecodingOptions,
): Decoding {
  const { config, name } = model;
  for (const [i, { length }] of inputs.entries())
    if (length === 0) fail(name, `input ${i} is empty`, "Give at least one token, such as the end token.");
  let owners = inputs.flatMap((_, input) => Array<number>(samples).fill(input));
  let state = tidy(() => {
    const padded = padRight(inputs, config.padding);
    const { states_BSD } = encodeSource(model, padded);
    const flat_ND = tf.reshape(states_BSD, [-1, config.width]) as tf.Tensor2D;
    const sources = Array.from({ length: config.decoderLayers }, (_, i) => {
      const [keys, values] = sourceKeysValues(model, flat_ND, i);
      const split = (x: tf.Tensor2D) => splitHeads(x, inputs.length, config.heads);
      return { keys: split(keys), values: split(values) };
    });
    const padding_X1S = paddingBias(padded.mask, config.heads);
    // Every row begins with the same token, but attends to its own source.
    const first = owners.map(() => config.startToken);
    return { sources, padding_X1S, ...step(model, { sources, padding_X1S, own: [] }, owners, first) };
  });
  let ended = false;
  const replace = (make: () => State) => {
    if (ended) fail(name, "this decoding was disposed", "Start another one.");
    const next = tidy(make);
    const kept = new Set(tensorsOf(next));
    tf.dispose(tensorsOf(state).filter(tensor => !kept.has(tensor)));
    state = next;
  };
  return {
    get logits_BV() {
      return state.logits_BV;
    },
    next(ids) {
      if (ids.length !== owners.length)
        fail(name, `${ids.length} tokens were given for ${owners.length} rows`, "Give one for each row.");
      replace(() => ({ ...state, ...step(model, state, owners, ids) }));
    },
    select(rows) {
      const strange = rows.find(row => owners[row] === undefined);
      if (rows.length === 0 || strange !== undefined)
        fail(
          name,
          strange === undefined ? "no row is selected" : `there is no row ${strange}`,
          `Select some of ${owners.length} rows.`,
        );
      const inUse = [...new Set(rows.map(row => owners[row]))].sort((a, b) => a - b);
      const before = owners;
      const keep = inUse.length === state.padding_X1S.shape[0] / config.heads;
      replace(() => ({
        sources: keep ? state.sources : state.sources.map(cache => taken(cache, inUse, config.heads)),
        padding_X1S: keep ? state.padding_X1S : takenRows(state.padding_X1S, inUse, config.heads),
        own: state.own.map(cache => taken(cache, rows, config.heads)),
        logits_BV: takenRows(state.logits_BV, rows, 1),
      }));
      owners = rows.map(row => inUse.indexOf(before[row]));
    },
    dispose() {
      if (!ended) tf.dispose(tensorsOf(state));
      ended = true;
    },
  };
}

/** Appends one token to each row: the rows' keys and values including it, and the logits after it. */
function step(
  model: Seq2SeqLm,
  { sources, padding_X1S, own }: Pick<State, "sources" | "padding_X1S" | "own">,
  owners: readonly number[],
  ids: readonly number[],
): Pick<State, "own" | "logits_BV"> {
  const { heads: H } = model.config;
  const [R, B] = [owners.length, padding_X1S.shape[0] / H];
  const seen = own.length > 0 ? own[0].keys.shape[1] : 0;
  const relative_X1S = tf.tile(relativeBias(model, "decoder", 1, seen + 1), [R, 1, 1]);
  const { rowAt, slotOf } = grouped(owners, B);
  const { states_ND, kept } = decoderLayers(model, embed(model, ids), {
    self(i, queries, keys, values) {
      const now = { keys: splitHeads(keys, R, H), values: splitHeads(values, R, H) };
      const all = own[i] ? appended(own[i], now) : now;
      return { mixed: joinHeads(attend(splitHeads(queries, R, H), all.keys, all.values, relative_X1S), R), now: all };
    },
    cross(i, queries) {
      const bySource = splitHeads(reordered(queries, rowAt), B, H);
      return reordered(joinHeads(attend(bySource, sources[i].keys, sources[i].values, padding_X1S), B), slotOf);
    },
  });
  return { own: kept, logits_BV: seq2seqLogits(model, states_ND) };
}

/**
 * Groups rows by source, G slots for each. `rowAt` gives the row in each of the B·G slots (where a source has fewer
 * than G rows, its first one again), `slotOf` the slot of each row.
 */
function grouped(owners: readonly number[], sources: number): { rowAt: number[]; slotOf: number[] } {
  const rowsOf = Array.from({ length: sources }, (): number[] => []);
  for (const [row, owner] of owners.entries()) rowsOf[owner].push(row);
  const G = Math.max(...rowsOf.map(rows => rows.length));
  const slotOf: number[] = [];
  for (const [b, rows] of rowsOf.entries()) for (const [g, row] of rows.entries()) slotOf[row] = b * G + g;
  return { rowAt: rowsOf.flatMap(rows => Array.from({ length: G }, (_, g) => rows[g] ?? rows[0])), slotOf };
}

/** These rows in this order; x itself where that changes nothing. */
const reordered = (x_RD: tf.Tensor2D, rows: readonly number[]): tf.Tensor2D =>
  rows.length === x_RD.shape[0] && rows.every((row, i) => row === i) ? x_RD : takenRows(x_RD, rows, 1);

/** These rows in this order, where a row has `each` entries along the first axis. */
function takenRows<T extends tf.Tensor>(x: T, rows: readonly number[], each: number): T {
  const [first, ...rest] = x.shape;
  return tf.tidy(() => {
    const flat = tf.reshape(x, [first / each, -1]);
    return tf.reshape(tf.gather(flat, tf.tensor1d([...rows], "int32")), [
      rows.length * each,
      ...rest,
    ]) as tf.Tensor as T;
  });
}

const taken = ({ keys, values }: LayerCache, rows: readonly number[], heads: number): LayerCache => ({
  keys: takenRows(keys, rows, heads),
  values: takenRows(values, rows, heads),
});

const appended = (past: LayerCache, now: LayerCache): LayerCache => ({
  keys: tf.concat([past.keys, now.keys], 1),
  values: tf.concat([past.values, now.values], 1),
});

const tensorsOf = ({ sources, padding_X1S, own, logits_BV }: State): tf.Tensor[] => [
  padding_X1S,
  logits_BV,
  ...[...sources, ...own].flatMap(({ keys, values }) => [keys, values]),
];
