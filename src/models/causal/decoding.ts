// Generation with a decoder-only LM, token by token: each input is computed once, and its samples share its keys and
// values.

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

/** The state of a decoding. Row b · perInput + k is the k-th sequence that continues input b. */
interface State {
  logits_BV: tf.Tensor2D;
  /** The inputs. */
  prefix: PrefixCache;
  /** Sequences for each input. */
  perInput: number;
  /**
   * Keys and values of the generated tokens, [B·J·perInput, generated, C]; with our kernels [B·J·perInput, room, C],
   * written in place.
   */
  own: LayerCache[];
  /** Tokens generated so far, of each sequence. */
  generated: number;
  /** Upper bound on `generated`. */
  room: number;
}

/** `startDecoding` of a decoder-only LM: see `GenerativeModel`. */
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
    { logits_BV: first_BV, prefix: cache, perInput: 1, own: [], generated: 0, room: tokens },
    samples,
  );
}

/**
 * The same on prefixes that were computed before, each followed by one more token, `next`. The decoding owns the prefix
 * from now on and frees it.
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
    generated: 0,
    room: tokens + 1,
  };
  const state = withTokens(model, before, next);
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

/** A decoding that continues from a state with one sequence for each input. */
function decodingFrom(model: CausalLm, initial: State, samples: number): Decoding {
  let state = initial;
  /** Replaces the state, and frees those tensors of the old one that the new one does not share. */
  const replace = (next: State) => {
    if (next.logits_BV !== state.logits_BV) state.logits_BV.dispose();
    if (next.own !== state.own) disposeLayers(state.own);
    if (next.prefix !== state.prefix) disposeCache(state.prefix);
    state = next;
  };
  const copies = initial.prefix.lengths.flatMap((_, b) => Array<number>(samples).fill(b));
  replace(selected(state, copies, model.config.keyValueHeads));
  return {
    get logits_BV() {
      return state.logits_BV;
    },
    next: ids => replace(withTokens(model, state, ids)),
    select: rows => replace(selected(state, rows, model.config.keyValueHeads)),
    dispose() {
      state.logits_BV.dispose();
      disposeLayers(state.own);
      disposeCache(state.prefix);
    },
  };
}

const disposeLayers = (layers: LayerCache[]) => tf.dispose(layers.flatMap(({ keys, values }) => [keys, values]));

/** The state after one more token in each row. */
function withTokens(model: CausalLm, state: State, ids: readonly number[]): State {
  const { prefix, perInput, own, generated, room } = state;
  const rows = prefix.lengths.length * perInput;
  if (ids.length !== rows)
    fail(model.name, `${ids.length} tokens for ${rows} sequences`, "Give one token for each sequence.");
  if (generated === room)
    fail(model.name, `all ${room} tokens are generated`, "Give `startDecoding` a larger number of tokens.");
  const pass = {
    ids: chunks(ids, perInput),
    positions: prefix.lengths.map(length => Array<number>(perInput).fill(length + generated)),
    prompts: perInput,
    prefix,
  };
  const [logits_BV, kept] = tidy(() => {
    const inPlace = hasKernels() ? (generated ? own : emptyCache(model, rows, room)) : undefined;
    const { last, kept } = inPlace
      ? trunk(model, { ...pass, attend: attendInPlace(model, state, inPlace) })
      : trunk(model, { ...pass, own: generated ? own : undefined, keep: true });
    return [causalLogits(model, tf.reshape(last, [rows, -1]) as tf.Tensor2D), inPlace ?? kept] as const;
  });
  return { logits_BV, prefix, perInput, own: kept, generated: generated + 1, room };
}

const emptyCache = ({ config }: CausalLm, rows: number, room: number): LayerCache[] => {
  const empty = () => tf.fill([rows * config.keyValueHeads, room, config.headWidth], 0) as tf.Tensor3D;
  return Array.from({ length: config.layers }, () => ({ keys: empty(), values: empty() }));
};

/** Writes the new token's keys and values into the cache, instead of copying it to a longer one. */
function attendInPlace({ config }: CausalLm, { prefix, generated }: State, own: LayerCache[]): (i: number) => Attend {
  const more = {
    ends: tf.tensor1d(prefix.lengths, "int32"),
    filled: tf.scalar(generated + 1, "int32"),
    keyValueHeads: config.keyValueHeads,
  };
  return i => (queries, keys, values) => fusedCachedAttention(queries, keys, values, own[i], prefix.layers[i], more);
}

/**
 * A state with copies of these rows. Neighbors that continue one input go on sharing its prefix where all inputs have
 * equally many (samples, beams). Otherwise, after finished rows were dropped, each row gets a copy of its prefix.
 */
function selected(
  { logits_BV, prefix, perInput: G, own, generated, room }: State,
  rows: readonly number[],
  J: number,
): State {
  const inputOf = rows.map(row => Math.floor(row / G));
  const perInput = runLength(inputOf);
  const inputs = chunks(inputOf, perInput).map(([input]) => input);
  const headsOf = (input: number) => Array.from({ length: J }, (_, j) => input * J + j);
  const ownHeads = chunks(rows, perInput).flatMap((group, b) =>
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
    own: own.map(layer => takenLayer(layer, ownHeads)),
    generated,
    room,
  }));
}

/** The length of the runs of equal neighbors if all runs have the same length, else 1. */
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
