import { fail } from "../core/errors";
import { splitSentences } from "../text/sentences";

/**
 * A summary made of a document's sentences by their index, 0 the first and −1 the last, one sentence a line:
 * `leadSentences(document, [0, 1, 2])` is the lead-3 baseline. Indices beyond the document are left out; if all are,
 * the first sentence remains.
 *
 * Errors: no index, or one that is not a whole number.
 */
export function leadSentences(document: string, indices: readonly number[]): string {
  if (indices.length === 0 || !indices.every(Number.isInteger))
    fail("leadSentences", `the indices are [${indices.join(", ")}]`, "Give whole numbers, such as [0, 1, 2].");
  const sentences = splitSentences(document);
  const chosen = indices.map(index => sentences.at(index)).filter(sentence => sentence !== undefined);
  return (chosen.length > 0 ? chosen : sentences.slice(0, 1)).join("\n");
}
