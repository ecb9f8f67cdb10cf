import { fail } from "../../core/errors";
import type { Padded } from "../../text/batches";

/** Errors: no rows; rows of unequal length; a row without a token; an id outside the vocabulary. */
export function checkBatch(where: string, { ids, mask }: Padded, vocabularySize: number): void {
  const length = ids[0]?.length ?? 0;
  if (length === 0) fail(where, "the batch holds no token", "Give at least one row with one token.");
  if (mask.length !== ids.length)
    fail(
      where,
      `there are ${ids.length} rows of ids and ${mask.length} of the mask`,
      "Give a row of the mask for each.",
    );
  for (const [b, row] of ids.entries()) {
    for (const [what, { length: found }] of [
      ["ids", row],
      ["mask", mask[b]],
    ] as const)
      if (found !== length) fail(where, `row ${b} of ${what} has ${found} entries, not ${length}`, "Pad the rows.");
    if (!mask[b].some(Boolean)) fail(where, `row ${b} has no token`, "Drop empty rows.");
    const unknown = row.find(id => !(Number.isInteger(id) && id >= 0 && id < vocabularySize));
    if (unknown !== undefined)
      fail(where, `row ${b} holds the id ${unknown}`, `The model's ids are whole numbers below ${vocabularySize}.`);
  }
}
