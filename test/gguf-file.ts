import { type GGUFTypedMetadata, GGUFValueType, serializeGgufMetadata } from "@huggingface/gguf";
import { tinyConfig, tinyTokenizer, type Weight } from "./tiny-llama";

/** A tensor of a file: its bytes in the number format `type` (`enum ggml_type`, 0 is F32). */
export interface FileTensor {
  name: string;
  /** Outermost axis first. */
  shape: number[];
  type: number;
  bytes: Uint8Array;
}

type Value = string | number | string[] | number[];

/** The bytes of a GGUF file (version 3). `dataAt` is where the tensors' data starts. */
export function ggufFile(metadata: Record<string, Value>, tensors: FileTensor[]): { bytes: Buffer; dataAt: number } {
  const typed = {
    version: { type: GGUFValueType.UINT32, value: 3 },
    tensor_count: { type: GGUFValueType.UINT64, value: BigInt(tensors.length) },
    kv_count: { type: GGUFValueType.UINT64, value: 0n },
    ...Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, typedValue(value)])),
  } as GGUFTypedMetadata;
  // An alignment of 1 leaves no gap before the tensors' entries.
  const head: Buffer[] = [Buffer.from(serializeGgufMetadata(typed, { alignment: 1 }))];
  const data: Buffer[] = [];
  let offset = 0;
  for (const { name, shape, type, bytes } of tensors) {
    head.push(entry(name, shape, type, offset));
    const block = padded(Buffer.from(bytes));
    data.push(block);
    offset += block.length;
  }
  const header = padded(Buffer.concat(head));
  return { bytes: Buffer.concat([header, ...data]), dataAt: header.length };
}

function typedValue(value: Value) {
  const { STRING, UINT32, INT32, FLOAT32, ARRAY } = GGUFValueType;
  if (Array.isArray(value)) return { type: ARRAY, subType: typeof value[0] === "string" ? STRING : INT32, value };
  if (typeof value === "string") return { type: STRING, value };
  return { type: Number.isInteger(value) ? UINT32 : FLOAT32, value };
}

function entry(name: string, shape: number[], type: number, offset: number): Buffer {
  const out = Buffer.alloc(8 + name.length + 4 + 8 * shape.length + 4 + 8);
  out.writeBigUInt64LE(BigInt(name.length), 0);
  let at = 8 + out.write(name, 8);
  at = out.writeUInt32LE(shape.length, at);
  for (const size of [...shape].reverse()) at = out.writeBigUInt64LE(BigInt(size), at);
  at = out.writeUInt32LE(type, at);
  out.writeBigUInt64LE(BigInt(offset), at);
  return out;
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);

/** What a GGUF file says of the tiny Llama. */
export const tinyMetadata: Record<string, Value> = {
  "general.architecture": "llama",
  "llama.block_count": tinyConfig.layers,
  "llama.embedding_length": tinyConfig.width,
  "llama.feed_forward_length": tinyConfig.feedForward,
  "llama.attention.head_count": tinyConfig.heads,
  "llama.attention.head_count_kv": tinyConfig.keyValueHeads,
  "llama.rope.dimension_count": tinyConfig.headWidth,
  "llama.rope.freq_base": tinyConfig.rope.base,
  "llama.attention.layer_norm_rms_epsilon": tinyConfig.normEpsilon,
  "llama.context_length": tinyConfig.contextLength,
  "tokenizer.ggml.eos_token_id": 0,
  ...tinyTokenizer,
};

/** Weights as F32 tensors of a file, where the rows of query and key heads are stored half by half interleaved. */
export function fileTensors(weights: Record<string, Weight>): FileTensor[] {
  return Object.entries(weights).map(([name, { shape, values }]) => {
    const stored = /attn_[qk]/.test(name) ? interleaved(values, shape) : values;
    return { name, shape, type: 0, bytes: new Uint8Array(stored.buffer) };
  });
}

/** Row i of a head's first half goes to place 2i, row i of its second half to 2i + 1. */
function interleaved(values: Float32Array, [rows, D]: number[]): Float32Array {
  const C = tinyConfig.headWidth;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const [head, c] = [Math.floor(row / C), row % C];
    const to = head * C + (c < C / 2 ? 2 * c : 2 * (c - C / 2) + 1);
    out.set(values.subarray(row * D, (row + 1) * D), to * D);
  }
  return out;
}
