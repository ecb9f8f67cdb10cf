import { fail } from "../core/errors";
import { splitSentences } from "../text/sentences";

/**
 * A summary made of a document's sentences at these places, 0 the first and −1 the last, a sentence a line: `lead(document, [0, 1, 2])` is the lead-3
 * baseline. Places that a document does not have are left out; one whose places are all missing gives its first sentence.
 *
 * Errors: no places, or one that is not whole.
 */
export function leadSentences(document: string, places: readonly number[]): string {
  if (places.length === 0 || !places.every(Number.isInteger))
    fail("lead", `the places are [${places.join(", ")}]`, "Give whole numbers, such as [0, 1, 2].");
  const all = splitSentences(document);
  const chosen = places.map(place => all.at(place)).filter(sentence => sentence !== undefined);
  return (chosen.length > 0 ? chosen : all.slice(0, 1)).join("\n");
}
