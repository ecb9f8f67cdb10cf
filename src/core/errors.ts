/**
 * Throws `where: found. remedy`.
 *
 * @param where  the public function or file at fault, with a line or row where there is one
 * @param found  what was found (and what was expected), without a full stop
 * @param remedy what to do about it, as a sentence
 * @param cause  the error underneath, if one was caught
 */
export function fail(where: string, found: string, remedy: string, cause?: unknown): never {
  throw new Error(`${where}: ${found}. ${remedy}`, cause === undefined ? undefined : { cause });
}
