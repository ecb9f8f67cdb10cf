import type { Checkpoint } from "./checkpoint";

/**
 * Whether a checkpoint's tensor is another parameter than the one that it is usually tied to: it is there, and its values differ. Files may hold a
 * tied parameter twice, and a configuration may call a model tied that is not.
 */
export function isUntied(tensors: Checkpoint["tensors"], name: string, tiedTo: string): boolean {
  const [mine, other] = [tensors.get(name), tensors.get(tiedTo)];
  if (!mine || !other) return mine !== undefined;
  if (`${mine.shape}` !== `${other.shape}`) return true;
  const values = other.read();
  return mine.read().some((x, i) => x !== values[i]);
}
