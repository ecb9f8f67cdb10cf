// One interface to all kinds of weight files: parameters by their published names, read one at a time.

/** A parameter in a file. */
export interface StoredTensor {
  name: string;
  /** Outermost axis first, as in PyTorch. */
  shape: number[];
  /** The file's number format: "F32", "F16", "BF16", "Q4_1"… */
  format: string;
  /** Reads and decodes the values, which are not cached. Errors: a truncated file; values that are not finite. */
  read(): Float32Array;
}

/** An open model on disk. */
export interface Checkpoint {
  /** Name of its file, for errors. */
  where: string;
  /** Content of config.json, or the equivalent from the metadata of a GGUF file. */
  config: Record<string, unknown>;
  /** By their names in the file; names in GGUF files are translated to the published ones. */
  tensors: Map<string, StoredTensor>;
  /** Content of tokenizer.json, if it exists. */
  tokenizer?: object;
  /** Content of tokenizer_config.json, if it exists. */
  tokenizerConfig?: Record<string, unknown>;
  close(): void;
}
