// TOKENWISE_ISA in the environment limits which instruction set computes, so that a processor with more can stand in
// for one with less.

import { fail } from "../core/errors";

/** The sets that the library's kernels are built for (scripts/lib/steps/kernels.mjs), with oneDNN's names for them. */
const names = {
  portable: "SSE41",
  avx2: "AVX2",
  avx512: "AVX512_CORE",
  avx512bf16: "AVX512_CORE_BF16",
} as const;

export type InstructionSet = keyof typeof names;

/**
 * The set that TOKENWISE_ISA names; undefined where it is unset. A set that the processor lacks limits nothing.
 *
 * Errors: TOKENWISE_ISA names no set.
 */
export function wantedInstructionSet(): InstructionSet | undefined {
  const name = process.env.TOKENWISE_ISA;
  if (!name) return undefined;
  if (!Object.hasOwn(names, name))
    fail(
      "TOKENWISE_ISA",
      `"${name}" is not an instruction set`,
      `Use one of ${Object.keys(names).join(", ")}, or unset it.`,
    );
  return name as InstructionSet;
}

/**
 * Makes TensorFlow's oneDNN keep to TOKENWISE_ISA, as the library's kernels do by themselves (kernels/ops.h). Has an
 * effect only before TensorFlow is loaded. A limit set by oneDNN's own variable stays.
 */
export function limitInstructionSet(): void {
  const wanted = wantedInstructionSet();
  if (wanted) process.env.ONEDNN_MAX_CPU_ISA ??= names[wanted];
}
