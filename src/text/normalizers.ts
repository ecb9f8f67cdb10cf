// Normalization of texts before they are split, as in the Rust library `tokenizers`.

import { fail } from "../core/errors";
import { toRegExp } from "./pattern";
import { precompiled } from "./precompiled";
import { controls, marks, nonspacingMarks, toForm } from "./unicode";

type Normalize = (text: string) => string;

/** The normalizer of a tokenizer.json; null leaves texts unchanged. Errors: an unknown kind. */
export function createNormalizer(config: any, where: string): Normalize {
  if (config == null) return text => text;
  switch (config.type) {
    case "Sequence": {
      const steps: Normalize[] = config.normalizers.map((step: unknown) => createNormalizer(step, where));
      return text => steps.reduce((result, step) => step(result), text);
    }
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return text => toForm(text, config.type);
    case "Lowercase":
      return lowerCase;
    case "StripAccents":
      return text => text.replace(marks, "");
    case "Strip":
      return stripped(config.strip_left, config.strip_right);
    case "Prepend":
      return text => text && config.prepend + text;
    case "Replace": {
      const pattern = toRegExp(config.pattern, where);
      return text => text.replace(pattern, () => config.content);
    }
    case "BertNormalizer":
      return bert(config);
    case "Precompiled":
      return config.precompiled_charsmap ? precompiled(config.precompiled_charsmap, where) : text => text;
    default:
      return fail(
        where,
        `it normalizes texts by "${config.type}"`,
        "Known are Sequence, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend, Replace, BertNormalizer " +
          "and Precompiled.",
      );
  }
}

/** Lower case, character by character: for whole words JavaScript would use another letter for a final sigma. */
const lowerCase: Normalize = text =>
  text.includes("Σ")
    ? text.replace(/\P{ASCII}/gu, character => character.toLowerCase()).toLowerCase()
    : text.toLowerCase();

function stripped(left: boolean, right: boolean): Normalize {
  return text => {
    let [start, end] = [0, text.length];
    while (left && start < end && whiteSpace.test(text[start])) start++;
    while (right && end > start && whiteSpace.test(text[end - 1])) end--;
    return text.slice(start, end);
  };
}

const whiteSpace = /\p{White_Space}/u;
const ideographs = new RegExp(
  "[\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2b73f}\\u{2b740}-\\u{2b81f}" +
    "\\u{2b920}-\\u{2ceaf}\\u{2f800}-\\u{2fa1f}]",
  "gu",
);

/** BERT's normalization. If `strip_accents` is null, accents are removed if texts are made lower case. */
function bert({ clean_text = true, handle_chinese_chars = true, strip_accents = null, lowercase = true }): Normalize {
  const steps: Normalize[] = [];
  if (clean_text) steps.push(text => text.replace(controls, "").replace(/\p{White_Space}/gu, " "));
  if (handle_chinese_chars) steps.push(text => text.replace(ideographs, " $& "));
  if (strip_accents ?? lowercase) steps.push(text => toForm(text, "NFD").replace(nonspacingMarks, ""));
  if (lowercase) steps.push(lowerCase);
  return text => steps.reduce((result, step) => step(result), text);
}
