import * as os from "node:os";
import * as path from "node:path";

/**
 * A path in the folder of downloaded models and data: TOKENWISE_HOME, or else XDG_CACHE_HOME/tokenwise, or else
 * ~/.cache/tokenwise.
 */
export function cachePath(...parts: string[]): string {
  const { TOKENWISE_HOME, XDG_CACHE_HOME } = process.env;
  const root = TOKENWISE_HOME || path.join(XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "tokenwise");
  return path.resolve(root, ...parts);
}
