// Each set in a process of its own: TensorFlow and the kernels ask once, when they are loaded.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { hasKernels } from "../../src/backend/call";
import { selectBackend } from "../../src/backend/select";

const program = `
  const tf = require("@tensorflow/tfjs-core");
  const { deviceReport, selectBackend } = require(${JSON.stringify(path.resolve(__dirname, "../../src/index.js"))});
  const { dense } = require(${JSON.stringify(path.resolve(__dirname, "../../src/backend/native-ops.js"))});
  selectBackend().then(() => {
    const { instructionSet, fastBfloat16 } = deviceReport();
    const products = [...dense(tf.ones([2, 40]), tf.fill([3, 40], 0.5)).dataSync(), ...tf.matMul(tf.ones([99, 40]), tf.ones([40, 1])).dataSync()];
    console.log(JSON.stringify({ instructionSet, fastBfloat16, oneDnn: process.env.ONEDNN_MAX_CPU_ISA, products: [...new Set(products)] }));
  });`;

const run = (set: string) =>
  execFileSync(process.execPath, ["-e", program], {
    env: { ...process.env, TOKENWISE_ISA: set, ONEDNN_MAX_CPU_ISA: undefined },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });

const cpu = process.platform === "linux" && process.arch === "x64" ? readFileSync("/proc/cpuinfo", "utf8") : "";
const sets = { portable: true, avx2: /\bavx2\b/.test(cpu), avx512: /\bavx512dq\b/.test(cpu) };

for (const [set, present] of Object.entries(sets))
  test(`TOKENWISE_ISA=${set} limits the kernels and TensorFlow`, async t => {
    await selectBackend();
    if (!hasKernels() || !present) return t.skip("this machine has not got it");
    const oneDnn = { portable: "SSE41", avx2: "AVX2", avx512: "AVX512_CORE" }[set];
    assert.deepEqual(JSON.parse(run(set)), { instructionSet: set, fastBfloat16: false, oneDnn, products: [20, 40] });
  });

test("another name is refused, whatever the engine", () => {
  assert.throws(
    () => run("sse"),
    (error: { stderr: string }) => /TOKENWISE_ISA: "sse" is not an instruction set\. Use one of po/.test(error.stderr),
  );
});
