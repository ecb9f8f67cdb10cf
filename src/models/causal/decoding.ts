// Token after token with a decoder-only LM: every input is read once, and its samples share its keys and values.

import * as tf from "@tensorflow/tfjs-core";
import { hasKernels } from "../../backend/call";
import { fusedCachedAttention } from "../../backend/fused-attention";
import { fail } from "../../core/errors";
import { tidy } from "../../core/tidy";
import { chunks } from "../../text/batches";
import type { Decoding, DecodingOptions } from "../decoding";
import type { LayerCache } from "../parts/attention";
import type { Attend } from "./family";
import { type CausalLm, causalLogits, causalStates, disposeCache, lastStates } from "./forward";
import { type PrefixCache, trunk } from "./trunk";

/** Where a decoding stands. Row b·perInput + k of it is the k-th sequence that continues input b. */
interface State {
  logits_BV: tf.Tensor2D;
  prefix: PrefixCache;
  perInput: number;
  /** Keys and values of the tokens fed so far, [B·J·perInput, fed, C]; with `room` for all where our kernel writes into them. */
  own: LayerCache[];
  fed: number;
  room: number;
}

/** The `decode` of a decoder-only LM: see `Generator`. */
export function causalDecoding(
  model: CausalLm,
  inputs: readonly (readonly number[])[],
  { samples = 1, tokens }: DecodingOptions,
): Decoding {
  checkRoom(
    model,
    inputs.map(({ length }) => length),
    tokens,
  );
  const { last, cache } = causalStates(model, inputs);
  const first_BV = tf.tidy(() => causalLogits(model, lastStates(last, cache.lengths)));
  last.dispose();
  return decodingFrom(
    model,
    { logits_BV: first_BV, prefix: cache, perInput: 1, own: [], fed: 0, room: tokens },
    samples,
  );
}

/**
 * The same on prefixes that were read before, each followed by one token more. The decoding takes the prefix and frees it.
 */
export function decodingOnPrefix(
  model: CausalLm,
  prefix: PrefixCache,
  next: readonly number[],
  { samples = 1, tokens }: DecodingOptions,
): Decoding {
  checkRoom(
    model,
    prefix.lengths.map(length => length + 1),
    tokens,
  );
  const before = {
    logits_BV: tf.zeros([next.length, 0]) as tf.Tensor2D,
    prefix,
    perInput: 1,
    own: [],
    fed: 0,
    room: tokens + 1,
  };
  const state = fedWith(model, before, next);
  before.logits_BV.dispose();
  return decodingFrom(model, state, samples);
}

function checkRoom({ name, config }: CausalLm, lengths: number[], tokens: number): void {
  const longest = Math.max(...lengths);
  if (longest + tokens > config.contextLength)
    fail(
      name,
      `an input of ${longest} tokens and ${tokens} more exceed its context of ${config.contextLength}`,
      "Shorten the input or ask for fewer tokens.",
    );
}

/** Goes on from where a decoding stands with one sequence an input. */
function decodingFrom(model: CausalLm, begin: State, samples: number): Decoding {
  let state = begin;
  /** Takes the new state's tensors and frees those of the old one that it does not share. */
  const go = (next: State) => {
    if (next.logits_BV !== state.logits_BV) state.logits_BV.dispose();
    if (next.own !== state.own) disposeLayers(state.own);
    if (next.prefix !== state.prefix) disposeCache(state.prefix);
    state = next;
  };
  const copies = begin.prefix.lengths.flatMap((_, b) => Array<number>(samples).fill(b));
  go(selected(state, copies, model.config.keyValueHeads));
  return {
    get logits_BV() {
      return state.logits_BV;
    },
    next: ids => go(fedWith(model, state, ids)),
    select: rows => go(selected(state, rows, model.config.keyValueHeads)),
    dispose() {
      state.logits_BV.dispose();
      disposeLayers(state.own);
      disposeCache(state.prefix);
    },
  };
}

const disposeLayers = (layers: LayerCache[]) => tf.dispose(layers.flatMap(({ keys, values }) => [keys, values]));

