// The tiny models of test/golden/tiny_models: a few kilobytes each, with PyTorch's numbers.

import { readFileSync } from "node:fs";
import { fail } from "../src/core/errors";
import type { MaskedLm } from "../src/models/masked";
import { maskedName, maskedShapes, readMaskedConfig } from "../src/models/masked-config";
import { maskedLm } from "../src/models/masked-lm";
import { openCheckpoint } from "../src/models/open-checkpoint";
import { loadParameters } from "../src/models/parameters";
import type { Seq2SeqLm } from "../src/models/seq2seq";
import { readSeq2SeqConfig, seq2seqName, seq2seqShapes } from "../src/models/seq2seq-config";
import { seq2seqLm } from "../src/models/seq2seq-lm";
import { inRepository } from "./repository";

export const inTiny = (...parts: string[]) => inRepository("test", "golden", "tiny_models", ...parts);

const json = (name: string, file: string) => JSON.parse(readFileSync(inTiny(name, file), "utf8"));

/** Its config.json. */
export const tinyModelConfig = (name: string): Record<string, unknown> => json(name, "config.json");

const none = () => fail("tiny model", "it has no tokenizer", "Use ids.");

export async function tinyMasked(name: "bert" | "roberta"): Promise<MaskedLm> {
  const checkpoint = await openCheckpoint(inTiny(name));
  const config = readMaskedConfig(checkpoint.config, name, checkpoint.tensors);
  const weights = loadParameters(checkpoint, maskedShapes(config), { rename: from => maskedName(from, config) });
  checkpoint.close();
  return maskedLm(name, config, weights, none);
}

export async function tinySeq2Seq(name: "t5_relu" | "t5_gated_gelu"): Promise<Seq2SeqLm> {
  const checkpoint = await openCheckpoint(inTiny(name));
  const config = readSeq2SeqConfig(checkpoint.config, name, checkpoint.tensors);
  const weights = loadParameters(checkpoint, seq2seqShapes(config), { rename: from => seq2seqName(from, config) });
  checkpoint.close();
  return seq2seqLm(name, config, weights, none);
}
