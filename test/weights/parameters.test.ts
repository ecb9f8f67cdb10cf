import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { isBfloat16 } from "../../src/backend/native-ops";
import { currentEngine, selectBackend } from "../../src/backend/select";
import type { Checkpoint } from "../../src/weights/checkpoint";
import { loadParameters } from "../../src/weights/parameters";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

function checkpointOf(tensors: Record<string, [shape: number[], ...values: number[]]>): Checkpoint {
  const stored = Object.entries(tensors).map(
    ([name, [shape, ...values]]) =>
      [name, { name, shape, format: "F32", read: () => Float32Array.from(values) }] as const,
  );
  return { where: "tiny", config: {}, tensors: new Map(stored), close() {} };
}
const shapes = { "m.weight": [2, 2], "m.bias": [2], "e.weight": [1, 2] };
const whole = { "m.weight": [[2, 2], 1, 2, 3, 4], "m.bias": [[2], 5, 6], "e.weight": [[1, 2], 7, 8] } as const;
const tensors = whole as unknown as Record<string, [number[], ...number[]]>;

test("parameters by name, in the order of the shapes, with progress", () => {
  const told: number[][] = [];
  const load = () => loadParameters(checkpointOf(tensors), shapes, { onProgress: (...now) => told.push(now) });
  const weights = load();
  assert.deepEqual(Object.keys(weights), Object.keys(shapes));
  close(weights["m.weight"], [1, 2, 3, 4]);
  assert.deepEqual(weights["m.bias"].shape, [2]);
  assert.deepEqual(told, [
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
  tf.dispose(weights);
  leavesNothing(load);
});

test("names of files become names of parameters, buffers are left out unread", () => {
  const buffer = { name: "ids", shape: [1], format: "F8_E4M3", read: () => assert.fail("read") };
  const checkpoint = checkpointOf({ "old.weight": [[2], 1, 2] });
  checkpoint.tensors.set("ids", buffer);
  const rename = (name: string) => (name === "ids" ? undefined : name.replace("old", "new"));
  const weights = loadParameters(checkpoint, { "new.weight": [2] }, { rename });
  close(weights["new.weight"], [1, 2]);
  tf.dispose(weights);
});

test("bfloat16 is for matrices, but not for those that must stay", () => {
  const weights = loadParameters(checkpointOf(tensors), shapes, { precision: "bfloat16", float32: ["e.weight"] });
  const narrow = Object.keys(shapes).filter(name => isBfloat16(weights[name]));
  assert.deepEqual(narrow, currentEngine() === "native" ? ["m.weight"] : []);
  tf.dispose(weights);
});

test("weights that are not those of the model are named, and nothing stays", () => {
  const table: [why: RegExp, tensors: object, rename?: (name: string) => string][] = [
    [
      /^Error: tiny: it lacks m\.weight \[2,2\], m\.bias \[2\]\. Use weights that belong/,
      { "e.weight": tensors["e.weight"] },
    ],
    [/the model does not have "x", "__proto__"\. Use weights/, { ...tensors, x: [[1], 1], ["__proto__"]: [[1], 1] }],
    [/m\.bias is \[1,2\], not \[2\]\. Use weights/, { ...tensors, "m.bias": [[1, 2], 5, 6] }],
    [
      /the tensors "m\.bias" and "M\.bias" are both m\.bias\. Remove one/,
      { ...tensors, "M.bias": [[2], 5, 6] },
      name => name.toLowerCase(),
    ],
    [/it lacks 0 \[1\], .* 4 \[1\] and 2 more\./, {}],
  ];
  const start = tf.memory().numTensors;
  for (const [why, tensors, rename] of table) {
    const many = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`${i}`, [1]]));
    const expected = Object.keys(tensors).length > 0 ? shapes : many;
    assert.throws(
      () => loadParameters(checkpointOf(tensors as typeof whole & object as never), expected, { rename }),
      why,
    );
  }
  const breaking = checkpointOf(tensors);
  breaking.tensors.get("e.weight")!.read = () => assert.fail("it breaks off");
  assert.throws(() => loadParameters(breaking, shapes), /it breaks off/);
  assert.equal(tf.memory().numTensors, start);
});
