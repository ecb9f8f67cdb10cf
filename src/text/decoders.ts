// From tokens back to text, as in the Rust library `tokenizers`.

import { fail } from "../core/errors";
import { fromByteLetters } from "./byte-letters";
import { toRegExp } from "./pattern";

type Decode = (tokens: string[]) => string[];

/**
 * The decoder of a tokenizer.json: it returns parts of the text, to be joined. Without one (null), tokens are joined by
 * spaces. Errors: an unknown kind.
 */
export function createDecoder(config: any, where: string): Decode {
  if (config == null) return tokens => [tokens.join(" ")];
  switch (config.type) {
    case "Sequence": {
      const steps: Decode[] = config.decoders.map((step: unknown) => createDecoder(step, where));
      return tokens => steps.reduce((result, step) => step(result), tokens);
    }
    case "ByteLevel":
      return tokens => [
        new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(tokens.map(fromByteLetters))),
      ];
    case "WordPiece":
      return wordPiece(config);
    case "Metaspace": {
      const { replacement = "▁", add_prefix_space = true } = config;
      const prepends = (config.prepend_scheme ?? (add_prefix_space ? "always" : "never")) !== "never";
      return tokens => tokens.map((token, i) => token.replaceAll(replacement, i === 0 && prepends ? "" : " "));
    }
    case "BPEDecoder": {
      const { suffix = "</w>" } = config;
      return tokens => tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? "" : " "));
    }
    case "Replace": {
      const pattern = toRegExp(config.pattern, where);
      return tokens => tokens.map(token => token.replace(pattern, () => config.content));
    }
    case "Fuse":
      return tokens => [tokens.join("")];
    case "Strip":
      return strip(config);
    case "ByteFallback":
      return byteFallback;
    default:
      return fail(
        where,
        `it decodes by "${config.type}"`,
        "Known are Sequence, ByteLevel, WordPiece, Metaspace, BPEDecoder, Replace, Fuse, Strip and ByteFallback.",
      );
  }
}

const tidied: [from: string, to: string][] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** Puts spaces between words; `cleanup` removes those before punctuation, token by token. */
function wordPiece({ prefix = "##", cleanup = true }): Decode {
  return tokens =>
    tokens.map((token, i) => {
      const spaced = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
      return cleanup ? tidied.reduce((text, [from, to]) => text.replaceAll(from, to), spaced) : spaced;
    });
}

/** Removes up to `start` letters `content` from the beginning of every token, and up to `stop` from its end. */
function strip({ content = " ", start = 0, stop = 0 }): Decode {
  return tokens =>
    tokens.map(token => {
      const letters = [...token];
      let [from, to] = [0, letters.length];
      while (from < start && letters[from] === content) from++;
      while (letters.length - to < stop && to > from && letters[to - 1] === content) to--;
      return letters.slice(from, to).join("");
    });
}

/**
 * Turns consecutive tokens such as <0xC3> <0xA9> into the text of these bytes, or into one � for each if they are not
 * valid UTF-8.
 */
const byteFallback: Decode = tokens => {
  const result: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length > 0) result.push(...bytesAsText(bytes));
    bytes = [];
  };
  for (const token of tokens) {
    const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
    if (byte) bytes.push(Number.parseInt(byte[1], 16));
    else {
      flush();
      result.push(token);
    }
  }
  flush();
  return result;
};

function bytesAsText(bytes: number[]): string[] {
  try {
    return [new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))];
  } catch {
    return bytes.map(() => "�");
  }
}
