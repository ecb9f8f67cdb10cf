// Selects the engine: native TensorFlow (CPU or CUDA), WebAssembly or plain JavaScript, in this order of preference.

import * as path from "node:path";
import util from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { loadKernels } from "./call";
import { shareIdentityCasts } from "./identity-cast";
import { limitInstructionSet } from "./instruction-set";

/** An engine. */
export type Engine = "native" | "wasm" | "cpu";

/** The selected engine, and why each preferred one could not be used. */
export interface Selection {
  engine: Engine;
  passedOver: { engine: Engine; reason: string }[];
}

const order: Engine[] = ["native", "wasm", "cpu"];
const tfjsName = { native: "tensorflow", wasm: "wasm", cpu: "cpu" } as const;

const load: Record<Engine, () => Promise<void>> = {
  async native() {
    process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
    // tfjs-node still calls a function that Node 22 deprecates and Node 23 removed.
    (util as { isNullOrUndefined?: unknown }).isNullOrUndefined = (value: unknown) => value == null;
    loadTensorflow();
    require("@tensorflow/tfjs-node-gpu");
    shareIdentityCasts();
    loadKernels();
  },
  async wasm() {
    const wasm = require("@tensorflow/tfjs-backend-wasm") as typeof import("@tensorflow/tfjs-backend-wasm");
    wasm.setWasmPaths(`${path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm"))}/`);
  },
  async cpu() {
    // Otherwise its first use prints the advice to install another engine.
    (tf.findBackend("cpu") as { firstUse?: boolean }).firstUse = false;
  },
};

/**
 * Loads TensorFlow without its messages on stderr, and with signals blocked in its threads. Exists only if the set-up
 * built the addon.
 */
function loadTensorflow() {
  try {
    require("@tensorflow/tfjs-node-gpu/lib/napi-v8/load_tensorflow.node");
  } catch {}
}

/**
 * Loads the best engine, or only `wanted`; by default, `wanted` is `TOKENWISE_ENGINE` in the environment.
 * `TOKENWISE_ISA` (portable, avx2, avx512, avx512bf16) limits the instruction set of the native engine. Repeated calls
 * are cheap.
 *
 * Errors: the wanted engine cannot be loaded, with the reason; an unknown engine or instruction set.
 */
export async function selectBackend(wanted: Engine | undefined = fromEnvironment()): Promise<Selection> {
  if (wanted !== undefined && !order.includes(wanted))
    fail("selectBackend", `"${wanted}" is not an engine`, `Use one of ${order.join(", ")}.`);
  limitInstructionSet();
  require("@tensorflow/tfjs"); // registers the gradients and the cpu engine
  const passedOver: Selection["passedOver"] = [];
  for (const engine of wanted ? [wanted] : order) {
    try {
      await load[engine]();
      if (!(await tf.setBackend(tfjsName[engine]))) throw new Error("the engine did not start");
      await tf.ready();
      return { engine, passedOver };
    } catch (error) {
      passedOver.push({ engine, reason: String((error as Error).message).split("\n")[0] });
    }
  }
  return fail(
    "selectBackend",
    `the ${wanted} engine cannot be used: ${passedOver[0].reason}`,
    "Run `npm run setup`, then `npm run doctor`.",
  );
}

/** The current engine. Errors: no engine is selected. */
export const currentEngine = (): Engine =>
  order.find(engine => tfjsName[engine] === tf.getBackend()) ??
  fail("currentEngine", `tfjs uses "${tf.getBackend()}"`, "Call `await selectBackend()` first.");

function fromEnvironment(): Engine | undefined {
  const name = process.env.TOKENWISE_ENGINE;
  if (!name) return undefined;
  if (!order.includes(name as Engine))
    fail("TOKENWISE_ENGINE", `"${name}" is not an engine`, `Use one of ${order.join(", ")}, or unset it.`);
  return name as Engine;
}
