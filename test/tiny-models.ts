// The tiny models of test/golden/tiny_models: a few kilobytes each, with PyTorch's numbers beside them.

import { readFileSync } from "node:fs";
import { inRepository } from "./repository";

export const inTiny = (...parts: string[]) => inRepository("test", "golden", "tiny_models", ...parts);

/** The config.json of one. */
export const tinyModelConfig = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(inTiny(name, "config.json"), "utf8"));
