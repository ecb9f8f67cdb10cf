// Information about the machine and the engine, for the doctor and for the records of runs.

import * as fs from "node:fs";
import * as os from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { kernelSet } from "./call";
import { wantedInstructionSet } from "./instruction-set";
import { currentEngine } from "./select";

/** The machine, the engine and the memory in use. */
export interface DeviceReport {
  engine: string;
  /** "GPU (CUDA)", or "CPU" with its model. */
  device: string;
  cores: number;
  /** Instruction set of the library's kernels: portable, avx2, avx512 or avx512bf16; undefined if they are not used. */
  instructionSet?: string;
  /** Whether products in bfloat16 are faster than in float32. */
  fastBfloat16: boolean;
  /** Number of tensors. */
  tensors: number;
  /** Memory of tensors. */
  tensorBytes: number;
  /** Resident memory of the process. */
  processBytes: number;
}

/** Reports on the current engine. Errors: no engine is selected. */
export function deviceReport(): DeviceReport {
  const { numTensors, numBytes } = tf.memory();
  const gpu = usesGpu();
  return {
    engine: currentEngine(),
    device: gpu ? "GPU (CUDA)" : `CPU (${os.cpus()[0]?.model.trim() ?? os.arch()})`,
    cores: os.availableParallelism(),
    instructionSet: kernelSet(),
    fastBfloat16: fastBfloat16(),
    tensors: numTensors,
    tensorBytes: numBytes,
    processBytes: process.memoryUsage.rss(),
  };
}

const usesGpu = () => (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;

/**
 * Whether the hardware computes bfloat16 products: CUDA, or a CPU with AVX512-BF16 or AMX. Errors: no engine is
 * selected.
 */
export function fastBfloat16(): boolean {
  if (currentEngine() !== "native") return false;
  if (usesGpu()) return true;
  if ((wantedInstructionSet() ?? "avx512bf16") !== "avx512bf16") return false;
  try {
    return /\b(avx512_bf16|amx_bf16)\b/.test(fs.readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}
