import { readFileSync } from "node:fs";
import { seeded } from "../src/core/random";
import { randomWeights } from "../src/models/random-weights";
import { readSeq2SeqConfig, seq2seqShapes } from "../src/models/seq2seq/config";
import { saveCheckpoint } from "../src/weights/save-checkpoint";
import { inRepository } from "./repository";

/** A T5's config.json, all sizes small. Its vocabulary is that of the tokenizer below. */
export const tinyT5Config = {
  model_type: "t5",
  d_model: 32,
  d_ff: 64,
  d_kv: 8,
  num_heads: 4,
  num_layers: 2,
  vocab_size: 234,
  relative_attention_num_buckets: 8,
  relative_attention_max_distance: 32,
  feed_forward_proj: "relu",
  pad_token_id: 0,
  eos_token_id: 1,
};

/** Writes a T5 of random weights into a folder, with a unigram tokenizer that has T5's character map. */
export async function writeTinyT5(folder: string, more: Partial<typeof tinyT5Config> = {}): Promise<string> {
  const config = { ...tinyT5Config, ...more };
  const weights = randomWeights(seq2seqShapes(readSeq2SeqConfig(config, "tiny T5")), seeded(0));
  const file = inRepository("test", "golden", "tokenizers", "unigram_t5", "tokenizer.json");
  await saveCheckpoint(folder, { config, weights, tokenizer: JSON.parse(readFileSync(file, "utf8")) });
  for (const weight of Object.values(weights)) weight.dispose();
  return folder;
}
