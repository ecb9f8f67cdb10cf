import path from "node:path";
import { writeJson } from "../files.mjs";
import { buildAddon, findCompiler, isAddonReady, removeAddon } from "./addon.mjs";
import { installTensorflow, removeOtherTensorflows, tensorflowVersion } from "./tensorflow.mjs";

/** The engines a user can choose: libtensorflow on the CPU, on an NVIDIA GPU, or WebAssembly. */
export const choices = ["cpu", "gpu", "wasm"];

/**
 * Step: prepares the chosen engine, or says why it cannot be used and falls back to wasm. `context.state` has the last
 * outcome and gets the new one: { choice, engine: "native" | "wasm", device: "cpu" | "gpu", reason?, tried? }. A failed
 * attempt is repeated only if the machine changed, or with `context.again`.
 */
export async function installEngine(context) {
  const { state, python, run, again } = context;
  const choice = context.choice ?? (again ? undefined : state.choice) ?? (await bestChoice(run));
  if (choice === "wasm") {
    removeAddon(context);
    return record(context, { choice, engine: "wasm", device: "cpu", reason: "chosen with --wasm" });
  }
  const ready = state.choice === choice && state.engine === "native" && isAddonReady(context, state.device);
  if (ready && !(again && state.reason)) return {};

  const compiler = await findCompiler(run);
  const tried = [choice, process.versions.node, tensorflowVersion, compiler, Boolean(python)].join(" ");
  if (!again && state.engine === "wasm" && state.tried === tried) return { warning: state.reason };
  const missing = whatIsMissing({ python, compiler });
  const reasons = missing ? [missing] : [];
  for (const device of missing ? [] : choice === "gpu" ? ["gpu", "cpu"] : ["cpu"]) {
    const { reason, gpu } = await installNative(context, device, compiler);
    if (reason) {
      reasons.push(reason);
      continue;
    }
    if (device === "gpu" && !gpu)
      reasons.push("the CUDA build sees no GPU and computes on the CPU: check `nvidia-smi` and the driver");
    removeOtherTensorflows(context, device);
    return record(context, { choice, engine: "native", device, reason: reasons.join("; ") || undefined });
  }
  const reason = `${reasons.join("; ")}. The wasm engine computes instead, several times slower.`;
  return record(context, { choice, engine: "wasm", device: "cpu", reason, tried });
}

async function installNative(context, device, compiler) {
  const { reason } = await installTensorflow(context, device);
  return reason ? { reason } : buildAddon(context, device, compiler);
}

/** Stores the outcome and reports it: a choice is done, a fallback is a warning. */
function record(context, outcome) {
  const same = JSON.stringify(outcome) === JSON.stringify(context.state);
  context.state = outcome;
  writeJson(path.join(context.setupFolder, "state.json"), outcome);
  const { choice, engine, device, reason } = outcome;
  if (engine === "native")
    return { did: `TensorFlow ${tensorflowVersion} on the ${device.toUpperCase()}`, warning: reason };
  return choice === "wasm" ? { did: same ? undefined : "none, WebAssembly computes" } : { warning: reason };
}

function whatIsMissing({ python, compiler }) {
  if (process.platform !== "linux") return `TensorFlow's C library is used on Linux only, this is ${process.platform}`;
  if (!python) return "the native engine comes through pip, and there is no usable Python";
  if (!compiler)
    return "there is no C++ compiler; install one (on Debian and Ubuntu: `apt install g++`) and run the command again";
  return undefined;
}

async function bestChoice(run) {
  return (await run("nvidia-smi", ["-L"])).code === 0 ? "gpu" : "cpu";
}
