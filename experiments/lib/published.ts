// Published configurations of LMs, for their sizes when the hub cannot be asked.

const t5 = {
  model_type: "t5",
  d_kv: 64,
  vocab_size: 32128,
  relative_attention_num_buckets: 32,
  feed_forward_proj: "relu",
  pad_token_id: 0,
  eos_token_id: 1,
};

export const published: Record<string, Record<string, unknown>> = {
  "google-t5/t5-small": { ...t5, d_model: 512, d_ff: 2048, num_heads: 8, num_layers: 6 },
  "google-t5/t5-base": { ...t5, d_model: 768, d_ff: 3072, num_heads: 12, num_layers: 12 },
};
