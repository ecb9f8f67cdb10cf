import { formats } from "../../src/weights/quantization";
import { caseByCase, compare } from "./checker";

/** Blocks of GGUF number formats against the Python package gguf. */
export const checkGgufBlocks = caseByCase((testCase, outcome) => {
  const found = new Float32Array(testCase.values.length);
  formats[testCase.type].decode(Uint8Array.from(Buffer.from(testCase.bytes, "base64")), found);
  compare(outcome, testCase.format, found, testCase.values, 1e-6);
});
