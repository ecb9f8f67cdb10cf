import { loadMaskedLm } from "../src/models/masked/load";
import { createModel } from "../src/models/model";
import { createTokenizer } from "../src/text/tokenizer";
import { inTiny } from "./tiny-models";

/** The places are the ids. */
const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "fine", "film", "poor", "play"];
const tokenizer = createTokenizer({
  added_tokens: words.slice(0, 4).map((content, id) => ({ id, content, special: true })),
  pre_tokenizer: { type: "Whitespace" },
  model: { type: "WordPiece", vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: "[UNK]" },
  post_processor: { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] },
});

/** A tiny BERT of random weights that reads a few words. */
export async function tinyEncoder() {
  const { config, weights } = await loadMaskedLm(inTiny("bert"));
  return createModel("tiny encoder", config, weights, () => tokenizer);
}
