/**
 * Throws an error `where: found. remedy`.
 *
 * @param where  the public function or the file, with a line or row if possible
 * @param found  what was found, without a full stop
 * @param remedy what to do about it, as a sentence
 * @param cause  the error that was caught, if any
 */
export function fail(where: string, found: string, remedy: string, cause?: unknown): never {
  throw new Error(`${where}: ${found}. ${remedy}`, cause === undefined ? undefined : { cause });
}
