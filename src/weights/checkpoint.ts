// One view of every kind of weights file: parameters by their published names, read one at a time.

/** A parameter as it lies in a file. */
export interface StoredTensor {
  name: string;
  /** Outermost axis first, as in PyTorch. */
  shape: number[];
  /** The file's number format: "F32", "F16", "BF16", "Q4_1"… */
  format: string;
  /** Reads and decodes the values; nothing is kept. Errors: a file cut short, values that are not finite. */
  read(): Float32Array;
}

export interface Checkpoint {
  /** Where it lies, for messages. */
  where: string;
  /** The content of config.json; a GGUF file's metadata in the same spelling. */
  config: Record<string, unknown>;
  /** By their names in the file (GGUF: translated to the published ones). */
  tensors: Map<string, StoredTensor>;
  /** The content of tokenizer.json, where there is one. */
  tokenizer?: object;
  /** The content of tokenizer_config.json, where there is one. */
  tokenizerConfig?: Record<string, unknown>;
  close(): void;
}
