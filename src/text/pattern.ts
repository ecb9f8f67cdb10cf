// The patterns of a tokenizer.json: a text, or a regular expression in the syntax of Oniguruma.

import { SplitPreTokenizer } from "@huggingface/tokenizers";
import { fail } from "../core/errors";

/** A pattern in a tokenizer.json. */
export type Pattern = { String: string } | { Regex: string };

/** A global regular expression for the pattern. Errors: an expression that JavaScript cannot express. */
export function toRegExp(pattern: Pattern, where: string): RegExp {
  if (
    typeof (pattern as { String: string })?.String !== "string" &&
    typeof (pattern as { Regex: string })?.Regex !== "string"
  )
    return fail(where, `it has the pattern ${JSON.stringify(pattern)}`, "Use a String or a Regex.");
  try {
    return new SplitPreTokenizer({ type: "Split", pattern, invert: true } as never).pattern!;
  } catch (error) {
    return fail(
      where,
      `its pattern ${JSON.stringify(pattern)} cannot be read`,
      "Use a pattern that JavaScript can express.",
      error,
    );
  }
}
