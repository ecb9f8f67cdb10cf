// Low-rank updates on disk, in the layout of PEFT.

import * as path from "node:path";
import { fail } from "../core/errors";
import { readJsonObject } from "../core/json";
import { read } from "../core/tidy";
import { openSafetensors } from "../weights/safetensors";
import { writeJson } from "../weights/save-checkpoint";
import { writeSafetensors } from "../weights/write-safetensors";
import { configReader } from "./config";
import { type Adapted, attach, type LowRankUpdates, projectionSize } from "./low-rank";

const [configFile, tensorsFile] = ["adapter_config.json", "adapter_model.safetensors"];
const maxConfigBytes = 1e6;
/** Entries of PEFT's configuration that change the arithmetic, with their values for plain low-rank updates. */
const plain: Record<string, unknown> = {
  peft_type: "LORA",
  bias: "none",
  use_dora: false,
  rank_pattern: {},
  alpha_pattern: {},
  modules_to_save: null,
  alora_invocation_tokens: null,
  use_qalora: false,
};

/** The module that a weight belongs to, and the name of a factor's tensor in PEFT's file. */
const moduleOf = (name: string) => name.replace(/\.weight$/, "");
const tensorName = (name: string, factor: "A" | "B") => `base_model.model.${moduleOf(name)}.lora_${factor}.weight`;

/**
 * Writes all low-rank updates of a model to a folder (adapter_config.json, adapter_model.safetensors) that PEFT's
 * `PeftModel.from_pretrained` reads.
 *
 * Errors: a model without updates, or with updates that differ in rank or scale; values that are not finite.
 */
export async function saveLowRank(folder: string, { name, lowRank, inputsFirst = false }: Adapted): Promise<void> {
  const updates = Object.entries(lowRank);
  if (updates.length === 0) fail(name, "it has no low-rank update", "Call addLowRank first.");
  const [{ down, scale }] = Object.values(lowRank);
  const rank = down.shape[0];
  const other = updates.find(([, update]) => update.down.shape[0] !== rank || update.scale !== scale);
  if (other)
    fail(name, `the updates of ${updates[0][0]} and ${other[0]} differ in rank or scale`, "Merge one of them.");
  const tensors = updates.flatMap(([weight, { down, up }]) => [
    { name: tensorName(weight, "A"), shape: down.shape, values: () => read(() => down.clone()) },
    { name: tensorName(weight, "B"), shape: up.shape, values: () => read(() => up.clone()) },
  ]);
  await writeSafetensors(path.join(folder, tensorsFile), tensors, { metadata: { format: "pt" } });
  await writeJson(path.join(folder, configFile), {
    peft_type: "LORA",
    bias: "none",
    base_model_name_or_path: name,
    r: rank,
    lora_alpha: scale * rank,
    lora_dropout: 0,
    target_modules: updates.map(([weight]) => moduleOf(weight)),
    fan_in_fan_out: inputsFirst,
    inference_mode: true,
  });
}

/**
 * Adds low-rank updates that `saveLowRank` or PEFT wrote to a folder, for use or for further training. End them by
 * `merge` or `remove`, as after `addLowRank`.
 *
 * Errors: a file that is missing or damaged; other than plain low-rank updates; an update that does not fit the model.
 * The model is then as it was.
 */
export function loadLowRank(folder: string, model: Adapted): LowRankUpdates {
  const where = path.join(folder, configFile);
  const config = readJsonObject(where, maxConfigBytes);
  for (const [name, expected] of Object.entries(plain)) {
    const found = JSON.stringify(config[name] ?? expected);
    if (found !== JSON.stringify(expected) && found !== "[]")
      fail(where, `it has ${name} = ${found.slice(0, 100)}`, "Only plain low-rank updates can be loaded.");
  }
  const { positive, flag } = configReader(config, where);
  const [rank, alpha] = [positive("r"), positive("lora_alpha")];
  const file = openSafetensors(path.join(folder, tensorsFile));
  try {
    const { tensors } = file;
    const names = Object.keys(model.weights).filter(name => tensors.has(tensorName(name, "A")));
    const known = new Set(names.flatMap(name => [tensorName(name, "A"), tensorName(name, "B")]));
    const unknown = [...tensors.keys()].find(name => !known.has(name));
    if (unknown || names.length === 0)
      fail(
        where,
        `${unknown ?? "nothing in it"} belongs to no weight of ${model.name}`,
        "Load it into the model that it was trained on.",
      );
    const factors = names.map(name => {
      const { ins, outs } = projectionSize(model, name);
      const values = (factor: "A" | "B", shape: number[]) => {
        const stored = tensors.get(tensorName(name, factor));
        if (`${stored?.shape}` !== `${shape}`)
          fail(
            where,
            `${tensorName(name, factor)} is [${stored?.shape}], not [${shape}]`,
            "Load it into the model that it was trained on.",
          );
        return stored!.read();
      };
      return { name, down: values("A", [rank, ins]), up: values("B", [outs, rank]) };
    });
    return attach(model, factors, rank, alpha / (flag("use_rslora", false) ? Math.sqrt(rank) : rank));
  } finally {
    file.close();
  }
}
