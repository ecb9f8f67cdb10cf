import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { type Engine, selectBackend } from "../src/backend/select";
import { close } from "./close";

/** Tests that each faster engine gives these numbers, more than `atLeast` of them, as plain JavaScript does. */
export function sameOnAllEngines(numbers: () => Promise<number[]>, atLeast: number): void {
  const on = async (engine: Engine) => {
    await selectBackend(engine);
    return numbers();
  };
  for (const engine of ["native", "wasm"] as const)
    test(`${engine} gives the numbers of plain JavaScript`, async t => {
      if (engine === "native") {
        const reason = await selectBackend(engine).then(
          () => undefined,
          error => (error as Error).message,
        );
        if (reason) return t.skip(reason);
      }
      const [found, expected] = [await on(engine), await on("cpu")];
      assert.ok(expected.length > atLeast);
      close(tf.tensor1d(found), expected, 1e-4);
    });
}