function fedWith(model: CausalLm, state: State, ids: readonly number[]): State {
  const { prefix, perInput, own, fed, room } = state;
  const rows = prefix.lengths.length * perInput;
  if (ids.length !== rows)
    fail(model.name, `${ids.length} tokens for ${rows} sequences`, "Give one token for each sequence.");
  if (fed === room) fail(model.name, `all ${room} tokens are fed`, "Ask for more tokens in `decode`.");
  const pass = {
    ids: chunks(ids, perInput),
    positions: prefix.lengths.map(length => Array<number>(perInput).fill(length + fed)),
    prompts: perInput,
    prefix,
  };
  const [logits_BV, kept] = tidy(() => {
    const inPlace = hasKernels() ? (fed ? own : emptyCache(model, rows, room)) : undefined;
    const { last, kept } = inPlace
      ? trunk(model, { ...pass, attend: attendInPlace(model, state, inPlace) })
      : trunk(model, { ...pass, own: fed ? own : undefined, keep: true });
    return [causalLogits(model, tf.reshape(last, [rows, -1]) as tf.Tensor2D), inPlace ?? kept] as const;
  });
  return { logits_BV, prefix, perInput, own: kept, fed: fed + 1, room };
}

const emptyCache = ({ config }: CausalLm, rows: number, room: number): LayerCache[] => {
  const empty = () => tf.fill([rows * config.keyValueHeads, room, config.headWidth], 0) as tf.Tensor3D;
  return Array.from({ length: config.layers }, () => ({ keys: empty(), values: empty() }));
};

/** Writes the new token's keys and values into the cache, instead of copying it to a longer one. */
function attendInPlace({ config }: CausalLm, { prefix, fed }: State, own: LayerCache[]): (i: number) => Attend {
  const more = {
    ends: tf.tensor1d(prefix.lengths, "int32"),
    filled: tf.scalar(fed + 1, "int32"),
    keyValueHeads: config.keyValueHeads,
  };
  return i => (queries, keys, values) => fusedCachedAttention(queries, keys, values, own[i], prefix.layers[i], more);
}

/**
 * Copies of these rows. Neighbours that continue the same input go on sharing its prefix where all inputs have the same number of them
 * (samples, beams); else (finished rows were dropped) each row gets a copy of its prefix.
 */
function selected(
  { logits_BV, prefix, perInput: G, own, fed, room }: State,
  rows: readonly number[],
  J: number,
): State {
  const inputOf = rows.map(row => Math.floor(row / G));
  const perInput = runLength(inputOf);
  const inputs = chunks(inputOf, perInput).map(([input]) => input);
  const headsOf = (input: number) => Array.from({ length: J }, (_, j) => input * J + j);
  const ownPlaces = chunks(rows, perInput).flatMap((group, b) =>
    headsOf(inputs[b]).flatMap(head => group.map(row => head * G + (row % G))),
  );
  const same = inputs.length === prefix.lengths.length && inputs.every((input, b) => input === b);
  return tidy(() => ({
    logits_BV: taken(logits_BV, rows),
    prefix: same
      ? prefix
      : {
          layers: prefix.layers.map(layer => takenLayer(layer, inputs.flatMap(headsOf))),
          bias_X1P: taken(prefix.bias_X1P, inputs.flatMap(headsOf)),
          lengths: inputs.map(input => prefix.lengths[input]),
        },
    perInput,
    own: own.map(layer => takenLayer(layer, ownPlaces)),
    fed,
    room,
  }));
}

/** The length of the runs of equal neighbours where all are of one length, else 1. */
function runLength(values: readonly number[]): number {
  const starts = values.flatMap((value, i) => (i === 0 || value !== values[i - 1] ? [i] : []));
  const length = values.length / starts.length;
  return starts.every((start, i) => start === i * length) ? length : 1;
}

const taken = <T extends tf.Tensor>(x: T, rows: readonly number[]): T =>
  tf.gather(x, tf.tensor1d([...rows], "int32")) as T;
const takenLayer = ({ keys, values }: LayerCache, rows: readonly number[]): LayerCache => ({
  keys: taken(keys, rows),
  values: taken(values, rows),
});
