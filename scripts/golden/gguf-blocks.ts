import { decode, formats } from "../../src/models/quantization";
import { caseByCase, compare } from "./checker";

/** Blocks of GGUF number formats against the Python package gguf. */
export const checkGgufBlocks = caseByCase((testCase, outcome) => {
  const bytes = Buffer.from(testCase.bytes, "base64");
  compare(
    outcome,
    testCase.format,
    decode(formats[testCase.type], bytes, testCase.values.length),
    testCase.values,
    1e-6,
  );
});
