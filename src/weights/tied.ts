import type { Checkpoint } from "./checkpoint";

/**
 * Whether a tensor is a parameter of its own rather than a copy of `tiedTo`, to which it is usually tied: it is in the
 * checkpoint, and its values differ. Files may contain a tied parameter twice, and a configuration may wrongly call
 * parameters tied.
 */
export function isUntied(tensors: Checkpoint["tensors"], name: string, tiedTo: string): boolean {
  const [mine, other] = [tensors.get(name), tensors.get(tiedTo)];
  if (!mine || !other) return mine !== undefined;
  if (`${mine.shape}` !== `${other.shape}`) return true;
  const values = other.read();
  return mine.read().some((x, i) => x !== values[i]);
}
